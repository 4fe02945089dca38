import type { Uuid } from '#src/core/ids'
import type { Finding, Snapshot } from './walk'

/** What is new: journal rows after `from` up to `to` of each operator, games from one id on, orders and refunds from another. */
export type News = { rows: readonly { operatorId: Uuid; from: bigint; to: bigint }[]; gamesFrom: Uuid; ordersFrom: Uuid }
type Query = (sql: Snapshot, news: News) => Promise<Finding[]>

/** The new journal rows `t`, each reached by its key. */
const newRows = (sql: Snapshot, { rows }: News) => sql`
  unnest(${rows.map(({ operatorId }) => operatorId)}::uuid[], ${rows.map(({ from }) => String(from))}::bigint[], ${rows.map(({ to }) => String(to))}::bigint[])
    AS n (operator_id, first, last)
  JOIN transaction_records t ON t.operator_id = n.operator_id AND t.seq > n.first AND t.seq <= n.last`

const ROW = (sql: Snapshot) => sql`'seq ' || t.seq || ' (txn_' || t.id || ')' AS row`

/**
 * The rules of proof-queries.ts for what is new, by index alone: their cost grows with the news, not with the history. Each order and
 * refund is looked at from both sides, so that a state that no money explains is found like money that no state explains.
 */
export const TOUCHED_QUERIES: Query[] = [
  // I4: a debit for a game has its game.
  (sql, news) => sql`
    SELECT 'I4' AS rule, t.operator_id AS "operatorId", ${ROW(sql)}, 'debit without its game' AS text
    FROM ${newRows(sql, news)}
    LEFT JOIN usage_records u ON u.id = t.usage_id AND u.operator_id = t.operator_id AND u.ledger_seq = t.seq AND u.total_fen = t.amount_fen
    WHERE t.type = 'consumption' AND u.id IS NULL LIMIT 100`,
  // I4: a game has its debit of players × price. I14: it runs at a site of its own operator.
  (sql, { gamesFrom }) => sql`
    SELECT CASE WHEN s.id IS NULL THEN 'I14' ELSE 'I4' END AS rule, u.operator_id AS "operatorId", 'usage_' || u.id AS row,
           CASE WHEN s.id IS NULL THEN 'game at a site of another operator' WHEN t.id IS NULL THEN 'game without its debit of the same amount'
                ELSE 'total is not players × price' END AS text
    FROM usage_records u
    LEFT JOIN transaction_records t ON t.operator_id = u.operator_id AND t.seq = u.ledger_seq AND t.usage_id = u.id
      AND t.type = 'consumption' AND t.amount_fen = u.total_fen AND t.balance_after_fen = u.balance_after_fen
    LEFT JOIN operation_sites s ON s.id = u.site_id AND s.operator_id = u.operator_id
    WHERE u.id >= ${gamesFrom}::uuid AND (t.id IS NULL OR s.id IS NULL OR u.total_fen <> u.player_count * u.unit_price_fen) LIMIT 100`,
  // I3: one game per session.
  (sql, { gamesFrom }) => sql`
    SELECT 'I3' AS rule, operator_id AS "operatorId", session_id AS row, 'session charged ' || count(*) || ' times' AS text
    FROM usage_records WHERE id >= ${gamesFrom}::uuid GROUP BY operator_id, session_id HAVING count(*) > 1 LIMIT 100`,
  // I5, I13: an order is paid when it has one credit of its amount through its channel, and only then.
  (sql, { ordersFrom }) => sql`
    SELECT 'I5' AS rule, o.operator_id AS "operatorId", 'ord_' || o.id AS row,
           'order is ' || o.status || ', credits: ' || c.fitting || ' of the right amount, ' || c.all_of_it || ' in all' AS text
    FROM recharge_orders o CROSS JOIN LATERAL (
      SELECT count(*) AS all_of_it,
             count(*) FILTER (WHERE t.amount_fen = o.amount_fen AND t.debit_account IN ('clearing:' || o.payment_method, 'suspense')) AS fitting
      FROM transaction_records t WHERE t.operator_id = o.operator_id AND t.type <> 'consumption' AND t.type = 'recharge' AND t.order_id = o.id) c
    WHERE o.id >= ${ordersFrom}::uuid
      AND (c.fitting, c.all_of_it) <> (CASE o.status WHEN 'success' THEN 1 ELSE 0 END, CASE o.status WHEN 'success' THEN 1 ELSE 0 END) LIMIT 100`,
  (sql, news) => sql`
    SELECT 'I5' AS rule, t.operator_id AS "operatorId", ${ROW(sql)},
           'credit of an order that is ' || coalesce(o.status, 'unknown') || CASE WHEN c.others > 0 THEN ', credited before' ELSE '' END AS text
    FROM ${newRows(sql, news)}
    LEFT JOIN recharge_orders o ON o.id = t.order_id AND o.operator_id = t.operator_id
    CROSS JOIN LATERAL (
      SELECT count(*) AS others FROM transaction_records p
      WHERE p.operator_id = t.operator_id AND p.type <> 'consumption' AND p.type = 'recharge' AND p.order_id = t.order_id AND p.seq < t.seq) c
    WHERE t.type = 'recharge' AND (o.status IS DISTINCT FROM 'success' OR c.others > 0) LIMIT 100`,
  // I6, I13: an approved refund has one debit and slices of what was approved; another one has none.
  (sql, { ordersFrom }) => sql`
    SELECT 'I6' AS rule, r.operator_id AS "operatorId", 'refund_' || r.id AS row,
           'refund is ' || r.status || ', booked ' || coalesce(t.booked, 0) || ' fen, payouts ' || coalesce(p.planned, 0) AS text
    FROM refund_records r
    CROSS JOIN LATERAL (
      SELECT sum(amount_fen) AS booked FROM transaction_records t
      WHERE t.operator_id = r.operator_id AND t.type <> 'consumption' AND t.type = 'refund' AND t.debit_account = 'operator' AND t.refund_id = r.id) t
    CROSS JOIN LATERAL (SELECT sum(amount_fen) AS planned FROM refund_payouts p WHERE p.refund_id = r.id AND p.status <> 'replaced') p
    WHERE r.id >= ${ordersFrom}::uuid AND (coalesce(t.booked, 0), coalesce(p.planned, 0)) <> (coalesce(r.actual_fen, 0), coalesce(r.actual_fen, 0)) LIMIT 100`,
  (sql, news) => sql`
    SELECT 'I6' AS rule, t.operator_id AS "operatorId", ${ROW(sql)}, 'debit of a refund that is ' || coalesce(r.status, 'unknown') AS text
    FROM ${newRows(sql, news)} LEFT JOIN refund_records r ON r.id = t.refund_id AND r.operator_id = t.operator_id
    WHERE t.type = 'refund' AND t.debit_account = 'operator' AND (r.status IS DISTINCT FROM 'approved' OR r.actual_fen <> t.amount_fen) LIMIT 100`,
  // I6: what leaves the payable has its payout of the same amount.
  (sql, news) => sql`
    SELECT 'I6' AS rule, t.operator_id AS "operatorId", ${ROW(sql)}, 'payout and journal do not match' AS text
    FROM ${newRows(sql, news)}
    LEFT JOIN refund_payouts p ON p.operator_id = t.operator_id AND p.ledger_seq = t.seq AND p.refund_id = t.refund_id AND p.amount_fen = t.amount_fen
      AND t.credit_account = CASE WHEN p.status = 'returned' THEN 'operator' ELSE 'clearing:' || p.channel END
    WHERE t.debit_account = 'refund_payable' AND p.id IS NULL LIMIT 100`,
  // I6: what is owed to an operator is what of its payouts is open; asked where something of it moved.
  (sql, news) => sql`
    SELECT 'I6' AS rule, x.operator_id AS "operatorId", 'op_' || x.operator_id AS row, 'owed ' || t.owed || ' fen, open payouts ' || p.open AS text
    FROM (SELECT DISTINCT t.operator_id FROM ${newRows(sql, news)} WHERE 'refund_payable' IN (t.debit_account, t.credit_account)) x
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(CASE WHEN credit_account = 'refund_payable' THEN amount_fen ELSE -amount_fen END), 0) AS owed FROM transaction_records t
      WHERE t.operator_id = x.operator_id AND t.type <> 'consumption' AND 'refund_payable' IN (debit_account, credit_account)) t
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(amount_fen), 0) AS open FROM refund_payouts WHERE operator_id = x.operator_id AND status IN ('processing', 'abnormal')) p
    WHERE t.owed <> p.open LIMIT 100`,
]
