SET LOCAL lock_timeout = '500ms';

DROP TABLE statistics_month_parties, statistics_months, statistics_application_parties, statistics_site_parties, statistics_places, statistics_days;

DELETE FROM exports WHERE staff_id IS NOT NULL;
DROP INDEX exports_staff;
ALTER TABLE exports DROP CONSTRAINT export_kind;
ALTER TABLE exports ADD CONSTRAINT export_kind CHECK (kind IN ('usage', 'transactions', 'statistics', 'recharges', 'invoices'));
ALTER TABLE exports DROP CONSTRAINT export_owner;
ALTER TABLE exports DROP COLUMN staff_id;
ALTER TABLE exports ALTER COLUMN operator_id SET NOT NULL;
