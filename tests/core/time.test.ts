import { afterEach, describe, expect, test } from 'bun:test'
import {
  addDays,
  businessDay,
  formatDateTime,
  formatMinute,
  instant,
  isCalendarDay,
  iso,
  now,
  nowMs,
  shanghaiClock,
  startOfDay,
  startOfMonth,
  useClock,
} from '#src/core/time'

let realClock = () => {}
afterEach(() => realClock())

/** The last millisecond of a day in Shanghai and the first one of the next, as UTC sees them. */
describe('a business day is a day of Shanghai', () => {
  test.each([
    ['2026-01-01T15:59:59.999Z', '2026-01-01', '2026-01-01'],
    ['2026-01-01T16:00:00.000Z', '2026-01-02', '2026-01-01'],
    ['2025-12-31T15:59:59.999Z', '2025-12-31', '2025-12-01'],
    ['2025-12-31T16:00:00.000Z', '2026-01-01', '2026-01-01'],
    ['2024-02-28T16:00:00.000Z', '2024-02-29', '2024-02-01'],
    ['2024-02-29T15:59:59.999Z', '2024-02-29', '2024-02-01'],
    ['2024-02-29T16:00:00.000Z', '2024-03-01', '2024-03-01'],
    ['2025-02-28T16:00:00.000Z', '2025-03-01', '2025-03-01'],
    ['2026-03-29T01:00:00.000Z', '2026-03-29', '2026-03-01'],
    ['2026-07-31T16:00:00.000Z', '2026-08-01', '2026-08-01'],
  ])('%s is in %s', (time, day, month) => {
    expect(businessDay(instant(time))).toBe(day)
    expect(iso(startOfMonth(instant(time)))).toBe(iso(startOfDay(month)))
  })

  test('starts at 16:00 UTC of the day before and lasts 24 hours, all year', () => {
    for (let day = startOfDay('2024-01-01'); businessDay(day) < '2026-01-01'; day = addDays(day, 1)) {
      expect(iso(day)).toEndWith('T16:00:00.000Z')
      expect(iso(startOfDay(businessDay(day)))).toBe(iso(day))
    }
  })
})

test('pages show the time of Shanghai', () => {
  const at = instant('2025-12-31T16:05:09.999Z')
  expect([formatDateTime(at), formatMinute(at)]).toEqual(['2026-01-01 00:05:09', '2026-01-01 00:05'])
  expect(shanghaiClock(at)).toEqual({ hour: 0, weekday: 4 })
})

test.each([
  ['2024-02-29', true],
  ['2000-02-29', true],
  ['2026-12-31', true],
  ['2025-02-29', false],
  ['1900-02-29', false],
  ['2026-02-30', false],
  ['2026-04-31', false],
  ['2026-00-10', false],
  ['2026-13-01', false],
  ['2026-01-00', false],
  ['2026-1-1', false],
  ['2026-01-01 ', false],
  ['', false],
])('%p is in the calendar: %p', (text, isThere) => {
  expect(isCalendarDay(text)).toBe(isThere)
})

test('the clock of the process can be replaced and given back', () => {
  realClock = useClock(() => 1_767_225_600_000)
  expect([nowMs(), iso(now())]).toEqual([1_767_225_600_000, '2026-01-01T00:00:00.000Z'])
  realClock()
  expect(nowMs()).toBeGreaterThan(1_767_225_600_000)
})
