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
import { useRecoveryCode } from './recovery-codes'
import { useTotpCode } from './second-factor'
import { ownerOfTicket, ticketFor } from './sign-in-ticket'
import { findStaff, findStaffByName, type Staff } from './staff'

/** What our people sign in with. A recovery code stands in for the code of a phone that is gone. */
export const StaffSignInInput = v.object({
  username: v.pipe(v.string(), v.minLength(3), v.maxLength(64)),
  password: v.pipe(v.string(), v.minLength(8), v.maxLength(32)),
  totp_code: v.optional(v.pipe(v.string(), v.regex(/^\d{6}$/, say('须为6位数字', 'must be 6 digits')))),
  recovery_code: v.optional(v.pipe(v.string(), v.maxLength(40))),
})
export type StaffSignInInput = v.InferOutput<typeof StaffSignInInput>

/** What stands beside the password for an account with a phone. */
export type SecondFactor = { totp_code?: string | undefined; recovery_code?: string | undefined }
export type Door = { door: 'api' | 'pages'; audience: 'admin' | 'finance' }
type SignedIn = { staff: Staff; session: NewSession }

/**
 * A member of staff signs in at a door: finance at its own, everybody else at the administrators'. Throws RATE_LIMIT_EXCEEDED while the
 * account has to wait, UNAUTHORIZED for a wrong name, password or code; after the right password PERMISSION_DENIED for a disabled
 * account or the other door, TOTP_REQUIRED when a code is missing. Failures are forgotten only when all of it was right: otherwise the
 * other door would be a way to guess codes without end.
 */
export async function signInStaff({ username, password, ...second }: StaffSignInInput, door: Door, info: RequestInfo): Promise<SignedIn> {
  return openFor(await knowStaff(username, password, info), second, door, info)
}

/** The same in two steps, for people: who has a phone gets a ticket instead of a session, and comes back with it and the code. */
export async function beginSignIn(
  { username, password, ...second }: StaffSignInInput,
  door: Door,
  info: RequestInfo,
): Promise<SignedIn | { ticket: string }> {
  const staff = await knowStaff(username, password, info)
  try {
    return await openFor(staff, second, door, info)
  } catch (error) {
    if (error instanceof Problem && error.code === 'TOTP_REQUIRED') return { ticket: ticketFor(staff, info.now) }
    throw error
  }
}

/** The second step. Throws like `signInStaff`, and UNAUTHORIZED for a ticket that has ended: the person then begins anew. */
export async function finishSignIn(ticket: string, second: SecondFactor, door: Door, info: RequestInfo): Promise<SignedIn> {
  const owner = ownerOfTicket(ticket, info.now)
  const staff = owner && (await findStaff(owner.id))
  if (!staff || !owner.isFor(staff)) throw new Problem('UNAUTHORIZED', { reason: 'expired' }, 'session')
  await takeLoginTurn('staff', staff.username, info)
  return openFor(staff, second, door, info, 'code')
}

async function knowStaff(username: string, password: string, info: RequestInfo): Promise<Staff> {
  await takeLoginTurn('staff', username, info)
  const staff = await findStaffByName(username)
  const isRight = await isPassword(password, staff?.passwordHash)
  if (!staff || !isRight) throw wrongCredentials()
  info.userId = staff.id
  return staff
}

async function openFor(
  staff: Staff,
  second: SecondFactor,
  { door, audience }: Door,
  info: RequestInfo,
  wording?: 'code',
): Promise<SignedIn> {
  const session = await transaction(async (tx) => {
    await requireUsable(tx, staff, audience)
    const by = staff.totpCipher ? await requireSecond(tx, staff, second, info, wording) : null
    const opened = await openSession(tx, { adminId: staff.id }, door, info)
    const actor = { kind: 'staff', id: staff.id, name: staff.name, role: seatOf({ role: staff.role, grade: staff.financeGrade }) } as const
    const details = { door, session_id: opened.sessionId, ...(by ? { second_factor: by } : {}) }
    await record(tx, { actor, origin: info, operation: 'login', details }, info.now)
    return opened
  })
  await forgetLoginFailures('staff', staff.username)
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

/** In one step nobody learns whether it was the password or the code that was wrong; in the second step it can only be the code. */
async function requireSecond(
  tx: Transaction,
  staff: Staff,
  { totp_code: code, recovery_code: recovery }: SecondFactor,
  info: RequestInfo,
  wording: 'code' | undefined,
): Promise<'totp' | 'recovery_code'> {
  if (code === undefined && recovery === undefined) throw new Problem('TOTP_REQUIRED')
  if (code !== undefined && (await useTotpCode(tx, staff, code, info.now))) return 'totp'
  if (recovery !== undefined && (await useRecoveryCode(tx, staff.id, recovery, info.now))) return 'recovery_code'
  throw wording ? new Problem('UNAUTHORIZED', { reason: 'credentials' }, wording) : wrongCredentials()
}
