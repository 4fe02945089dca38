import { describe, expect, test } from 'bun:test'
import { instant } from '#src/core/time'
import { daysIn, lastPeriod, periodAround, periodBefore } from '#src/reports/period'

describe('the day, week or month around a day', () => {
  test.each([
    ['daily', '2026-02-28', '2026-02-28', '2026-02-28'],
    ['weekly', '2026-03-01', '2026-02-23', '2026-03-01'],
    ['weekly', '2026-03-02', '2026-03-02', '2026-03-08'],
    ['weekly', '2026-01-01', '2025-12-29', '2026-01-04'],
    ['monthly', '2026-02-01', '2026-02-01', '2026-02-28'],
    ['monthly', '2024-02-29', '2024-02-01', '2024-02-29'],
    ['monthly', '2026-12-31', '2026-12-01', '2026-12-31'],
  ] as const)('%s around %s is %s to %s', (type, day, first, last) => {
    expect(periodAround(type, day)).toEqual({ first, last })
  })
})

describe('what the clock makes', () => {
  // 00:30 in Shanghai is still the day before in UTC.
  test.each([
    ['daily', '2026-03-01T16:30:00Z', '2026-03-01', '2026-03-01'],
    ['weekly', '2026-03-01T18:00:00Z', '2026-02-23', '2026-03-01'],
    ['monthly', '2026-02-28T19:00:00Z', '2026-02-01', '2026-02-28'],
    ['monthly', '2026-01-31T15:59:59Z', '2025-12-01', '2025-12-31'],
  ] as const)('%s at %s is of %s to %s', (type, now, first, last) => {
    expect(lastPeriod(type, instant(now))).toEqual({ first, last })
  })

  test('late is the same as in time', () => {
    expect(lastPeriod('monthly', instant('2026-03-05T01:00:00Z'))).toEqual({ first: '2026-02-01', last: '2026-02-28' })
  })
})

describe('what a period is compared with', () => {
  test.each([
    ['2026-02-01', '2026-02-28', '2026-01-01', '2026-01-31'],
    ['2026-01-01', '2026-01-31', '2025-12-01', '2025-12-31'],
    ['2026-02-01', '2026-02-27', '2026-01-05', '2026-01-31'],
    ['2026-03-01', '2026-03-01', '2026-02-28', '2026-02-28'],
  ])('%s to %s with %s to %s', (first, last, before, until) => {
    expect(periodBefore({ first, last })).toEqual({ first: before, last: until })
  })

  test('a year of days has 366 at most, and both ends count', () => {
    expect(daysIn({ first: '2024-01-01', last: '2024-12-31' })).toHaveLength(366)
  })
})
