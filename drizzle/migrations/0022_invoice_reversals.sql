SET LOCAL lock_timeout = '500ms';

-- What an issued invoice carries besides: the tax inside it, the code its paper is checked with, and how much of it was taken back. --------

ALTER TABLE invoice_records
  ADD COLUMN tax_rate text COLLATE "C",
  ADD COLUMN tax_fen bigint,
  ADD COLUMN check_code text COLLATE "C",
  ADD COLUMN reversed_fen bigint NOT NULL DEFAULT 0;
ALTER TABLE invoice_records
  DROP CONSTRAINT invoice_issued,
  DROP CONSTRAINT invoice_reviewed;
ALTER TABLE invoice_records
  ADD CONSTRAINT invoice_tax_rate CHECK (tax_rate IS NULL OR (tax_rate IN ('none', '0', '1', '3', '6', '9', '13') AND number IS NOT NULL)) NOT VALID,
  ADD CONSTRAINT invoice_tax CHECK ((tax_rate IS NULL) = (tax_fen IS NULL) AND tax_fen BETWEEN 0 AND amount_fen) NOT VALID,
  ADD CONSTRAINT invoice_check_code CHECK (check_code IS NULL OR (check_code ~ '^[0-9]{16}$' AND number IS NOT NULL)) NOT VALID,
  ADD CONSTRAINT invoice_reversed CHECK (reversed_fen BETWEEN 0 AND amount_fen AND (reversed_fen = 0 OR number IS NOT NULL)) NOT VALID,
  -- A number is given with the approval and stays with an invoice that was voided.
  ADD CONSTRAINT invoice_issued CHECK (
    CASE status WHEN 'approved' THEN number IS NOT NULL WHEN 'cancelled' THEN number IS NULL OR reversed_fen = amount_fen ELSE number IS NULL END
    AND (number IS NULL) = (pdf_path IS NULL) AND (number IS NULL) = (pdf_sha256 IS NULL)) NOT VALID,
  ADD CONSTRAINT invoice_reviewed CHECK (
    (status = 'rejected' OR number IS NOT NULL) = (reviewed_by IS NOT NULL) AND (reviewed_by IS NULL) = (reviewed_at IS NULL)) NOT VALID;
ALTER TABLE invoice_records VALIDATE CONSTRAINT invoice_tax_rate;
ALTER TABLE invoice_records VALIDATE CONSTRAINT invoice_tax;
ALTER TABLE invoice_records VALIDATE CONSTRAINT invoice_check_code;
ALTER TABLE invoice_records VALIDATE CONSTRAINT invoice_reversed;
ALTER TABLE invoice_records VALIDATE CONSTRAINT invoice_issued;
ALTER TABLE invoice_records VALIDATE CONSTRAINT invoice_reviewed;
CREATE INDEX invoice_records_reversed ON invoice_records (id) WHERE reversed_fen > 0;

CREATE OR REPLACE FUNCTION guard_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.operator_id, NEW.invoice_type, NEW.amount_fen, NEW.invoice_title, NEW.tax_id, NEW.email, NEW.basis, NEW.created_at)
      IS DISTINCT FROM (OLD.id, OLD.operator_id, OLD.invoice_type, OLD.amount_fen, OLD.invoice_title, OLD.tax_id, OLD.email, OLD.basis, OLD.created_at)
    OR (NEW.bank_name, NEW.bank_account, NEW.company_address, NEW.company_phone)
      IS DISTINCT FROM (OLD.bank_name, OLD.bank_account, OLD.company_address, OLD.company_phone)
    OR (OLD.number IS NOT NULL AND (NEW.number, NEW.pdf_path, NEW.pdf_sha256, NEW.tax_rate, NEW.tax_fen, NEW.check_code, NEW.reviewed_by, NEW.reviewed_at)
      IS DISTINCT FROM (OLD.number, OLD.pdf_path, OLD.pdf_sha256, OLD.tax_rate, OLD.tax_fen, OLD.check_code, OLD.reviewed_by, OLD.reviewed_at))
    OR NEW.reversed_fen < OLD.reversed_fen THEN
    RAISE EXCEPTION 'invoice_records: what was asked and issued never changes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;

DROP TRIGGER guard_states ON invoice_records;
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON invoice_records FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"pending":["approved","rejected","cancelled"],"approved":["cancelled"],"rejected":[],"cancelled":[]}');

