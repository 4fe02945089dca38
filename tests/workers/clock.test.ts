import { expect, test } from 'bun:test'
import { addSeconds, instant, iso, stopwatch, useClock } from '#src/core/time'
import { overdueSince, pattern } from '#src/monitoring/overdue-jobs'
import { until } from '#tests/support/until'
import { makeClock, missedTick, startClock } from '#workers/clock'
import { JOBS, type Job } from '#workers/schedule'

const job = (name: string, cron: string): Job => ({ name, cron, timeoutSeconds: 10, run: async () => ({}) })
const minute = job('minute', '0 * * * * *')
const daily = job('daily', '0 0 2 * * *')
/** 13:59:30 in Shanghai. */
const start = instant('2026-03-05T05:59:30.000Z')
const shown = (due: ReturnType<ReturnType<typeof makeClock>['due']>) =>
  due.map(({ job, scheduledFor }) => `${job.name} ${iso(scheduledFor)}`)

test('each tick is told once, at its time or at the first look after it', () => {
  const clock = makeClock([minute], start)
  expect(shown(clock.due(addSeconds(start, 29.999)))).toEqual([])
  expect(shown(clock.due(addSeconds(start, 30)))).toEqual(['minute 2026-03-05T06:00:00.000Z'])
  expect(shown(clock.due(addSeconds(start, 31)))).toEqual([])
  expect(shown(clock.due(addSeconds(start, 95.5)))).toEqual(['minute 2026-03-05T06:01:00.000Z'])
  expect(clock.next()).toEqual(instant('2026-03-05T06:02:00.000Z'))
})

test('a clock put forward by a day: the newest tick of each job stands for those that were passed over', () => {
  const clock = makeClock([minute, daily], start)
  expect(shown(clock.due(addSeconds(start, 86_400)))).toEqual(['minute 2026-03-06T05:59:00.000Z', 'daily 2026-03-05T18:00:00.000Z'])
})

test('a clock put back by an hour: the same ticks come again, for the claim to refuse, and none is left out after that', () => {
  const clock = makeClock([minute], start)
  const first = shown(clock.due(addSeconds(start, 30)))
  expect(shown(clock.due(addSeconds(start, -3_600)))).toEqual([])
  const again: string[] = []
  for (let seconds = -3_600; seconds <= 90; seconds++) again.push(...shown(clock.due(addSeconds(start, seconds))))
  expect(again).toHaveLength(62)
  expect(again.slice(-2)).toEqual([...first, 'minute 2026-03-05T06:01:00.000Z'])
})

test("the running clock goes on after the machine's own was put forward by an hour, and back by two", async () => {
  let offset = 0
  const elapsed = stopwatch()
  const restore = useClock(() => start.getTime() + elapsed() + offset)
  const told: number[] = []
  const clock = startClock([job('second', '* * * * * *')], ({ scheduledFor }) => told.push(scheduledFor.getTime() - start.getTime()))
  try {
    await until('ticks', () => told.length >= 2)
    offset += 3_600_000
    await until('the first tick after the jump', () => told.at(-1)! > 3_600_000)
    await until('the next', () => told.filter((at) => at > 3_600_000).length >= 2)
    expect(new Set(told).size).toBe(told.length)
    expect(told.filter((at) => at > 10_000 && at < 3_600_000)).toEqual([])
    offset -= 7_200_000
    await until('the first tick after the clock was put back', () => told.at(-1)! < 0)
  } finally {
    clock.stop()
    restore()
  }
})

test('a late start knows the newest tick it missed, and nothing it did not miss', () => {
  const cron = pattern(daily.cron)
  const at = instant('2026-03-05T00:00:00.000Z')
  expect(missedTick(cron, null, at)).toEqual(instant('2026-03-04T18:00:00.000Z'))
  expect(missedTick(cron, instant('2026-02-20T18:00:00.000Z'), at)).toEqual(instant('2026-03-04T18:00:00.000Z'))
  expect(missedTick(cron, instant('2026-03-04T18:00:00.000Z'), at)).toBeUndefined()
})

test('31st, 29 February and the turn of the year are days like others', () => {
  const monthly = makeClock([job('monthly', '0 0 2 1 * *')], instant('2027-12-31T12:00:00.000Z'))
  const told: string[] = []
  for (let day = 0; day <= 70; day++) told.push(...shown(monthly.due(addSeconds(instant('2027-12-31T12:00:00.000Z'), day * 86_400))))
  expect(told).toEqual(['2027-12-31', '2028-01-31', '2028-02-29'].map((day) => `monthly ${day}T18:00:00.000Z`))
})

test('every job of the schedule has ended before its next tick', () => {
  for (const { name, cron, timeoutSeconds } of JOBS) {
    const ticks = pattern(cron).nextRuns(20, start)
    const shortest = Math.min(...ticks.slice(1).map((tick, index) => (tick.getTime() - ticks[index]!.getTime()) / 1000))
    expect([name, timeoutSeconds < shortest || timeoutSeconds]).toEqual([name, true])
  }
})

const known = instant('2026-01-01T00:00:00.000Z')
const at = (time: string) => instant(`2026-03-05T${time}:00.000+08:00`)
test.each([
  ['in its time', daily.cron, '02:00', '2026-03-04T18:00:00.000Z', null],
  ['late, but within its grace', daily.cron, '02:59', '2026-03-03T18:00:00.000Z', null],
  ['an hour late', daily.cron, '03:05', '2026-03-03T18:00:00.000Z', '2026-03-04T18:00:00.000Z'],
  ['never done', daily.cron, '03:05', null, '2026-03-04T18:00:00.000Z'],
  ['done by hand since', daily.cron, '03:05', '2026-03-04T18:30:00.123Z', null],
  ['each minute, one missed', minute.cron, '12:00', '2026-03-05T03:58:00.000Z', null],
  ['each minute, three missed', minute.cron, '12:00', '2026-03-05T03:56:00.000Z', '2026-03-05T03:57:00.000Z'],
])('overdue: %s', (_, cron, time, success, since) => {
  const job = { cron, timeoutSeconds: 10, knownSince: known, lastSuccessFor: success ? instant(success) : null }
  expect(overdueSince(job, at(time))).toEqual(since ? instant(since) : null)
})

test('a job that the clock knows only since this morning is not overdue for last night', () => {
  const job = { cron: daily.cron, timeoutSeconds: 10, knownSince: at('09:00'), lastSuccessFor: null }
  expect(overdueSince(job, at('12:00'))).toBeNull()
})
