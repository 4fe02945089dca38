SET LOCAL lock_timeout = '500ms';
CREATE INDEX usage_records_application ON usage_records (application_id, started_at);
DROP INDEX usage_records_operator_application, usage_records_time, transaction_records_other;
DROP TRIGGER roll_up_usage ON usage_records;
DROP FUNCTION roll_up_usage();
DROP TABLE usage_hours, usage_parties, usage_days;
