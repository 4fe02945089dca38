import { addDays, type Instant, iso } from '#src/core/time'
import { type Transaction, transaction } from '#src/platform/database'
import { hourOf, sumOfSteps } from './levels'

/** As long as the longest burn rate looks back. */
const MINUTES_KEPT_DAYS = 3
/** A year and the same weeks of the year before. */
const HOURS_KEPT_DAYS = 400

/**
 * Puts the minutes of each hour together, again where one has grown since, and removes what is old: minutes after three days, hours
 * after 400. Safe to run twice and at once.
 */
export function rollUpHours({ now }: { now: Instant }): Promise<{ hours: number; minutes_removed: number }> {
  return transaction(async (tx) => {
    const hours = await putTogether(tx)
    const removed = await removeOld(tx, now)
    return { hours, minutes_removed: removed }
  })
}

async function putTogether({ sql }: Transaction): Promise<number> {
  const grown = await sql<{ hour: Instant }[]>`
    SELECT DISTINCT hour
    FROM (SELECT date_bin('1 hour', minute, 'epoch') AS hour, outcome, sum(calls) AS calls FROM authorize_minutes GROUP BY 1, 2) m
    LEFT JOIN authorize_hours h USING (hour, outcome) WHERE h.calls IS DISTINCT FROM m.calls ORDER BY hour`
  for (const { hour } of grown) {
    await sql`
      INSERT INTO authorize_hours (hour, outcome, calls, latency)
      SELECT ${iso(hour)}::timestamptz, outcome, sum(calls)::int, ARRAY[${sumOfSteps()}]::int[] FROM authorize_minutes
      WHERE minute >= ${iso(hour)}::timestamptz AND minute < ${iso(hour)}::timestamptz + interval '1 hour' GROUP BY outcome
      ON CONFLICT (hour, outcome) DO UPDATE SET calls = excluded.calls, latency = excluded.latency`
  }
  return grown.length
}

/** Minutes go by whole hours, and the newest hour keeps its own: it may still grow, and readers take it from there. */
async function removeOld({ sql }: Transaction, now: Instant): Promise<number> {
  const before = iso(hourOf(addDays(now, -MINUTES_KEPT_DAYS)))
  const { count } = await sql`
    DELETE FROM authorize_minutes WHERE minute < least(${before}::timestamptz, (SELECT max(hour) FROM authorize_hours))`
  await sql`DELETE FROM authorize_hours WHERE hour < ${iso(addDays(now, -HOURS_KEPT_DAYS))}::timestamptz`
  return count
}
