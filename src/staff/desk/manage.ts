import { randomInt } from 'node:crypto'
import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, FINANCE_GRADES, STAFF_ROLES } from '#drizzle/schema'
import { audienceOf } from '#src/accounts/caller'
import { forgetLoginFailures } from '#src/accounts/login-throttle'
import { revokeSessions } from '#src/accounts/sessions'
import { type Act, actOf, record } from '#src/audit-logs/audit-log'
import { reason, text } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { brokenRule } from '#src/core/problem'
import { iso } from '#src/core/time'
import { grantableTo, type Seat } from '#src/permissions/permissions'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { hashPassword } from '#src/platform/passwords'
import type { StaffCaller } from '#src/platform/route'
import { disable, enable, endAllSessions, lockStaff, replacePassword, requireAnotherSuperAdmin, takePhone } from '../access'
import { createStaff, type Staff, staffUsername } from '../staff'
import { grantsOf, ROLE_SEATS, requireManageable, requirePost, seatOfStaff } from './rights'

/** A role and, for finance, its grade, as one choice. */
const seat = v.picklist(ROLE_SEATS)
export const NewMember = v.object({ username: staffUsername, name: text(1, 50), seat })
export const MemberChange = v.object({ name: text(1, 50), seat, seen: v.string() })
export const Grants = v.object({ keys: v.array(v.string()), seen: v.string() })
export const Reasoned = v.object({ reason })

/** How the columns say it. */
export function postOf(seat: Seat): { role: Staff['role']; grade: Staff['financeGrade'] } {
  const grade = FINANCE_GRADES.find((one) => one === seat)
  return grade ? { role: 'finance', grade } : { role: STAFF_ROLES.find((one) => one === seat)!, grade: null }
}

/** Adds a person with a password that is shown once and good for setting an own one. Throws like `createStaff`, and PERMISSION_DENIED. */
export async function addMember(
  caller: StaffCaller,
  { username, name, seat }: v.InferOutput<typeof NewMember>,
  info: RequestInfo,
): Promise<{ id: Uuid; password: string }> {
  requirePost(caller, seat)
  const password = temporaryPassword()
  const id = await createStaff({ username, name, ...postOf(seat), password }, actOf(caller, info), { passwordIsTemporary: true })
  return { id, password }
}

/** Changes name or post. A new post ends the sessions and drops what was granted but does not fit it. Throws like `changeOf`. */
export const changeMember = (caller: StaffCaller, id: Uuid, input: v.InferOutput<typeof MemberChange>, info: RequestInfo): Promise<void> =>
  changeOf(caller, id, info, async (tx, staff, act) => {
    requireUnchanged(staff, input.seen)
    const before = seatOfStaff(staff)
    if (before === input.seat && staff.name === input.name) return
    requirePost(caller, input.seat)
    const { role, grade } = postOf(input.seat)
    if (role !== 'super_admin') await requireAnotherSuperAdmin(tx, staff, 'seat')
    const permissions = staff.permissions.filter((key) => grantableTo(input.seat).some((one) => one === key))
    await tx.db
      .update(adminAccounts)
      .set({ name: input.name, role, financeGrade: grade, permissions, updatedAt: act.at })
      .where(eq(adminAccounts.id, id))
    if (audienceOf(role) !== audienceOf(staff.role)) await revokeSessions(tx, { adminId: id }, act.at)
    const details = {
      username: staff.username,
      before: { name: staff.name, seat: before, granted: staff.permissions },
      after: { name: input.name, seat: input.seat, granted: permissions },
    }
    await record(tx, { actor: act.actor, origin: act.origin, operation: 'staff_edit', target: { kind: 'staff', id }, details }, act.at)
  })

/** Sets what is granted to a person besides the post. Acts on their next call. Throws like `changeOf`, INVALID_PARAMS for other keys. */
export const grantPermissions = (caller: StaffCaller, id: Uuid, input: v.InferOutput<typeof Grants>, info: RequestInfo): Promise<void> =>
  changeOf(caller, id, info, async (tx, staff, act) => {
    requireUnchanged(staff, input.seen)
    const offered: readonly string[] = grantsOf(caller, seatOfStaff(staff))
    if (input.keys.some((key) => !offered.includes(key))) throw brokenRule('NOT_GRANTABLE', 'keys')
    const [before, after] = [staff.permissions.toSorted(), [...new Set(input.keys)].sort()]
    if (before.join() === after.join()) return
    await tx.db.update(adminAccounts).set({ permissions: after, updatedAt: act.at }).where(eq(adminAccounts.id, id))
    const details = { username: staff.username, before: { granted: before }, after: { granted: after } }
    await record(tx, { actor: act.actor, origin: act.origin, operation: 'staff_grant', target: { kind: 'staff', id }, details }, act.at)
  })

