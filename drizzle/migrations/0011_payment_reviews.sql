SET LOCAL lock_timeout = '500ms';

-- Above the limit two persons confirm a bank transfer: what the first one saw waits for the second.
ALTER TABLE bank_transfers
  ADD COLUMN proposed_reference text COLLATE "C",
  ADD COLUMN first_reviewer uuid REFERENCES admin_accounts (id),
  ADD COLUMN first_reviewed_at timestamptz,
  ADD CONSTRAINT transfer_first_review CHECK ((first_reviewer IS NULL) = (first_reviewed_at IS NULL)
    AND (first_reviewer IS NULL) = (proposed_reference IS NULL)),
  ADD CONSTRAINT transfer_two_persons CHECK (first_reviewer IS NULL OR bank_reference IS NULL OR decided_by <> first_reviewer);

-- Money that is on its way back to who paid it: the number of that refund is kept for ever, and nobody credits it meanwhile.
ALTER TABLE payment_quarantine
  ADD COLUMN return_no text COLLATE "C" UNIQUE,
  ADD COLUMN return_started_at timestamptz,
  ADD COLUMN return_started_by uuid REFERENCES admin_accounts (id),
  ADD COLUMN return_reason text,
  ADD CONSTRAINT quarantine_return CHECK (num_nulls(return_no, return_started_at, return_started_by, return_reason) IN (0, 4));

-- An operator's orders can be taken out as a table too.
ALTER TABLE exports DROP CONSTRAINT export_kind;
ALTER TABLE exports ADD CONSTRAINT export_kind CHECK (kind IN ('usage', 'transactions', 'statistics', 'recharges')) NOT VALID;
ALTER TABLE exports VALIDATE CONSTRAINT export_kind;
