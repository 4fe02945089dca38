SET LOCAL lock_timeout = '500ms';

DROP TRIGGER tell_setting ON system_configs;
DROP FUNCTION tell_setting();
DROP INDEX api_key_usage_logs_refused;
ALTER TABLE alerts DROP CONSTRAINT alert_closed_by;
DROP INDEX alerts_open;
DROP INDEX job_runs_failed;
DROP INDEX job_runs_newest;
DROP INDEX one_requested_run;
DELETE FROM job_runs WHERE status = 'requested';
ALTER TABLE job_runs DROP CONSTRAINT job_status;
ALTER TABLE job_runs ADD CONSTRAINT job_status CHECK (status IN ('running', 'ok', 'failed') AND (status = 'running') = (finished_at IS NULL));
ALTER TABLE job_runs DROP COLUMN requested_by;
DROP TABLE scheduled_jobs;
DROP TABLE audit_checks;
DROP INDEX audit_logs_finance;
DROP INDEX audit_logs_time;