/** Takes the access away, sessions with it. Throws like `changeOf`, INVALID_PARAMS when somebody else did it before and for the last super_admin. */
export const disableMember = (caller: StaffCaller, id: Uuid, why: string, info: RequestInfo): Promise<void> =>
  changeOf(caller, id, info, async (tx, staff, act) => {
    if (!staff.isActive) throw brokenRule('ALREADY_PROCESSED', 'username')
    await disable(tx, staff, { reason: why }, act)
  })

export const enableMember = (caller: StaffCaller, id: Uuid, info: RequestInfo): Promise<void> =>
  changeOf(caller, id, info, async (tx, staff, act) => {
    if (staff.isActive) throw brokenRule('ALREADY_PROCESSED', 'username')
    await enable(tx, staff, act)
  })

/** A new temporary password, shown once; sessions end. Throws like `changeOf`. */
export async function renewPassword(
  caller: StaffCaller,
  id: Uuid,
  why: string,
  info: RequestInfo,
): Promise<{ staff: Staff; password: string }> {
  const password = temporaryPassword()
  const passwordHash = await hashPassword(password)
  const staff = await changeOf(caller, id, info, async (tx, found, act) => {
    await replacePassword(tx, found, { passwordHash, isTemporary: true, reason: why }, act)
    return found
  })
  await forgetLoginFailures('staff', staff.username)
  return { staff, password }
}

/** For somebody whose phone is gone. Throws like `changeOf`, INVALID_PARAMS when there is none. */
export const takePhoneOf = (caller: StaffCaller, id: Uuid, why: string, info: RequestInfo): Promise<void> =>
  changeOf(caller, id, info, async (tx, staff, act) => {
    if (!staff.totpCipher) throw brokenRule('ALREADY_PROCESSED', 'username')
    await takePhone(tx, staff, { reason: why }, act)
  })

/** Signs a person out everywhere. Throws like `changeOf`. */
export const signOutMember = (caller: StaffCaller, id: Uuid, info: RequestInfo): Promise<void> =>
  changeOf(caller, id, info, (tx, staff, act) => endAllSessions(tx, staff, act))

/** One change of one person, under a lock. Throws RESOURCE_NOT_FOUND, and PERMISSION_DENIED for oneself and whoever is not theirs to manage. */
export function changeOf<T>(
  caller: StaffCaller,
  id: Uuid,
  info: RequestInfo,
  work: (tx: Transaction, staff: Staff, act: Act) => Promise<T>,
): Promise<T> {
  return transaction(async (tx) => {
    const staff = await lockStaff(tx, id)
    requireManageable(caller, staff)
    return work(tx, staff, actOf(caller, info))
  })
}

/** The form was filled in from what is still so. */
function requireUnchanged(staff: Staff, seen: string): void {
  if (iso(staff.updatedAt) !== seen) throw brokenRule('CHANGED_MEANWHILE', 'seen')
}

const LETTERS = { upper: 'ABCDEFGHJKLMNPQRSTUVWXYZ', lower: 'abcdefghijkmnpqrstuvwxyz', digit: '23456789' }
const LENGTH = 16

/** Sixteen letters without those that look alike, of each kind at least one. */
function temporaryPassword(): string {
  const all = Object.values(LETTERS).join('')
  const pick = (letters: string): string => letters[randomInt(letters.length)]!
  const chosen = [...Object.values(LETTERS).map(pick), ...Array.from({ length: LENGTH - 3 }, () => pick(all))]
  for (let at = chosen.length - 1; at > 0; at--) {
    const other = randomInt(at + 1)
    ;[chosen[at], chosen[other]] = [chosen[other]!, chosen[at]!]
  }
  return chosen.join('')
}
