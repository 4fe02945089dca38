SET LOCAL lock_timeout = '500ms';

-- The chart grows by the account of money that nobody has claimed yet, and by the way back of a refund that could not be paid. -------

ALTER TABLE transaction_records DROP CONSTRAINT transaction_chart;
ALTER TABLE transaction_records ADD CONSTRAINT transaction_chart CHECK (
     (type = 'consumption' AND debit_account = 'operator' AND credit_account = 'revenue')
  OR (type = 'recharge' AND debit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank', 'suspense') AND credit_account = 'operator')
  OR (type = 'refund' AND debit_account = 'operator' AND credit_account = 'refund_payable')
  OR (type = 'refund' AND debit_account = 'refund_payable' AND credit_account = 'operator')
  OR (type = 'refund_payout' AND debit_account = 'refund_payable' AND credit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank'))
  OR (type = 'suspense' AND debit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank') AND credit_account = 'suspense')
  OR (type = 'suspense' AND debit_account = 'suspense' AND credit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank'))
  OR (type = 'fee' AND debit_account = 'channel_fees' AND credit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank'))
  OR (type = 'adjustment' AND debit_account = 'adjustments' AND credit_account = 'operator')
  OR (type = 'adjustment' AND debit_account = 'operator' AND credit_account = 'adjustments')
) NOT VALID;
ALTER TABLE transaction_records VALIDATE CONSTRAINT transaction_chart;

DROP INDEX one_debit_per_refund;
CREATE UNIQUE INDEX one_debit_per_refund ON transaction_records (refund_id) WHERE type = 'refund' AND debit_account = 'operator';

-- As before, but a refund that came back lowers what was refunded.
CREATE OR REPLACE FUNCTION follow_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  broken uuid;
BEGIN
  SELECT n.operator_id INTO broken
  FROM (
    SELECT operator_id, seq, balance_before_fen, prev_hash,
           lag(seq) OVER chain AS last_seq, lag(balance_after_fen) OVER chain AS last_balance, lag(hash) OVER chain AS last_hash
    FROM added WINDOW chain AS (PARTITION BY operator_id ORDER BY seq)
  ) n
  JOIN operator_accounts o ON o.id = n.operator_id
  WHERE n.seq <> coalesce(n.last_seq, o.ledger_seq) + 1
     OR n.balance_before_fen <> coalesce(n.last_balance, o.balance_fen)
     OR n.prev_hash <> coalesce(n.last_hash, o.ledger_hash)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'journal of operator % does not continue its chain', broken USING ERRCODE = '23514', CONSTRAINT = 'ledger_chain';
  END IF;

  SELECT a.operator_id INTO broken
  FROM added a
  LEFT JOIN usage_records u ON u.id = a.usage_id
  WHERE a.type = 'consumption'
    AND (u.operator_id, u.ledger_seq, u.total_fen, u.balance_after_fen)
      IS DISTINCT FROM (a.operator_id, a.seq, a.amount_fen, a.balance_after_fen)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'consumption of operator % without its usage row', broken USING ERRCODE = '23514', CONSTRAINT = 'ledger_usage';
  END IF;

  UPDATE operator_accounts o
  SET balance_fen = last.balance_after_fen,
      ledger_seq = last.seq,
      ledger_hash = last.hash,
      last_transaction_at = last.created_at,
      total_recharged_fen = o.total_recharged_fen + last.recharged,
      total_consumed_fen = o.total_consumed_fen + last.consumed,
      total_refunded_fen = o.total_refunded_fen + last.refunded
  FROM (
    SELECT DISTINCT ON (operator_id) operator_id, seq, balance_after_fen, hash, created_at,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'recharge') OVER own, 0) AS recharged,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'consumption') OVER own, 0) AS consumed,
           coalesce(sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END) FILTER (WHERE type = 'refund') OVER own, 0)
             AS refunded
    FROM added WINDOW own AS (PARTITION BY operator_id) ORDER BY operator_id, seq DESC
  ) last
  WHERE o.id = last.operator_id;
  RETURN NULL;
