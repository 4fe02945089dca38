import { and, eq, ne, sql } from 'drizzle-orm'
import { adminAccounts } from '#drizzle/schema'
import { forgetLoginFailures } from '#src/accounts/login-throttle'
import { revokeSessions } from '#src/accounts/sessions'
import { type Act, record } from '#src/audit-logs/audit-log'
import { brokenRule, Problem } from '#src/core/problem'
import { type Transaction, transaction } from '#src/platform/database'
import { hashPassword } from '#src/platform/passwords'

/** Gives a member of staff a new password: all its sessions end, its failed sign-ins are forgotten. Throws RESOURCE_NOT_FOUND. */
export async function resetStaffPassword(username: string, password: string, { actor, origin, at }: Act): Promise<void> {
  const passwordHash = await hashPassword(password)
  await transaction(async (tx) => {
    const staff = await lockStaff(tx, username)
    await tx.db.update(adminAccounts).set({ passwordHash, updatedAt: at }).where(eq(adminAccounts.id, staff.id))
    await revokeSessions(tx, { adminId: staff.id }, at)
    await record(
      tx,
      { actor, origin, operation: 'staff_password', target: { kind: 'staff', id: staff.id }, details: { username: staff.username } },
      at,
    )
  })
  await forgetLoginFailures('staff', username)
}

/** Takes a member of staff's access away; its name stays in everything it did. Throws RESOURCE_NOT_FOUND, and INVALID_PARAMS for the last super_admin: nobody could let anybody in again. */
export async function disableStaff(username: string, { actor, origin, at }: Act): Promise<'disabled' | 'was disabled'> {
  return transaction(async (tx) => {
    const staff = await lockStaff(tx, username)
    if (!staff.isActive) return 'was disabled'
    if (staff.role === 'super_admin' && !(await hasOtherSuperAdmin(tx, staff.id))) {
      throw brokenRule('LAST_SUPER_ADMIN', 'username')
    }
    await tx.db.update(adminAccounts).set({ isActive: false, updatedAt: at }).where(eq(adminAccounts.id, staff.id))
    await revokeSessions(tx, { adminId: staff.id }, at)
    await record(
      tx,
      { actor, origin, operation: 'staff_disable', target: { kind: 'staff', id: staff.id }, details: { username: staff.username } },
      at,
    )
    return 'disabled'
  })
}

async function lockStaff(tx: Transaction, username: string) {
  const [staff] = await tx.db
    .select({ id: adminAccounts.id, username: adminAccounts.username, role: adminAccounts.role, isActive: adminAccounts.isActive })
    .from(adminAccounts)
    .where(eq(sql`lower(${adminAccounts.username})`, username.toLowerCase()))
    .for('update')
  if (!staff) throw new Problem('RESOURCE_NOT_FOUND', { id: username }, 'staff')
  return staff
}

/** Locks the others too, so that two administrators cannot be disabled at the same moment. */
async function hasOtherSuperAdmin(tx: Transaction, id: string): Promise<boolean> {
  const others = await tx.db
    .select({ id: adminAccounts.id })
    .from(adminAccounts)
    .where(and(eq(adminAccounts.role, 'super_admin'), eq(adminAccounts.isActive, true), ne(adminAccounts.id, id)))
    .for('update')
  return others.length > 0
}
