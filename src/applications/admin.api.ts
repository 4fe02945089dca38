import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { idOf, keyword, pageQuery, reason } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import {
  ApplicationsAnswer,
  ApprovedAnswer,
  ChangedApplicationAnswer,
  ChangedPriceAnswer,
  CreatedApplicationAnswer,
  GrantedAnswer,
  GrantsAnswer,
  RejectedAnswer,
  RequestsAnswer,
  RevokedAnswer,
} from './answers'
import {
  ApplicationChange,
  ApplicationInput,
  changeApplication,
  createApplication,
  type ListedApplication,
  listApplications,
  requireApplication,
} from './applications'
import { GrantInput, grantApplication, listGrants, revokeGrant } from './grants'
import { changePrice, PriceChange } from './prices'
import { Approval, approveRequest, type ListedRequest, listRequests, Rejection, rejectRequest, requestJson } from './requests'

const GrantsQuery = v.object({
  ...pageQuery,
  operator_id: v.optional(idOf('operator')),
  app_id: v.optional(idOf('application')),
  status: v.optional(v.picklist(['active', 'expired', 'revoked', 'all']), 'all'),
})
const RequestsQuery = v.object({ ...pageQuery, status: v.optional(v.picklist(['pending', 'approved', 'rejected', 'all']), 'pending') })
const WithReason = v.object({ reason: v.optional(reason) })

/** Administrators, the games and who may start them (API 5). */
export const applicationsAdminApi = [
  api(
    'GET /admin/applications',
    { audience: 'admin', answer: ApplicationsAnswer, permission: 'application:view', query: v.object({ ...pageQuery, keyword }) },
    async ({ query, info }) => {
      const { total, applications } = await listApplications(query, info.now)
      return list(query, total, applications.map(applicationJson))
    },
  ),

  api(
    'POST /admin/applications',
    { audience: 'admin', answer: CreatedApplicationAnswer, permission: 'application:manage', body: ApplicationInput },
    async ({ caller, body, info }) => {
      const id = await transaction((tx) => createApplication(tx, body, actOf(caller, info)))
      return success(applicationJson(await requireApplication(id, info.now)), { status: 201, message: '应用创建成功' })
    },
  ),

  api(
    'PUT /admin/applications/:app_id',
    { audience: 'admin', answer: ChangedApplicationAnswer, permission: 'application:manage', body: ApplicationChange },
    async ({ caller, params, body, info }) => {
      const id = pathId('application', params, 'app_id')
      await transaction((tx) => changeApplication(tx, id, body, actOf(caller, info)))
      return success(applicationJson(await requireApplication(id, info.now)), { message: '应用信息已更新' })
    },
  ),

  api(
    'PUT /admin/applications/:app_id/price',
    { audience: 'admin', answer: ChangedPriceAnswer, permission: 'application:price', body: PriceChange },
    async ({ caller, params, body, info }) => {
      const id = pathId('application', params, 'app_id')
      const { oldPrice, newPrice, notified } = await transaction((tx) => changePrice(tx, id, body, actOf(caller, info)))
      const data = {
        app_id: showId('application', id),
        old_price: yuan(oldPrice),
        new_price: yuan(newPrice),
        notified_operators_count: notified,
      }
      return success(data, { message: '价格已更新，已通知所有授权运营商' })
    },
  ),

  api(
    'POST /admin/authorizations',
    { audience: 'admin', answer: GrantedAnswer, permission: 'authorization:grant', body: GrantInput },
    async ({ caller, body, info }) => {
      const id = await transaction((tx) => grantApplication(tx, body, actOf(caller, info)))
      return success({ authorization_id: showId('authorization', id) }, { status: 201, message: '授权已生效' })
    },
  ),

  api(
    'GET /admin/authorizations',
    { audience: 'admin', answer: GrantsAnswer, permission: 'authorization:view', query: GrantsQuery },
    async ({ query, info }) => {
      const { total, grants } = await listGrants(query, info.now)
      return list(query, total, grants.map(grantJson))
    },
  ),

  api(
    'DELETE /admin/authorizations/:authorization_id',
    { audience: 'admin', answer: RevokedAnswer, permission: 'authorization:revoke', body: WithReason, query: WithReason },
    async ({ caller, params, body, query, info }) => {
      const id = pathId('authorization', params, 'authorization_id')
      await transaction((tx) => revokeGrant(tx, id, body.reason ?? query.reason, actOf(caller, info)))
      return success(null, { message: '授权已撤销' })
    },
  ),

  api(
    'GET /admin/app-requests',
    { audience: 'admin', answer: RequestsAnswer, permission: 'authorization:view', query: RequestsQuery },
    async ({ query }) => {
      const { total, requests } = await listRequests(query)
      return list(query, total, requests.map(reviewedJson))
    },
  ),

  api(
    'POST /admin/app-requests/:request_id/approve',
    { audience: 'admin', answer: ApprovedAnswer, permission: 'authorization:review', body: Approval },
    async ({ caller, params, body, info }) => {
      const id = pathId('request', params, 'request_id')
      const grantId = await transaction((tx) => approveRequest(tx, id, body, actOf(caller, info)))
      return success({ authorization_id: showId('authorization', grantId) }, { message: '申请已批准，运营商可立即使用' })
    },
  ),

  api(
    'POST /admin/app-requests/:request_id/reject',
    { audience: 'admin', answer: RejectedAnswer, permission: 'authorization:review', body: Rejection },
    async ({ caller, params, body, info }) => {
      const id = pathId('request', params, 'request_id')
      await transaction((tx) => rejectRequest(tx, id, body.reason, actOf(caller, info)))
      return success(null, { message: '申请已拒绝' })
    },
  ),
]

const reviewedJson = (request: ListedRequest) => ({
  ...requestJson(request),
  operator_id: showId('operator', request.operatorId),
  operator_name: request.operatorName,
  operator_category: request.operatorCategory,
})

const applicationJson = (application: ListedApplication) => ({
  app_id: showId('application', application.id),
  app_name: application.appName,
  unit_price: yuan(application.unitPrice),
  min_players: application.minPlayers,
  max_players: application.maxPlayers,
  description: application.description,
  is_active: application.isActive,
  created_at: iso(application.createdAt),
  updated_at: iso(application.updatedAt),
  authorized_operators_count: application.operators,
})

const grantJson = (grant: Awaited<ReturnType<typeof listGrants>>['grants'][number]) => ({
  authorization_id: showId('authorization', grant.id),
  operator_id: showId('operator', grant.operatorId),
  operator_name: grant.operatorName,
  app_id: showId('application', grant.applicationId),
  app_name: grant.appName,
  authorized_at: iso(grant.authorizedAt),
  authorized_by: showId('admin', grant.authorizedBy),
  expires_at: grant.expiresAt && iso(grant.expiresAt),
  status: grant.status,
})
