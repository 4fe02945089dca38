import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { type RequestInfo, success } from '#src/platform/http'
import { requireAddressToken } from '#src/platform/rate-limit'
import { api } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { OperatorTokenAnswer, RegisteredAnswer } from './answers'
import { OperatorInput } from './operators'
import { registerOperator } from './register'
import { tokenOf } from './sessions'
import { SignInInput, signInOperator } from './sign-in'

const before = (info: RequestInfo): void => requireAddressToken(info, setting('rate_limit_ip_per_minute'))

/** Operators become known and prove who they are (API 3). */
export const accountsPublicApi = [
  api(
    'POST /auth/operators/register',
    { audience: 'public', answer: RegisteredAnswer, before, body: OperatorInput },
    async ({ body, info }) => {
      const made = await registerOperator(body, { origin: info, at: info.now })
      const data = {
        operator_id: showId('operator', made.id),
        username: made.username,
        api_key: made.apiKey,
        category: made.category,
        balance: yuan(made.balance),
        created_at: iso(made.createdAt),
      }
      return success(data, { status: 201, message: '注册成功' })
    },
  ),

  api(
    'POST /auth/operators/login',
    { audience: 'public', answer: OperatorTokenAnswer, before, body: SignInInput },
    async ({ body, info }) => {
      const { operator, session } = await signInOperator(body, 'api', info)
      return success({
        access_token: await tokenOf(session, operator.id, 'operator', info.now),
        token_type: 'Bearer',
        expires_in: session.lifetimeSeconds,
        operator: {
          operator_id: showId('operator', operator.id),
          username: operator.username,
          name: operator.name,
          category: operator.category,
        },
      })
    },
  ),
]
