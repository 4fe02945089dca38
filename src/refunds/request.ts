import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { refundRecords } from '#drizzle/schema'
import { requireOpenAccount } from '#src/accounts/lock'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { text, yuanBetween } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { yuan, ZERO } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import type { Transaction } from '#src/platform/database'

/** What an operator asks for; without an amount its whole balance. */
export const RefundInput = v.strictObject({
  reason: text(10, 500),
  amount: v.optional(yuanBetween('0.01', '99999999999.99')),
})
export type RefundInput = v.InferOutput<typeof RefundInput>

/** The alert that tells finance of a request; it ends with the decision. */
export const waiting = (id: Uuid) => ({ kind: 'refund_pending' as const, subject: id })

/**
 * An operator asks for money back. Nothing is frozen: what is paid is decided at the approval. Several requests may stand. Throws
 * INVALID_PARAMS (NO_BALANCE, AMOUNT_EXCEEDS_BALANCE).
 */
export async function requestRefund(
  tx: Transaction,
  operatorId: Uuid,
  { amount, reason }: RefundInput,
  { actor, origin, at }: PersonalAct,
): Promise<Uuid> {
  const { balance } = await requireOpenAccount(tx, operatorId)
  if (balance === ZERO) throw brokenRule('NO_BALANCE', 'amount')
  const requested = amount ?? balance
  if (requested > balance) throw brokenRule('AMOUNT_EXCEEDS_BALANCE', 'amount')
  const id = newId()
  await tx.db.insert(refundRecords).values({ id, operatorId, requested, reason, createdAt: at, updatedAt: at })
  const details = { requested: yuan(requested), balance: yuan(balance), reason }
  const about = { refund_id: showId('refund', id), requested: yuan(requested) }
  await raiseAlert(tx, { ...waiting(id), audience: 'finance', operatorId, details: about }, at)
  await record(tx, { actor, origin, operation: 'refund_request', target: { kind: 'refund', id }, details }, at)
  return id
}

/** An operator takes its request back while nobody has decided. Throws REFUND_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function withdrawRefund(tx: Transaction, operatorId: Uuid, id: Uuid, { actor, origin, at }: PersonalAct): Promise<void> {
  await requireOpenAccount(tx, operatorId)
  const [refund] = await tx.db.select().from(refundRecords).where(eq(refundRecords.id, id)).for('no key update')
  if (!refund || refund.operatorId !== operatorId) throw refundNotFound(id)
  if (refund.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'refund_id')
  await tx.db.update(refundRecords).set({ status: 'cancelled', updatedAt: at }).where(eq(refundRecords.id, id))
  await settleAlert(tx, waiting(id), at)
  await record(tx, { actor, origin, operation: 'refund_withdraw', target: { kind: 'refund', id } }, at)
}

export const refundNotFound = (id: Uuid): Problem => new Problem('REFUND_NOT_FOUND', { id: showId('refund', id) })
