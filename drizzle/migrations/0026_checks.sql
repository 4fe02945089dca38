SET LOCAL lock_timeout = '500ms';

-- How far the audit of each minute has walked each operator's chain, and what it saw there: the next one reads from here on, however
-- long the journal has become. The full proof of the night sets it anew.
CREATE TABLE ledger_watermarks (
  operator_id uuid PRIMARY KEY REFERENCES operator_accounts (id),
  seq bigint NOT NULL,
  balance_fen bigint NOT NULL,
  hash bytea NOT NULL,
  checked_at timestamptz NOT NULL,
  CONSTRAINT watermark_head CHECK (seq >= 0 AND balance_fen >= 0 AND octet_length(hash) = 32)
) WITH (fillfactor = 70);

-- One row: up to when games and orders were looked at, and how often rows of the append-only journal were changed or removed, as the
-- database itself counts. That number stands still for ever, unless somebody switched the guards off.
CREATE TABLE ledger_watch (
  one_row boolean PRIMARY KEY DEFAULT true,
  looked_at timestamptz NOT NULL,
  journal_changes bigint NOT NULL,
  CONSTRAINT watch_one_row CHECK (one_row),
  CONSTRAINT watch_changes CHECK (journal_changes >= 0)
);

-- Each time the schema was verified: by the job, by the command of a deploy, and what was found.
CREATE TABLE schema_checks (
  id uuid PRIMARY KEY,
  cause text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  release text COLLATE "C" NOT NULL,
  migration text COLLATE "C",
  fingerprint bytea NOT NULL,
  objects integer NOT NULL,
  probes integer NOT NULL,
  findings jsonb NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  CONSTRAINT schema_check_cause CHECK (cause IN ('job', 'command')),
  CONSTRAINT schema_check_status CHECK (status IN ('sound', 'drift')),
  CONSTRAINT schema_check_counts CHECK (objects >= 0 AND probes >= 0 AND octet_length(fingerprint) = 32),
  CONSTRAINT schema_check_findings CHECK (jsonb_typeof(findings) = 'array' AND (status = 'sound') = (findings = '[]'))
);
CREATE INDEX schema_checks_drift ON schema_checks (id) WHERE status = 'drift';

-- Two lists of values that only the code kept.
ALTER TABLE provider_bill_lines ADD CONSTRAINT line_channel CHECK (channel IN ('wechat', 'alipay')) NOT VALID;
ALTER TABLE provider_bill_lines VALIDATE CONSTRAINT line_channel;
ALTER TABLE bill_differences ADD CONSTRAINT difference_channel CHECK (channel IN ('wechat', 'alipay')) NOT VALID;
ALTER TABLE bill_differences VALIDATE CONSTRAINT difference_channel;

-- What has been applied is for the migrations' own role to write: the application only reads it.
REVOKE INSERT, UPDATE, DELETE ON schema_migrations FROM mr_app;

GRANT SELECT, INSERT, UPDATE ON ledger_watermarks, ledger_watch TO mr_app;
GRANT SELECT, INSERT, DELETE ON schema_checks TO mr_app;
