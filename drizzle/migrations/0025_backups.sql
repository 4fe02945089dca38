SET LOCAL lock_timeout = '500ms';

-- What is known about each backup. The truth lies beside the files (manifest.json, proof.json): these rows are what pages, alarms and
-- metrics read, and a restored database learns them from the folder again. Only one that was restored and audited is good.
CREATE TABLE backups (
  id uuid PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  reason text COLLATE "C" NOT NULL,
  way text COLLATE "C",
  status text COLLATE "C" NOT NULL DEFAULT 'running',
  phase text COLLATE "C",
  steps_done bigint NOT NULL DEFAULT 0,
  steps_total bigint NOT NULL DEFAULT 0,
  -- The moment that it shows.
  taken_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  finished_at timestamptz,
  proved_at timestamptz,
  copied_at timestamptz,
  removed_at timestamptz,
  migration text COLLATE "C",
  release text COLLATE "C",
  -- Which key opens it; null: not encrypted.
  key_id text COLLATE "C",
  row_count bigint,
  byte_count bigint,
  manifest_sha256 bytea,
  error_code text COLLATE "C",
  error_facts jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT backup_name CHECK (name ~ '^[a-zA-Z0-9_]{1,40}-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$'),
  CONSTRAINT backup_reason CHECK (reason IN ('daily', 'manual', 'release', 'safety')),
  CONSTRAINT backup_way CHECK (way IN ('archive', 'pg_dump')),
  CONSTRAINT backup_status CHECK (status IN ('running', 'unproved', 'good', 'failed', 'removed')),
  CONSTRAINT backup_phase CHECK (phase IN ('writing', 'checking', 'restoring', 'proving', 'copying') AND (status = 'running' OR phase IS NULL)),
  CONSTRAINT backup_steps CHECK (steps_done >= 0 AND steps_total >= 0),
  CONSTRAINT backup_finished CHECK ((status = 'running') = (finished_at IS NULL)),
  CONSTRAINT backup_proved CHECK (status <> 'good' OR proved_at IS NOT NULL),
  CONSTRAINT backup_removed CHECK ((status = 'removed') = (removed_at IS NOT NULL)),
  CONSTRAINT backup_written CHECK (status NOT IN ('unproved', 'good')
    OR num_nulls(way, migration, release, row_count, byte_count, manifest_sha256) = 0),
  CONSTRAINT backup_digest CHECK (octet_length(manifest_sha256) = 32)
);
CREATE INDEX backups_newest ON backups (taken_at);
CREATE INDEX backups_good ON backups (taken_at) WHERE status = 'good';

-- Each time a backup was brought back to life: to prove it, as a rehearsal, or in earnest.
CREATE TABLE backup_restores (
  id uuid PRIMARY KEY,
  backup_name text COLLATE "C" NOT NULL,
  purpose text COLLATE "C" NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  row_count bigint NOT NULL,
  -- Rows of the journal that the audit recomputed.
  journal_rows bigint NOT NULL,
  restore_ms integer NOT NULL,
  audit_ms integer NOT NULL,
  error_code text COLLATE "C",
  error_facts jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT restore_purpose CHECK (purpose IN ('proof', 'rehearsal', 'restore')),
  CONSTRAINT restore_counts CHECK (row_count >= 0 AND journal_rows >= 0 AND restore_ms >= 0 AND audit_ms >= 0),
  CONSTRAINT restore_finished CHECK (finished_at >= started_at)
);
CREATE INDEX backup_restores_newest ON backup_restores (finished_at);

GRANT SELECT, INSERT, UPDATE ON backups TO mr_app;
GRANT SELECT, INSERT, DELETE ON backup_restores TO mr_app;
