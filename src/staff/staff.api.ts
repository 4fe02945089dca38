import { SignedOutAnswer } from '#src/accounts/answers'
import { signOut } from '#src/accounts/sign-out'
import { success } from '#src/platform/http'
import { api, type Call } from '#src/platform/route'

/** What every member of staff may do with the own login (API 3). */
export const staffApi = [
  api('POST /auth/admin/logout', { audience: 'staff', openBeforeDuties: true, answer: SignedOutAnswer }, leave),
  api('POST /auth/finance/logout', { audience: 'staff', openBeforeDuties: true, answer: SignedOutAnswer }, leave),
]

async function leave({ caller, info }: Call<'staff', undefined, undefined>): Promise<Response> {
  await signOut(caller, info)
  return success(null, { message: '已退出登录' })
}
