import { type Money, minus, plus, ZERO } from '#src/core/money'
import { addDays, type BusinessDay, businessDay, type Instant, startOfDay } from '#src/core/time'
import type { Account } from '#src/ledger/chart'
import { type Querying, rawSql } from '#src/platform/database'

/** The chart of accounts in the order in which a closing lists it; the first is what the platform owes its operators. */
const CLOSED_ACCOUNTS = [
  'operator',
  'refund_payable',
  'suspense',
  'clearing:wechat',
  'clearing:alipay',
  'clearing:bank',
  'revenue',
  'channel_fees',
  'adjustments',
] as const satisfies readonly Account[]
type ClosedAccount = (typeof CLOSED_ACCOUNTS)[number]

/** One account over one day: debit less credit, so that all accounts together come to zero. */
export type AccountDay = { account: ClosedAccount; opening: Money; debit: Money; credit: Money; closing: Money }

export const nextDay = (day: BusinessDay): BusinessDay => businessDay(addDays(startOfDay(day), 1))
export const dayBefore = (day: BusinessDay): BusinessDay => businessDay(addDays(startOfDay(day), -1))
/** The first instant that is not of the day. */
export const endOfDay = (day: BusinessDay): Instant => startOfDay(nextDay(day))

/** The last day that is closed before a day, and what its accounts closed with; undefined before the first closing. */
async function closedBefore(day: BusinessDay, { sql }: Querying = { sql: rawSql() }) {
  const rows = await sql<{ day: BusinessDay; account: ClosedAccount; closing: Money }[]>`
    SELECT day::text AS day, account, closing_fen AS closing FROM day_closing_accounts
    WHERE day = (SELECT max(day) FROM day_closings WHERE day < ${day}::date)`
  return rows[0] && { day: rows[0].day, closing: new Map(rows.map((row) => [row.account, row.closing])) }
}

type Moved = { account: ClosedAccount; before: Money; debit: Money; credit: Money }

/**
 * The accounts of a day: what they stood at when it began, from the last closing or else from the first row on, and what it moved. Games
 * come from their sums of days, everything else is rare and has an index of its own: the journal is never read as a whole.
 */
export async function accountsOf(day: BusinessDay, { sql }: Querying = { sql: rawSql() }): Promise<AccountDay[]> {
  const base = await closedBefore(day, { sql })
  const from = base ? nextDay(base.day) : '2000-01-01'
  const [starts, begins, ends] = [startOfDay(from), startOfDay(day), endOfDay(day)]
  const moved = await sql<Moved[]>`
    SELECT s.account, coalesce(sum(s.debit - s.credit) FILTER (WHERE NOT s.today), 0)::bigint AS before,
           coalesce(sum(s.debit) FILTER (WHERE s.today), 0)::bigint AS debit, coalesce(sum(s.credit) FILTER (WHERE s.today), 0)::bigint AS credit
    FROM (
      SELECT side.account, side.debit, side.credit, t.created_at >= ${begins.toISOString()}::timestamptz AS today
      FROM transaction_records t
      CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_fen, 0::bigint), (t.credit_account, 0::bigint, t.amount_fen)) side (account, debit, credit)
      WHERE t.type <> 'consumption' AND t.created_at >= ${starts.toISOString()}::timestamptz AND t.created_at < ${ends.toISOString()}::timestamptz
      UNION ALL
      SELECT side.account, side.debit, side.credit, g.today
      FROM (SELECT day = ${day}::date AS today, sum(total_fen)::bigint AS total FROM usage_days
            WHERE day >= ${from}::date AND day <= ${day}::date GROUP BY 1) g
      CROSS JOIN LATERAL (VALUES ('operator', g.total, 0::bigint), ('revenue', 0::bigint, g.total)) side (account, debit, credit)
    ) s GROUP BY s.account`
  return CLOSED_ACCOUNTS.map((account) => {
    const { before, debit, credit } = moved.find((row) => row.account === account) ?? { before: ZERO, debit: ZERO, credit: ZERO }
    const opening = plus(base?.closing.get(account) ?? ZERO, before)
    return { account, opening, debit, credit, closing: minus(plus(opening, debit), credit) }
  })
}

/** What of a day's accounts stands in the books of a closed day. */
export function closedAccounts(day: BusinessDay): Promise<AccountDay[]> {
  return rawSql()<AccountDay[]>`
    SELECT account, opening_fen AS opening, debit_fen AS debit, credit_fen AS credit, closing_fen AS closing FROM day_closing_accounts
    WHERE day = ${day}::date ORDER BY array_position(${[...CLOSED_ACCOUNTS]}::text[], account)`
}

export type MovedKind = { kind: string; direction: 'in' | 'out' | 'between'; rows: number; amount: Money }

/** What moved on a day, by kind, as operators' balances saw it; `between` are rows between accounts of the company. */
export function movedKinds(day: BusinessDay, { sql }: Querying = { sql: rawSql() }): Promise<MovedKind[]> {
  return sql<MovedKind[]>`
    SELECT 'consumption' AS kind, 'out' AS direction, sum(sessions)::int AS rows, sum(total_fen)::bigint AS amount
    FROM usage_days WHERE day = ${day}::date HAVING count(*) > 0
    UNION ALL
    SELECT type, CASE WHEN credit_account = 'operator' THEN 'in' WHEN debit_account = 'operator' THEN 'out' ELSE 'between' END,
           count(*)::int, sum(amount_fen)::bigint
    FROM transaction_records
    WHERE type <> 'consumption' AND created_at >= ${startOfDay(day).toISOString()}::timestamptz
      AND created_at < ${endOfDay(day).toISOString()}::timestamptz
    GROUP BY 1, 2 ORDER BY 1, 2`
}
