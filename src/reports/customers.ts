import type { Uuid } from '#src/core/ids'
import { type Money, minus, plus, ZERO } from '#src/core/money'
import { iso } from '#src/core/time'
import { type Period, stretchOf } from './period'
import type { Reading } from './snapshot'

/** Named one by one; the rest stands in one row, so that the sum is that of all. */
const MOST_NAMED = 20

export type CustomerSums = { sessions: number; consumption: Money; recharge: Money; refund: Money }
type Customer = CustomerSums & { id: Uuid; name: string; category: 'trial' | 'normal' | 'vip' }
export type Customers = { named: Customer[]; rest: CustomerSums & { count: number }; total: CustomerSums }

const NOTHING: CustomerSums = { sessions: 0, consumption: ZERO, recharge: ZERO, refund: ZERO }
const add = (a: CustomerSums, b: CustomerSums): CustomerSums => ({
  sessions: a.sessions + b.sessions,
  consumption: plus(a.consumption, b.consumption),
  recharge: plus(a.recharge, b.recharge),
  refund: plus(a.refund, b.refund),
})
const less = (a: CustomerSums, b: CustomerSums): CustomerSums => ({
  sessions: a.sessions - b.sessions,
  consumption: minus(a.consumption, b.consumption),
  recharge: minus(a.recharge, b.recharge),
  refund: minus(a.refund, b.refund),
})

/** The operators that consumed most, ties by id, with what they paid in and got back; those that only moved money count among the rest. */
export async function customersOf(sql: Reading, period: Period): Promise<Customers> {
  const { from, to } = stretchOf(period)
  const rows = await sql<(Customer & { count: number } & Record<`all${'Sessions' | 'Consumption' | 'Recharge' | 'Refund'}`, bigint>)[]>`
    SELECT o.id, o.name, o.category, coalesce(p.sessions, 0)::int AS sessions, coalesce(p.consumption, 0)::bigint AS consumption,
           coalesce(m.recharge, 0)::bigint AS recharge, coalesce(m.refund, 0)::bigint AS refund,
           (count(*) OVER ())::int AS count, (sum(p.sessions) OVER ())::bigint AS "allSessions",
           coalesce(sum(p.consumption) OVER (), 0)::bigint AS "allConsumption", coalesce(sum(m.recharge) OVER (), 0)::bigint AS "allRecharge",
           coalesce(sum(m.refund) OVER (), 0)::bigint AS "allRefund"
    FROM (SELECT operator_id, sum(sessions) AS sessions, sum(total_fen) AS consumption FROM usage_days
          WHERE day BETWEEN ${period.first}::date AND ${period.last}::date GROUP BY operator_id) p
    FULL JOIN (
      SELECT operator_id, coalesce(sum(amount_fen) FILTER (WHERE type = 'recharge'), 0) AS recharge,
             coalesce(sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END) FILTER (WHERE type = 'refund'), 0) AS refund
      FROM transaction_records
      WHERE type <> 'consumption' AND type IN ('recharge', 'refund') AND created_at >= ${iso(from)} AND created_at < ${iso(to)}
      GROUP BY operator_id) m ON m.operator_id = p.operator_id
    JOIN operator_accounts o ON o.id = coalesce(p.operator_id, m.operator_id)
    ORDER BY coalesce(p.consumption, 0) DESC, o.id LIMIT ${MOST_NAMED}`
  const [first] = rows
  if (!first) return { named: [], rest: { count: 0, ...NOTHING }, total: NOTHING }
  const named = rows.map(({ allSessions: _s, allConsumption: _c, allRecharge: _r, allRefund: _f, count: _n, ...customer }) => customer)
  const total = {
    sessions: Number(first.allSessions ?? 0n),
    consumption: first.allConsumption as Money,
    recharge: first.allRecharge as Money,
    refund: first.allRefund as Money,
  }
  return { named, total, rest: { count: first.count - named.length, ...less(total, named.reduce<CustomerSums>(add, NOTHING)) } }
}
