import type { Uuid } from '#src/core/ids'
import { type Money, ZERO } from '#src/core/money'
import { type BusinessDay, businessDay, daysBetween, type Instant, type Stretch, startOfDay, startOfMonth } from '#src/core/time'
import { rawSql } from '#src/platform/database'

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
const NO_FLOWS: Flows = { recharge: ZERO, consumption: ZERO, refund: ZERO }

/** What the journal moved between two instants, all operators, and how many of them. */
export async function flowsBetween({ from, to }: Stretch): Promise<Flows & { operators: number }> {
  const [row] = await rawSql()<(Flows & { operators: number })[]>`
    SELECT coalesce(sum(amount_fen) FILTER (WHERE type = 'recharge'), 0)::bigint AS recharge,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'consumption'), 0)::bigint AS consumption,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'refund'), 0)::bigint AS refund, count(DISTINCT operator_id)::int AS operators
    FROM transaction_records WHERE created_at >= ${from} AND created_at <= ${to}`
  return row!
}

/** The same by business day, this month up to today, empty days included. */
export async function flowsByDay(now: Instant): Promise<(Flows & { day: BusinessDay })[]> {
  const from = startOfMonth(now)
  const rows = await rawSql()<(Flows & { day: BusinessDay })[]>`
    SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'recharge'), 0)::bigint AS recharge,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'consumption'), 0)::bigint AS consumption,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'refund'), 0)::bigint AS refund
    FROM transaction_records WHERE created_at >= ${from} AND created_at <= ${now} GROUP BY 1`
  const known = new Map(rows.map((row) => [row.day, row]))
  return daysBetween(from, now).map((day) => known.get(day) ?? { day, ...NO_FLOWS })
}

/** What the platform owes its operators: all balances together. */
export async function liability(): Promise<{ amount: Money; accounts: number }> {
  const [row] = await rawSql()<{ amount: Money; accounts: number }[]>`
    SELECT coalesce(sum(balance_fen), 0)::bigint AS amount, (count(*) FILTER (WHERE balance_fen > 0))::int AS accounts FROM operator_accounts`
  return row!
}

export type TopCustomer = { id: Uuid; name: string; category: 'trial' | 'normal' | 'vip'; amount: Money; share: number }

/** The operators that consumed most within a stretch, each with its share of all consumption (0–1); ties by id. */
export function topCustomers({ from, to }: Stretch, limit: number): Promise<TopCustomer[]> {
  return rawSql()<TopCustomer[]>`
    SELECT o.id, o.name, o.category, t.amount, (t.amount / sum(t.amount) OVER ())::float8 AS share
    FROM (SELECT operator_id, sum(amount_fen)::bigint AS amount FROM transaction_records
          WHERE type = 'consumption' AND created_at >= ${from} AND created_at <= ${to} GROUP BY operator_id) t
    JOIN operator_accounts o ON o.id = t.operator_id
    ORDER BY t.amount DESC, o.id LIMIT ${limit}`
}

/** Operators that are open, and those of them that played within a stretch. */
export async function operatorActivity({ from, to }: Stretch): Promise<{ total: number; active: number }> {
  const [row] = await rawSql()<{ total: number; active: number }[]>`
    SELECT (SELECT count(*)::int FROM operator_accounts WHERE deactivated_at IS NULL) AS total,
           (SELECT count(DISTINCT operator_id)::int FROM usage_records WHERE started_at >= ${from} AND started_at <= ${to}) AS active`
  return row!
}
