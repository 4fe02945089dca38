SET LOCAL lock_timeout = '500ms';

GRANT INSERT, UPDATE, DELETE ON schema_migrations TO mr_app;
ALTER TABLE bill_differences DROP CONSTRAINT difference_channel;
ALTER TABLE provider_bill_lines DROP CONSTRAINT line_channel;
DROP TABLE schema_checks, ledger_watch, ledger_watermarks;
