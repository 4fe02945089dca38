SET LOCAL lock_timeout = '500ms';

-- Rows of the journal and of the audit log are written once and stay: for the application, for owners, for everybody.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transaction_records EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON application_prices EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON usage_records EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON operator_accounts EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON recharge_orders EXECUTE FUNCTION refuse_change();
CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON refund_records EXECUTE FUNCTION refuse_change();

-- A game's price and place never change; its end is reported once.
CREATE FUNCTION guard_usage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
    OR (to_jsonb(NEW) - 'ended_at' - 'duration_s' - 'estimated') <> (to_jsonb(OLD) - 'ended_at' - 'duration_s' - 'estimated') THEN
    RAISE EXCEPTION 'usage_records: only the end of a game may be set, once' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_usage BEFORE UPDATE ON usage_records FOR EACH ROW EXECUTE FUNCTION guard_usage();

-- The one place that moves a balance: new journal rows must continue each operator's chain without a gap (seq, balance, hash)
-- and, for a game, match its usage row; then the account row follows its last journal row. A plan made while the tables are small
-- stays with its connection: other tables are therefore reached by their primary key only, one step per row, whatever their size.
CREATE FUNCTION follow_journal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
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
CREATE TRIGGER follow_journal AFTER INSERT ON transaction_records REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION follow_journal();

-- Nobody else moves a balance, not even the owner of the table: only an UPDATE made by the trigger above passes.
CREATE FUNCTION guard_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'the balance of an operator follows its journal' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_balance BEFORE UPDATE ON operator_accounts FOR EACH ROW
  WHEN (OLD.balance_fen <> NEW.balance_fen OR OLD.ledger_seq <> NEW.ledger_seq OR OLD.ledger_hash <> NEW.ledger_hash
    OR OLD.total_recharged_fen <> NEW.total_recharged_fen OR OLD.total_consumed_fen <> NEW.total_consumed_fen
    OR OLD.total_refunded_fen <> NEW.total_refunded_fen)
  EXECUTE FUNCTION guard_balance();

-- An account starts empty; money enters by the journal only.
CREATE FUNCTION guard_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an operator account starts with balance 0' USING ERRCODE = '42501';
END $$;
CREATE TRIGGER guard_opening BEFORE INSERT ON operator_accounts FOR EACH ROW
  WHEN (NEW.balance_fen <> 0 OR NEW.ledger_seq <> 0 OR NEW.total_recharged_fen <> 0 OR NEW.total_consumed_fen <> 0 OR NEW.total_refunded_fen <> 0)
  EXECUTE FUNCTION guard_opening();

-- States move only along their machine; a closed account stays closed.
CREATE FUNCTION guard_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (TG_ARGV[0]::jsonb -> OLD.status) ? NEW.status THEN
    RAISE EXCEPTION '% cannot go from % to %', TG_TABLE_NAME, OLD.status, NEW.status USING ERRCODE = '23514', CONSTRAINT = 'state_machine';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON recharge_orders FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"pending":["success","failed","expired","abnormal"],"expired":["success"],"failed":["success"],"abnormal":["success","failed"],"success":[]}');
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON application_authorization_requests FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"pending":["approved","rejected"],"approved":[],"rejected":[]}');
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON refund_records FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"pending":["approved","rejected","cancelled"],"approved":[],"rejected":[],"cancelled":[]}');
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON refund_payouts FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"processing":["completed","abnormal"],"abnormal":["processing"],"completed":[]}');
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON invoice_records FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"pending":["approved","rejected","cancelled"],"approved":[],"rejected":[],"cancelled":[]}');
CREATE TRIGGER guard_states BEFORE UPDATE OF status ON payment_quarantine FOR EACH ROW WHEN (OLD.status <> NEW.status)
  EXECUTE FUNCTION guard_states('{"open":["credited","returned","dismissed"],"credited":[],"returned":[],"dismissed":[]}');

CREATE FUNCTION guard_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a closed operator account stays closed' USING ERRCODE = '23514', CONSTRAINT = 'state_machine';
END $$;
CREATE TRIGGER guard_closed BEFORE UPDATE OF deactivated_at ON operator_accounts FOR EACH ROW
  WHEN (OLD.deactivated_at IS NOT NULL AND NEW.deactivated_at IS DISTINCT FROM OLD.deactivated_at) EXECUTE FUNCTION guard_closed();