END $$;

-- Orders -----------------------------------------------------------------------------------------------------------------------------

ALTER TABLE recharge_orders
  -- The number of a payment that we never ordered and finance gave to an operator.
  ADD COLUMN foreign_order_no text COLLATE "C",
  ADD COLUMN origin text NOT NULL DEFAULT 'operator',
  ADD COLUMN idempotency_key text COLLATE "C",
  ADD COLUMN checks integer NOT NULL DEFAULT 0,
  ADD COLUMN next_check_at timestamptz,
  ADD COLUMN refunded_fen bigint NOT NULL DEFAULT 0,
  ADD COLUMN refund_count integer NOT NULL DEFAULT 0;
-- What the provider calls our order number, made from the id: the same for ever.
ALTER TABLE recharge_orders
  ADD COLUMN out_trade_no text COLLATE "C" NOT NULL GENERATED ALWAYS AS (coalesce(foreign_order_no, replace(id::text, '-', ''))) STORED;
ALTER TABLE recharge_orders
  DROP CONSTRAINT order_amount,
  ADD CONSTRAINT order_amount CHECK (amount_fen > 0 AND (origin = 'quarantine' OR amount_fen >= 1000)
    AND (origin = 'quarantine' OR amount_fen <= CASE WHEN payment_method = 'bank' THEN 100000000 ELSE 1000000 END)),
  ADD CONSTRAINT order_origin CHECK (origin IN ('operator', 'quarantine') AND (foreign_order_no IS NULL OR origin = 'quarantine')),
  ADD CONSTRAINT order_refunded CHECK (refunded_fen BETWEEN 0 AND amount_fen AND refund_count BETWEEN 0 AND 50
    AND (refunded_fen = 0 OR status = 'success')),
  ADD CONSTRAINT order_idempotency_key CHECK (char_length(idempotency_key) BETWEEN 1 AND 128),
  ADD CONSTRAINT one_order_per_number UNIQUE (payment_method, out_trade_no),
  ADD CONSTRAINT one_order_per_idempotency_key UNIQUE (operator_id, idempotency_key);
CREATE INDEX recharge_orders_due ON recharge_orders (next_check_at) WHERE next_check_at IS NOT NULL;

-- An order's owner, amount, channel and number never change.
CREATE FUNCTION guard_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.operator_id, NEW.amount_fen, NEW.payment_method, NEW.origin, NEW.created_at, NEW.foreign_order_no)
      IS DISTINCT FROM (OLD.id, OLD.operator_id, OLD.amount_fen, OLD.payment_method, OLD.origin, OLD.created_at, OLD.foreign_order_no)
    OR (OLD.provider_txn_id IS NOT NULL AND NEW.provider_txn_id IS DISTINCT FROM OLD.provider_txn_id) THEN
    RAISE EXCEPTION 'recharge_orders: what was ordered never changes' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_order BEFORE UPDATE ON recharge_orders FOR EACH ROW EXECUTE FUNCTION guard_order();

-- What a provider told us, kept before anything follows from it. -----------------------------------------------------------------------

CREATE TABLE payment_notifications (
  id uuid PRIMARY KEY,
  channel text COLLATE "C" NOT NULL,
  provider_event_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  out_trade_no text COLLATE "C" NOT NULL,
  out_refund_no text COLLATE "C",
  body text NOT NULL,
  deliveries integer NOT NULL DEFAULT 1,
  outcome text,
  received_at timestamptz NOT NULL,
  last_received_at timestamptz NOT NULL,
  CONSTRAINT notification_channel CHECK (channel IN ('wechat', 'alipay')),
  CONSTRAINT notification_kind CHECK (kind IN ('payment', 'refund', 'closed')),
  CONSTRAINT notification_deliveries CHECK (deliveries > 0),
  CONSTRAINT one_row_per_event UNIQUE (channel, provider_event_id)
);
CREATE INDEX payment_notifications_order ON payment_notifications (out_trade_no);

