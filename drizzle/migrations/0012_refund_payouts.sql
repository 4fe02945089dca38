SET LOCAL lock_timeout = '500ms';

-- Who approved first, when, and what a reviewer had to say. -----------------------------------------------------------------------------

ALTER TABLE refund_records
  ADD COLUMN first_reviewed_at timestamptz,
  ADD COLUMN review_note text,
  ADD CONSTRAINT refund_review_note CHECK (char_length(review_note) BETWEEN 1 AND 200),
  ADD CONSTRAINT refund_first_review CHECK (review_stage = 1 OR first_reviewed_at IS NOT NULL) NOT VALID;

-- A payout is one slice of a refund with one number at its provider, for ever. `replaced` lives on in another slice, `returned` went back
-- to the balance.

ALTER TABLE refund_payouts
  ADD COLUMN operator_id uuid,
  ADD COLUMN replaces uuid,
  ADD COLUMN provider_refund_id text COLLATE "C",
  ADD COLUMN provider_state text,
  ADD COLUMN last_error text,
  ADD COLUMN attempts integer NOT NULL DEFAULT 0,
  ADD COLUMN checks integer NOT NULL DEFAULT 0,
  ADD COLUMN next_check_at timestamptz,
  ADD COLUMN ledger_seq bigint,
  ADD COLUMN finished_at timestamptz,
  DROP CONSTRAINT payout_status;

-- Only demonstrations have rows by now, a handful each.
UPDATE refund_payouts p SET operator_id = r.operator_id,
  next_check_at = CASE WHEN p.channel <> 'bank' AND p.status = 'processing' THEN p.created_at END,
  finished_at = CASE WHEN p.status = 'completed' THEN p.updated_at END,
  ledger_seq = CASE WHEN p.status = 'completed' THEN
    (SELECT t.seq FROM transaction_records t WHERE t.refund_id = r.id AND t.type = 'refund_payout' AND t.amount_fen = p.amount_fen LIMIT 1) END
FROM refund_records r WHERE r.id = p.refund_id;

ALTER TABLE refund_payouts
  ALTER COLUMN operator_id SET NOT NULL,
  ADD CONSTRAINT payout_status CHECK (status IN ('processing', 'completed', 'abnormal', 'replaced', 'returned')),
  ADD CONSTRAINT payout_number CHECK (out_refund_no ~ '^[0-9A-Za-z_-]{1,64}$'),
  ADD CONSTRAINT payout_provider_state CHECK (provider_state IN ('absent', 'processing', 'success', 'abnormal', 'closed', 'refused')),
  ADD CONSTRAINT payout_counts CHECK (attempts >= 0 AND checks >= 0),
  -- What is under way at a provider is asked about; nothing else is.
  ADD CONSTRAINT payout_watched CHECK (CASE WHEN channel = 'bank' THEN next_check_at IS NULL ELSE (next_check_at IS NOT NULL) = (status IN ('processing', 'abnormal')) END),
  -- What is paid or given back stands in the journal, and nothing else does.
  ADD CONSTRAINT payout_booked CHECK ((status IN ('completed', 'returned')) = (ledger_seq IS NOT NULL)),
  ADD CONSTRAINT payout_finished CHECK ((status IN ('completed', 'replaced', 'returned')) = (finished_at IS NOT NULL)),
  ADD CONSTRAINT payout_replaces_other CHECK (replaces <> id),
  ADD CONSTRAINT one_successor UNIQUE (replaces),
  ADD CONSTRAINT one_payout_per_row UNIQUE (operator_id, ledger_seq),
  ADD CONSTRAINT payouts_of_refund UNIQUE (refund_id, id),
  ADD CONSTRAINT payout_replaces FOREIGN KEY (refund_id, replaces) REFERENCES refund_payouts (refund_id, id),
  ADD CONSTRAINT payout_refund_of_operator FOREIGN KEY (operator_id, refund_id) REFERENCES refund_records (operator_id, id),
  ADD CONSTRAINT payout_order_of_operator FOREIGN KEY (operator_id, order_id) REFERENCES recharge_orders (operator_id, id),
  ADD CONSTRAINT payout_row FOREIGN KEY (operator_id, ledger_seq) REFERENCES transaction_records (operator_id, seq);
