import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { keysetQuery } from '#src/core/keyset'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { type OperatorCaller, page, pathId } from '#src/platform/route'
import { AccessRequestPage, AccessRequestsPage } from '#views/operator/access-requests'
import { requestPath } from '#views/operator/application-tabs'
import { ApplicationsPage, AskPage, AvailablePage } from '#views/operator/applications'
import { applicationCounts, availableApplications, heldApplications, heldState, requestsPage, requireOffered } from './overview'
import { RequestInput, requestApplication, requireRequest } from './requests'

type OwnCall = FormCall & { caller: OperatorCaller; params: Record<string, string> }

const RequestsQuery = v.object({
  ...keysetQuery,
  status: v.fallback(v.optional(v.picklist(['pending', 'approved', 'rejected', 'all']), 'all'), 'all'),
})

/** An operator's games in the browser: held, to be asked for, asked for. */
export const applicationsOperatorPages = [
  page('GET /operator/applications', { audience: 'operator' }, async (call) => {
    const { caller, info } = call
    const [held, counts] = await Promise.all([heldApplications(caller.id), applicationCounts(caller.id, info.now)])
    const applications = held.map((one) => ({ ...one, state: heldState(one, info.now), waiting: one.requestedId }))
    return showPage(call, h(ApplicationsPage, { applications, counts }))
  }),

  page('GET /operator/applications/available', { audience: 'operator' }, async (call) => {
    const { caller, info } = call
    const [applications, counts] = await Promise.all([availableApplications(caller.id, info.now), applicationCounts(caller.id, info.now)])
    return showPage(call, h(AvailablePage, { applications, counts }))
  }),

  page('GET /operator/applications/requests', { audience: 'operator' }, async (call) => {
    const query = pageQuery(call.request, RequestsQuery)
    const [requests, counts] = await Promise.all([requestsPage(call.caller.id, query), applicationCounts(call.caller.id, call.info.now)])
    return showPage(call, h(AccessRequestsPage, { requests, status: query.status, counts }))
  }),

  page('GET /operator/applications/requests/:request_id', { audience: 'operator' }, async (call) => {
    const request = await requireRequest(call.caller.id, pathId('request', call.params, 'request_id'))
    return showPage(call, h(AccessRequestPage, { request, now: call.info.now }))
  }),

  page('GET /operator/applications/:app_id/request', { audience: 'operator' }, (call) => ask(call, '', undefined, null)),

  page('POST /operator/applications/:app_id/request', { audience: 'operator' }, async (call) => {
    const { caller, info, form } = call
    const reason = form.reason ?? ''
    const checked = validate(RequestInput, { app_id: call.params.app_id, reason })
    if (!checked.ok) return ask(call, reason, fieldErrors(checked.faults, call).reason, null, 400)
    try {
      const id = await transaction((tx) => requestApplication(tx, caller.id, checked.value, actOf(caller, info)))
      return redirect(requestPath(id), done('apps.done.requested'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['reason'])
      return ask(call, reason, errors.reason, message, status)
    }
  }),
]

async function ask(call: OwnCall, reason: string, error: string | undefined, message: string | null, status = 200): Promise<Response> {
  const { application, renews } = await requireOffered(call.caller.id, pathId('application', call.params, 'app_id'))
  return showPage(call, h(AskPage, { application, renews, reason, error, message }), { status })
}
