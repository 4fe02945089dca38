import * as v from 'valibot'
import { addDays, type BusinessDay, businessDay, type Instant, isCalendarDay, type Stretch, startOfDay, startOfMonth } from './time'

/** The stretches a list offers by name (UX 4); business days of Asia/Shanghai, both ends included. */
export const DAY_PRESETS = ['today', 'yesterday', 'week', 'month', 'last_month'] as const
export type DayPreset = (typeof DAY_PRESETS)[number]

export type DayRange = {
  chosen: DayPreset | 'custom' | 'all'
  /** First and last day, both included; null in `all`. */
  first: BusinessDay | null
  last: BusinessDay | null
  /** The same as instants, `to` excluded; null in `all`. */
  stretch: Stretch | null
}

const day = v.fallback(v.optional(v.pipe(v.string(), v.check(isCalendarDay))), undefined)

/** Query fields of a stretch of days: `range=month`, or `from` and `to`. What cannot be read counts as not said. */
export const dayRangeQuery = { range: v.fallback(v.optional(v.picklist([...DAY_PRESETS, 'all'])), undefined), from: day, to: day }

type Asked = { range?: DayPreset | 'all' | undefined; from?: BusinessDay | undefined; to?: BusinessDay | undefined }

/** The stretch that was asked for. Days of one's own count before a name; one of them alone means that day; turned round they are turned back. */
export function dayRange({ range, from, to }: Asked, now: Instant, otherwise: DayPreset | 'all' = 'all'): DayRange {
  const [one, other] = [from ?? to, to ?? from]
  if (one !== undefined && other !== undefined) return one <= other ? days('custom', one, other) : days('custom', other, one)
  const chosen = range ?? otherwise
  return chosen === 'all' ? { chosen, first: null, last: null, stretch: null } : days(chosen, ...presetDays(chosen, now))
}

function presetDays(preset: DayPreset, now: Instant): [BusinessDay, BusinessDay] {
  const today = businessDay(now)
  if (preset === 'today') return [today, today]
  if (preset === 'yesterday') return [businessDay(addDays(now, -1)), businessDay(addDays(now, -1))]
  if (preset === 'week') return [businessDay(addDays(now, -6)), today]
  const month = startOfMonth(now)
  if (preset === 'month') return [businessDay(month), today]
  const lastDay = addDays(month, -1)
  return [businessDay(startOfMonth(lastDay)), businessDay(lastDay)]
}

const days = (chosen: DayRange['chosen'], first: BusinessDay, last: BusinessDay): DayRange => ({
  chosen,
  first,
  last,
  stretch: { from: startOfDay(first), to: addDays(startOfDay(last), 1) },
})
