import { h } from 'preact'
import * as v from 'valibot'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { idOf } from '#src/core/fields'
import { parseId, type Uuid } from '#src/core/ids'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page } from '#src/platform/route'
import { usageChoices } from '#src/usage/choices'
import { StatisticsPage } from '#views/operator/statistics'
import { DIMENSIONS } from './periods'
import { MEASURES, MOST_SERIES, statisticsView, stretchOf, TABS } from './view'

const oneOf = <const Options extends readonly string[]>(options: Options) => v.fallback(v.optional(v.picklist(options)), undefined)

const StatisticsQuery = v.object({
  ...dayRangeQuery,
  tab: oneOf(TABS),
  measure: oneOf(MEASURES),
  dimension: oneOf(DIMENSIONS),
  site: v.optional(idOf('site')),
  app: v.optional(idOf('application')),
})

/** What an operator's games add up to, in the browser. */
export const statisticsOperatorPages = [
  page('GET /operator/statistics', { audience: 'operator' }, async (call) => {
    const {
      tab = 'trend',
      measure = 'total',
      dimension,
      site: siteId,
      app: applicationId,
      ...days
    } = pageQuery(call.request, StatisticsQuery)
    // Every stretch of this page has days of its own: "all" would have no days before it.
    const dates = dayRange({ ...days, range: days.range === 'all' ? undefined : days.range }, call.info.now, 'month')
    const narrowed = { siteId: tab === 'compare' ? undefined : siteId, applicationId }
    const sites = chosenSites(call.request)
    const [view, choices] = await Promise.all([
      statisticsView(call.caller.id, { tab, measure, dimension, sites, ...narrowed }, stretchOf(dates, call.info.now)),
      usageChoices(call.caller.id),
    ])
    return showPage(call, h(StatisticsPage, { ...view, measure, dates, narrowed, choices, asked: { dimension, sites } }))
  }),
]

/** A box that is ticked sends its site; what is no id is no box of ours. */
function chosenSites({ url }: Request): Uuid[] {
  const ids = new URL(url).searchParams.getAll('sites').flatMap((text) => parseId('site', text) ?? [])
  return [...new Set(ids)].slice(0, MOST_SERIES)
}
