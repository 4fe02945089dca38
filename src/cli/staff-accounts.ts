import { and, eq, ne, sql } from 'drizzle-orm'
import { adminAccounts } from '#drizzle/schema'
import { forgetLoginFailures } from '#src/accounts/login-throttle'
import { revokeSessions } from '#src/accounts/sessions'
import { type Act, record } from '#src/audit-logs/audit-log'
import { type Transaction, transaction } from '#src/platform/database'
import { hashPassword } from '#src/platform/passwords'
import { failure } from './command'

/** Gives a member of staff a new password: all its sessions end, its failed sign-ins are forgotten. Throws when there is nobody of that name. */
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

/** Takes a member of staff's access away; its name stays in everything it did. Throws for the last super_admin: nobody could let anybody in again. */
export async function disableStaff(username: string, { actor, origin, at }: Act): Promise<'disabled' | 'was disabled'> {
  return transaction(async (tx) => {
    const staff = await lockStaff(tx, username)
    if (!staff.isActive) return 'was disabled'
    if (staff.role === 'super_admin' && !(await hasOtherSuperAdmin(tx, staff.id))) {
      throw failure(`${staff.username} 是最后一位超级管理员，不能停用`, `${staff.username} is the last super_admin and cannot be disabled`)
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
  if (!staff) throw failure(`没有员工“${username}”`, `there is no member of staff called "${username}"`)
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
