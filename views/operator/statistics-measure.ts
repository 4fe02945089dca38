import { ZERO } from '#src/core/money'
import type { PlainKey } from '#src/core/text'
import { drawn } from '../components/figures'
import type { Sums } from './usage'

export type Measure = 'total' | 'sessions' | 'players'
export type Dimension = 'day' | 'week' | 'month'

/** The name of a measure. */
export const measureName = (measure: Measure): PlainKey => `statistics.measure.${measure}`

/** A measure as a height in a chart. */
export const heightOf = (sums: Sums, measure: Measure): number => (measure === 'total' ? drawn(sums.total) : sums[measure])

/** A part of a whole, 0–1; money as money. */
export function shareOf(part: Sums, whole: Sums, measure: Measure): number {
  if (measure !== 'total') return whole[measure] === 0 ? 0 : part[measure] / whole[measure]
  return whole.total === ZERO ? 0 : Number((part.total * 10_000n) / whole.total) / 10_000
}
