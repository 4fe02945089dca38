SET LOCAL lock_timeout = '500ms';

-- The audit log by time, of everybody and of finance; the words of the second condition are those of src/audit-logs/entries.ts.
CREATE INDEX audit_logs_time ON audit_logs (created_at, seq);
CREATE INDEX audit_logs_finance ON audit_logs (created_at, seq)
  WHERE actor_role IN ('specialist', 'manager', 'auditor') OR (actor_kind = 'staff' AND operation IN ('adjustment', 'view_api_key'));

-- Each time the chain of the audit log was recomputed: how far it got, what it found, and where the chain ended. The next check looks for
-- that end again, so that rows cut off at the tail are missed too.
CREATE TABLE audit_checks (
  id uuid PRIMARY KEY,
  status text COLLATE "C" NOT NULL DEFAULT 'running',
  requested_by uuid REFERENCES admin_accounts (id),
  started_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  rows_total bigint NOT NULL,
  rows_done bigint NOT NULL DEFAULT 0,
  broken_at bigint,
  fault text COLLATE "C",
  head_seq bigint,
  head_hash bytea,
  CONSTRAINT audit_check_status CHECK (status IN ('running', 'intact', 'broken', 'failed') AND (status = 'running') = (finished_at IS NULL)),
  CONSTRAINT audit_check_finding CHECK ((status = 'broken') = (broken_at IS NOT NULL) AND (broken_at IS NULL) = (fault IS NULL)),
  CONSTRAINT audit_check_fault CHECK (fault IN ('changed', 'missing', 'tail')),
  CONSTRAINT audit_check_head CHECK ((head_seq IS NULL) = (head_hash IS NULL) AND octet_length(head_hash) = 32)
);
CREATE UNIQUE INDEX one_audit_check ON audit_checks ((true)) WHERE status = 'running';
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON audit_checks FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"running":["intact","broken","failed"],"intact":[],"broken":[],"failed":[]}');

-- What the clock does, as the newest workers process told it: pages show when a job is due, and ask for a run, without knowing the jobs.
CREATE TABLE scheduled_jobs (
  name text COLLATE "C" PRIMARY KEY,
  cron text COLLATE "C" NOT NULL,
  timeout_seconds integer NOT NULL,
  announced_at timestamptz NOT NULL,
  CONSTRAINT scheduled_job_timeout CHECK (timeout_seconds > 0)
);

-- A run that somebody asked for waits as a row until a workers process takes it; one of each job at a time.
ALTER TABLE job_runs ADD COLUMN requested_by uuid REFERENCES admin_accounts (id);
ALTER TABLE job_runs DROP CONSTRAINT job_status;
ALTER TABLE job_runs ADD CONSTRAINT job_status CHECK (
  status IN ('requested', 'running', 'ok', 'failed') AND (status IN ('requested', 'running')) = (finished_at IS NULL)) NOT VALID;
ALTER TABLE job_runs VALIDATE CONSTRAINT job_status;
CREATE UNIQUE INDEX one_requested_run ON job_runs (job) WHERE status = 'requested';
CREATE INDEX job_runs_newest ON job_runs (scheduled_for, job);
CREATE INDEX job_runs_failed ON job_runs (scheduled_for, job) WHERE status = 'failed';

-- What is open, oldest and newest, per audience; who closed an alert said why.
CREATE INDEX alerts_open ON alerts (audience, first_at) WHERE closed_at IS NULL;
ALTER TABLE alerts ADD CONSTRAINT alert_closed_by CHECK (closed_by IS NULL OR (closed_at IS NOT NULL AND note IS NOT NULL)) NOT VALID;
ALTER TABLE alerts VALIDATE CONSTRAINT alert_closed_by;

-- Refusals of the last hours, by address: the evidence beside a lock and the failures on the page of the keys.
CREATE INDEX api_key_usage_logs_refused ON api_key_usage_logs (at, operator_id) WHERE result = 'refused';

-- Every process hears of a changed setting at its COMMIT, whoever wrote it.
CREATE FUNCTION tell_setting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('settings_changed', NEW.key);
  RETURN NULL;
END $$;
CREATE TRIGGER tell_setting AFTER UPDATE ON system_configs FOR EACH ROW WHEN (OLD.value <> NEW.value) EXECUTE FUNCTION tell_setting();

GRANT SELECT, INSERT, UPDATE ON audit_checks TO mr_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON scheduled_jobs TO mr_app;
