import type { Uuid } from '#src/core/ids'
import { CLOSING_QUERIES } from './proof-closings'
import { INVOICE_QUERIES } from './proof-invoices'
import type { Finding, Snapshot } from './walk'

type Query = (sql: Snapshot, operatorId: Uuid | null) => Promise<Finding[]>

/** Each returns the rows that break one rule between the journal and what it stands for; none is the good answer. */
export const PROOF_QUERIES: Query[] = [
  // I4: every game has exactly its debit.
  (sql, operatorId) => sql`
    SELECT 'I4' AS rule, u.operator_id AS "operatorId", 'usage_' || u.id AS row, 'game without its debit of the same amount' AS text
    FROM usage_records u
    LEFT JOIN transaction_records t ON t.operator_id = u.operator_id AND t.seq = u.ledger_seq AND t.usage_id = u.id
      AND t.type = 'consumption' AND t.amount_fen = u.total_fen AND t.balance_after_fen = u.balance_after_fen
    WHERE t.id IS NULL AND (${operatorId}::uuid IS NULL OR u.operator_id = ${operatorId}) LIMIT 100`,
  // I4: every debit for a game has its game.
  (sql, operatorId) => sql`
    SELECT 'I4' AS rule, t.operator_id AS "operatorId", 'seq ' || t.seq || ' (txn_' || t.id || ')' AS row, 'debit without its game' AS text
    FROM transaction_records t
    LEFT JOIN usage_records u ON u.id = t.usage_id AND u.operator_id = t.operator_id AND u.ledger_seq = t.seq
    WHERE t.type = 'consumption' AND u.id IS NULL AND (${operatorId}::uuid IS NULL OR t.operator_id = ${operatorId}) LIMIT 100`,
  // I4: the frozen price.
  (sql, operatorId) => sql`
    SELECT 'I4' AS rule, operator_id AS "operatorId", 'usage_' || id AS row, 'total is not players × price' AS text
    FROM usage_records
    WHERE total_fen <> player_count * unit_price_fen AND (${operatorId}::uuid IS NULL OR operator_id = ${operatorId}) LIMIT 100`,
  // I3: one game per session.
  (sql, operatorId) => sql`
    SELECT 'I3' AS rule, operator_id AS "operatorId", session_id AS row, 'session charged ' || count(*) || ' times' AS text
    FROM usage_records WHERE ${operatorId}::uuid IS NULL OR operator_id = ${operatorId}
    GROUP BY operator_id, session_id HAVING count(*) > 1 LIMIT 100`,
  // I14: a game runs at a site of its own operator.
  (sql, operatorId) => sql`
    SELECT 'I14' AS rule, u.operator_id AS "operatorId", 'usage_' || u.id AS row, 'game at a site of another operator' AS text
    FROM usage_records u LEFT JOIN operation_sites s ON s.id = u.site_id AND s.operator_id = u.operator_id
    WHERE s.id IS NULL AND (${operatorId}::uuid IS NULL OR u.operator_id = ${operatorId}) LIMIT 100`,
  // I5: a paid order has exactly one credit of its amount.
  (sql, operatorId) => sql`
    SELECT 'I5' AS rule, o.operator_id AS "operatorId", 'ord_' || o.id AS row,
           'order is paid, credits: ' || count(t.id) || ' of the right amount' AS text
    FROM recharge_orders o
    LEFT JOIN transaction_records t ON t.order_id = o.id AND t.type = 'recharge' AND t.operator_id = o.operator_id
      AND t.amount_fen = o.amount_fen AND t.debit_account IN ('clearing:' || o.payment_method, 'suspense')
    WHERE o.status = 'success' AND (${operatorId}::uuid IS NULL OR o.operator_id = ${operatorId})
    GROUP BY o.id HAVING count(t.id) <> 1 LIMIT 100`,
  // I5: a credit belongs to a paid order, and only one does.
  (sql, operatorId) => sql`
    SELECT 'I5' AS rule, t.operator_id AS "operatorId", 'seq ' || t.seq || ' (txn_' || t.id || ')' AS row,
           'credit of an order that is ' || coalesce(o.status, 'unknown') || CASE WHEN t.n > 1 THEN ', credited ' || t.n || ' times' ELSE '' END AS text
    FROM (SELECT *, count(*) OVER (PARTITION BY order_id) AS n FROM transaction_records WHERE type = 'recharge') t
    LEFT JOIN recharge_orders o ON o.id = t.order_id AND o.operator_id = t.operator_id
    WHERE (o.status IS DISTINCT FROM 'success' OR t.n > 1) AND (${operatorId}::uuid IS NULL OR t.operator_id = ${operatorId}) LIMIT 100`,
  // I6: an approved refund has exactly one debit of what was approved; payouts never exceed it.
  (sql, operatorId) => sql`
    SELECT 'I6' AS rule, r.operator_id AS "operatorId", 'refund_' || r.id AS row, 'refund is ' || r.status || ', booked ' || count(t.id) || ' times' AS text
    FROM refund_records r
    LEFT JOIN transaction_records t ON t.refund_id = r.id AND t.type = 'refund' AND t.debit_account = 'operator' AND t.operator_id = r.operator_id
    WHERE ${operatorId}::uuid IS NULL OR r.operator_id = ${operatorId}
    GROUP BY r.id HAVING count(t.id) <> CASE WHEN r.status = 'approved' THEN 1 ELSE 0 END OR sum(t.amount_fen) <> r.actual_fen LIMIT 100`,
  // I6: what of an order went back, or is on its way, is the sum of its live slices, and never more than was paid.
  (sql, operatorId) => sql`
    SELECT 'I6' AS rule, o.operator_id AS "operatorId", 'ord_' || o.id AS row,
           'order says ' || o.refunded_fen || ' fen refunded in ' || o.refund_count || ' parts, its payouts ' || coalesce(p.live, 0) || ' in ' || coalesce(p.numbers, 0) AS text
    FROM recharge_orders o
    LEFT JOIN (
      SELECT order_id, sum(amount_fen) FILTER (WHERE status IN ('processing', 'abnormal', 'completed')) AS live,
             count(*) FILTER (WHERE channel <> 'bank') AS numbers
      FROM refund_payouts GROUP BY order_id) p ON p.order_id = o.id
    WHERE (o.refunded_fen <> coalesce(p.live, 0) OR o.refund_count <> coalesce(p.numbers, 0) OR o.refunded_fen > o.amount_fen)
      AND (${operatorId}::uuid IS NULL OR o.operator_id = ${operatorId}) LIMIT 100`,
  // I6: the slices of a refund, replaced ones apart, are what was approved.
  (sql, operatorId) => sql`
    SELECT 'I6' AS rule, r.operator_id AS "operatorId", 'refund_' || r.id AS row,
           'approved ' || coalesce(r.actual_fen, 0) || ' fen, payouts ' || coalesce(p.planned, 0) AS text
    FROM refund_records r
    LEFT JOIN (SELECT refund_id, sum(amount_fen) AS planned FROM refund_payouts WHERE status <> 'replaced' GROUP BY refund_id) p ON p.refund_id = r.id
    WHERE coalesce(r.actual_fen, 0) <> coalesce(p.planned, 0) AND (${operatorId}::uuid IS NULL OR r.operator_id = ${operatorId}) LIMIT 100`,
  // I6: a payout that is done has its row of the same amount, through its channel or back to the balance; and each such row its payout.
  (sql, operatorId) => sql`
    SELECT 'I6' AS rule, coalesce(p.operator_id, t.operator_id) AS "operatorId", coalesce('payout ' || p.id, 'seq ' || t.seq || ' (txn_' || t.id || ')') AS row,
           'payout and journal do not match' AS text
    FROM (SELECT * FROM refund_payouts WHERE status IN ('completed', 'returned')) p
    FULL JOIN (SELECT * FROM transaction_records WHERE debit_account = 'refund_payable') t
      ON t.operator_id = p.operator_id AND t.seq = p.ledger_seq AND t.refund_id = p.refund_id AND t.amount_fen = p.amount_fen
     AND t.credit_account = CASE WHEN p.status = 'returned' THEN 'operator' ELSE 'clearing:' || p.channel END
    WHERE (p.id IS NULL OR t.id IS NULL) AND (${operatorId}::uuid IS NULL OR coalesce(p.operator_id, t.operator_id) = ${operatorId}) LIMIT 100`,
  // I6: what is owed to an operator is what of its payouts is open.
  (sql, operatorId) => sql`
    SELECT 'I6' AS rule, o.id AS "operatorId", 'op_' || o.id AS row,
           'owed ' || coalesce(t.owed, 0) || ' fen, open payouts ' || coalesce(p.open, 0) AS text
    FROM operator_accounts o
    LEFT JOIN (
      SELECT operator_id, sum(CASE WHEN credit_account = 'refund_payable' THEN amount_fen ELSE -amount_fen END) AS owed
      FROM transaction_records WHERE 'refund_payable' IN (debit_account, credit_account) GROUP BY operator_id) t ON t.operator_id = o.id
    LEFT JOIN (SELECT operator_id, sum(amount_fen) AS open FROM refund_payouts WHERE status IN ('processing', 'abnormal') GROUP BY operator_id) p
      ON p.operator_id = o.id
    WHERE coalesce(t.owed, 0) <> coalesce(p.open, 0) AND (${operatorId}::uuid IS NULL OR o.id = ${operatorId}) LIMIT 100`,
  // I7: the running totals are what the journal says.
  (sql, operatorId) => sql`
    SELECT 'I7' AS rule, o.id AS "operatorId", 'op_' || o.id AS row, 'stored totals differ from the journal' AS text
    FROM operator_accounts o
    LEFT JOIN (
      SELECT operator_id, sum(amount_fen) FILTER (WHERE type = 'recharge') AS recharged,
             sum(amount_fen) FILTER (WHERE type = 'consumption') AS consumed, 
             sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END) FILTER (WHERE type = 'refund') AS refunded
      FROM transaction_records GROUP BY operator_id) t ON t.operator_id = o.id
    WHERE (o.total_recharged_fen, o.total_consumed_fen, o.total_refunded_fen)
       <> (coalesce(t.recharged, 0), coalesce(t.consumed, 0), coalesce(t.refunded, 0))
      AND (${operatorId}::uuid IS NULL OR o.id = ${operatorId}) LIMIT 100`,
  // I17: the sums that pages and statistics show are those of the games, to the fen. Games and sums are added up with opposite signs, which
  // reads each table once from end to end. Hours and days are cut by date_bin: Shanghai's clock has not been moved since 1991.
  (sql, operatorId) => sql`
    SELECT 'I17' AS rule, operator_id AS "operatorId", 'hour ' || to_char(hour AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24') AS row,
           'usage_hours differs from the games of this hour' AS text
    FROM (
      SELECT operator_id, date_bin('1 hour', started_at, '2000-01-01 00:00Z') AS hour, site_id, application_id, 1 AS sessions, player_count AS players, total_fen
      FROM usage_records WHERE ${operatorId}::uuid IS NULL OR operator_id = ${operatorId}
      UNION ALL
      SELECT operator_id, hour, site_id, application_id, -sessions, -players, -total_fen
      FROM usage_hours WHERE ${operatorId}::uuid IS NULL OR operator_id = ${operatorId}) x
    GROUP BY operator_id, hour, site_id, application_id HAVING sum(sessions) <> 0 OR sum(players) <> 0 OR sum(total_fen) <> 0 LIMIT 100`,
  (sql, operatorId) => sql`
    SELECT 'I17' AS rule, operator_id AS "operatorId", 'day ' || (midnight AT TIME ZONE 'Asia/Shanghai')::date AS row,
           'usage_parties differs from the games of this day' AS text
    FROM (
      SELECT operator_id, date_bin('1 day', started_at, '2000-01-01 00:00+08') AS midnight, site_id, application_id, player_count, 1 AS sessions, total_fen
      FROM usage_records WHERE ${operatorId}::uuid IS NULL OR operator_id = ${operatorId}
      UNION ALL
      SELECT operator_id, day::timestamp AT TIME ZONE 'Asia/Shanghai', site_id, application_id, player_count, -sessions, -total_fen
      FROM usage_parties WHERE ${operatorId}::uuid IS NULL OR operator_id = ${operatorId}) x
    GROUP BY operator_id, midnight, site_id, application_id, player_count HAVING sum(sessions) <> 0 OR sum(total_fen) <> 0 LIMIT 100`,
  // I17: the sums of a day are those of its parties, which the rule above holds against the games.
  (sql, operatorId) => sql`
    SELECT 'I17' AS rule, coalesce(p.operator_id, d.operator_id) AS "operatorId", 'day ' || coalesce(p.day, d.day) AS row,
           'usage_days differs from the games of this day' AS text
    FROM (SELECT operator_id, day, sum(sessions) AS sessions, sum(sessions * player_count) AS players, sum(total_fen) AS total_fen
          FROM usage_parties WHERE ${operatorId}::uuid IS NULL OR operator_id = ${operatorId} GROUP BY 1, 2) p
    FULL JOIN (SELECT * FROM usage_days WHERE ${operatorId}::uuid IS NULL OR operator_id = ${operatorId}) d USING (operator_id, day)
    WHERE (p.sessions, p.players, p.total_fen) IS DISTINCT FROM (d.sessions, d.players, d.total_fen) LIMIT 100`,
  ...INVOICE_QUERIES,
  ...CLOSING_QUERIES,
]
