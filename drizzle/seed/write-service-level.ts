import { addDays, type Instant, instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { noLatency, stepOf } from '#src/service-level/latency'
import { hourOf } from '#src/service-level/levels'
import { type Random, randomFrom } from './random'
import type { World } from './world'

const DAYS = 28
/** The last days are counted from the request log itself, the days before from the games. */
const LOG_DAYS = 3
/** Of a hundred games so many calls were refused before one went through. */
const REFUSED: Readonly<Record<string, number>> = {
  PLAYER_COUNT_OUT_OF_RANGE: 2,
  SITE_NOT_FOUND: 1,
  INVALID_SIGNATURE: 2,
  INSUFFICIENT_BALANCE: 1,
}
/** The database was restarted one evening, and a call came meanwhile. */
const RESTART_DAYS_AGO = 9

type Answered = { at: Instant; outcome: string; calls: number }
type Row = { at: Instant; outcome: string; latency: number[] }

/** How the demo's game starts were answered: by the hour for four weeks, by the minute for this hour. */
export async function writeServiceLevel(tx: Transaction, { now }: World): Promise<void> {
  const random = randomFrom('service-level')
  const hour = hourOf(now)
  const recent = addDays(hour, -LOG_DAYS)
  const games = await played(tx, addDays(hour, -DAYS), recent)
  const restart = games.filter(({ at }) => at < addDays(now, -RESTART_DAYS_AGO)).at(-1)
  const fault = restart ? [{ at: restart.at, outcome: 'SERVICE_UNAVAILABLE', calls: 1 }] : []
  const timed = (answered: Answered[]): Row[] => answered.map(({ at, outcome, calls }) => ({ at, outcome, latency: spread(calls, random) }))
  await write(
    tx,
    'hours',
    timed([...games.flatMap((one) => [one, ...refusalsBefore(one, random)]), ...fault, ...(await logged(tx, 'hour', recent, hour))]),
  )
  await write(tx, 'minutes', timed(await logged(tx, 'minute', hour, now)))
}

const played = ({ sql }: Transaction, from: Instant, to: Instant): Promise<Answered[]> =>
  sql<Answered[]>`
    SELECT date_trunc('hour', started_at, 'UTC') AS at, 'accepted' AS outcome, count(*)::int AS calls FROM usage_records
    WHERE started_at >= ${iso(from)}::timestamptz AND started_at < ${iso(to)}::timestamptz GROUP BY 1 ORDER BY 1`

const logged = ({ sql }: Transaction, step: 'hour' | 'minute', from: Instant, to: Instant): Promise<Answered[]> =>
  sql<Answered[]>`
    SELECT date_trunc(${step}, at, 'UTC') AS at, coalesce(code, result) AS outcome, count(*)::int AS calls FROM api_key_usage_logs
    WHERE operation = 'authorize' AND at >= ${iso(from)}::timestamptz AND at < ${iso(to)}::timestamptz GROUP BY 1, 2 ORDER BY 1, 2`

const refusalsBefore = ({ at, calls: games }: Answered, random: Random): Answered[] =>
  Object.entries(REFUSED).flatMap(([outcome, share]) => {
    const calls = Array.from({ length: games }, () => random.chance(share / 100)).filter(Boolean).length
    return calls === 0 ? [] : [{ at, outcome, calls }]
  })

/** Most answers take a few milliseconds, one in a hundred waits for a lock. */
function spread(calls: number, random: Random): number[] {
  const latency = noLatency()
  for (let call = 0; call < calls; call++) {
    const step = stepOf(random.chance(0.01) ? random.whole(60, 240) : random.whole(2, 14))
    latency[step] = (latency[step] ?? 0) + 1
  }
  return latency
}

async function write({ sql }: Transaction, into: 'hours' | 'minutes', rows: Row[]): Promise<void> {
  const column = <T>(pick: (row: Row) => T): T[] => rows.map(pick)
  const given = sql`
    unnest(${column(({ at }) => iso(instant(at)))}::timestamptz[], ${column(({ outcome }) => outcome)}::text[],
      ${column(({ latency }) => latency.reduce((sum, calls) => sum + calls, 0))}::int[],
      ${column(({ latency }) => `{${latency.join(',')}}`)}::text[]) AS t (at, outcome, calls, latency)`
  await (into === 'hours'
    ? sql`INSERT INTO authorize_hours (hour, outcome, calls, latency) SELECT at, outcome, calls, latency::int[] FROM ${given}`
    : sql`
      INSERT INTO authorize_minutes (minute, sheet, outcome, calls, latency, written_at)
      SELECT at, gen_random_uuid(), outcome, calls, latency::int[], at FROM ${given}`)
}
