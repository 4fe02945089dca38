import { eq } from 'drizzle-orm'
import { operatorAccounts } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { formatDateTime } from '#src/core/time'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import { settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import type { Transaction } from '#src/platform/database'
import { revokeSessions } from './sessions'

/** Locks an account: sessions end, its key is refused from the next call on. Throws OPERATOR_NOT_FOUND, or INVALID_PARAMS when locked or closed. */
export async function lockAccount(tx: Transaction, id: Uuid, reason: string, { actor, origin, at }: Act): Promise<void> {
  const operator = await requireOpenAccount(tx, id)
  if (operator.isLocked) throw stateProblem()
  await tx.db
    .update(operatorAccounts)
    .set({ isLocked: true, lockedReason: reason, lockedAt: at, updatedAt: at })
    .where(eq(operatorAccounts.id, id))
  await revokeSessions(tx, { operatorId: id }, at)
  const content = `您的账户已于${formatDateTime(at)}被锁定，原因：${reason}。锁定期间无法登录，也无法授权游戏，请联系管理员。`
  await notify(tx, [id], { type: 'security', title: '账户已锁定', content, priority: 'high' }, at)
  await record(tx, { actor, origin, operation: 'operator_lock', target: { kind: 'operator', id }, details: { reason } }, at)
}

/** Unlocks an account; people sign in anew. Throws like `lockAccount`. */
export async function unlockAccount(tx: Transaction, id: Uuid, reason: string, { actor, origin, at }: Act): Promise<void> {
  const operator = await requireOpenAccount(tx, id)
  if (!operator.isLocked) throw stateProblem()
  await tx.db
    .update(operatorAccounts)
    .set({ isLocked: false, lockedReason: null, lockedAt: null, updatedAt: at })
    .where(eq(operatorAccounts.id, id))
  const content = `您的账户已于${formatDateTime(at)}解除锁定，可以重新登录和授权游戏。`
  await notify(tx, [id], { type: 'security', title: '账户已解锁', content }, at)
  await settleAlert(tx, { kind: 'anomaly_lock', subject: id }, at)
  const details = { reason, was_locked_for: operator.lockedReason }
  await record(tx, { actor, origin, operation: 'operator_unlock', target: { kind: 'operator', id }, details }, at)
}

/** The account under our lock. Throws OPERATOR_NOT_FOUND, or INVALID_PARAMS (ALREADY_PROCESSED) when it is closed: nothing follows that. */
export async function requireOpenAccount(tx: Transaction, id: Uuid): Promise<LockedOperator> {
  const [operator] = await lockOperators(tx, { ids: [id] })
  if (!operator) throw new Problem('OPERATOR_NOT_FOUND', { id })
  if (operator.deactivatedAt) throw stateProblem()
  return operator
}

function stateProblem(): Problem {
  const message = { zh: '账户状态不允许此操作', en: 'is in a state that does not allow this' }
  return new Problem('INVALID_PARAMS', [{ field: 'operator_id', message, reason: 'ALREADY_PROCESSED' }], 'SAME_STATE')
}
