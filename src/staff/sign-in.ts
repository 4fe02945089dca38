import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts } from '#drizzle/schema'
import { audienceOf, seatOf } from '#src/accounts/caller'
import { forgetLoginFailures, takeLoginTurn } from '#src/accounts/login-throttle'
import { type NewSession, openSession } from '#src/accounts/sessions'
import { wrongCredentials } from '#src/accounts/sign-in'
import { record } from '#src/audit-logs/audit-log'
import { Problem } from '#src/core/problem'
import { say } from '#src/core/validation'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { isPassword } from '#src/platform/passwords'
import { useTotpCode } from './second-factor'
import { findStaffByName, type Staff } from './staff'

/** What our people sign in with. */
export const StaffSignInInput = v.object({
  username: v.pipe(v.string(), v.minLength(3), v.maxLength(64)),
  password: v.pipe(v.string(), v.minLength(8), v.maxLength(32)),
  totp_code: v.optional(v.pipe(v.string(), v.regex(/^\d{6}$/, say('须为6位数字', 'must be 6 digits')))),
})
export type StaffSignInInput = v.InferOutput<typeof StaffSignInInput>

/**
 * A member of staff signs in at a door: finance at its own, everybody else at the administrators'. Throws RATE_LIMIT_EXCEEDED while the
 * account has to wait, UNAUTHORIZED for a wrong name, password or code; after the right password PERMISSION_DENIED for a disabled
 * account or the other door, TOTP_REQUIRED when a code is missing. Failures are forgotten only when all of it was right: otherwise the
 * other door would be a way to guess codes without end.
 */
export async function signInStaff(
  { username, password, totp_code: code }: StaffSignInInput,
  door: 'api' | 'pages',
  audience: 'admin' | 'finance',
  info: RequestInfo,
): Promise<{ staff: Staff; session: NewSession }> {
  await takeLoginTurn('staff', username, info)
  const staff = await findStaffByName(username)
  const isRight = await isPassword(password, staff?.passwordHash)
  if (!staff || !isRight) throw wrongCredentials()
  info.userId = staff.id
  const session = await transaction(async (tx) => {
    await requireUsable(tx, staff, audience)
    if (staff.totpCipher) await requireCode(tx, staff, code, info)
    const opened = await openSession(tx, { adminId: staff.id }, door, info)
    const actor = { kind: 'staff', id: staff.id, name: staff.name, role: seatOf({ role: staff.role, grade: staff.financeGrade }) } as const
    await record(tx, { actor, origin: info, operation: 'login', details: { door, session_id: opened.sessionId } }, info.now)
    return opened
  })
  await forgetLoginFailures('staff', username)
  return { staff, session }
}

/** Looked at under a lock that keeps a change of password apart: a session is either ended by the change or never begun. */
async function requireUsable(tx: Transaction, { id, passwordHash, role }: Staff, audience: 'admin' | 'finance'): Promise<void> {
  const [staff] = await tx.db
    .select({ isActive: adminAccounts.isActive, passwordHash: adminAccounts.passwordHash })
    .from(adminAccounts)
    .where(eq(adminAccounts.id, id))
    .for('key share')
  if (staff?.passwordHash !== passwordHash) throw wrongCredentials()
  if (!staff.isActive) throw new Problem('PERMISSION_DENIED', { required: 'active_account' })
  const isFinance = audienceOf(role) === 'finance'
  if (isFinance !== (audience === 'finance')) throw new Problem('PERMISSION_DENIED', { required: audience })
}

async function requireCode(tx: Transaction, staff: Staff, code: string | undefined, info: RequestInfo): Promise<void> {
  if (code === undefined) throw new Problem('TOTP_REQUIRED')
  if (!(await useTotpCode(tx, staff, code, info.now))) throw wrongCredentials()
}
