import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { givenPassword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import {
  BalanceAnswer,
  ChangedProfileAnswer,
  ClosedAnswer,
  EndedSessionAnswer,
  ProfileAnswer,
  RenewedKeyAnswer,
  SessionsAnswer,
  SignedOutAnswer,
} from './answers'
import { ClosingInput, closeOwnAccount } from './close'
import { type Operator, requireOperator } from './operators'
import { changeProfile, ProfileChange } from './profile'
import { regenerateApiKey } from './renew-api-key'
import { endSession, liveSessions } from './sessions'
import { signOut } from './sign-out'

const PasswordProof = v.object({ password: givenPassword })

/** An operator and its own account (API 3 and 4). */
export const accountsOperatorApi = [
  api('POST /auth/operators/logout', { audience: 'operator', answer: SignedOutAnswer }, async ({ caller, info }) => {
    await signOut(caller, info)
    return success(null, { message: '已退出登录' })
  }),

  api('GET /operators/me', { audience: 'operator', answer: ProfileAnswer }, async ({ caller }) =>
    success(profileJson(await requireOperator(caller.id))),
  ),

  api('PUT /operators/me', { audience: 'operator', answer: ChangedProfileAnswer, body: ProfileChange }, async ({ caller, body, info }) => {
    const operator = await transaction((tx) => changeProfile(tx, caller.id, body, actOf(caller, info)))
    return success(profileJson(operator), { message: '信息更新成功' })
  }),

  api('DELETE /operators/me', { audience: 'operator', answer: ClosedAnswer, body: ClosingInput }, async ({ caller, body, info }) => {
    await closeOwnAccount(caller, body, info)
    return success(null, { message: '账户已注销' })
  }),

  api('GET /operators/me/balance', { audience: 'operator', answer: BalanceAnswer }, async ({ caller }) => {
    const operator = await requireOperator(caller.id)
    return success({
      balance: yuan(operator.balance),
      total_recharged: yuan(operator.totalRecharged),
      total_consumed: yuan(operator.totalConsumed),
      total_refunded: yuan(operator.totalRefunded),
      last_transaction_at: operator.lastTransactionAt && iso(operator.lastTransactionAt),
      category: operator.category,
    })
  }),

  api(
    'POST /operators/me/api-key/regenerate',
    { audience: 'operator', answer: RenewedKeyAnswer, body: PasswordProof },
    async ({ caller, body, info }) => {
      const { apiKey, generatedAt } = await regenerateApiKey(caller, body, info)
      return success({ api_key: apiKey, generated_at: iso(generatedAt) })
    },
  ),

  api('GET /operators/me/sessions', { audience: 'operator', answer: SessionsAnswer }, async ({ caller, info }) => {
    const sessions = await liveSessions({ operatorId: caller.id }, info.now)
    return success({
      sessions: sessions.map((session) => ({
        session_id: session.id,
        door: session.door,
        ip: session.ip,
        user_agent: session.userAgent,
        created_at: iso(session.createdAt),
        expires_at: iso(session.expiresAt),
        is_current: session.id === caller.sessionId,
      })),
    })
  }),

  api(
    'DELETE /operators/me/sessions/:session_id',
    { audience: 'operator', answer: EndedSessionAnswer },
    async ({ caller, params, info }) => {
      await transaction((tx) => endSession(tx, { operatorId: caller.id }, pathId('session', params, 'session_id'), actOf(caller, info)))
      return success(null, { message: '登录已下线' })
    },
  ),
]

const profileJson = (operator: Operator) => ({
  operator_id: showId('operator', operator.id),
  username: operator.username,
  name: operator.name,
  phone: operator.phone,
  email: operator.email,
  category: operator.category,
  balance: yuan(operator.balance),
  created_at: iso(operator.createdAt),
  updated_at: iso(operator.updatedAt),
})
