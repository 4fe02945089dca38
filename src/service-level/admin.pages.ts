import { h } from 'preact'
import * as v from 'valibot'
import { isCalendarDay } from '#src/core/time'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page } from '#src/platform/route'
import { ServiceLevelPage } from '#views/admin/service-level'
import { ServiceLevelDayPage } from '#views/admin/service-level-day'
import { oneDay, overview } from './overview'

const Query = v.object({
  day: v.fallback(v.optional(v.pipe(v.string(), v.check(isCalendarDay))), undefined),
  hour: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^(1?\d|2[0-3])$/), v.transform(Number))), undefined),
  outcome: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[A-Z_]{2,64}$/))), undefined),
})

/** How well game starts were answered: four weeks, a day, an hour. Every administrator may look; there is nothing to change. */
export const serviceLevelAdminPages = [
  page('GET /admin/service-level', { audience: 'admin' }, async (call) => {
    const { day, hour, outcome } = pageQuery(call.request, Query)
    if (day === undefined) return showPage(call, h(ServiceLevelPage, await overview(call.info.now)))
    const showsOperators = call.caller.permissions.has('operator:view')
    return showPage(call, h(ServiceLevelDayPage, { ...(await oneDay(day, hour, outcome)), showsOperators }))
  }),
]
