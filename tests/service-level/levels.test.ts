import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { addDays, addSeconds, type Instant, instant, iso, useClock } from '#src/core/time'
import { openAlerts } from '#src/notifications/alert-list'
import { budgetLeft } from '#src/service-level/burn'
import { noLatency, percentile, slowerThan, stepOf } from '#src/service-level/latency'
import { hourOf, outcomesIn } from '#src/service-level/levels'
import { fateOf, levelOf } from '#src/service-level/outcomes'
import { rollUpHours } from '#src/service-level/rollup'
import { countStart, writeTally } from '#src/service-level/tally'
import { burnNow, watchServiceLevel } from '#src/service-level/watch'
import { openTestDatabase } from '#tests/support/database'

const NOW = instant('2026-03-05T06:30:30.000Z')
let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.owner`TRUNCATE authorize_minutes, authorize_hours`
})

const ago = (seconds: number): Instant => addSeconds(NOW, -seconds)
const HOUR = 3_600
const since = (seconds: number) => ({ from: ago(seconds), to: addSeconds(NOW, 1) })

/** So many calls of one outcome at one moment, as a process that counts them writes them. */
async function counted(at: Instant, outcome: string, calls: number, milliseconds = 4): Promise<void> {
  const latency = noLatency()
  latency[stepOf(milliseconds)] = calls
  const minute = iso(instant(Math.floor(at.getTime() / 60_000) * 60_000))
  await database.owner`
    INSERT INTO authorize_minutes (minute, sheet, outcome, calls, latency, written_at)
    VALUES (${minute}, gen_random_uuid(), ${outcome}, ${calls}, ${`{${latency.join(',')}}`}::text::int[], ${iso(at)})`
}

const callsIn = async (seconds: number) =>
  Object.fromEntries((await outcomesIn([since(seconds)]))[0]!.map(({ outcome, calls }) => [outcome, calls]))

test('a percentile lies inside its step, and nothing is said of no calls', () => {
  expect(percentile(noLatency(), 0.95)).toBeNull()
  const even = noLatency()
  even[stepOf(90)] = 100
  expect(percentile(even, 0.5)).toBeCloseTo(85)
  expect(percentile(even, 1)).toBeCloseTo(100)
  const late = noLatency()
  late[stepOf(2)] = 95
  late[stepOf(9_000)] = 5
  expect(percentile(late, 0.95)).toBe(2)
  expect(percentile(late, 0.99)).toBe(5_000)
  expect(slowerThan(late, 100)).toBe(5)
  expect(slowerThan(even, 85)).toBeCloseTo(50)
  expect(slowerThan(even, 100)).toBe(0)
  expect(slowerThan(late, 5_000)).toBe(5)
})

test('only what we owed a decision counts, and only what we failed to decide is our fault', () => {
  const fates = { accepted: 'accepted', replayed: 'accepted', INSUFFICIENT_BALANCE: 'refused', SESSION_ID_CONFLICT: 'refused' }
  const others = { SERVICE_UNAVAILABLE: 'fault', INTERNAL_ERROR: 'fault', INVALID_SIGNATURE: 'uncounted', RATE_LIMIT_EXCEEDED: 'uncounted' }
  for (const [outcome, fate] of Object.entries({ ...fates, ...others }))
    expect([outcome, fateOf(outcome)]).toEqual([outcome, fate as never])
  const of = (outcome: string, calls: number) => ({ outcome, calls, latency: noLatency() })
  const level = levelOf([of('accepted', 990), of('INSUFFICIENT_BALANCE', 5), of('INTERNAL_ERROR', 5), of('INVALID_API_KEY', 5_000)])
  expect(level).toMatchObject({ accepted: 990, refused: 5, faults: 5, uncounted: 5_000, calls: 1_000 })
  // One fault in a thousand is allowed: five are four too many.
  expect(budgetLeft(level)).toBeCloseTo(-4)
})

test('a sheet that is written again counts once, and a database that was away loses none', async () => {
  const back = useClock(() => NOW.getTime())
  countStart(NOW, 'accepted', 4)
  await writeTally()
  countStart(NOW, 'accepted', 4)
  countStart(NOW, 'INSUFFICIENT_BALANCE', 9)
  await writeTally()
  await writeTally()
  expect(await callsIn(60)).toEqual({ accepted: 2, INSUFFICIENT_BALANCE: 1 })
  await database.owner`ALTER TABLE authorize_minutes RENAME TO away`
  countStart(NOW, 'SERVICE_UNAVAILABLE', 1_200)
  await writeTally()
  await database.owner`ALTER TABLE away RENAME TO authorize_minutes`
  await writeTally()
  expect(await callsIn(60)).toEqual({ accepted: 2, INSUFFICIENT_BALANCE: 1, SERVICE_UNAVAILABLE: 1 })
  back()
})

