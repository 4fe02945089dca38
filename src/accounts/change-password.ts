import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, operatorAccounts } from '#drizzle/schema'
import { actOf, record } from '#src/audit-logs/audit-log'
import { givenPassword, newPassword } from '#src/core/fields'
import { invalidField, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { read, type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { hashPassword, isPassword } from '#src/platform/passwords'
import type { Caller } from './caller'
import { forgetLoginFailures, takeLoginTurn } from './login-throttle'
import { revokeSessions, type Subject } from './sessions'

export const PasswordChange = v.object({ old_password: givenPassword, new_password: newPassword })
export type PasswordChange = v.InferOutput<typeof PasswordChange>

/** Anybody who is signed in changes the own password; all other sessions end. Throws UNAUTHORIZED for a wrong old password. */
export async function changePassword(caller: Caller, input: PasswordChange, info: RequestInfo): Promise<void> {
  const oldHash = await confirmPassword(caller, input.old_password, info)
  if (caller.kind === 'staff' && caller.passwordIsTemporary && input.new_password === input.old_password) {
    throw invalidField('new_password', '须与临时密码不同', 'must differ from the temporary one')
  }
  const passwordHash = await hashPassword(input.new_password)
  const { actor, origin, at } = actOf(caller, info)
  await transaction(async (tx) => {
    if ((await lockedPasswordHash(tx, caller)) !== oldHash) throw wrongPassword()
    await storePasswordHash(tx, caller, passwordHash, at)
    await revokeSessions(tx, subjectOf(caller), at, caller.sessionId)
    await record(tx, { actor, origin, operation: 'password_change' }, at)
  })
}

/**
 * Proves that the person at the keyboard knows the password; gives the hash it was proved against. Throws UNAUTHORIZED, and
 * RATE_LIMIT_EXCEEDED after too many guesses: a borrowed session must not be a way to find the password.
 */
export async function confirmPassword(caller: Caller, password: string, info: RequestInfo): Promise<string> {
  const realm = caller.kind
  await takeLoginTurn(realm, caller.username, info)
  const [account] =
    caller.kind === 'operator'
      ? await read().select({ hash: operatorAccounts.passwordHash }).from(operatorAccounts).where(eq(operatorAccounts.id, caller.id))
      : await read().select({ hash: adminAccounts.passwordHash }).from(adminAccounts).where(eq(adminAccounts.id, caller.id))
  if (!(await isPassword(password, account?.hash))) throw wrongPassword()
  await forgetLoginFailures(realm, caller.username)
  return account!.hash
}

const wrongPassword = (): Problem => new Problem('UNAUTHORIZED', { reason: 'credentials' }, 'password')

const subjectOf = (caller: Caller): Subject => (caller.kind === 'operator' ? { operatorId: caller.id } : { adminId: caller.id })

/** Takes the row wholly: a sign-in that is under way ends first, and its session with it. */
async function lockedPasswordHash(tx: Transaction, caller: Caller): Promise<string | undefined> {
  const [account] =
    caller.kind === 'operator'
      ? await tx.db
          .select({ hash: operatorAccounts.passwordHash })
          .from(operatorAccounts)
          .where(eq(operatorAccounts.id, caller.id))
          .for('update')
      : await tx.db.select({ hash: adminAccounts.passwordHash }).from(adminAccounts).where(eq(adminAccounts.id, caller.id)).for('update')
  return account?.hash
}

async function storePasswordHash(tx: Transaction, caller: Caller, passwordHash: string, at: Instant): Promise<void> {
  const values = { passwordHash, updatedAt: at }
  if (caller.kind === 'operator') await tx.db.update(operatorAccounts).set(values).where(eq(operatorAccounts.id, caller.id))
  else
    await tx.db
      .update(adminAccounts)
      .set({ ...values, passwordIsTemporary: false })
      .where(eq(adminAccounts.id, caller.id))
}