CREATE INDEX refund_payouts_due ON refund_payouts (next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX refund_payouts_open ON refund_payouts (id) WHERE status IN ('processing', 'abnormal');

DROP TRIGGER guard_states ON refund_payouts;
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON refund_payouts FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"processing":["completed","abnormal","replaced","returned"],"abnormal":["processing","completed","replaced","returned"],"completed":[],"replaced":[],"returned":[]}');

-- Whose, how much, by which way and under which number: never changed, or a retry would be another refund.
CREATE FUNCTION guard_payout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.refund_id, NEW.operator_id, NEW.order_id, NEW.out_refund_no, NEW.amount_fen, NEW.channel, NEW.replaces, NEW.created_at)
      IS DISTINCT FROM
     (OLD.id, OLD.refund_id, OLD.operator_id, OLD.order_id, OLD.out_refund_no, OLD.amount_fen, OLD.channel, OLD.replaces, OLD.created_at)
    OR (OLD.ledger_seq IS NOT NULL AND NEW.ledger_seq IS DISTINCT FROM OLD.ledger_seq) THEN
    RAISE EXCEPTION 'refund_payouts: what was planned never changes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_payout BEFORE UPDATE ON refund_payouts FOR EACH ROW EXECUTE FUNCTION guard_payout();

-- What an operator asked for and what was approved never change either.
CREATE FUNCTION guard_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.operator_id, NEW.requested_fen, NEW.reason, NEW.created_at)
      IS DISTINCT FROM (OLD.id, OLD.operator_id, OLD.requested_fen, OLD.reason, OLD.created_at)
    OR (OLD.actual_fen IS NOT NULL AND NEW.actual_fen IS DISTINCT FROM OLD.actual_fen)
    OR (OLD.first_reviewer IS NOT NULL AND NEW.first_reviewer IS DISTINCT FROM OLD.first_reviewer) THEN
    RAISE EXCEPTION 'refund_records: what was asked and approved never changes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_refund BEFORE UPDATE ON refund_records FOR EACH ROW EXECUTE FUNCTION guard_refund();

-- Money that finance sent by hand, with its proof; above the limit it counts only when a second person has seen it. -----------------------

CREATE TABLE refund_transfers (
  id uuid PRIMARY KEY,
  payout_id uuid NOT NULL REFERENCES refund_payouts (id),
  payee_name text NOT NULL,
  bank_name text NOT NULL,
  bank_account text COLLATE "C" NOT NULL,
  bank_reference text COLLATE "C" NOT NULL,
  proof_path text NOT NULL,
  proof_type text NOT NULL,
  proof_bytes integer NOT NULL,
  proof_sha256 bytea NOT NULL,
  status text NOT NULL DEFAULT 'entered',
  entered_by uuid NOT NULL REFERENCES admin_accounts (id),
  entered_at timestamptz NOT NULL,
  decided_by uuid REFERENCES admin_accounts (id),
  decided_at timestamptz,
  reject_reason text,
  CONSTRAINT transfer_names CHECK (char_length(payee_name) BETWEEN 2 AND 128 AND char_length(bank_name) BETWEEN 2 AND 128),
  CONSTRAINT transfer_account CHECK (bank_account ~ '^[0-9]{8,32}$'),
  CONSTRAINT transfer_reference CHECK (char_length(bank_reference) BETWEEN 4 AND 64),
  CONSTRAINT transfer_proof CHECK (proof_type IN ('image/png', 'image/jpeg', 'application/pdf') AND proof_bytes BETWEEN 1 AND 5242880
    AND octet_length(proof_sha256) = 32),
  CONSTRAINT transfer_status CHECK (status IN ('entered', 'done', 'rejected')),
  CONSTRAINT transfer_two_persons CHECK (status <> 'done' OR decided_by IS DISTINCT FROM entered_by),
  CONSTRAINT transfer_decision CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (status <> 'rejected' OR decided_by IS NOT NULL)),
  CONSTRAINT transfer_rejection CHECK ((status = 'rejected') = (reject_reason IS NOT NULL) AND char_length(reject_reason) BETWEEN 10 AND 200)
);
CREATE UNIQUE INDEX one_transfer_per_payout ON refund_transfers (payout_id) WHERE status <> 'rejected';
CREATE UNIQUE INDEX one_transfer_per_reference ON refund_transfers (bank_reference) WHERE status <> 'rejected';
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON refund_transfers FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"entered":["done","rejected"],"done":[],"rejected":[]}');

GRANT SELECT, INSERT, UPDATE ON refund_transfers TO mr_app;
