import { and, eq, ne, sql } from 'drizzle-orm'
import { adminAccounts } from '#drizzle/schema'
import { forgetLoginFailures } from '#src/accounts/login-throttle'
import { revokeSessions } from '#src/accounts/sessions'
import { type Act, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import { type Transaction, transaction } from '#src/platform/database'
import { hashPassword } from '#src/platform/passwords'
import type { Staff } from './staff'
import { forgetPhone } from './totp'

/** Gives a member of staff a new password: all its sessions end, its failed sign-ins are forgotten. Throws RESOURCE_NOT_FOUND. */
export async function resetStaffPassword(username: string, password: string, act: Act): Promise<void> {
  const passwordHash = await hashPassword(password)
  await transaction(async (tx) => replacePassword(tx, await lockStaffByName(tx, username), { passwordHash, isTemporary: false }, act))
  await forgetLoginFailures('staff', username)
}

/** Takes a member of staff's access away; its name stays in everything it did. Throws RESOURCE_NOT_FOUND, and INVALID_PARAMS for the last super_admin: nobody could let anybody in again. */
export async function disableStaff(username: string, act: Act): Promise<'disabled' | 'was disabled'> {
  return transaction(async (tx) => {
    const staff = await lockStaffByName(tx, username)
    if (!staff.isActive) return 'was disabled'
    await disable(tx, staff, {}, act)
    return 'disabled'
  })
}

/** For somebody whose phone and recovery codes are gone, the last super_admin among them: signing in needs the password alone. Throws RESOURCE_NOT_FOUND. */
export async function resetStaffPhone(username: string, act: Act): Promise<'reset' | 'had none'> {
  return transaction(async (tx) => {
    const staff = await lockStaffByName(tx, username)
    if (!staff.totpCipher) return 'had none'
    await takePhone(tx, staff, {}, act)
    return 'reset'
  })
}

type Why = { reason?: string }

export async function replacePassword(
  tx: Transaction,
  staff: Staff,
  { passwordHash, isTemporary, ...why }: Why & { passwordHash: string; isTemporary: boolean },
  { actor, origin, at }: Act,
): Promise<void> {
  await tx.db
    .update(adminAccounts)
    .set({ passwordHash, passwordIsTemporary: isTemporary, updatedAt: at })
    .where(eq(adminAccounts.id, staff.id))
  await revokeSessions(tx, { adminId: staff.id }, at)
  await record(tx, { actor, origin, operation: 'staff_password', ...about(staff, why) }, at)
}

export async function disable(tx: Transaction, staff: Staff, why: Why, { actor, origin, at }: Act): Promise<void> {
  await requireAnotherSuperAdmin(tx, staff, 'username')
  await tx.db.update(adminAccounts).set({ isActive: false, updatedAt: at }).where(eq(adminAccounts.id, staff.id))
  await revokeSessions(tx, { adminId: staff.id }, at)
  await record(tx, { actor, origin, operation: 'staff_disable', ...about(staff, why) }, at)
}

export async function enable(tx: Transaction, staff: Staff, { actor, origin, at }: Act): Promise<void> {
  await tx.db.update(adminAccounts).set({ isActive: true, updatedAt: at }).where(eq(adminAccounts.id, staff.id))
  await record(tx, { actor, origin, operation: 'staff_enable', ...about(staff) }, at)
}

export async function takePhone(tx: Transaction, staff: Staff, why: Why, { actor, origin, at }: Act): Promise<void> {
  await forgetPhone(tx, staff.id, at)
  await revokeSessions(tx, { adminId: staff.id }, at)
  await record(tx, { actor, origin, operation: 'staff_totp_reset', ...about(staff, why) }, at)
}

export async function endAllSessions(tx: Transaction, staff: Staff, { actor, origin, at }: Act): Promise<void> {
  await revokeSessions(tx, { adminId: staff.id }, at)
  await record(tx, { actor, origin, operation: 'staff_sign_out', ...about(staff) }, at)
}

const about = ({ id, username }: Staff, why: Why = {}) => ({ target: { kind: 'staff', id }, details: { username, ...why } })

async function lockStaffByName(tx: Transaction, username: string): Promise<Staff> {
  const [staff] = await tx.db
    .select()
    .from(adminAccounts)
    .where(eq(sql`lower(${adminAccounts.username})`, username.toLowerCase()))
    .for('update')
  if (!staff) throw new Problem('RESOURCE_NOT_FOUND', { id: username }, 'staff')
  return staff
}

/** The person under our lock. Throws RESOURCE_NOT_FOUND. */
export async function lockStaff(tx: Transaction, id: Uuid): Promise<Staff> {
  const [staff] = await tx.db.select().from(adminAccounts).where(eq(adminAccounts.id, id)).for('update')
  if (!staff) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return staff
}

/** Throws INVALID_PARAMS for the last super_admin. Locks the others too, so that two administrators cannot go at the same moment. */
export async function requireAnotherSuperAdmin(tx: Transaction, { id, role }: Staff, field: string): Promise<void> {
  if (role !== 'super_admin') return
  const others = await tx.db
    .select({ id: adminAccounts.id })
    .from(adminAccounts)
    .where(and(eq(adminAccounts.role, 'super_admin'), eq(adminAccounts.isActive, true), ne(adminAccounts.id, id)))
    .for('update')
  if (others.length === 0) throw brokenRule('LAST_SUPER_ADMIN', field)
}
