import { audienceOf, seatOf } from '#src/accounts/caller'
import { tokenOf } from '#src/accounts/sessions'
import { showId } from '#src/core/ids'
import { permissionsOf } from '#src/permissions/permissions'
import { type RequestInfo, success } from '#src/platform/http'
import { requireAddressToken } from '#src/platform/rate-limit'
import { api } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { AdminTokenAnswer, FinanceTokenAnswer } from './answers'
import { StaffSignInInput, signInStaff } from './sign-in'

const before = (info: RequestInfo): void => requireAddressToken(info, setting('rate_limit_ip_per_minute'))

/** Our people prove who they are, each at the own door (API 3). */
export const staffPublicApi = [
  api(
    'POST /auth/admin/login',
    { audience: 'public', answer: AdminTokenAnswer, before, body: StaffSignInInput },
    async ({ body, info }) => {
      const { staff, session } = await signInStaff(body, { door: 'api', audience: 'admin' }, info)
      const permissions = [...permissionsOf(seatOf({ role: staff.role, grade: staff.financeGrade }), staff.permissions)]
      return success({
        access_token: await tokenOf(session, staff.id, audienceOf(staff.role), info.now),
        token_type: 'Bearer',
        expires_in: session.lifetimeSeconds,
        admin: { admin_id: showId('admin', staff.id), username: staff.username, name: staff.name, role: staff.role, permissions },
      })
    },
  ),

  api(
    'POST /auth/finance/login',
    { audience: 'public', answer: FinanceTokenAnswer, before, body: StaffSignInInput },
    async ({ body, info }) => {
      const { staff, session } = await signInStaff(body, { door: 'api', audience: 'finance' }, info)
      return success({
        access_token: await tokenOf(session, staff.id, 'finance', info.now),
        token_type: 'Bearer',
        expires_in: session.lifetimeSeconds,
        finance: { finance_id: showId('finance', staff.id), username: staff.username, name: staff.name, role: staff.financeGrade },
      })
    },
  ),
]
