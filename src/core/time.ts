/** A point in time. The only place that reads the machine's clock or builds a Date; everything else is handed `now`. */
export type Instant = Date

let milliseconds = (): number => Date.now()

/** The present, from the one clock of this process. */
export const now = (): Instant => new Date(milliseconds())

/** Milliseconds since 1970 from the one clock of this process. */
export const nowMs = (): number => milliseconds()

/** Replaces the clock (tests, trainings); call the returned function to go back to the real one. */
export function useClock(source: () => number): () => void {
  milliseconds = source
  return () => {
    milliseconds = () => Date.now()
  }
}

/** Monotonic milliseconds for measuring durations; unaffected by clock changes. */
export const stopwatch = (): (() => number) => {
  const start = performance.now()
  return () => performance.now() - start
}

export const instant = (value: string | number | Date): Instant => new Date(value)
export const addMs = (at: Instant, milliseconds: number): Instant => new Date(at.getTime() + milliseconds)
export const addSeconds = (at: Instant, seconds: number): Instant => addMs(at, seconds * 1000)
export const addDays = (at: Instant, days: number): Instant => addMs(at, days * DAY_MS)

const DAY_MS = 86_400_000
/** Asia/Shanghai keeps UTC+8 all year (no daylight saving since 1991), so business days need no time zone tables. */
const SHANGHAI_OFFSET_MS = 8 * 3_600_000

/** A business day, `YYYY-MM-DD` in Asia/Shanghai. */
export type BusinessDay = string

const shanghai = (at: Instant): Date => new Date(at.getTime() + SHANGHAI_OFFSET_MS)

export const businessDay = (at: Instant): BusinessDay => shanghai(at).toISOString().slice(0, 10)

/** True for a `YYYY-MM-DD` that is in the calendar: 29 February only in leap years. */
export function isCalendarDay(text: string): boolean {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(text) ? startOfDay(text) : new Date(Number.NaN)
  return !Number.isNaN(start.getTime()) && businessDay(start) === text
}

/** The last business day before `at`: of something that ends with a day, that day. */
export const lastDayBefore = (at: Instant): BusinessDay => businessDay(addMs(at, -1))

/** The first instant of a business day. */
export const startOfDay = (day: BusinessDay): Instant => new Date(`${day}T00:00:00.000+08:00`)

/** The first instant of the month that `at` falls in, Asia/Shanghai. */
export const startOfMonth = (at: Instant): Instant => startOfDay(`${businessDay(at).slice(0, 7)}-01`)

/** Hour of the day 0–23 and weekday 0 (Sunday) – 6 in Asia/Shanghai. */
export function shanghaiClock(at: Instant): { hour: number; weekday: number } {
  const local = shanghai(at)
  return { hour: local.getUTCHours(), weekday: local.getUTCDay() }
}

/** `YYYY-MM-DD HH:mm:ss` in Asia/Shanghai, as the pages show it. */
export const formatDateTime = (at: Instant): string => shanghai(at).toISOString().slice(0, 19).replace('T', ' ')

/** Days since 1899-12-30 in Asia/Shanghai with the time of day as a fraction: what spreadsheets store as a date. */
export const shanghaiSerial = (at: Instant): number => shanghai(at).getTime() / DAY_MS + 25_569

/** `YYYY-MM-DD HH:mm` in Asia/Shanghai. */
export const formatMinute = (at: Instant): string => formatDateTime(at).slice(0, 16)

/** `YYYY-MM-DDTHH:mm` in Asia/Shanghai, as a field for date and time holds it → the instant; undefined for anything else. */
export function parseMinute(text: string): Instant | undefined {
  const [day, clock] = text.split('T')
  return day && clock && isCalendarDay(day) && /^([01]\d|2[0-3]):[0-5]\d$/.test(clock)
    ? new Date(`${day}T${clock}:00.000+08:00`)
    : undefined
}

/** ISO 8601 UTC with milliseconds, as the API writes it. */
export const iso = (at: Instant): string => at.toISOString()

/** The business days from `from` to `to`, both included, oldest first. */
export function daysBetween(from: Instant, to: Instant): BusinessDay[] {
  const days: BusinessDay[] = []
  for (let at = startOfDay(businessDay(from)); at <= to; at = addDays(at, 1)) days.push(businessDay(at))
  return days
}

/** The stretches a home page compares: each with the same stretch before it, both ending where `now` stands in it. */
export function comparedStretches(at: Instant) {
  const today = startOfDay(businessDay(at))
  const month = startOfMonth(at)
  const lastMonth = startOfMonth(addDays(month, -1))
  const sinceMonth = at.getTime() - month.getTime()
  return {
    today: { from: today, to: at },
    yesterday: { from: addDays(today, -1), to: addDays(at, -1) },
    week: { from: addDays(today, -6), to: at },
    weekBefore: { from: addDays(today, -13), to: addDays(at, -7) },
    month: { from: month, to: at },
    monthBefore: { from: lastMonth, to: addMs(lastMonth, Math.min(sinceMonth, month.getTime() - lastMonth.getTime())) },
  }
}
export type Stretch = { from: Instant; to: Instant }
