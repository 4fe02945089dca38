SET LOCAL lock_timeout = '500ms';

DROP TABLE report_schedules, report_mails, finance_reports;
