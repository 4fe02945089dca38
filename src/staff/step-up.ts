import { eq } from 'drizzle-orm'
import { authSessions } from '#drizzle/schema'
import { confirmPassword } from '#src/accounts/change-password'
import { forgetLoginFailures, takeLoginTurn } from '#src/accounts/login-throttle'
import { actOf, record } from '#src/audit-logs/audit-log'
import { invalidField, Problem } from '#src/core/problem'
import { addSeconds, type Instant } from '#src/core/time'
import { transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { StaffCaller } from '#src/platform/route'
import { setting } from '#src/settings/settings'
import { useTotpCode } from './second-factor'
import { requireStaff } from './staff'

/** What somebody shows to prove again who they are: the code of the phone or, without one at hand, the password. */
export type Proof = { code: string; password: string }

/** Whether the caller's last proof is young enough for money and keys. */
export const isProofFresh = ({ provedAt }: Pick<StaffCaller, 'provedAt'>, at: Instant): boolean =>
  addSeconds(provedAt, 60 * setting('step_up_minutes')) >= at

/** Throws STEP_UP_REQUIRED when it is not. */
export function requireFreshProof(caller: Pick<StaffCaller, 'provedAt'>, at: Instant): void {
  if (!isProofFresh(caller, at)) throw new Problem('STEP_UP_REQUIRED', { minutes: setting('step_up_minutes') })
}

/**
 * Takes a proof for the session: until it grows old, money and keys ask no more. Throws UNAUTHORIZED for a wrong one, INVALID_PARAMS for
 * none, and RATE_LIMIT_EXCEEDED after too many guesses, which count together with those at the sign-in.
 */
export async function proveAgain(caller: StaffCaller, { code, password }: Proof, info: RequestInfo): Promise<void> {
  const byCode = code !== '' && caller.hasTotp
  if (byCode) await confirmCode(caller, code, info)
  else if (password !== '') await confirmPassword(caller, password, info)
  else throw invalidField(caller.hasTotp ? 'step_up_code' : 'step_up_password', '请填写', 'is needed')
  const { actor, origin, at } = actOf(caller, info)
  await transaction(async (tx) => {
    await tx.db.update(authSessions).set({ provedAt: at }).where(eq(authSessions.id, caller.sessionId))
    const details = { by: byCode ? 'totp' : 'password', session_id: caller.sessionId }
    await record(tx, { actor, origin, operation: 'step_up', details }, at)
  })
}

async function confirmCode(caller: StaffCaller, code: string, info: RequestInfo): Promise<void> {
  await takeLoginTurn('staff', caller.username, info)
  const staff = await requireStaff(caller.id)
  const isRight = staff.totpCipher !== null && (await transaction((tx) => useTotpCode(tx, staff, code, info.now)))
  if (!isRight) throw new Problem('UNAUTHORIZED', { reason: 'credentials' }, 'code')
  await forgetLoginFailures('staff', caller.username)
}
