import type { Uuid } from '#src/core/ids'
import { invalidField } from '#src/core/problem'
import { addDays, addMs, type BusinessDay, businessDay, type Instant, startOfDay } from '#src/core/time'
import type { UsageFilter } from '#src/usage/filter'
import { addSums, type Bucket, bucketsOf, NO_SUMS, type Sums, sumOf } from '#src/usage/sums'
import { type Dimension, periodsBetween, startOfPeriod } from './periods'

/** One day, week or month of a trend; `date` is its first day. */
export type Period = Sums & { date: BusinessDay }

/** Days in one answer at most (API 4); weeks and months of a lifetime are as many. */
const MOST_DAYS = 366
const MOST_PERIODS = 1_200

/**
 * What was played by day, week or month, empty ones included. Without a start it begins with the first game, by day at most 366 days
 * before its end; without an end it ends today. Throws INVALID_PARAMS for more than 366 days by day.
 */
export async function consumption(
  operatorId: Uuid,
  filter: UsageFilter,
  dimension: Dimension,
  now: Instant,
): Promise<{ periods: Period[]; summary: Sums }> {
  const to = filter.to ?? addDays(startOfDay(businessDay(now)), 1)
  if (filter.from) requireDrawable({ from: filter.from, to }, dimension)
  const since = filter.from ?? (dimension === 'day' ? addDays(to, -MOST_DAYS) : undefined)
  const buckets = await bucketsOf(operatorId, { ...filter, from: since, to })
  const first = filter.from ?? buckets.at(-1)?.start ?? startOfPeriod(addMs(to, -1), dimension)
  return { periods: fold(buckets, { from: first, to }, dimension), summary: sumOf(buckets) }
}

/** Throws INVALID_PARAMS for a range of more periods than anybody looks at. */
export function requireDrawable({ from, to }: { from: Instant; to: Instant }, dimension: Dimension): void {
  if (dimension === 'day' && to > addDays(from, MOST_DAYS))
    throw invalidField('end_time', `按天统计最多${MOST_DAYS}天`, `by day the range may be at most ${MOST_DAYS} days`)
  if (to > addDays(from, MOST_PERIODS * (dimension === 'week' ? 7 : 28)))
    throw invalidField('end_time', '统计范围过长', 'the range is too long')
}

/** Buckets put together into periods, the empty ones between them made. */
export function fold(buckets: readonly Bucket[], { from, to }: { from: Instant; to: Instant }, dimension: Dimension): Period[] {
  const known = new Map<BusinessDay, Sums>()
  for (const { start, ...sums } of buckets) {
    const date = businessDay(startOfPeriod(start, dimension))
    known.set(date, addSums(known.get(date) ?? NO_SUMS, sums))
  }
  return periodsBetween(from, to, dimension).map((date) => ({ date, ...(known.get(date) ?? NO_SUMS) }))
}
