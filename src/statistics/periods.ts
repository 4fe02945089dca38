import { addDays, type BusinessDay, businessDay, type Instant, shanghaiClock, startOfDay, startOfMonth } from '#src/core/time'

/** How finely a trend is drawn: by business day, by week from Monday, by month. */
export const DIMENSIONS = ['day', 'week', 'month'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** The first instant of the day, week or month that `at` falls in, Asia/Shanghai. */
export function startOfPeriod(at: Instant, dimension: Dimension): Instant {
  if (dimension === 'month') return startOfMonth(at)
  const day = startOfDay(businessDay(at))
  return dimension === 'week' ? addDays(day, -((shanghaiClock(day).weekday + 6) % 7)) : day
}

/** The first instant after the period that begins at `start`. */
export function endOfPeriod(start: Instant, dimension: Dimension): Instant {
  if (dimension === 'day') return addDays(start, 1)
  // Whatever the length of the month, its 32nd day lies in the next one.
  return dimension === 'week' ? addDays(start, 7) : startOfMonth(addDays(start, 31))
}

/** Every period that a stretch touches, oldest first, by its first day; `to` is excluded. */
export function periodsBetween(from: Instant, to: Instant, dimension: Dimension): BusinessDay[] {
  const days: BusinessDay[] = []
  for (let at = startOfPeriod(from, dimension); at < to; at = endOfPeriod(at, dimension)) days.push(businessDay(at))
  return days
}
