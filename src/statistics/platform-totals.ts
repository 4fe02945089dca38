import type { Uuid } from '#src/core/ids'
import { type Money, ZERO } from '#src/core/money'
import { type BusinessDay, businessDay, daysBetween, type Instant, type Stretch, startOfDay, startOfMonth } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { playedBetween, playedByDay } from '#src/usage/figures'

/** Counts of the whole platform as the consoles' home pages show them. */
export async function platformCounts(now: Instant) {
  const today = startOfDay(businessDay(now))
  const [row] = await rawSql()<
    { operators: number; newToday: number; locked: number; active: number; inactive: number; pending: number; oldestAt: Instant | null }[]
  >`
    SELECT o.operators, o."newToday", o.locked, a.active, a.inactive, r.pending, r."oldestAt"
    FROM (SELECT count(*)::int AS operators, (count(*) FILTER (WHERE created_at >= ${today}))::int AS "newToday",
                 (count(*) FILTER (WHERE is_locked))::int AS locked FROM operator_accounts WHERE deactivated_at IS NULL) o,
         (SELECT (count(*) FILTER (WHERE is_active))::int AS active, (count(*) FILTER (WHERE NOT is_active))::int AS inactive FROM applications) a,
         (SELECT count(*)::int AS pending, min(created_at) AS "oldestAt" FROM application_authorization_requests WHERE status = 'pending') r`
  return row!
}

export type Flows = { recharge: Money; consumption: Money; refund: Money }

/** What the journal moved between two instants, all operators, and how many of them. Games come from their sums, the rest is rare. */
export async function flowsBetween(stretch: Stretch): Promise<Flows & { operators: number }> {
  const { from, to } = stretch
  const [played, [other]] = await Promise.all([
    playedBetween(stretch),
    rawSql()<(Omit<Flows, 'consumption'> & { operators: number })[]>`
      WITH moved AS (SELECT operator_id, type, debit_account, amount_fen FROM transaction_records
                     WHERE type <> 'consumption' AND created_at >= ${from} AND created_at < ${to})
      SELECT coalesce(sum(amount_fen) FILTER (WHERE type = 'recharge'), 0)::bigint AS recharge,
             coalesce(sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END) FILTER (WHERE type = 'refund'), 0)::bigint AS refund,
             (SELECT count(*)::int FROM (SELECT operator_id FROM moved UNION
                SELECT operator_id FROM usage_records WHERE started_at >= ${from} AND started_at < ${to}) active) AS operators
      FROM moved`,
  ])
  return { recharge: other!.recharge, consumption: played.amount, refund: other!.refund, operators: other!.operators }
}

/** The same by business day, this month up to today, empty days included. */
export async function flowsByDay(now: Instant): Promise<(Flows & { day: BusinessDay })[]> {
  const from = startOfMonth(now)
  const days = daysBetween(from, now)
  const [played, rows] = await Promise.all([
    playedByDay(now, days.length),
    rawSql()<(Omit<Flows, 'consumption'> & { day: BusinessDay })[]>`
      SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day,
             coalesce(sum(amount_fen) FILTER (WHERE type = 'recharge'), 0)::bigint AS recharge,
             coalesce(sum(CASE WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END) FILTER (WHERE type = 'refund'), 0)::bigint AS refund
      FROM transaction_records WHERE type <> 'consumption' AND created_at >= ${from} AND created_at <= ${now} GROUP BY 1`,
  ])
  const known = new Map(rows.map((row) => [row.day, row]))
  return played.map(({ day, amount }) => ({ day, recharge: ZERO, refund: ZERO, ...known.get(day), consumption: amount }))
}

/** What the platform owes its operators: all balances together. */
export async function liability(): Promise<{ amount: Money; accounts: number }> {
  const [row] = await rawSql()<{ amount: Money; accounts: number }[]>`
    SELECT coalesce(sum(balance_fen), 0)::bigint AS amount, (count(*) FILTER (WHERE balance_fen > 0))::int AS accounts FROM operator_accounts`
  return row!
}

export type TopCustomer = { id: Uuid; name: string; category: 'trial' | 'normal' | 'vip'; amount: Money; share: number }

/** The operators that consumed most since the business day of `from`, each with its share of all consumption (0–1); ties by id. */
export function topCustomers({ from, to }: Stretch, limit: number): Promise<TopCustomer[]> {
  return rawSql()<TopCustomer[]>`
    SELECT o.id, o.name, o.category, t.amount, (t.amount / sum(t.amount) OVER ())::float8 AS share
    FROM (SELECT operator_id, sum(total_fen)::bigint AS amount FROM usage_days
          WHERE day BETWEEN ${businessDay(from)}::date AND ${businessDay(to)}::date GROUP BY operator_id) t
    JOIN operator_accounts o ON o.id = t.operator_id
    ORDER BY t.amount DESC, o.id LIMIT ${limit}`
}

/** Operators that are open, and those of them that played on the business days of a stretch. */
export async function operatorActivity({ from, to }: Stretch): Promise<{ total: number; active: number }> {
  const [row] = await rawSql()<{ total: number; active: number }[]>`
    SELECT (SELECT count(*)::int FROM operator_accounts WHERE deactivated_at IS NULL) AS total,
           (SELECT count(DISTINCT operator_id)::int FROM usage_days
            WHERE day BETWEEN ${businessDay(from)}::date AND ${businessDay(to)}::date) AS active`
  return row!
}