test('a clock that goes back and comes again to a minute that was written takes nothing away from it', async () => {
  const start = ago(HOUR)
  const clock = { at: start }
  const back = useClock(() => clock.at.getTime())
  for (const at of [start, addSeconds(start, 600), start]) {
    clock.at = at
    countStart(at, 'accepted', 4)
    await writeTally()
  }
  const [found] = await outcomesIn([{ from: ago(HOUR + 60), to: addSeconds(start, 60) }])
  expect(found!.map(({ calls }) => calls)).toEqual([2])
  back()
})

test('hours and minutes together tell the same as the minutes alone, whenever the job last ran', async () => {
  for (const hours of [0, 1, 2, 5, 30, 70]) await counted(ago(hours * HOUR + 7), 'accepted', 10 + hours)
  await counted(ago(2 * HOUR + 2_000), 'INTERNAL_ERROR', 3)
  const stretches = [60, HOUR, 2 * HOUR, 6 * HOUR, 31 * HOUR, 71 * HOUR]
  const before = await Promise.all(stretches.map(callsIn))
  expect(before.map((calls) => calls.accepted)).toEqual([10, 10, 21, 48, 88, 168])
  expect(await rollUpHours({ now: NOW })).toEqual({ hours: 7, minutes_removed: 0 })
  expect(await Promise.all(stretches.map(callsIn))).toEqual(before)
  expect(await rollUpHours({ now: NOW })).toEqual({ hours: 0, minutes_removed: 0 })
  // A process that waited for its database tells of an hour that was put together long ago.
  await counted(ago(30 * HOUR + 7), 'accepted', 5)
  await rollUpHours({ now: NOW })
  expect((await callsIn(31 * HOUR)).accepted).toBe(93)
})

test('minutes go after three days, their hours stay, and a silent week hides nothing', async () => {
  await counted(ago(10), 'accepted', 7)
  await counted(ago(50 * HOUR), 'accepted', 8)
  await rollUpHours({ now: NOW })
  const later = addDays(NOW, 7)
  await rollUpHours({ now: later })
  const [left] = await database.owner`SELECT count(*)::int AS minutes FROM authorize_minutes`
  expect(left!.minutes).toBe(1)
  const [found] = await outcomesIn([{ from: hourOf(addDays(NOW, -28)), to: later }])
  expect(found!.map(({ calls }) => calls)).toEqual([15])
})

const open = async () => (await openAlerts('admin')).kinds

test('the budget that burns calls our people once, and is settled when it burns no longer', async () => {
  await counted(ago(30), 'accepted', 900)
  await counted(ago(30), 'INTERNAL_ERROR', 4)
  expect(await watchServiceLevel({ now: NOW })).toMatchObject({ errors_burning: 0, slow: 0 })
  await counted(ago(20), 'INTERNAL_ERROR', 96)
  await counted(ago(20), 'accepted', 20, 400)
  expect(await watchServiceLevel({ now: NOW })).toMatchObject({ errors_burning: 1, slow: 0 })
  expect(await open()).toEqual(['authorize_errors'])
  const [hour] = await burnNow(NOW)
  expect(hour!.errors).toBeCloseTo(100 / 1_020 / 0.001)
  // What it cost of the budget stays a matter for people until six hours were clean.
  await counted(addSeconds(NOW, HOUR), 'accepted', 100)
  expect(await watchServiceLevel({ now: addSeconds(NOW, HOUR) })).toMatchObject({ errors_burning: 1 })
  expect(await watchServiceLevel({ now: addSeconds(NOW, 7 * HOUR) })).toMatchObject({ errors_burning: 0 })
  expect(await open()).toEqual([])
})

test('answers that come late are an alert of their own', async () => {
  await counted(ago(30), 'accepted', 50, 4)
  await counted(ago(30), 'accepted', 50, 900)
  expect(await watchServiceLevel({ now: NOW })).toMatchObject({ errors_burning: 0, slow: 1 })
  expect(await open()).toEqual(['authorize_slow'])
  await database.owner`TRUNCATE authorize_minutes, authorize_hours`
  await watchServiceLevel({ now: NOW })
  expect(await open()).toEqual([])
})
