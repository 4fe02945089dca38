import { h } from 'preact'
import * as v from 'valibot'
import { keyCallsPage, latestKeyCall, OUTCOMES } from '#src/api-keys/key-calls'
import { listGrants } from '#src/applications/grants'
import { listRequests } from '#src/applications/requests'
import { lockEvidence } from '#src/authorize/evidence'
import { sumsOf } from '#src/balances/statement'
import { listTransactions, MOVEMENT_KINDS } from '#src/balances/transactions'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { keyword } from '#src/core/fields'
import { keysetQuery } from '#src/core/keyset'
import { comparedStretches } from '#src/core/time'
import { type FormCall, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { countSites, everySitePage, figuresOfSites, NEVER_PLAYED } from '#src/sites/everywhere'
import { playedCompared } from '#src/usage/figures'
import { OperatorPage } from '#views/admin/operator'
import { OperatorCallsPage } from '#views/admin/operator-calls'
import { OperatorGrantsPage } from '#views/admin/operator-grants'
import { OperatorMoneyPage } from '#views/admin/operator-money'
import { OperatorSitesPage } from '#views/admin/operator-sites'
import { OperatorStaffActsPage } from '#views/admin/operator-staff-acts'
import { OperatorStoryPage } from '#views/admin/operator-story'
import { requireOperator } from '../operators'
import { operatorFigures } from '../queries'
import { namesOfGames } from './names'
import { staffActsKeyset, staffActsPage } from './staff-acts'
import { CHAPTERS, operatorStory, storyKeyset } from './story'

type AdminCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const ONE = '/admin/operators/:operator_id' as const
const admin = (permission: string) => ({ audience: 'admin', permission }) as const
const operatorOf = ({ params }: AdminCall) => requireOperator(pathId('operator', params, 'operator_id'))

const StoryQuery = v.object({
  ...storyKeyset,
  ...dayRangeQuery,
  chapter: v.fallback(v.optional(v.picklist(CHAPTERS)), undefined),
})
const seqCursor = staffActsKeyset.after
const MoneyQuery = v.object({
  ...dayRangeQuery,
  after: seqCursor,
  before: seqCursor,
  size: keysetQuery.size,
  type: v.fallback(v.optional(v.picklist(MOVEMENT_KINDS)), undefined),
})
const SitesQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  deleted: v.fallback(v.optional(v.literal('true')), undefined),
})
const CallsQuery = v.object({ ...keysetQuery, result: v.fallback(v.optional(v.picklist(OUTCOMES)), undefined) })

/** More grants than there are games, and requests than anybody reads at once: the rest is one link away. */
const MOST_GRANTS = 100
const MOST_REQUESTS = 20
const TREND_DAYS = 30

/** One operator, tab by tab; each tab is open to those who may see its rows. */
export const operatorDetailsAdminPages = [
  page(`GET ${ONE}`, admin('operator:view'), async (call) => {
    const operator = await operatorOf(call)
    const { now } = call.info
    const [figures, played, lastCall, evidence] = await Promise.all([
      operatorFigures(operator.id, now),
      playedCompared(now, TREND_DAYS, operator.id),
      latestKeyCall(operator.id, now),
      operator.lockedAt ? lockEvidence(operator.id, operator.lockedAt) : null,
    ])
    return showPage(call, h(OperatorPage, { now, operator, figures, played, lastCall, evidence }))
  }),

  page(`GET ${ONE}/timeline`, admin('operator:view'), async (call) => {
    const operator = await operatorOf(call)
    const { chapter, range, from, to, ...keyset } = pageQuery(call.request, StoryQuery)
    const dates = dayRange({ range, from, to }, call.info.now)
    const withMoney = call.caller.permissions.has('transaction:view')
    const story = await operatorStory(operator.id, { chapter, ...dates.stretch, withMoney }, keyset)
    const games = await namesOfGames(story.rows)
    return showPage(call, h(OperatorStoryPage, { operator, story, games, chapter, dates }))
  }),

  page(`GET ${ONE}/grants`, admin('authorization:view'), async (call) => {
    const operator = await operatorOf(call)
    const [grants, requests] = await Promise.all([
      listGrants({ page: 1, page_size: MOST_GRANTS, operator_id: operator.id, status: 'all' }, call.info.now),
      listRequests({ page: 1, page_size: MOST_REQUESTS, status: 'all' }, operator.id),
    ])
    return showPage(call, h(OperatorGrantsPage, { operator, grants, requests }))
  }),

  page(`GET ${ONE}/sites`, admin('site:view'), async (call) => {
    const operator = await operatorOf(call)
    const { deleted, keyword: words, ...keyset } = pageQuery(call.request, SitesQuery)
    const filter = { operatorId: operator.id, keyword: words, includeDeleted: deleted === 'true' }
    const [sites, counts] = await Promise.all([everySitePage(filter, keyset), countSites(filter)])
    const figures = await figuresOfSites(sites.rows, comparedStretches(call.info.now).month)
    const rows = sites.rows.map((site) => ({ ...site, ...(figures.get(site.id) ?? NEVER_PLAYED) }))
    return showPage(
      call,
      h(OperatorSitesPage, { operator, sites: { ...sites, rows }, counts, keyword: words, showDeleted: deleted === 'true' }),
    )
  }),

  page(`GET ${ONE}/money`, admin('transaction:view'), async (call) => {
    const operator = await operatorOf(call)
    const { range, from, to, type: kind, ...keyset } = pageQuery(call.request, MoneyQuery)
    const dates = dayRange({ range, from, to }, call.info.now)
    const filter = { ...dates.stretch, kind }
    const [transactions, sums] = await Promise.all([listTransactions(operator.id, filter, keyset), sumsOf(operator.id, filter)])
    return showPage(call, h(OperatorMoneyPage, { operator, transactions, sums, kind, dates }))
  }),

  page(`GET ${ONE}/calls`, admin('operator:view'), async (call) => {
    const operator = await operatorOf(call)
    const { result: outcome, ...keyset } = pageQuery(call.request, CallsQuery)
    const calls = await keyCallsPage(operator.id, call.info.now, { outcome, ...keyset })
    return showPage(call, h(OperatorCallsPage, { operator, calls, outcome }))
  }),

  page(`GET ${ONE}/staff-actions`, admin('audit:view'), async (call) => {
    const operator = await operatorOf(call)
    const acts = await staffActsPage(operator.id, pageQuery(call.request, v.object(staffActsKeyset)))
    return showPage(call, h(OperatorStaffActsPage, { operator, acts, games: await namesOfGames(acts.rows) }))
  }),
]
