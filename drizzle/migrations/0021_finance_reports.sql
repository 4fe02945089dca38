SET LOCAL lock_timeout = '500ms';

-- A report of finance over business days: what was asked for, how far it is, and the file that came of it. A workers process takes one
-- from the queue, works under a lease and keeps it alive; whoever dies loses the lease, and the job report-resume gives the report to
-- another. Files stay: they are papers of the business.
CREATE TABLE finance_reports (
  id uuid PRIMARY KEY,
  report_type text COLLATE "C" NOT NULL,
  start_date date NOT NULL,
  end_date date NOT NULL,
  format text COLLATE "C" NOT NULL,
  language text COLLATE "C" NOT NULL,
  sections text[] COLLATE "C" NOT NULL,
  recipients text[] NOT NULL DEFAULT '{}',
  -- Null: the clock asked for it.
  created_by uuid REFERENCES admin_accounts (id),
  -- The one that failed and is made again; once.
  repeats uuid UNIQUE REFERENCES finance_reports (id),
  status text COLLATE "C" NOT NULL DEFAULT 'generating',
  attempts integer NOT NULL DEFAULT 0,
  leased_until timestamptz,
  steps_done integer NOT NULL DEFAULT 0,
  steps_total integer NOT NULL,
  -- The main figures in it, in yuan, for lists and mails.
  figures jsonb,
  file_name text COLLATE "C" NOT NULL,
  file_path text COLLATE "C",
  file_bytes bigint,
  file_sha256 bytea,
  error text COLLATE "C",
  created_at timestamptz NOT NULL,
  completed_at timestamptz,
  CONSTRAINT report_type CHECK (report_type IN ('daily', 'weekly', 'monthly', 'custom')),
  CONSTRAINT report_days CHECK (end_date >= start_date AND end_date - start_date <= 365),
  CONSTRAINT report_format CHECK (format IN ('pdf', 'excel', 'csv')),
  CONSTRAINT report_language CHECK (language IN ('zh', 'en')),
  CONSTRAINT report_sections CHECK (cardinality(sections) BETWEEN 1 AND 4
    AND sections <@ ARRAY['income_summary', 'top_customers', 'usage_statistics', 'refund_summary']),
  CONSTRAINT report_recipients CHECK (cardinality(recipients) <= 10),
  CONSTRAINT report_status CHECK (status IN ('generating', 'completed', 'failed')),
  CONSTRAINT report_steps CHECK (steps_done BETWEEN 0 AND steps_total AND attempts BETWEEN 0 AND 10),
  CONSTRAINT report_leased CHECK (leased_until IS NULL OR status = 'generating'),
  CONSTRAINT report_file_name CHECK (file_name ~ '^finance_[a-z]+_[0-9]{8}_[0-9]{8}\.(pdf|xlsx|csv)$'),
  CONSTRAINT report_file CHECK (num_nulls(file_path, file_bytes, file_sha256, figures) = CASE WHEN status = 'completed' THEN 0 ELSE 4 END
    AND file_bytes > 0 AND octet_length(file_sha256) = 32),
  CONSTRAINT report_error CHECK ((status = 'failed') = (error IS NOT NULL) AND error IN ('error', 'timeout', 'abandoned')),
  CONSTRAINT report_completed CHECK ((status = 'generating') = (completed_at IS NULL)),
  CONSTRAINT report_repeats_other CHECK (repeats <> id)
);
CREATE INDEX finance_reports_type ON finance_reports (report_type, id);
CREATE INDEX finance_reports_status ON finance_reports (status, id);
-- A tick that runs twice asks for nothing twice.
CREATE UNIQUE INDEX one_scheduled_report ON finance_reports (report_type, start_date, end_date) WHERE created_by IS NULL;

CREATE TRIGGER guard_states BEFORE UPDATE OF status ON finance_reports FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"generating":["completed","failed"],"completed":[],"failed":[]}');

-- One mail for each report and address at most. The work of sending waits in the queue, put there with the finished report.
CREATE TABLE report_mails (
  report_id uuid NOT NULL REFERENCES finance_reports (id),
  address text NOT NULL,
  status text COLLATE "C" NOT NULL DEFAULT 'queued',
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (report_id, address),
  CONSTRAINT report_mail_status CHECK (status IN ('queued', 'sent', 'failed', 'skipped')),
  CONSTRAINT report_mail_finished CHECK ((status = 'queued') = (finished_at IS NULL)),
  CONSTRAINT report_mail_attempts CHECK (attempts >= 0)
);

-- What the clock asks for, and who gets it. Each change counts the version up: two people who change the same row do not overwrite each
-- other unseen.
CREATE TABLE report_schedules (
  report_type text COLLATE "C" PRIMARY KEY,
  is_on boolean NOT NULL DEFAULT true,
  format text COLLATE "C" NOT NULL DEFAULT 'pdf',
  language text COLLATE "C" NOT NULL DEFAULT 'zh',
  sections text[] COLLATE "C" NOT NULL DEFAULT ARRAY['income_summary', 'top_customers', 'usage_statistics', 'refund_summary'],
  recipients text[] NOT NULL DEFAULT '{}',
  version integer NOT NULL DEFAULT 1,
  updated_by uuid REFERENCES admin_accounts (id),
  updated_at timestamptz,
  CONSTRAINT schedule_type CHECK (report_type IN ('daily', 'weekly', 'monthly')),
  CONSTRAINT schedule_format CHECK (format IN ('pdf', 'excel', 'csv')),
  CONSTRAINT schedule_language CHECK (language IN ('zh', 'en')),
  CONSTRAINT schedule_sections CHECK (cardinality(sections) BETWEEN 1 AND 4
    AND sections <@ ARRAY['income_summary', 'top_customers', 'usage_statistics', 'refund_summary']),
  CONSTRAINT schedule_recipients CHECK (cardinality(recipients) <= 10),
  CONSTRAINT schedule_updated CHECK ((updated_by IS NULL) = (updated_at IS NULL) AND version > 0)
);
INSERT INTO report_schedules (report_type) VALUES ('daily'), ('weekly'), ('monthly');

-- What was asked for never changes.
GRANT SELECT, INSERT ON finance_reports TO mr_app;
GRANT UPDATE (status, attempts, leased_until, steps_done, figures, file_path, file_bytes, file_sha256, error, completed_at)
  ON finance_reports TO mr_app;
GRANT SELECT, INSERT, UPDATE ON report_mails TO mr_app;
GRANT SELECT, UPDATE ON report_schedules TO mr_app;
