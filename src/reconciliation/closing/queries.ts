import { desc } from 'drizzle-orm'
import { ledgerProofs } from '#drizzle/schema'
import { type Money, minus, plus, ZERO } from '#src/core/money'
import { addDays, type BusinessDay, businessDay, daysBetween, type Instant, startOfDay } from '#src/core/time'
import { rawSql, read } from '#src/platform/database'
import { dayBefore, endOfDay, nextDay } from './accounts'
import type { ClosingFacts } from './close'

/** All operators' balances over one day, as a month's list shows them. */
export type BalanceDay = {
  day: BusinessDay
  opening: Money
  in: Money
  out: Money
  closing: Money
  closed: { at: Instant; by: string; hash: string } | null
}

type Moved = { day: BusinessDay; in: Money; out: Money; after: Money }

/**
 * The days from `first` to `last`, newest first. What operators hold now is stored; going back from it day by day gives each day's opening
 * and closing without reading what lies before. One statement, so that nothing moves between the two.
 */
export async function balanceDays(first: BusinessDay, last: BusinessDay): Promise<BalanceDay[]> {
  const [moved, closings] = await Promise.all([movedDays(first, last), closingsBetween(first, last)])
  const byDay = new Map(moved.map((row) => [row.day, row]))
  const days: BalanceDay[] = []
  let closing = moved[0]?.after ?? ZERO
  for (const day of daysBetween(startOfDay(first), startOfDay(last)).reverse()) {
    const sums = byDay.get(day) ?? { in: ZERO, out: ZERO }
    const opening = minus(plus(closing, sums.out), sums.in)
    days.push({ day, opening, in: sums.in, out: sums.out, closing, closed: closings.get(day) ?? null })
    closing = opening
  }
  return days
}

/** `after`, the same in each row, is what all operators held at the end of the last day. */
function movedDays(first: BusinessDay, last: BusinessDay): Promise<Moved[]> {
  const ends = endOfDay(last)
  return rawSql()<Moved[]>`
    WITH moved AS (
      SELECT day, 0::bigint AS came, sum(total_fen)::bigint AS went FROM usage_days WHERE day >= ${first}::date GROUP BY day
      UNION ALL
      SELECT (created_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(sum(amount_fen) FILTER (WHERE credit_account = 'operator'), 0)::bigint,
             coalesce(sum(amount_fen) FILTER (WHERE debit_account = 'operator'), 0)::bigint
      FROM transaction_records WHERE type <> 'consumption' AND created_at >= ${startOfDay(first)} GROUP BY 1
    ), held AS (
      SELECT (SELECT coalesce(sum(balance_fen), 0) FROM operator_accounts)::bigint
             - (SELECT coalesce(sum(came - went), 0) FROM moved WHERE day >= (${ends}::timestamptz AT TIME ZONE 'Asia/Shanghai')::date)::bigint AS after
    )
    SELECT to_char(d.day, 'YYYY-MM-DD') AS day, coalesce(sum(m.came), 0)::bigint AS in, coalesce(sum(m.went), 0)::bigint AS out, held.after
    FROM held CROSS JOIN generate_series(${first}::date, ${last}::date, interval '1 day') d (day)
    LEFT JOIN moved m ON m.day = d.day::date
    GROUP BY d.day, held.after ORDER BY d.day DESC`
}

async function closingsBetween(first: BusinessDay, last: BusinessDay) {
  const rows = await rawSql()<{ day: BusinessDay; at: Instant; by: string; hash: string }[]>`
    SELECT c.day::text AS day, c.closed_at AS at, s.name AS by, encode(c.hash, 'hex') AS hash
    FROM day_closings c JOIN admin_accounts s ON s.id = c.closed_by WHERE c.day BETWEEN ${first}::date AND ${last}::date`
  return new Map(rows.map(({ day, ...closing }) => [day, closing]))
}

/** A first closing takes what lies further back as its opening. */
const MOST_DAYS_BACK = 31

export type ClosingState = {
  last: BusinessDay | null
  /** The day to be closed next; null when every day that is over is closed, or nothing has ever moved. */
  next: BusinessDay | null
  /** Days that are over and not closed. */
  behind: number
}

/** Where the closings stand. */
export async function closingState(now: Instant): Promise<ClosingState> {
  const [row] = await rawSql()<{ last: BusinessDay | null; since: BusinessDay | null }[]>`
    SELECT (SELECT max(day)::text FROM day_closings) AS last,
           least((SELECT to_char(min(created_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') FROM transaction_records WHERE type <> 'consumption'),
                 (SELECT min(day)::text FROM usage_days)) AS since`
  return stateOf(row!, now)
}

/** Pure. */
export function stateOf({ last, since }: { last: BusinessDay | null; since: BusinessDay | null }, now: Instant): ClosingState {
  const earliest = businessDay(addDays(now, -MOST_DAYS_BACK))
  const first = since === null || since >= earliest ? since : dayBefore(businessDay(now))
  const next = last ? nextDay(last) : first
  if (next === null || next >= businessDay(now)) return { last, next: null, behind: 0 }
  return { last, next, behind: daysBetween(startOfDay(next), now).length - 1 }
}

/** A closing as it was written; undefined while its day is open. */
export async function findClosing(day: BusinessDay) {
  const [row] = await rawSql()<{ at: Instant; by: string; hash: string; prevHash: string; facts: ClosingFacts }[]>`
    SELECT c.closed_at AS at, s.name AS by, encode(c.hash, 'hex') AS hash, encode(c.prev_hash, 'hex') AS "prevHash", c.facts
    FROM day_closings c JOIN admin_accounts s ON s.id = c.closed_by WHERE c.day = ${day}::date`
  return row
}

/** The last proofs of the whole ledger, newest first. */
export const recentProofs = (most = 30) => read().select().from(ledgerProofs).orderBy(desc(ledgerProofs.finishedAt)).limit(most)
