import { eq } from 'drizzle-orm'
import { operatorAccounts } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { yuan, ZERO } from '#src/core/money'
import { Problem } from '#src/core/problem'
import type { Transaction } from '#src/platform/database'
import { requireOpenAccount } from './lock'
import { revokeSessions } from './sessions'

/**
 * Closes an account for good: login, sessions and key are dead, its name and history stay. Throws OPERATOR_NOT_FOUND, INVALID_PARAMS
 * when it is closed already, BALANCE_NOT_ZERO while money lies in it.
 */
export async function closeAccount(tx: Transaction, id: Uuid, reason: string, { actor, origin, at }: Act): Promise<void> {
  const operator = await requireOpenAccount(tx, id)
  if (operator.balance !== ZERO) throw new Problem('BALANCE_NOT_ZERO', { balance: yuan(operator.balance) })
  await tx.db.update(operatorAccounts).set({ deactivatedAt: at, updatedAt: at }).where(eq(operatorAccounts.id, id))
  await revokeSessions(tx, { operatorId: id }, at)
  await record(tx, { actor, origin, operation: 'operator_deactivate', target: { kind: 'operator', id }, details: { reason } }, at)
}
