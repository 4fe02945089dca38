SET LOCAL lock_timeout = '500ms';

DROP TABLE invoice_tax_files, invoice_red_numbers, invoice_reversals;
DROP FUNCTION guard_reversal();

DROP TRIGGER watch_invoiced ON invoice_records;
CREATE TRIGGER watch_invoiced AFTER UPDATE OF status ON invoice_records FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION watch_invoiced();
CREATE OR REPLACE FUNCTION flag_over_invoiced(of_operator uuid, net_fen bigint) RETURNS void
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

DROP TRIGGER guard_states ON invoice_records;
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON invoice_records FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"pending":["approved","rejected","cancelled"],"approved":[],"rejected":[],"cancelled":[]}');

CREATE OR REPLACE FUNCTION guard_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
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

ALTER TABLE invoice_records
  DROP CONSTRAINT invoice_reviewed,
  DROP CONSTRAINT invoice_issued,
  DROP COLUMN tax_rate, DROP COLUMN tax_fen, DROP COLUMN check_code, DROP COLUMN reversed_fen;
ALTER TABLE invoice_records
  ADD CONSTRAINT invoice_issued CHECK ((status = 'approved') = (number IS NOT NULL) AND (number IS NULL) = (pdf_path IS NULL) AND (number IS NULL) = (pdf_sha256 IS NULL)),
  ADD CONSTRAINT invoice_reviewed CHECK ((status IN ('approved', 'rejected')) = (reviewed_by IS NOT NULL) AND (reviewed_by IS NULL) = (reviewed_at IS NULL));
