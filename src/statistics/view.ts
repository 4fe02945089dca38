import type { DayRange } from '#src/core/day-range'
import type { Uuid } from '#src/core/ids'
import { addDays, addMs, type BusinessDay, businessDay, type Instant, type Stretch, startOfDay } from '#src/core/time'
import type { UsageFilter } from '#src/usage/filter'
import { type Bucket, bucketsOf, NO_SUMS, type Sums, sumOf, sumsByClock, sumsBySiteAndDay } from '#src/usage/sums'
import { byApplication, bySite, type Distribution, type NamedSums, playerDistribution, siteNames } from './breakdowns'
import { fold, requireDrawable } from './consumption'
import { type Dimension, endOfPeriod, periodsBetween, startOfPeriod } from './periods'

export const TABS = ['trend', 'apps', 'sites', 'compare', 'players', 'hours'] as const
type Tab = (typeof TABS)[number]
export const MEASURES = ['total', 'sessions', 'players'] as const
type Measure = (typeof MEASURES)[number]
/** Sites side by side in one chart; more cannot be told apart. */
export const MOST_SERIES = 6

/** A point of a trend: its first and last day inside the range, what was played, and what was played that long before. */
type Point = { first: BusinessDay; last: BusinessDay; now: Sums; before: (Sums & { day: BusinessDay }) | null }
type Series = { id: Uuid; name: string; sums: Sums; values: Sums[] }
type ClockCell = Sums & { weekday: number; clockHour: number }

type Content =
  | { tab: 'trend'; dimension: Dimension; points: Point[] }
  | { tab: 'apps' | 'sites'; rows: NamedSums[] }
  | { tab: 'compare'; dimension: Dimension; points: Pick<Point, 'first' | 'last'>[]; series: Series[] }
  | { tab: 'players'; distribution: Distribution }
  | { tab: 'hours'; cells: ClockCell[] }

export type View = { content: Content; sums: Sums; before: Sums; previous: { first: BusinessDay; last: BusinessDay } }
export type Asked = {
  tab: Tab
  measure: Measure
  dimension: Dimension | undefined
  siteId: Uuid | undefined
  applicationId: Uuid | undefined
  /** Sites to compare; none means the largest. */
  sites: readonly Uuid[]
}

/** What a tab of the statistics shows about some days, and the days before them. Throws INVALID_PARAMS for more than a lifetime. */
export async function statisticsView(operatorId: Uuid, asked: Asked, stretch: Stretch): Promise<View> {
  const before = { from: addMs(stretch.from, stretch.from.getTime() - stretch.to.getTime()), to: stretch.from }
  const place = { siteId: asked.siteId, applicationId: asked.applicationId }
  const dimension = coarseEnough(asked.dimension, stretch)
  requireDrawable(stretch, dimension)
  const [buckets, content] = await Promise.all([
    bucketsOf(operatorId, { ...place, from: before.from, to: stretch.to }),
    asked.tab === 'trend' ? undefined : contentOf(operatorId, asked, { ...place, ...stretch }, stretch, dimension),
  ])
  const [now, then] = [buckets.filter(({ start }) => start >= stretch.from), buckets.filter(({ start }) => start < stretch.from)]
  return {
    content: content ?? { tab: 'trend', dimension, points: trend(now, then, stretch, before, dimension) },
    sums: sumOf(now),
    before: sumOf(then),
    previous: { first: businessDay(before.from), last: businessDay(addMs(before.to, -1)) },
  }
}

const DAY_MS = 86_400_000
/** Bars that are still told apart. */
const [MANY_DAYS, YEAR] = [62, 366]

/** Days where they can be told apart, unless other periods are asked for. */
function coarseEnough(asked: Dimension | undefined, { from, to }: Stretch): Dimension {
  const days = (to.getTime() - from.getTime()) / DAY_MS
  if (asked === 'day' && days > YEAR) return 'week'
  return asked ?? (days <= MANY_DAYS ? 'day' : days <= YEAR ? 'week' : 'month')
}

async function contentOf(operatorId: Uuid, asked: Asked, filter: UsageFilter, stretch: Stretch, dimension: Dimension): Promise<Content> {
  if (asked.tab === 'apps') return { tab: 'apps', rows: await byApplication(operatorId, filter) }
  if (asked.tab === 'sites') return { tab: 'sites', rows: await bySite(operatorId, filter) }
  if (asked.tab === 'players') return { tab: 'players', distribution: await playerDistribution(operatorId, filter) }
  if (asked.tab === 'hours') return { tab: 'hours', cells: await sumsByClock(operatorId, filter) }
  return compare(operatorId, asked, { ...filter, siteId: undefined }, stretch, dimension)
}

function trend(now: Bucket[], then: Bucket[], stretch: Stretch, before: Stretch, dimension: Dimension): Point[] {
  const periods = fold(now, stretch, dimension)
  // Only days lie side by side with the days before: weeks and months of two ranges begin anywhere.
  const previous = dimension === 'day' ? fold(then, before, dimension) : undefined
  return periods.map(({ date, ...sums }, at) => {
    const { date: day, ...past } = previous?.[at] ?? { date, ...NO_SUMS }
    return { ...clipped(date, stretch, dimension), now: sums, before: previous ? { day, ...past } : null }
  })
}

const earlier = (a: Instant, b: Instant): Instant => (a.getTime() < b.getTime() ? a : b)

/** A period's days as far as they lie in the range. */
function clipped(date: BusinessDay, { from, to }: Stretch, dimension: Dimension): { first: BusinessDay; last: BusinessDay } {
  const end = addMs(endOfPeriod(startOfDay(date), dimension), -1)
  const last = addMs(to, -1)
  return { first: date < businessDay(from) ? businessDay(from) : date, last: businessDay(earlier(end, last)) }
}

async function compare(operatorId: Uuid, asked: Asked, filter: UsageFilter, stretch: Stretch, dimension: Dimension): Promise<Content> {
  const [days, names] = await Promise.all([sumsBySiteAndDay(operatorId, filter), siteNames(operatorId)])
  const all = [...Map.groupBy(days, ({ siteId }) => siteId)].map(([id, own]): Series => {
    const values = fold(
      own.map(({ day, siteId: _, ...rest }) => ({ ...rest, ...bounds(day) })),
      stretch,
      dimension,
    )
    return { id, name: names.get(id) ?? '', sums: sumOf(own), values: values.map(({ date: _, ...value }) => value) }
  })
  const ranked = all.sort((a, b) => compareSums(a.sums, b.sums, asked.measure) || (a.id < b.id ? -1 : 1))
  const chosen = asked.sites.length > 0 ? ranked.filter(({ id }) => asked.sites.includes(id)) : ranked
  const points = periodsBetween(stretch.from, stretch.to, dimension).map((date) => clipped(date, stretch, dimension))
  return { tab: 'compare', dimension, points, series: chosen.slice(0, MOST_SERIES) }
}

const compareSums = (a: Sums, b: Sums, measure: Measure): number => (a[measure] === b[measure] ? 0 : a[measure] > b[measure] ? -1 : 1)

const bounds = (day: BusinessDay): { start: Instant; end: Instant } => ({ start: startOfDay(day), end: addDays(startOfDay(day), 1) })

/** The days of a range; statistics always speak of some days. */
export const stretchOf = ({ stretch }: DayRange, now: Instant): Stretch =>
  stretch ?? { from: startOfPeriod(now, 'month'), to: addDays(startOfDay(businessDay(now)), 1) }
