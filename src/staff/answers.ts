import * as v from 'valibot'
import { FINANCE_GRADES, STAFF_ROLES } from '#drizzle/schema'
import { token } from '#src/accounts/answers'
import { answers, oneOf, wireId, words } from '#src/core/answers'

/** What our people's sign-ins answer (API 3). */

const errors = ['UNAUTHORIZED', 'TOTP_REQUIRED', 'PERMISSION_DENIED', 'RATE_LIMIT_EXCEEDED'] as const
const person = { username: words('li.wei'), name: words('李伟') }

export const AdminTokenAnswer = answers(
  v.strictObject({
    ...token,
    admin: v.strictObject({
      admin_id: wireId('admin'),
      ...person,
      role: oneOf(STAFF_ROLES.filter((role) => role !== 'finance')),
      permissions: v.array(words('operator:view')),
    }),
  }),
  { errors },
)
export const FinanceTokenAnswer = answers(
  v.strictObject({ ...token, finance: v.strictObject({ finance_id: wireId('finance'), ...person, role: oneOf(FINANCE_GRADES) }) }),
  { errors },
)
