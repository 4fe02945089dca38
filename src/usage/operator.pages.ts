import { h } from 'preact'
import * as v from 'valibot'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { idOf } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId } from '#src/platform/route'
import { ExplainPage } from '#views/operator/explain'
import { UsagePage } from '#views/operator/usage'
import { UsageRecordPage } from '#views/operator/usage-record'
import { usageChoices } from './choices'
import { type ExplainedCall, explain } from './explain'
import { climb, hasRung } from './ladder'
import { requireUsage, usageSlice } from './records'

/** A whole number of an address; what cannot be read counts as not said. */
const number = (min: number, max: number) =>
  v.fallback(v.optional(v.pipe(v.string(), v.regex(/^\d{1,3}$/), v.transform(Number), v.minValue(min), v.maxValue(max))), undefined)
const words = (most: number) => v.fallback(v.optional(v.pipe(v.string(), v.trim(), v.maxLength(most)), ''), '')

const UsageQuery = v.object({
  ...keysetQuery,
  ...dayRangeQuery,
  site: v.optional(idOf('site')),
  app: v.optional(idOf('application')),
  players: number(1, 100),
  weekday: number(1, 7),
  hour: number(0, 23),
  keyword: words(128),
})

const ExplainQuery = v.object({ q: words(200) })

/** An operator's games in the browser, and why each call was answered as it was. */
export const usageOperatorPages = [
  page('GET /operator/usage', { audience: 'operator' }, async (call) => {
    const {
      after,
      before,
      size,
      site: siteId,
      app: applicationId,
      players,
      weekday,
      hour,
      keyword,
      ...asked
    } = pageQuery(call.request, UsageQuery)
    const dates = dayRange(asked, call.info.now)
    const narrowed = { siteId, applicationId, players, weekday, hour, keyword }
    const [{ slice, summary, isCut }, choices] = await Promise.all([
      usageSlice(call.caller.id, { ...dates.stretch, ...narrowed }, { after, before, size }),
      usageChoices(call.caller.id),
    ])
    return showPage(call, h(UsagePage, { games: slice, sums: summary, isCut, dates, narrowed, choices }))
  }),

  page('GET /operator/usage/:usage_id', { audience: 'operator' }, async (call) => {
    const usage = await requireUsage(call.caller.id, pathId('usage', call.params, 'usage_id'))
    return showPage(call, h(UsageRecordPage, { usage, steps: climb('accepted', null) }))
  }),

  page('GET /operator/explain', { audience: 'operator' }, async (call) => {
    const { q } = pageQuery(call.request, ExplainQuery)
    const found = q === '' ? undefined : await explain(call.caller.id, q)
    const props = {
      asked: q,
      isUnreadable: q !== '' && !found,
      found: found ? { calls: found.calls.map(withSteps), usage: found.usage } : null,
    }
    return showPage(call, h(ExplainPage, props))
  }),
]

/** Only game starts climb the ladder, and only what it knows of can have stopped them. */
function withSteps(call: ExplainedCall) {
  const climbs = call.operation === 'authorize' && (call.code === null || hasRung(call.code))
  return { ...call, steps: climbs ? climb(call.result, call.code) : null }
}
