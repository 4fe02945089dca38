SET LOCAL lock_timeout = '500ms';

REVOKE DELETE ON mail_deliveries, report_mails, authorization_expiry_notices, audit_checks FROM mr_app;
DROP FUNCTION count_work();
DROP FUNCTION list_work(text, bigint, integer);
DROP FUNCTION replay_work(bigint[]);
DROP FUNCTION drop_work(bigint[]);
DROP FUNCTION free_work(text[]);
DROP TABLE master_keys;
ALTER TABLE scheduled_jobs DROP COLUMN overdue_since;
ALTER TABLE scheduled_jobs DROP COLUMN known_since;
DROP INDEX job_runs_under_way;
-- What was given back by a process that died has nobody who asked for it: the older release knows no such run.
UPDATE job_runs SET status = 'failed', finished_at = started_at, error = 'the process ended' WHERE status = 'requested' AND requested_by IS NULL;
ALTER TABLE job_runs DROP CONSTRAINT job_progress;
ALTER TABLE job_runs DROP CONSTRAINT job_process;
ALTER TABLE job_runs DROP COLUMN progress_total;
ALTER TABLE job_runs DROP COLUMN progress_done;
ALTER TABLE job_runs DROP COLUMN attempts;
ALTER TABLE job_runs DROP COLUMN process_id;
DROP TABLE worker_processes;
