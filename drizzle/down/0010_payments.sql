SET LOCAL lock_timeout = '500ms';

DROP TABLE alerts, bank_transfers, payment_notifications;

DROP INDEX payment_quarantine_open;
ALTER TABLE payment_quarantine
  DROP CONSTRAINT quarantine_cause,
  DROP COLUMN out_trade_no, DROP COLUMN amount_fen, DROP COLUMN order_id, DROP COLUMN suspense_seq, DROP COLUMN resolved_seq,
  DROP COLUMN operator_id;

DROP TRIGGER guard_order ON recharge_orders;
DROP FUNCTION guard_order();
ALTER TABLE recharge_orders DROP CONSTRAINT order_amount;
ALTER TABLE recharge_orders
  DROP COLUMN out_trade_no, DROP COLUMN foreign_order_no, DROP COLUMN origin, DROP COLUMN idempotency_key, DROP COLUMN checks,
  DROP COLUMN next_check_at, DROP COLUMN refunded_fen, DROP COLUMN refund_count,
  ADD CONSTRAINT order_amount CHECK (amount_fen BETWEEN 1000 AND 1000000);

DROP INDEX one_debit_per_refund;
CREATE UNIQUE INDEX one_debit_per_refund ON transaction_records (refund_id) WHERE type = 'refund';
ALTER TABLE transaction_records DROP CONSTRAINT transaction_chart;
ALTER TABLE transaction_records ADD CONSTRAINT transaction_chart CHECK (
     (type = 'consumption' AND debit_account = 'operator' AND credit_account = 'revenue')
  OR (type = 'recharge' AND debit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank') AND credit_account = 'operator')
  OR (type = 'refund' AND debit_account = 'operator' AND credit_account = 'refund_payable')
  OR (type = 'refund_payout' AND debit_account = 'refund_payable' AND credit_account IN ('clearing:wechat', 'clearing:alipay', 'clearing:bank'))
  OR (type = 'adjustment' AND debit_account = 'adjustments' AND credit_account = 'operator')
  OR (type = 'adjustment' AND debit_account = 'operator' AND credit_account = 'adjustments')
);

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
           coalesce(sum(amount_fen) FILTER (WHERE type = 'refund') OVER own, 0) AS refunded
    FROM added WINDOW own AS (PARTITION BY operator_id) ORDER BY operator_id, seq DESC
  ) last
  WHERE o.id = last.operator_id;
  RETURN NULL;
END $$;