-- Taking an issued invoice back: one person asks, another decides. Voided (作废) whole in its own month, or by a red invoice (红冲) that
-- names the blue one and has a number, a paper and a tax part of its own.
CREATE TABLE invoice_reversals (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoice_records (id),
  operator_id uuid NOT NULL REFERENCES operator_accounts (id),
  kind text COLLATE "C" NOT NULL,
  amount_fen bigint NOT NULL,
  reason_code text COLLATE "C" NOT NULL,
  reason text NOT NULL,
  confirmation_no text COLLATE "C",
  status text COLLATE "C" NOT NULL DEFAULT 'proposed',
  number text COLLATE "C" UNIQUE,
  tax_fen bigint,
  check_code text COLLATE "C",
  pdf_path text,
  pdf_sha256 bytea,
  proposed_by uuid NOT NULL REFERENCES admin_accounts (id),
  proposed_at timestamptz NOT NULL,
  decided_by uuid REFERENCES admin_accounts (id),
  decided_at timestamptz,
  reject_reason text,
  CONSTRAINT reversal_kind CHECK (kind IN ('void', 'red')),
  CONSTRAINT reversal_amount CHECK (amount_fen > 0),
  CONSTRAINT reversal_reason_code CHECK (reason_code IN ('mistake', 'return', 'ended', 'allowance')),
  CONSTRAINT reversal_reason CHECK (char_length(reason) BETWEEN 10 AND 200),
  CONSTRAINT reversal_confirmation_no CHECK (confirmation_no ~ '^[0-9A-Za-z]{4,32}$'),
  CONSTRAINT reversal_status CHECK (status IN ('proposed', 'issued', 'rejected')),
  CONSTRAINT reversal_decided CHECK ((status = 'proposed') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
  CONSTRAINT reversal_second_person CHECK (status <> 'issued' OR decided_by <> proposed_by),
  CONSTRAINT reversal_rejected CHECK ((status = 'rejected') = (reject_reason IS NOT NULL) AND char_length(reject_reason) BETWEEN 10 AND 200),
  CONSTRAINT reversal_number CHECK (number ~ '^HZ[0-9]{6}-[0-9]{6}$'),
  CONSTRAINT reversal_check_code CHECK (check_code ~ '^[0-9]{16}$'),
  CONSTRAINT reversal_tax CHECK (tax_fen BETWEEN 0 AND amount_fen),
  CONSTRAINT reversal_paper CHECK ((kind = 'red' AND status = 'issued') = (number IS NOT NULL)
    AND (number IS NULL) = (pdf_path IS NULL) AND (number IS NULL) = (pdf_sha256 IS NULL) AND (number IS NULL) = (check_code IS NULL))
);
CREATE INDEX invoice_reversals_invoice ON invoice_reversals (invoice_id, id);
CREATE INDEX invoice_reversals_status ON invoice_reversals (status, id);
CREATE UNIQUE INDEX one_open_reversal ON invoice_reversals (invoice_id) WHERE status = 'proposed';

CREATE FUNCTION guard_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'proposed' OR
    (NEW.id, NEW.invoice_id, NEW.operator_id, NEW.kind, NEW.amount_fen, NEW.reason_code, NEW.reason, NEW.confirmation_no, NEW.proposed_by, NEW.proposed_at)
      IS DISTINCT FROM
    (OLD.id, OLD.invoice_id, OLD.operator_id, OLD.kind, OLD.amount_fen, OLD.reason_code, OLD.reason, OLD.confirmation_no, OLD.proposed_by, OLD.proposed_at) THEN
    RAISE EXCEPTION 'invoice_reversals: what was proposed and decided never changes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_reversal BEFORE UPDATE ON invoice_reversals FOR EACH ROW EXECUTE FUNCTION guard_reversal();

-- The last red number of each month, like invoice_numbers.
CREATE TABLE invoice_red_numbers (
  month text COLLATE "C" PRIMARY KEY,
  last integer NOT NULL,
  CONSTRAINT red_number_month CHECK (month ~ '^20[0-9]{2}(0[1-9]|1[0-2])$'),
  CONSTRAINT red_number_range CHECK (last BETWEEN 1 AND 999999)
);

-- The tax authority's own file of an invoice, as finance handed it in; one that was replaced stays.
CREATE TABLE invoice_tax_files (
  id uuid PRIMARY KEY,
  invoice_id uuid NOT NULL REFERENCES invoice_records (id),
  tax_number text COLLATE "C" NOT NULL,
  file_path text NOT NULL,
  file_type text COLLATE "C" NOT NULL,
  file_bytes integer NOT NULL,
  file_sha256 bytea NOT NULL,
  uploaded_by uuid NOT NULL REFERENCES admin_accounts (id),
  uploaded_at timestamptz NOT NULL,
  replaced_at timestamptz,
  CONSTRAINT tax_file_number CHECK (tax_number ~ '^([0-9]{8}|[0-9]{20})$'),
  CONSTRAINT tax_file_type CHECK (file_type IN ('pdf', 'ofd', 'xml')),
  CONSTRAINT tax_file_bytes CHECK (file_bytes BETWEEN 1 AND 5242880)
);
CREATE INDEX invoice_tax_files_invoice ON invoice_tax_files (invoice_id, id);
CREATE UNIQUE INDEX one_tax_file_per_invoice ON invoice_tax_files (invoice_id) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX one_invoice_per_tax_number ON invoice_tax_files (tax_number) WHERE replaced_at IS NULL;

-- What is taken back counts as invoiced no longer.
CREATE OR REPLACE FUNCTION flag_over_invoiced(of_operator uuid, net_fen bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  over bigint;
  -- As fine as the product's own times, so that they compare.
  moment timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  SELECT coalesce(sum(amount_fen - reversed_fen), 0) - net_fen INTO over
  FROM invoice_records WHERE operator_id = of_operator AND status IN ('pending', 'approved');
  IF over > 0 THEN
    INSERT INTO invoice_red_tasks (operator_id, over_fen, opened_at, updated_at) VALUES (of_operator, over, moment, moment)
    ON CONFLICT (operator_id) WHERE settled_at IS NULL DO UPDATE SET over_fen = excluded.over_fen, updated_at = excluded.updated_at;
  ELSE
    UPDATE invoice_red_tasks SET over_fen = 0, updated_at = moment, settled_at = moment WHERE operator_id = of_operator AND settled_at IS NULL;
  END IF;
END $$;
DROP TRIGGER watch_invoiced ON invoice_records;
CREATE TRIGGER watch_invoiced AFTER UPDATE OF status, reversed_fen ON invoice_records FOR EACH ROW
  WHEN (OLD.status <> NEW.status OR OLD.reversed_fen <> NEW.reversed_fen)
  EXECUTE FUNCTION watch_invoiced();

GRANT SELECT, INSERT, UPDATE ON invoice_reversals, invoice_red_numbers, invoice_tax_files TO mr_app;
