import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { idOf, keyword } from '#src/core/fields'
import { parseId, type Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, problemWords, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { AccessBulkPage, type AccessBulkProps } from '#views/admin/access-bulk'
import { AccessCasePage, type AccessCaseProps } from '#views/admin/access-case'
import { AccessQueuePage, REQUEST_STATES } from '#views/admin/access-queue'
import { accessPath } from '#views/admin/game-paths'
import { OutcomesPage } from '#views/admin/outcomes'
import { approveRequests, MOST_AT_ONCE, type Outcome, rejectRequests } from '../bulk'
import { applicationChoices } from '../catalogue'
import { countRequests, nextWaiting, queuePage, requestCase, requestsById, waitingRequests } from '../request-queue'
import { approveRequest, Rejection, rejectRequest } from '../requests'
import { termForm, termValues } from '../term'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }
type DoneWord = Parameters<typeof done>[0]

const PATH = '/admin/app-requests'
const LOOK = { audience: 'admin', permission: 'authorization:view' } as const
const REVIEW = { audience: 'admin', permission: 'authorization:review' } as const
const FIELDS = ['expires_at', 'note', 'reason'] as const

const QueueQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  status: v.fallback(v.optional(v.picklist([...REQUEST_STATES, 'all']), 'pending'), 'pending'),
  app_id: v.optional(idOf('application')),
})

/** Requests for games: the queue, one request, several at once. */
export const accessAdminPages = [
  page(`GET ${PATH}`, LOOK, (call) => showQueue(call)),

  page(`GET ${PATH}/bulk`, REVIEW, async (call) => {
    const { searchParams } = new URL(call.request.url)
    const requests = await requestsById(chosenIds(searchParams.getAll('request')))
    if (requests.length === 0) return showQueue(call, true, 200)
    return showBulk(call, { decision: decisionOf(searchParams.get('decision')), requests })
  }),

  page(`POST ${PATH}/bulk`, REVIEW, async (call) => {
    const { form } = call
    const ids = chosenIds((form.requests ?? '').split(','))
    const requests = await requestsById(ids)
    if (requests.length === 0) return showQueue(call, true)
    const decision = decisionOf(form.decision)
    const values = { ...termValues(form), reason: form.reason ?? '' }
    const asked = { decision, requests, values }
    const act = actOf(call.caller, call.info)
    if (decision === 'reject') {
      const checked = validate(Rejection, { reason: values.reason })
      if (!checked.ok) return showBulk(call, { ...asked, errors: fieldErrors(checked.faults, call) }, 400)
      return tell(call, await rejectRequests(ids, checked.value.reason, act), 'access.done.rejectedMany')
    }
    const checked = validate(termForm(values.term), values)
    if (!checked.ok) return showBulk(call, { ...asked, errors: fieldErrors(checked.faults, call) }, 400)
    return tell(call, await approveRequests(ids, checked.value, act), 'access.done.approvedMany')
  }),

  page(`GET ${PATH}/:request_id`, LOOK, (call) => showCase(call, {})),

  page(`POST ${PATH}/:request_id/approval`, REVIEW, (call) => {
    const values = termValues(call.form)
    return decide(call, termForm(values.term), values, 'access.done.approved', async (terms, id) => {
      await transaction((tx) => approveRequest(tx, id, terms, actOf(call.caller, call.info)))
    })
  }),

  page(`POST ${PATH}/:request_id/rejection`, REVIEW, (call) =>
    decide(call, Rejection, { reason: call.form.reason ?? '' }, 'access.done.rejected', async ({ reason }, id) => {
      await transaction((tx) => rejectRequest(tx, id, reason, actOf(call.caller, call.info)))
    }),
  ),
]

async function showQueue(call: StaffCall, nothingChosen = false, answer = nothingChosen ? 400 : 200): Promise<Response> {
  const { status, keyword: words, app_id: applicationId, ...keyset } = pageQuery(call.request, QueueQuery)
  const filter = { status, keyword: words, applicationId }
  const [requests, total, games, waiting] = await Promise.all([
    queuePage(filter, keyset),
    countRequests(filter),
    applicationChoices(),
    waitingRequests(),
  ])
  const mayReview = call.caller.permissions.has('authorization:review')
  const queue = h(AccessQueuePage, { requests, total, filter, games, ...waiting, mayReview, nothingChosen })
  return showPage(call, queue, { status: answer })
}

const NO_VALUES = { ...termValues({}), reason: '' }

function showBulk(call: StaffCall, shown: Pick<AccessBulkProps, 'decision' | 'requests'> & Partial<AccessBulkProps>, status = 200) {
  return showPage(call, h(AccessBulkPage, { values: NO_VALUES, errors: {}, ...shown }), { status })
}

/** Each request once, as many as a page of the queue has at most; what is no id was not ticked by anybody. */
const chosenIds = (words: string[]): Uuid[] => [...new Set(words.flatMap((word) => parseId('request', word) ?? []))].slice(0, MOST_AT_ONCE)

const decisionOf = (word: string | null | undefined): 'approve' | 'reject' => (word === 'reject' ? 'reject' : 'approve')

/** When all went well the queue says so; else each is named with what became of it. */
async function tell(call: StaffCall, outcomes: Outcome[], word: DoneWord): Promise<Response> {
  if (outcomes.every(({ problem }) => problem === null)) return redirect(PATH, done(word))
  const requests = new Map((await requestsById(outcomes.map(({ id }) => id))).map((request) => [request.id, request]))
  const rows = outcomes.map(({ id, problem }) => ({
    id,
    name: requests.get(id)?.operatorName ?? id,
    detail: requests.get(id)?.appName ?? '',
    problem: problem && problemWords(problem, call),
  }))
  return showPage(call, h(OutcomesPage, { of: 'requests', outcomes: rows }), { status: 400 })
}

async function showCase(call: StaffCall, shown: Partial<AccessCaseProps>, status = 200): Promise<Response> {
  const found = await requestCase(pathId('request', call.params, 'request_id'), call.info.now)
  const mayReview = call.caller.permissions.has('authorization:review')
  return showPage(call, h(AccessCasePage, { ...found, mayReview, values: NO_VALUES, errors: {}, message: null, ...shown }), { status })
}

/** After a decision the request that has waited longest opens. */
async function decide<S extends v.GenericSchema>(
  call: StaffCall,
  schema: S,
  given: Record<string, string>,
  word: DoneWord,
  run: (input: v.InferOutput<S>, id: Uuid) => Promise<void>,
): Promise<Response> {
  const id = pathId('request', call.params, 'request_id')
  const values = { ...NO_VALUES, ...given }
  const checked = validate(schema, given)
  if (!checked.ok) return showCase(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
  try {
    await run(checked.value, id)
    const next = await nextWaiting(id)
    return redirect(next ? accessPath(next) : PATH, done(word))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, FIELDS)
    return showCase(call, { values, errors, message }, status)
  }
}
