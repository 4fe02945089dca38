import { type Money, yuan } from '#src/core/money'
import type { Language } from '#src/core/text'
import type { BusinessDay } from '#src/core/time'

/** `12,345`, the same in both languages. */
export const formatCount = (count: number): string => count.toLocaleString('en-US')

/** A share of 0–1 as `12.3%`. */
export const formatShare = (share: number): string => `${(share * 100).toFixed(1)}%`

/** For heights in charts only, where a rounded pixel harms nobody; money itself never becomes a float. */
export const drawn = (amount: Money): number => Number(yuan(amount))

const UNITS: Record<Language, readonly (readonly [number, string])[]> = {
  zh: [
    [1e8, '亿'],
    [1e4, '万'],
  ],
  en: [
    [1e6, 'M'],
    [1e3, 'k'],
  ],
}

/** A short figure for axes: `1.2万`, `12k`; the full figure stands in the table. */
export function formatShort(language: Language, value: number): string {
  const unit = UNITS[language].find(([size]) => value >= size)
  return unit ? `${trim(value / unit[0])}${unit[1]}` : trim(value)
}

const trim = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 })

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `3月5日` or `5 Mar`. */
export function formatDay(language: Language, day: BusinessDay): string {
  const [month, date] = [Number(day.slice(5, 7)), Number(day.slice(8, 10))]
  return language === 'zh' ? `${month}月${date}日` : `${date} ${MONTHS[month - 1]}`
}

/** The round number at or above the largest value, where an axis ends. */
export function niceCeiling(value: number): number {
  // At least 2, so that the half-way rule of a count is a whole number.
  if (value <= 2) return 2
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= value)!
}

/** `812 B`, `3.4 kB`, `12.6 MB`, `2.2 GB`. */
export function formatBytes(bytes: number): string {
  const unit = (['GB', 'MB', 'kB'] as const).find((one) => bytes >= BYTE_UNITS[one])
  return unit ? `${trim(bytes / BYTE_UNITS[unit])} ${unit}` : `${bytes} B`
}

const BYTE_UNITS = { GB: 1e9, MB: 1e6, kB: 1e3 } as const
