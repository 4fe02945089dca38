import { h } from 'preact'
import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { bareUuid, idOf, keyword } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { lastDayBefore } from '#src/core/time'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, problemWords, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { grantPath } from '#views/admin/game-paths'
import { GrantPage, RenewalPage, type RenewalProps, RevocationPage } from '#views/admin/grant'
import { GrantFormPage, type GrantFormProps } from '#views/admin/grant-form'
import { GrantMatrixPage } from '#views/admin/grant-matrix'
import { GrantsPage } from '#views/admin/grants'
import { OutcomesPage } from '#views/admin/outcomes'
import { requireApplication } from '../applications'
import { grantToMany, MOST_AT_ONCE, type Outcome } from '../bulk'
import { applicationChoices } from '../catalogue'
import { grantMatrix } from '../grant-matrix'
import {
  countGrants,
  GRANT_STATES,
  grantCandidates,
  grantCounts,
  grantsPage,
  operatorNames,
  pastOfPair,
  requireGrant,
} from '../grant-queries'
import { revokeGrant } from '../grants'
import { renewGrant } from '../renew-grant'
import { Rejection } from '../requests'
import { termForm, termValues } from '../term'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/admin/authorizations'
const LOOK = { audience: 'admin', permission: 'authorization:view' } as const
const GRANT = { audience: 'admin', permission: 'authorization:grant' } as const
const REVOKE = { audience: 'admin', permission: 'authorization:revoke' } as const

const tier = v.fallback(v.optional(v.picklist(CATEGORIES)), undefined)
const ListQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  status: v.fallback(v.optional(v.picklist([...GRANT_STATES, 'all']), 'all'), 'all'),
  app_id: v.optional(idOf('application')),
})
const MatrixQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  category: tier,
  part: v.fallback(v.pipe(v.optional(v.pipe(v.string(), v.regex(/^\d{1,2}$/)), '0'), v.transform(Number)), 0),
})
const FormQuery = v.object({ ...keysetQuery, keyword: v.fallback(keyword, ''), category: tier, app_id: v.optional(idOf('application')) })

