SET LOCAL lock_timeout = '500ms';

DELETE FROM exports WHERE kind = 'recharges';
ALTER TABLE exports DROP CONSTRAINT export_kind;
ALTER TABLE exports ADD CONSTRAINT export_kind CHECK (kind IN ('usage', 'transactions', 'statistics'));
ALTER TABLE payment_quarantine DROP CONSTRAINT quarantine_return, DROP COLUMN return_no, DROP COLUMN return_started_at,
  DROP COLUMN return_started_by, DROP COLUMN return_reason;
ALTER TABLE bank_transfers
  DROP CONSTRAINT transfer_two_persons, DROP COLUMN proposed_reference, DROP COLUMN first_reviewer, DROP COLUMN first_reviewed_at;
