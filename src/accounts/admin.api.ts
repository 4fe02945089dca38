import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { flag, keyword, pageQuery, reason } from '#src/core/fields'
import { showId, type Uuid } from '#src/core/ids'
import { yuan, ZERO } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { requirePermission } from '#src/permissions/require'
import { transaction } from '#src/platform/database'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import {
  CategoryAnswer,
  ClosedByStaffAnswer,
  CreatedOperatorAnswer,
  EditedOperatorAnswer,
  LockedAnswer,
  OperatorAnswer,
  OperatorsAnswer,
  ResetKeyAnswer,
  UnlockedAnswer,
  ViewedKeyAnswer,
} from './answers'
import { CATEGORY_NAMES, CategoryChange, changeCategory } from './category'
import { closeAccount } from './close'
import { lockAccount, unlockAccount } from './lock'
import { type Operator, requireOperator } from './operators'
import { changeProfile, ProfileChange } from './profile'
import { listOperators, operatorFigures } from './queries'
import { CreateOperatorInput, createOperator } from './register'
import { resetApiKey, viewApiKey } from './renew-api-key'

const ListQuery = v.object({
  ...pageQuery,
  sort_by: v.optional(v.picklist(['created_at', 'balance', 'total_consumed', 'name']), 'created_at'),
  sort_order: v.optional(v.picklist(['asc', 'desc']), 'desc'),
  category: v.optional(v.picklist([...CATEGORIES, 'all']), 'all'),
  keyword,
  include_deactivated: v.optional(flag, 'false'),
  is_locked: v.optional(flag),
})
const Reasoned = v.object({ reason })

/** Administrators and the operators' accounts (API 5). */
export const accountsAdminApi = [
  api(
    'GET /admin/operators',
    { audience: 'admin', answer: OperatorsAnswer, permission: 'operator:view', query: ListQuery },
    async ({ query }) => {
      const { total, operators } = await listOperators(query)
      return list(query, total, operators.map(summaryJson))
    },
  ),

  api(
    'POST /admin/operators',
    { audience: 'admin', answer: CreatedOperatorAnswer, permission: 'operator:create', stepUp: true, body: CreateOperatorInput },
    async ({ caller, body, info }) => {
      if (body.initial_balance > ZERO) requirePermission(caller, 'operator:grant')
      const made = await createOperator(body, actOf(caller, info))
      const data = {
        operator_id: showId('operator', made.id),
        username: made.username,
        api_key: made.apiKey,
        category: made.category,
        balance: yuan(made.balance),
        created_at: iso(made.createdAt),
      }
      return success(data, { status: 201, message: '运营商账户创建成功' })
    },
  ),

  api(
    'GET /admin/operators/:operator_id',
    { audience: 'admin', answer: OperatorAnswer, permission: 'operator:view' },
    async ({ params, info }) => success(await detailsOf(pathId('operator', params, 'operator_id'), info.now)),
  ),

  api(
    'PUT /admin/operators/:operator_id',
    { audience: 'admin', answer: EditedOperatorAnswer, permission: 'operator:edit', body: ProfileChange },
    async ({ caller, params, body, info }) => {
      const id = pathId('operator', params, 'operator_id')
      await transaction((tx) => changeProfile(tx, id, body, actOf(caller, info)))
      return success(await detailsOf(id, info.now), { message: '运营商信息已更新' })
    },
  ),

  api(
    'PUT /admin/operators/:operator_id/category',
    { audience: 'admin', answer: CategoryAnswer, permission: 'operator:category', body: CategoryChange },
    async ({ caller, params, body, info }) => {
      const id = pathId('operator', params, 'operator_id')
      await transaction((tx) => changeCategory(tx, id, body, actOf(caller, info)))
      return success(await detailsOf(id, info.now), { message: `客户分类已调整为${CATEGORY_NAMES[body.category]}` })
    },
  ),

  api(
    'POST /admin/operators/:operator_id/lock',
    { audience: 'admin', answer: LockedAnswer, permission: 'operator:lock', body: Reasoned },
    async ({ caller, params, body, info }) => {
      const id = pathId('operator', params, 'operator_id')
      await transaction((tx) => lockAccount(tx, id, body.reason, actOf(caller, info)))
      return success(await detailsOf(id, info.now), { message: '运营商账户已锁定' })
    },
  ),

  api(
    'POST /admin/operators/:operator_id/unlock',
    { audience: 'admin', answer: UnlockedAnswer, permission: 'operator:lock', body: Reasoned },
    async ({ caller, params, body, info }) => {
      const id = pathId('operator', params, 'operator_id')
      await transaction((tx) => unlockAccount(tx, id, body.reason, actOf(caller, info)))
      return success(await detailsOf(id, info.now), { message: '运营商账户已解锁' })
    },
  ),

  api(
    'POST /admin/operators/:operator_id/deactivate',
    { audience: 'admin', answer: ClosedByStaffAnswer, permission: 'operator:deactivate', stepUp: true, body: Reasoned },
    async ({ caller, params, body, info }) => {
      const id = pathId('operator', params, 'operator_id')
      await transaction((tx) => closeAccount(tx, id, body.reason, actOf(caller, info)))
      return success(await detailsOf(id, info.now), { message: '运营商账户已注销' })
    },
  ),

  api(
    'GET /admin/operators/:operator_id/api-key',
    { audience: 'admin', answer: ViewedKeyAnswer, permission: 'operator:apikey_view', stepUp: true },
    async ({ caller, params, info }) => {
      const id = pathId('operator', params, 'operator_id')
      const { apiKey, generatedAt } = await transaction((tx) => viewApiKey(tx, id, actOf(caller, info)))
      return success({ api_key: apiKey, generated_at: iso(generatedAt) })
    },
  ),

  api(
    'POST /admin/operators/:operator_id/api-key/reset',
    { audience: 'admin', answer: ResetKeyAnswer, permission: 'operator:apikey_reset', stepUp: true, body: Reasoned },
    async ({ caller, params, body, info }) => {
      const id = pathId('operator', params, 'operator_id')
      const { apiKey, generatedAt } = await transaction((tx) => resetApiKey(tx, id, body.reason, actOf(caller, info)))
      return success({ api_key: apiKey, generated_at: iso(generatedAt) }, { message: 'API Key已重置，请通知运营商更新配置' })
    },
  ),
]

const summaryJson = (operator: Operator) => ({
  operator_id: showId('operator', operator.id),
  username: operator.username,
  name: operator.name,
  phone: operator.phone,
  email: operator.email,
  category: operator.category,
  balance: yuan(operator.balance),
  total_consumed: yuan(operator.totalConsumed),
  is_deactivated: operator.deactivatedAt !== null,
  is_locked: operator.isLocked,
  created_at: iso(operator.createdAt),
})

async function detailsOf(id: Uuid, now: Instant) {
  const operator = await requireOperator(id)
  const { sessions, applications, sites } = await operatorFigures(id, now)
  return {
    ...summaryJson(operator),
    total_recharged: yuan(operator.totalRecharged),
    total_sessions: sessions,
    last_transaction_at: operator.lastTransactionAt && iso(operator.lastTransactionAt),
    authorized_apps_count: applications,
    sites_count: sites,
    updated_at: iso(operator.updatedAt),
    category_pinned: operator.categoryPinned,
    locked_reason: operator.lockedReason,
    locked_at: operator.lockedAt && iso(operator.lockedAt),
  }
}
