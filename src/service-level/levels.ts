import { addMs, type Instant, iso, type Stretch } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { noLatency } from './latency'
import type { OutcomeCount } from './outcomes'

const HOUR_MS = 3_600_000

/** The hour that `at` falls in. */
export const hourOf = (at: Instant): Instant => addMs(at, -(at.getTime() % HOUR_MS))

type Row = { stretch: number; outcome: string; latency: number[] }

/**
 * What became of the game starts in each of some stretches, in one statement. Whole hours come from authorize_hours, the rest and what
 * the job has not put together yet from the minutes, which are kept for MINUTES_KEPT_DAYS: longer stretches begin with an hour.
 */
export async function outcomesIn(stretches: readonly Stretch[]): Promise<OutcomeCount[][]> {
  const column = (pick: (stretch: Stretch) => Instant) => stretches.map((stretch) => iso(pick(stretch)))
  const rows = await rawSql()<Row[]>`
    WITH asked AS (
      SELECT n, first, past, first_hour,
        greatest(first_hour, least(past_hour, (SELECT coalesce(max(hour), '-infinity') FROM authorize_hours))) AS made
      FROM unnest(${column(({ from }) => from)}::timestamptz[], ${column(({ to }) => to)}::timestamptz[],
        ${column(({ from }) => hourOf(addMs(from, HOUR_MS - 1)))}::timestamptz[], ${column(({ to }) => hourOf(to))}::timestamptz[])
        WITH ORDINALITY AS t (first, past, first_hour, past_hour, n)),
    counted AS (
      SELECT n, outcome, latency FROM asked JOIN authorize_hours ON hour >= first_hour AND hour < made
      UNION ALL SELECT n, outcome, latency FROM asked JOIN authorize_minutes ON minute >= first AND minute < least(first_hour, past)
      UNION ALL SELECT n, outcome, latency FROM asked JOIN authorize_minutes ON minute >= made AND minute < past)
    SELECT n::int AS stretch, outcome, ARRAY[${sumOfSteps()}]::float8[] AS latency FROM counted GROUP BY n, outcome ORDER BY n, outcome`
  const found = stretches.map((): OutcomeCount[] => [])
  for (const { stretch, outcome, latency } of rows) {
    found[stretch - 1]!.push({ outcome, latency, calls: latency.reduce((sum, calls) => sum + calls, 0) })
  }
  return found
}

/** SQL: `sum(latency[1]), sum(latency[2]), …`: taking the arrays apart into rows would take three times as long. */
export const sumOfSteps = () =>
  noLatency()
    .map((_, step) => rawSql()`sum(latency[${step + 1}::int])`)
    .reduce((all, one) => rawSql()`${all}, ${one}`)