/** Who may start what: list, matrix, one right, new ones for one operator or many. */
export const grantsAdminPages = [
  page(`GET ${PATH}`, LOOK, async (call) => {
    const { status: state, keyword: words, app_id: applicationId, ...keyset } = pageQuery(call.request, ListQuery)
    const filter = { state, keyword: words, applicationId }
    const { now } = call.info
    const [grants, total, games, counts] = await Promise.all([
      grantsPage(filter, keyset, now),
      countGrants(filter, now),
      applicationChoices(),
      grantCounts(now),
    ])
    return showPage(call, h(GrantsPage, { grants, total, filter, games, counts, mayGrant: mayGrant(call) }))
  }),

  page(`GET ${PATH}/matrix`, LOOK, async (call) => {
    const { keyword: words, category, part, ...keyset } = pageQuery(call.request, MatrixQuery)
    const matrix = await grantMatrix({ keyword: words, category, part }, keyset, call.info.now)
    return showPage(call, h(GrantMatrixPage, { ...matrix, filter: { keyword: words, category }, mayGrant: mayGrant(call) }))
  }),

  page(`GET ${PATH}/new`, GRANT, (call) => showForm(call, {})),

  page(`POST ${PATH}/new`, GRANT, async (call) => {
    const { form } = call
    const { app_id: applicationId } = pageQuery(call.request, FormQuery)
    const chosen = chosenOperators(form)
    const values = termValues(form)
    const checked = validate(termForm(values.term), values)
    if (!checked.ok) return showForm(call, { values, chosen: new Set(chosen), errors: fieldErrors(checked.faults, call) }, 400)
    if (!applicationId || chosen.length === 0) return showForm(call, { values, nothingChosen: true }, 400)
    const { id } = await requireApplication(applicationId, call.info.now)
    return tell(call, id, await grantToMany(chosen, id, checked.value, actOf(call.caller, call.info)))
  }),

  page(`GET ${PATH}/:authorization_id`, LOOK, (call) => showGrant(call)),

  page(`GET ${PATH}/:authorization_id/renewal`, GRANT, (call) => showRenewal(call, {})),

  page(`POST ${PATH}/:authorization_id/renewal`, GRANT, async (call) => {
    const values = termValues(call.form)
    const checked = validate(termForm(values.term), values)
    if (!checked.ok) return showRenewal(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
    try {
      const id = await transaction((tx) => renewGrant(tx, grantId(call), checked.value, actOf(call.caller, call.info)))
      return redirect(grantPath(id), done('grants.done.renewed'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['expires_at', 'note'])
      return showRenewal(call, { values, errors, message }, status)
    }
  }),

  page(`GET ${PATH}/:authorization_id/revocation`, REVOKE, async (call) => {
    const grant = await requireGrant(grantId(call), call.info.now)
    if (grant.revokedAt) return redirect(grantPath(grant.id))
    return showPage(call, h(RevocationPage, { grant, reason: '', error: undefined }))
  }),

  page(`POST ${PATH}/:authorization_id/revocation`, REVOKE, async (call) => {
    const reason = call.form.reason ?? ''
    const checked = validate(Rejection, { reason })
    if (!checked.ok) {
      const grant = await requireGrant(grantId(call), call.info.now)
      return showPage(call, h(RevocationPage, { grant, reason, error: fieldErrors(checked.faults, call).reason }), { status: 400 })
    }
    try {
      await transaction((tx) => revokeGrant(tx, grantId(call), checked.value.reason, actOf(call.caller, call.info)))
      return redirect(grantPath(grantId(call)), done('grants.done.revoked'))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showGrant(call, message, status)
    }
  }),
]

const mayGrant = ({ caller }: StaffCall): boolean => caller.permissions.has('authorization:grant')
const grantId = ({ params }: StaffCall): Uuid => pathId('authorization', params, 'authorization_id')

async function showGrant(call: StaffCall, message: string | null = null, status = 200): Promise<Response> {
  const grant = await requireGrant(grantId(call), call.info.now)
  const past = await pastOfPair(grant, call.info.now)
  const may = { grant: mayGrant(call), revoke: call.caller.permissions.has('authorization:revoke') }
  return showPage(call, h(GrantPage, { grant, past, may, message }), { status })
}

async function showRenewal(call: StaffCall, shown: Partial<RenewalProps>, status = 200): Promise<Response> {
  const grant = await requireGrant(grantId(call), call.info.now)
  // The last day of what is there: the end itself is the first moment of the next one.
  const last = grant.expiresAt ? lastDayBefore(grant.expiresAt) : ''
  const values = { term: grant.expiresAt ? ('until' as const) : ('forever' as const), expires_at: last, note: '' }
  return showPage(call, h(RenewalPage, { grant, values, errors: {}, message: null, ...shown }), { status })
}

/** Ticked boxes are called `operator.<id>`, one name each. */
const chosenOperators = (form: Record<string, string>): Uuid[] =>
  Object.keys(form)
    .flatMap((name) => {
      const id = v.safeParse(bareUuid, name.replace(/^operator\./, ''))
      return name.startsWith('operator.') && id.success ? [id.output] : []
    })
    .slice(0, MOST_AT_ONCE)

type FormShown = Partial<GrantFormProps> & { nothingChosen?: boolean }

async function showForm(call: StaffCall, { nothingChosen, ...shown }: FormShown, status = 200): Promise<Response> {
  const { app_id: applicationId, keyword: words, category, ...keyset } = pageQuery(call.request, FormQuery)
  const filter = { applicationId, keyword: words, category }
  const [games, candidates] = await Promise.all([
    applicationChoices(),
    applicationId ? grantCandidates({ applicationId, keyword: words, category }, keyset, call.info.now) : undefined,
  ])
  const usual = { chosen: new Set<Uuid>(), values: termValues({}), errors: {}, refusal: nothingChosen ? ('nothing' as const) : null }
  return showPage(call, h(GrantFormPage, { games, filter, candidates, ...usual, ...shown }), { status })
}

/** When all went well the list says so; else each operator is named with what became of it. */
async function tell(call: StaffCall, applicationId: Uuid, outcomes: Outcome[]): Promise<Response> {
  if (outcomes.every(({ problem }) => problem === null)) return redirect(PATH, done('grants.done.granted'))
  const { appName } = await requireApplication(applicationId, call.info.now)
  const names = await operatorNames(outcomes.map(({ id }) => id))
  const rows = outcomes.map(({ id, problem }) => ({
    id,
    name: names.get(id) ?? id,
    detail: appName,
    problem: problem && problemWords(problem, call),
  }))
  return showPage(call, h(OutcomesPage, { of: 'grants', outcomes: rows }), { status: 400 })
}
