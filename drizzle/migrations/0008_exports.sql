SET LOCAL lock_timeout = '500ms';

-- Files that are made in the background, because somebody wants more rows than a page waits for. A workers process claims a row, works
-- under a lease and renews it with every chunk: whoever dies loses the lease, and another process starts that file again.
CREATE TABLE exports (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  kind text COLLATE "C" NOT NULL,
  format text COLLATE "C" NOT NULL,
  language text COLLATE "C" NOT NULL,
  filter jsonb NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'queued',
  attempts integer NOT NULL DEFAULT 0,
  leased_until timestamptz,
  rows_done integer NOT NULL DEFAULT 0,
  rows_total integer NOT NULL,
  file_name text NOT NULL,
  file_bytes bigint,
  file_sha256 bytea,
  error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  expires_at timestamptz,
  CONSTRAINT export_kind CHECK (kind IN ('usage', 'transactions', 'statistics')),
  CONSTRAINT export_format CHECK (format IN ('excel', 'csv')),
  CONSTRAINT export_language CHECK (language IN ('zh', 'en')),
  CONSTRAINT export_status CHECK (status IN ('queued', 'running', 'ready', 'failed', 'expired')),
  CONSTRAINT export_leased CHECK ((status = 'running') = (leased_until IS NOT NULL)),
  CONSTRAINT export_rows CHECK (rows_done >= 0 AND rows_total >= 0 AND attempts BETWEEN 0 AND 10),
  CONSTRAINT export_file_name CHECK (file_name ~ '^[a-z_]+_[0-9_]+\.(xlsx|csv)$'),
  CONSTRAINT export_file CHECK (num_nulls(file_bytes, file_sha256, expires_at) = CASE WHEN status IN ('ready', 'expired') THEN 0 ELSE 3 END
    AND file_bytes >= 0 AND octet_length(file_sha256) = 32),
  CONSTRAINT export_finished CHECK ((status IN ('ready', 'failed', 'expired')) = (finished_at IS NOT NULL)),
  CONSTRAINT export_error CHECK ((status = 'failed') = (error IS NOT NULL))
);
CREATE INDEX exports_operator ON exports (operator_id, id);
CREATE INDEX exports_open ON exports (id) WHERE status IN ('queued', 'running');
CREATE INDEX exports_expiring ON exports (expires_at) WHERE status = 'ready';

CREATE TRIGGER guard_states BEFORE UPDATE OF status ON exports FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"queued":["running"],"running":["ready","failed","queued"],"ready":["expired"],"failed":[],"expired":[]}');

-- Money in and out of one operator that is no game, newest first: filters by kind and statements find it without reading past games.
CREATE INDEX transaction_records_operator_other ON transaction_records (operator_id, seq) WHERE type <> 'consumption';

GRANT SELECT, INSERT, UPDATE ON exports TO mr_app;
