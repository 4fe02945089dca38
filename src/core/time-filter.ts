import * as v from 'valibot'
import { isoInstant } from './fields'
import { invalidField } from './problem'
import { addMs, type Instant } from './time'

/** Query fields of a stretch of time (API 1): `start_time` included, `end_time` excluded. */
export const timeQuery = { start_time: v.optional(isoInstant), end_time: v.optional(isoInstant) }

/**
 * The stretch that was asked for. An end of `…59.999Z` means the whole of that second, as clients write the end of a day. Throws
 * INVALID_PARAMS where the end comes before the start.
 */
export function timeFilter({ start_time: from, end_time: end }: { start_time?: Instant | undefined; end_time?: Instant | undefined }) {
  const to = end && end.getTime() % 1000 === 999 ? addMs(end, 1) : end
  if (from && to && to < from) throw invalidField('end_time', '不能早于start_time', 'must not be before start_time')
  return { from, to }
}
