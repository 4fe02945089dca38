import { h } from 'preact'
import * as v from 'valibot'
import { addDays, businessDay, type Instant, startOfDay } from '#src/core/time'
import { showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page } from '#src/platform/route'
import { monthDays } from '#src/reconciliation/queries'
import { FinanceHomePage } from '#views/finance/home'
import { comparedFlows, flowsOfMonth, standingOf, topOfMonth } from './finance-figures'
import { lightsOf, openWork } from './finance-work'

const HomeQuery = v.object({ month: v.fallback(v.optional(v.pipe(v.string(), v.regex(/^20\d{2}-(0[1-9]|1[0-2])$/))), undefined) })
const HOUR_MS = 3_600_000

/** The first page of finance. */
export const financeHomePages = [
  page('GET /finance/', { audience: 'finance', permission: 'finance:dashboard' }, async (call) => {
    const { now } = call.info
    const { month } = pageQuery(call.request, HomeQuery)
    const [flows, standing, trend, top, work, lights] = await Promise.all([
      comparedFlows(now),
      standingOf(now),
      trendOf(month, now),
      topOfMonth(now, 10),
      openWork(),
      lightsOf(now),
    ])
    const aged = work.map((row) => ({ ...row, hours: row.oldestAt && Math.floor((now.getTime() - row.oldestAt.getTime()) / HOUR_MS) }))
    return showPage(call, h(FinanceHomePage, { now, flows, standing, trend, top, work: aged, lights }))
  }),
]

/** The days of a month up to today; a month that has not come is this one. */
async function trendOf(asked: string | undefined, now: Instant) {
  const today = businessDay(now)
  const month = asked && `${asked}-01` <= today ? asked : today.slice(0, 7)
  const { first, last } = monthDays(month)
  const after = businessDay(addDays(startOfDay(last), 1))
  return {
    month,
    previous: businessDay(addDays(startOfDay(first), -1)).slice(0, 7),
    next: after > today ? null : after.slice(0, 7),
    days: (await flowsOfMonth(month)).filter(({ day }) => day <= today),
  }
}
