SET LOCAL lock_timeout = '500ms';

ALTER TABLE exports DROP CONSTRAINT export_kind;
ALTER TABLE exports ADD CONSTRAINT export_kind CHECK (kind IN ('usage', 'transactions', 'statistics', 'recharges'));

DROP TRIGGER watch_invoiced ON invoice_records;
DROP TRIGGER watch_paid ON operator_accounts;
DROP FUNCTION watch_invoiced();
DROP FUNCTION watch_paid();
DROP FUNCTION flag_over_invoiced(uuid, bigint);
DROP TABLE invoice_red_tasks, invoice_numbers;

DROP TRIGGER guard_invoice ON invoice_records;
DROP FUNCTION guard_invoice();
DROP INDEX invoice_records_operator_list;
DROP INDEX invoice_records_status_list;
ALTER TABLE invoice_records
  DROP CONSTRAINT invoice_number_format,
  DROP COLUMN basis, DROP COLUMN idempotency_key, DROP COLUMN review_note;

DROP TABLE invoice_titles;
