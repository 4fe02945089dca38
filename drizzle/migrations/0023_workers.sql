SET LOCAL lock_timeout = '500ms';

-- The processes that run jobs and deliveries. `beats` grows while one lives: whoever watches it counts on its own stopwatch, so that a
-- clock that jumps makes nobody dead. One that fell silent keeps its row until it beats again or another takes its place.
CREATE TABLE worker_processes (
  id uuid PRIMARY KEY,
  host text COLLATE "C" NOT NULL,
  pid integer NOT NULL,
  version text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL,
  beat_at timestamptz NOT NULL,
  beats bigint NOT NULL DEFAULT 1,
  -- What the queue of deliveries calls the hands of this process: what they held is free when it has died.
  hands text[] COLLATE "C" NOT NULL DEFAULT '{}',
  silent_at timestamptz,
  ended_at timestamptz,
  CONSTRAINT worker_beats CHECK (beats > 0 AND pid > 0)
);
CREATE INDEX worker_processes_open ON worker_processes (started_at) WHERE ended_at IS NULL;

-- Who runs a tick, the which attempt it is, and how far it has come. A run whose process died is requested again.
ALTER TABLE job_runs ADD COLUMN process_id uuid;
ALTER TABLE job_runs ADD COLUMN attempts smallint NOT NULL DEFAULT 1;
ALTER TABLE job_runs ADD COLUMN progress_done bigint;
ALTER TABLE job_runs ADD COLUMN progress_total bigint;
ALTER TABLE job_runs ADD CONSTRAINT job_process FOREIGN KEY (process_id) REFERENCES worker_processes (id) ON DELETE SET NULL NOT VALID;
ALTER TABLE job_runs VALIDATE CONSTRAINT job_process;
ALTER TABLE job_runs ADD CONSTRAINT job_progress CHECK (attempts > 0 AND progress_done >= 0 AND progress_total >= 0) NOT VALID;
ALTER TABLE job_runs VALIDATE CONSTRAINT job_progress;
CREATE INDEX job_runs_under_way ON job_runs (process_id) WHERE status = 'running';

-- Since when the clock knows a job, and since when its newest tick waits for a success.
ALTER TABLE scheduled_jobs ADD COLUMN known_since timestamptz NOT NULL DEFAULT now();
ALTER TABLE scheduled_jobs ADD COLUMN overdue_since timestamptz;

-- Since when each master key is in use. Only a digest stands here: it tells when another key was given the same number.
CREATE TABLE master_keys (
  version integer PRIMARY KEY,
  digest bytea NOT NULL,
  first_used_at timestamptz NOT NULL,
  CONSTRAINT master_key_digest CHECK (octet_length(digest) = 32)
);

-- The queue of deliveries. mr_app has no right in its schema: these functions are all it can do there.
CREATE FUNCTION count_work() RETURNS TABLE (waiting bigint, failing bigint, dead bigint, oldest_at timestamptz)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT count(*) FILTER (WHERE j.attempts < j.max_attempts),
    count(*) FILTER (WHERE j.attempts < j.max_attempts AND j.last_error IS NOT NULL),
    count(*) FILTER (WHERE j.attempts >= j.max_attempts AND j.locked_at IS NULL),
    min(j.run_at) FILTER (WHERE j.attempts < j.max_attempts AND j.run_at <= now())
  FROM graphile_worker.jobs j;
END $$;

CREATE FUNCTION list_work(which text, before bigint, most integer)
  RETURNS TABLE (id bigint, task text, payload json, attempts integer, max_attempts integer, last_error text, created_at timestamptz,
    tried_at timestamptz, run_at timestamptz, is_locked boolean)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT j.id, t.identifier, j.payload, j.attempts::int, j.max_attempts::int, left(j.last_error, 1000), j.created_at, j.updated_at,
    j.run_at, j.locked_at IS NOT NULL
  FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
  WHERE (before IS NULL OR j.id < before) AND CASE which
    WHEN 'dead' THEN j.attempts >= j.max_attempts AND j.locked_at IS NULL
    WHEN 'failing' THEN j.attempts < j.max_attempts AND j.last_error IS NOT NULL
    ELSE j.attempts < j.max_attempts END
  ORDER BY j.id DESC LIMIT least(most, 1000);
END $$;

-- Only what has used all its attempts can be replayed or dropped; what somebody else has dealt with meanwhile is left out of the answer.
CREATE FUNCTION replay_work(ids bigint[]) RETURNS TABLE (id bigint, task text, payload json)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY UPDATE graphile_worker._private_jobs j SET attempts = 0, run_at = now(), last_error = NULL, updated_at = now()
  FROM graphile_worker._private_tasks t
  WHERE j.id = ANY (ids) AND t.id = j.task_id AND j.attempts >= j.max_attempts AND j.locked_at IS NULL
  RETURNING j.id, t.identifier, j.payload;
END $$;

CREATE FUNCTION drop_work(ids bigint[]) RETURNS TABLE (id bigint, task text, payload json, last_error text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  RETURN QUERY DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
  WHERE j.id = ANY (ids) AND t.id = j.task_id AND j.attempts >= j.max_attempts AND j.locked_at IS NULL
  RETURNING j.id, t.identifier, j.payload, left(j.last_error, 1000);
END $$;
CREATE FUNCTION free_work(hands text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM graphile_worker.force_unlock_workers(hands);
END $$;
REVOKE ALL ON FUNCTION count_work(), list_work(text, bigint, integer), replay_work(bigint[]), drop_work(bigint[]), free_work(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_work(), list_work(text, bigint, integer), replay_work(bigint[]), drop_work(bigint[]), free_work(text[]) TO mr_app;

GRANT SELECT, INSERT, UPDATE, DELETE ON worker_processes TO mr_app;
GRANT SELECT, INSERT, UPDATE ON master_keys TO mr_app;
-- What the nightly job removes.
GRANT DELETE ON mail_deliveries, report_mails, authorization_expiry_notices, audit_checks TO mr_app;
