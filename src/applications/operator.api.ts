import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { list, success } from '#src/platform/http'
import { api } from '#src/platform/route'
import { AvailableApplicationsAnswer, OwnRequestsAnswer, RequestedAnswer, UsableApplicationsAnswer } from './answers'
import { usableApplications } from './grants'
import { type AvailableApplication, availableApplications } from './overview'
import { listRequests, RequestInput, requestApplication, requestJson, requireRequest } from './requests'

const RequestsQuery = v.object({ ...pageQuery, status: v.optional(v.picklist(['pending', 'approved', 'rejected', 'all']), 'all') })

/** An operator, the games it may start and those it asks for (API 4). */
export const applicationsOperatorApi = [
  api('GET /operators/me/authorized-apps', { audience: 'operator', answer: UsableApplicationsAnswer }, async ({ caller, info }) => {
    const applications = await usableApplications(caller.id, info.now)
    return success({
      applications: applications.map((application) => ({
        ...applicationJson(application),
        expires_at: application.expiresAt && iso(application.expiresAt),
        authorized_at: iso(application.authorizedAt),
      })),
    })
  }),

  api('GET /operators/me/available-apps', { audience: 'operator', answer: AvailableApplicationsAnswer }, async ({ caller, info }) => {
    const applications = await availableApplications(caller.id, info.now)
    return success({ applications: applications.map(applicationJson) })
  }),

  api(
    'GET /operators/me/app-requests',
    { audience: 'operator', answer: OwnRequestsAnswer, query: RequestsQuery },
    async ({ caller, query }) => {
      const { total, requests } = await listRequests(query, caller.id)
      return list(query, total, requests.map(requestJson))
    },
  ),

  api(
    'POST /operators/me/app-requests',
    { audience: 'operator', answer: RequestedAnswer, body: RequestInput },
    async ({ caller, body, info }) => {
      const id = await transaction((tx) => requestApplication(tx, caller.id, body, actOf(caller, info)))
      return success(requestJson(await requireRequest(caller.id, id)), { status: 201, message: '申请已提交，等待管理员审批' })
    },
  ),
]

const applicationJson = (application: Omit<AvailableApplication, 'renews'>) => ({
  app_id: showId('application', application.id),
  app_name: application.name,
  description: application.description,
  unit_price: yuan(application.unitPrice),
  min_players: application.minPlayers,
  max_players: application.maxPlayers,
})