-- A payment that does not fit: what it is about, how much, and the journal rows that hold and release it. ------------------------------

ALTER TABLE payment_quarantine
  ADD COLUMN out_trade_no text COLLATE "C",
  ADD COLUMN amount_fen bigint,
  ADD COLUMN operator_id uuid REFERENCES operator_accounts (id),
  ADD COLUMN order_id uuid,
  ADD COLUMN suspense_seq bigint,
  ADD COLUMN resolved_seq bigint,
  ADD CONSTRAINT quarantine_cause CHECK (cause IN ('amount', 'currency', 'merchant', 'unknown_order', 'duplicate', 'closed_account', 'other')),
  ADD CONSTRAINT quarantine_amount CHECK (amount_fen > 0),
  ADD CONSTRAINT quarantine_order_of_operator FOREIGN KEY (operator_id, order_id) REFERENCES recharge_orders (operator_id, id),
  ADD CONSTRAINT quarantine_suspense_row FOREIGN KEY (operator_id, suspense_seq) REFERENCES transaction_records (operator_id, seq);
CREATE INDEX payment_quarantine_open ON payment_quarantine (created_at) WHERE status = 'open';

-- Money by bank transfer: the operator shows the voucher, finance confirms what arrived. ---------------------------------------------

CREATE TABLE bank_transfers (
  order_id uuid PRIMARY KEY REFERENCES recharge_orders (id),
  payer_name text NOT NULL,
  transferred_on date NOT NULL,
  voucher_path text NOT NULL,
  voucher_type text NOT NULL,
  voucher_bytes integer NOT NULL,
  voucher_sha256 bytea NOT NULL,
  bank_reference text COLLATE "C" UNIQUE,
  decided_by uuid REFERENCES admin_accounts (id),
  decided_at timestamptz,
  reject_reason text,
  created_at timestamptz NOT NULL,
  CONSTRAINT transfer_payer_length CHECK (char_length(payer_name) BETWEEN 2 AND 128),
  CONSTRAINT transfer_voucher CHECK (voucher_type IN ('image/png', 'image/jpeg', 'application/pdf') AND voucher_bytes BETWEEN 1 AND 5242880
    AND octet_length(voucher_sha256) = 32),
  CONSTRAINT transfer_decided CHECK ((decided_by IS NULL) = (decided_at IS NULL)
    AND (decided_by IS NULL) = (num_nonnulls(bank_reference, reject_reason) = 0) AND num_nonnulls(bank_reference, reject_reason) <= 1),
  CONSTRAINT transfer_reject_reason CHECK (char_length(reject_reason) BETWEEN 10 AND 200)
);
CREATE INDEX bank_transfers_waiting ON bank_transfers (created_at) WHERE decided_at IS NULL;

-- What needs somebody of ours, told once however often it happens. ---------------------------------------------------------------------

CREATE TABLE alerts (
  id uuid PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  -- What it is about; the same kind about the same subject is one alert while it is open.
  subject text COLLATE "C" NOT NULL,
  audience text COLLATE "C" NOT NULL,
  details jsonb NOT NULL DEFAULT '{}',
  occurrences integer NOT NULL DEFAULT 1,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  closed_at timestamptz,
  closed_by uuid REFERENCES admin_accounts (id),
  note text,
  CONSTRAINT alert_audience CHECK (audience IN ('admin', 'finance', 'operations')),
  CONSTRAINT alert_occurrences CHECK (occurrences > 0),
  CONSTRAINT alert_note_length CHECK (char_length(note) BETWEEN 1 AND 200)
);
CREATE UNIQUE INDEX one_open_alert ON alerts (kind, subject) WHERE closed_at IS NULL;
CREATE INDEX alerts_audience ON alerts (audience, id);

GRANT SELECT, INSERT, UPDATE ON payment_notifications, bank_transfers, alerts TO mr_app;
