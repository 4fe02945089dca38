SET LOCAL lock_timeout = '500ms';

-- The book of titles: to whom an operator lets its invoices be made out. -------------------------------------------------------------

CREATE TABLE invoice_titles (
  id uuid PRIMARY KEY,
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  invoice_title text NOT NULL,
  tax_id text COLLATE "C" NOT NULL,
  email text COLLATE "C",
  bank_name text,
  bank_account text,
  company_address text,
  company_phone text,
  is_default boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  deleted_at timestamptz,
  CONSTRAINT title_length CHECK (char_length(invoice_title) BETWEEN 2 AND 128),
  CONSTRAINT title_tax_id CHECK (tax_id ~ '^[A-Z0-9]{15,20}$'),
  CONSTRAINT title_default CHECK (NOT is_default OR deleted_at IS NULL)
);
CREATE INDEX invoice_titles_operator ON invoice_titles (operator_id, id);
CREATE UNIQUE INDEX one_default_title ON invoice_titles (operator_id) WHERE is_default;
CREATE UNIQUE INDEX one_title_of_a_name ON invoice_titles (operator_id, tax_id, invoice_title) WHERE deleted_at IS NULL;

-- What an invoice was asked on, once: twice the same form is one request, and nothing that was asked changes afterwards. --------------

ALTER TABLE invoice_records
  ADD COLUMN basis text COLLATE "C" NOT NULL DEFAULT 'recharge',
  ADD COLUMN idempotency_key text COLLATE "C",
  ADD COLUMN review_note text;
ALTER TABLE invoice_records
  ADD CONSTRAINT invoice_basis CHECK (basis IN ('recharge', 'consumption')),
  ADD CONSTRAINT invoice_idempotency_key CHECK (char_length(idempotency_key) BETWEEN 1 AND 128),
  ADD CONSTRAINT invoice_review_note CHECK (char_length(review_note) BETWEEN 1 AND 200),
  ADD CONSTRAINT invoice_number_format CHECK (number ~ '^FP[0-9]{6}-[0-9]{6}$'),
  ADD CONSTRAINT one_invoice_per_idempotency_key UNIQUE (operator_id, idempotency_key);
CREATE INDEX invoice_records_operator_list ON invoice_records (operator_id, id);
CREATE INDEX invoice_records_status_list ON invoice_records (status, id);

CREATE FUNCTION guard_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.operator_id, NEW.invoice_type, NEW.amount_fen, NEW.invoice_title, NEW.tax_id, NEW.email, NEW.basis, NEW.created_at)
      IS DISTINCT FROM (OLD.id, OLD.operator_id, OLD.invoice_type, OLD.amount_fen, OLD.invoice_title, OLD.tax_id, OLD.email, OLD.basis, OLD.created_at)
    OR (NEW.bank_name, NEW.bank_account, NEW.company_address, NEW.company_phone)
      IS DISTINCT FROM (OLD.bank_name, OLD.bank_account, OLD.company_address, OLD.company_phone)
    OR (OLD.number IS NOT NULL AND (NEW.number, NEW.pdf_path, NEW.pdf_sha256) IS DISTINCT FROM (OLD.number, OLD.pdf_path, OLD.pdf_sha256)) THEN
    RAISE EXCEPTION 'invoice_records: what was asked and issued never changes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_invoice BEFORE UPDATE ON invoice_records FOR EACH ROW EXECUTE FUNCTION guard_invoice();

-- The last number of each month (Asia/Shanghai). The row stays locked until COMMIT, so that a number is given once and none is lost. ----

CREATE TABLE invoice_numbers (
  month text COLLATE "C" PRIMARY KEY,
  last integer NOT NULL,
  CONSTRAINT number_month CHECK (month ~ '^20[0-9]{2}(0[1-9]|1[0-2])$'),
  CONSTRAINT number_range CHECK (last BETWEEN 1 AND 999999)
);

-- More invoiced than was paid: a refund came after the invoice, which has to be reversed (红冲). The database writes the task itself, with
-- the row that makes it true, whichever part of the product moved the money.
CREATE TABLE invoice_red_tasks (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  over_fen bigint NOT NULL,
  opened_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  alerted_at timestamptz,
  settled_at timestamptz,
  CONSTRAINT red_task_over CHECK (over_fen >= 0 AND (over_fen > 0 OR settled_at IS NOT NULL))
);
CREATE UNIQUE INDEX one_open_red_task ON invoice_red_tasks (operator_id) WHERE settled_at IS NULL;

CREATE FUNCTION flag_over_invoiced(of_operator uuid, net_fen bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  over bigint;
  -- As fine as the product's own times, so that they compare.
  moment timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  SELECT coalesce(sum(amount_fen), 0) - net_fen INTO over
  FROM invoice_records WHERE operator_id = of_operator AND status IN ('pending', 'approved');
  IF over > 0 THEN
    INSERT INTO invoice_red_tasks (operator_id, over_fen, opened_at, updated_at) VALUES (of_operator, over, moment, moment)
    ON CONFLICT (operator_id) WHERE settled_at IS NULL DO UPDATE SET over_fen = excluded.over_fen, updated_at = excluded.updated_at;
  ELSE
    UPDATE invoice_red_tasks SET over_fen = 0, updated_at = moment, settled_at = moment WHERE operator_id = of_operator AND settled_at IS NULL;
  END IF;
END $$;
REVOKE ALL ON FUNCTION flag_over_invoiced(uuid, bigint) FROM PUBLIC;

CREATE FUNCTION watch_paid() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM flag_over_invoiced(NEW.id, NEW.total_recharged_fen - NEW.total_refunded_fen);
  RETURN NULL;
END $$;
CREATE TRIGGER watch_paid AFTER UPDATE ON operator_accounts FOR EACH ROW
  WHEN (OLD.total_refunded_fen <> NEW.total_refunded_fen OR OLD.total_recharged_fen <> NEW.total_recharged_fen)
  EXECUTE FUNCTION watch_paid();

CREATE FUNCTION watch_invoiced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM flag_over_invoiced(id, total_recharged_fen - total_refunded_fen) FROM operator_accounts WHERE id = NEW.operator_id;
  RETURN NULL;
END $$;
CREATE TRIGGER watch_invoiced AFTER UPDATE OF status ON invoice_records FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION watch_invoiced();

-- Invoices can be taken out as a table.
ALTER TABLE exports DROP CONSTRAINT export_kind;
ALTER TABLE exports ADD CONSTRAINT export_kind CHECK (kind IN ('usage', 'transactions', 'statistics', 'recharges', 'invoices')) NOT VALID;
ALTER TABLE exports VALIDATE CONSTRAINT export_kind;

GRANT SELECT, INSERT, UPDATE ON invoice_titles, invoice_numbers TO mr_app;
GRANT SELECT, UPDATE ON invoice_red_tasks TO mr_app;
