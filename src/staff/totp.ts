import { eq } from 'drizzle-orm'
import { generateSecret, generateURI } from 'otplib'
import { adminAccounts } from '#drizzle/schema'
import { revokeSessions } from '#src/accounts/sessions'
import { actOf, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { StaffCaller } from '#src/platform/route'
import { seal, unseal } from '#src/platform/secrets'
import { needsPhone } from './duties'
import { dropRecoveryCodes, replaceRecoveryCodes } from './recovery-codes'
import { stepOfCode, totpContext } from './second-factor'

const ISSUER = 'MR Game Ops'

/** A secret that the phone is to learn. `ticket` carries it through the form, readable by nobody else and good for this session only. */
export type Enrolment = { secret: string; uri: string; ticket: string }

export const beginEnrolment = (caller: StaffCaller): Enrolment => enrolmentOf(caller, generateSecret())

/** The enrolment of a form that came back, so that the phone need not learn another secret; undefined when the ticket is not ours. */
export function resumeEnrolment(caller: StaffCaller, ticket: string): Enrolment | undefined {
  try {
    const [version, cipher] = ticket.split('.')
    return enrolmentOf(caller, unseal({ version: Number(version), cipher: Buffer.from(cipher ?? '', 'base64url') }, ticketContext(caller)))
  } catch {
    return undefined
  }
}

function enrolmentOf(caller: StaffCaller, secret: string): Enrolment {
  const { version, cipher } = seal(secret, ticketContext(caller))
  const ticket = `${version}.${Buffer.from(cipher).toString('base64url')}`
  return { secret, uri: generateURI({ issuer: ISSUER, label: caller.username, secret }), ticket }
}

const ticketContext = ({ sessionId }: StaffCaller): string => `totp-enrolment:${sessionId}`

/**
 * The phone proves by a first code that it has the secret; from then on every sign-in needs it. Gives the recovery codes, which are shown
 * once. All other sessions end: they began without the phone. Throws UNAUTHORIZED for a wrong code.
 */
export async function enrolPhone(caller: StaffCaller, { secret }: Enrolment, code: string, info: RequestInfo): Promise<string[]> {
  const step = await stepOfCode(secret, code, info.now)
  if (step === undefined) throw new Problem('UNAUTHORIZED', { reason: 'credentials' }, 'code')
  const { actor, origin, at } = actOf(caller, info)
  const { cipher, version } = seal(secret, totpContext(caller.id))
  return transaction(async (tx) => {
    const hadOne = await hasPhone(tx, caller.id)
    await tx.db
      .update(adminAccounts)
      .set({ totpCipher: cipher, totpVersion: version, totpLastStep: step, totpSince: at, updatedAt: at })
      .where(eq(adminAccounts.id, caller.id))
    const codes = await replaceRecoveryCodes(tx, caller.id, at)
    await revokeSessions(tx, { adminId: caller.id }, at, caller.sessionId)
    await record(tx, { actor, origin, operation: hadOne ? 'totp_replace' : 'totp_enrol', target: { kind: 'staff', id: caller.id } }, at)
    return codes
  })
}

/** The own phone is no longer asked for. Throws PERMISSION_DENIED where the role needs one. */
export async function removePhone(caller: StaffCaller, info: RequestInfo): Promise<void> {
  if (needsPhone(caller.role)) throw new Problem('PERMISSION_DENIED', { required: 'totp' })
  const { actor, origin, at } = actOf(caller, info)
  await transaction(async (tx) => {
    if (!(await hasPhone(tx, caller.id))) throw notThere(caller.id)
    await forgetPhone(tx, caller.id, at)
    await record(tx, { actor, origin, operation: 'totp_remove', target: { kind: 'staff', id: caller.id } }, at)
  })
}

/** New recovery codes; the older ones are worth nothing from now on. Throws RESOURCE_NOT_FOUND for an account without a phone. */
export async function renewRecoveryCodes(caller: StaffCaller, info: RequestInfo): Promise<string[]> {
  const { actor, origin, at } = actOf(caller, info)
  return transaction(async (tx) => {
    if (!(await hasPhone(tx, caller.id))) throw notThere(caller.id)
    const codes = await replaceRecoveryCodes(tx, caller.id, at)
    await record(tx, { actor, origin, operation: 'recovery_codes', target: { kind: 'staff', id: caller.id } }, at)
    return codes
  })
}

/** Takes the phone from an account, its recovery codes with it. */
export async function forgetPhone(tx: Transaction, id: Uuid, at: Date): Promise<void> {
  await tx.db
    .update(adminAccounts)
    .set({ totpCipher: null, totpVersion: null, totpLastStep: null, totpSince: null, updatedAt: at })
    .where(eq(adminAccounts.id, id))
  await dropRecoveryCodes(tx, id)
}

/** Under a lock, so that of two changes at once the second sees the first. */
async function hasPhone(tx: Transaction, id: Uuid): Promise<boolean> {
  const [staff] = await tx.db
    .select({ version: adminAccounts.totpVersion })
    .from(adminAccounts)
    .where(eq(adminAccounts.id, id))
    .for('update')
  return staff?.version != null
}

const notThere = (id: Uuid): Problem => new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
