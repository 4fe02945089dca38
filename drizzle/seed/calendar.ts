import { type BusinessDay, shanghaiClock, startOfDay } from '#src/core/time'
import type { Random } from './random'

/** How many games a day brings, against an ordinary working day at term time. */
const [FRIDAY, SATURDAY, SUNDAY] = [1.3, 2, 1.85]
const SCHOOL_HOLIDAY = 1.35

/** Holidays at the same date each year: first and last day as `MM-DD`. */
const FIXED = [
  { from: '01-01', to: '01-03', demand: 1.7 }, // 元旦
  { from: '04-04', to: '04-06', demand: 1.5 }, // 清明
  { from: '05-01', to: '05-05', demand: 2 }, // 劳动节
  { from: '06-01', to: '06-01', demand: 2 }, // 儿童节
  { from: '10-01', to: '10-07', demand: 2.2 }, // 国庆
  { from: '12-24', to: '12-25', demand: 1.6 },
]

/** Holidays of the lunar calendar, from a table: the demo need not know more years. */
const LUNAR = [
  { from: '2025-01-28', to: '2025-02-04', demand: 2.3 }, // 春节
  { from: '2025-05-31', to: '2025-06-02', demand: 1.6 }, // 端午
  { from: '2026-02-16', to: '2026-02-23', demand: 2.3 },
  { from: '2026-06-19', to: '2026-06-21', demand: 1.6 },
  { from: '2026-09-25', to: '2026-09-27', demand: 1.7 }, // 中秋
  { from: '2027-02-05', to: '2027-02-12', demand: 2.3 },
  { from: '2027-06-09', to: '2027-06-11', demand: 1.6 },
  { from: '2027-09-15', to: '2027-09-17', demand: 1.7 },
  { from: '2028-01-25', to: '2028-02-01', demand: 2.3 },
  { from: '2028-05-28', to: '2028-05-30', demand: 1.6 },
]

const SCHOOL_HOLIDAYS = [
  { from: '01-15', to: '02-25' },
  { from: '07-10', to: '08-31' },
]

const isWithin = (day: string, { from, to }: { from: string; to: string }): boolean => from <= day && day <= to

/** The demand of a business day: weekends, Chinese holidays and school holidays bring more guests. */
export function demandOf(day: BusinessDay): number {
  const date = day.slice(5)
  const holiday = LUNAR.find((one) => isWithin(day, one)) ?? FIXED.find((one) => isWithin(date, one))
  if (holiday) return holiday.demand
  const weekday = weekdayDemand(day)
  if (!SCHOOL_HOLIDAYS.some((one) => isWithin(date, one))) return weekday
  return Math.max(weekday, SCHOOL_HOLIDAY)
}

function weekdayDemand(day: BusinessDay): number {
  const { weekday } = shanghaiClock(startOfDay(day))
  if (weekday === 5) return FRIDAY
  if (weekday === 6) return SATURDAY
  return weekday === 0 ? SUNDAY : 1
}

/** Guests per opening hour from 10 to 21 o'clock: after work and school on working days, all afternoon on free ones. */
const WORKING_HOURS = [1, 1.5, 2, 2, 2.2, 2.5, 3, 4.5, 7, 9, 8, 3.5]
const FREE_HOURS = [3, 4.5, 4, 6, 8, 8.5, 8, 6.5, 7, 8, 6.5, 3]
const FIRST_HOUR = 10

const FREE_FROM = 1.5

/** A moment of a day's opening hours in milliseconds after midnight. */
export function openingTime(demand: number, random: Random): number {
  const hours = demand >= FREE_FROM ? FREE_HOURS : WORKING_HOURS
  const hour = random.weighted(hours.map((weight, index) => ({ value: FIRST_HOUR + index, weight })))
  return hour * 3_600_000 + random.whole(0, 3_599_999)
}
