SET LOCAL lock_timeout = '500ms';

DROP INDEX authorizations_operator;
DROP INDEX transaction_records_operator_time;
DROP INDEX audit_logs_about_operator;
