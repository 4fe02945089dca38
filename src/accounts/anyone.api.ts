import { success } from '#src/platform/http'
import { api } from '#src/platform/route'
import { PasswordChangedAnswer } from './answers'
import { changePassword, PasswordChange } from './change-password'

/** What anybody who is signed in may do with the own login (API 3). */
export const accountsAnyoneApi = [
  api(
    'POST /auth/password',
    { audience: 'anyone_signed_in', openBeforeDuties: true, answer: PasswordChangedAnswer, body: PasswordChange },
    async ({ body, caller, info }) => {
      await changePassword(caller, body, info)
      return success(null, { message: '密码已修改' })
    },
  ),
]
