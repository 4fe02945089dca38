import { addDays, type BusinessDay, businessDay, daysBetween, type Instant, shanghaiClock, startOfDay, startOfMonth } from '#src/core/time'

/** The business days of a report, both ends included. */
export type Period = { first: BusinessDay; last: BusinessDay }
export type ReportType = 'daily' | 'weekly' | 'monthly' | 'custom'
export type ScheduledType = Exclude<ReportType, 'custom'>

/** A year, a leap year included. */
export const MOST_DAYS = 366

/** The whole day, week from Monday, or month that a day lies in. */
export function periodAround(type: ScheduledType, day: BusinessDay): Period {
  const at = startOfDay(day)
  if (type === 'daily') return { first: day, last: day }
  if (type === 'monthly') {
    const first = startOfMonth(at)
    return { first: businessDay(first), last: lastDayBefore(monthAfter(first)) }
  }
  const monday = addDays(at, -((shanghaiClock(at).weekday + 6) % 7))
  return { first: businessDay(monday), last: businessDay(addDays(monday, 6)) }
}

/** The newest day, week or month that is over: what the clock makes a report of. */
export function lastPeriod(type: ScheduledType, now: Instant): Period {
  const { first } = periodAround(type, businessDay(now))
  return periodAround(type, lastDayBefore(startOfDay(first)))
}

/** What a period is compared with: the month before a whole month, else as many days before it. */
export function periodBefore({ first, last }: Period): Period {
  const start = startOfDay(first)
  const month = periodAround('monthly', first)
  if (month.first === first && month.last === last) return periodAround('monthly', lastDayBefore(start))
  return { first: businessDay(addDays(start, -daysIn({ first, last }).length)), last: lastDayBefore(start) }
}

export const daysIn = ({ first, last }: Period): BusinessDay[] => daysBetween(startOfDay(first), startOfDay(last))

/** The same as instants, the end excluded. */
export const stretchOf = ({ first, last }: Period): { from: Instant; to: Instant } => ({
  from: startOfDay(first),
  to: addDays(startOfDay(last), 1),
})

const lastDayBefore = (at: Instant): BusinessDay => businessDay(addDays(at, -1))
/** Forty days after its first one every month is over. */
const monthAfter = (first: Instant): Instant => startOfMonth(addDays(first, 40))
