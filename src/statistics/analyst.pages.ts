import { h } from 'preact'
import * as v from 'valibot'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { idOf, text } from '#src/core/fields'
import { parseId, type Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page } from '#src/platform/route'
import { CrossPage } from '#views/analytics/cross'
import { OverviewPage } from '#views/analytics/overview'
import { PlayersPage } from '#views/analytics/players'
import { RankingPage } from '#views/analytics/ranking'
import { AXES, cross, MOST_SERIES, subjectOf } from './cross'
import { DIMENSIONS } from './periods'
import { platformDistribution } from './platform-players'
import { SUBJECTS } from './platform-ranking'
import { resolvedPlatform } from './platform-sums'
import { coarsened, narrowedTo, platformFilterOf, platformOverview, rankingView } from './platform-view'
import { MEASURES, stretchOf } from './view'

const VIEW = { audience: 'analyst', permission: 'statistics:global' } as const
const oneOf = <const Options extends readonly string[]>(options: Options) => v.fallback(v.optional(v.picklist(options)), undefined)

const shared = {
  ...dayRangeQuery,
  measure: oneOf(MEASURES),
  operator: v.optional(idOf('operator')),
  site: v.optional(idOf('site')),
  app: v.optional(idOf('application')),
  area: v.fallback(v.optional(text(0, 100), ''), ''),
}
const OverviewQuery = v.object({ ...dayRangeQuery, measure: oneOf(MEASURES), dimension: oneOf(DIMENSIONS) })
const RankingQuery = v.object({ ...shared, by: oneOf(SUBJECTS) })
const PlayersQuery = v.object(shared)
const CrossQuery = v.object({ ...shared, rows: oneOf(AXES), columns: oneOf(AXES), dimension: oneOf(DIMENSIONS) })

/** Finer than this, a page of two things at once would read more days than it can show. */
const FINEST_CROSS = { day: 62, week: 186 }

/** Statistics of the whole platform in the browser, for analysts and for administrators with the key (PRODUCT 3.4). */
export const statisticsAnalystPages = [
  page('GET /analytics/', VIEW, async (call) => {
    const { measure = 'total', dimension, ...days } = pageQuery(call.request, OverviewQuery)
    const dates = datesOf(days, call.info.now)
    const overview = await platformOverview(stretchOf(dates, call.info.now), dimension)
    return showPage(call, h(OverviewPage, { ...overview, measure, asked: dimension, dates }))
  }),

  page('GET /analytics/ranking', VIEW, async (call) => {
    const { by = 'application', measure = 'total', operator, site, app: application, area, ...days } = pageQuery(call.request, RankingQuery)
    const dates = datesOf(days, call.info.now)
    const narrowed = await narrowedTo({ operator, site, application }, area)
    const view = await rankingView(by, measure, platformFilterOf(narrowed, stretchOf(dates, call.info.now)))
    return showPage(call, h(RankingPage, { ...view, by, measure, narrowed, dates }))
  }),

  page('GET /analytics/players', VIEW, async (call) => {
    const { operator, site, app: application, area, ...days } = pageQuery(call.request, PlayersQuery)
    const dates = datesOf(days, call.info.now)
    const narrowed = await narrowedTo({ operator, site, application }, area)
    const filter = await resolvedPlatform(platformFilterOf(narrowed, stretchOf(dates, call.info.now)))
    return showPage(call, h(PlayersPage, { distribution: await platformDistribution(filter), narrowed, dates }))
  }),

  page('GET /analytics/cross', VIEW, async (call) => {
    const query = pageQuery(call.request, CrossQuery)
    const {
      measure = 'total',
      operator,
      site,
      app: application,
      area,
      rows = 'operator',
      columns: wanted,
      dimension: asked,
      ...days
    } = query
    // The same thing twice is no table: the other axis gives way.
    const columns = wanted && wanted !== rows ? wanted : rows === 'period' ? 'application' : 'period'
    const dates = datesOf(days, call.info.now)
    const stretch = stretchOf(dates, call.info.now)
    const dimension = coarsened(asked, stretch, FINEST_CROSS)
    const narrowed = await narrowedTo({ operator, site, application }, area)
    const ids = chosenIds(call.request, subjectOf({ rows, columns }))
    const matrix = await cross({ rows, columns, dimension, ids }, platformFilterOf(narrowed, stretch), call.info.now)
    return showPage(call, h(CrossPage, { matrix, rows, columns, dimension, asked, ids, measure, narrowed, dates }))
  }),
]

/** Every stretch of these pages has days of its own: "all" would have no days before it. */
const datesOf = (days: Parameters<typeof dayRange>[0], now: Instant) =>
  dayRange({ ...days, range: days.range === 'all' ? undefined : days.range }, now, 'month')

/** A box that is ticked sends its id; what is no id of this kind is no box of ours. */
function chosenIds({ url }: Request, subject: ReturnType<typeof subjectOf>): Uuid[] {
  if (!subject) return []
  const ids = new URL(url).searchParams.getAll('ids').flatMap((value) => parseId(subject, value) ?? [])
  return [...new Set(ids)].slice(0, MOST_SERIES)
}
