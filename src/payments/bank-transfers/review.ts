import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { bankTransfers } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { reason } from '#src/core/fields'
import { showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { startOfDay } from '#src/core/time'
import { say } from '#src/core/validation'
import { notify } from '#src/notifications/messages'
import { type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import { creditOrder } from '../credit'
import { changeOrder, lockOrder, type Order } from '../orders'
import { requireTransfer } from './transfers'

export const TransferConfirmation = v.object({
  bank_reference: v.pipe(
    v.string(),
    v.trim(),
    v.regex(/^[A-Za-z0-9-]{4,64}$/, say('须为4-64位字母、数字或短横线', 'must be 4-64 letters, digits or dashes')),
  ),
})
export const TransferRejection = v.object({ reason })

/**
 * Finance has seen the money on the bank account, in the amount that was announced: it is credited under the bank's reference, which
 * counts once. Above the limit two different persons see it, each naming the same reference; after the first nothing has moved. Throws
 * ORDER_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED, a reference that was used), SECOND_REVIEWER_REQUIRED.
 */
export async function confirmTransfer(orderId: Uuid, reference: string, act: PersonalAct): Promise<'credited' | 'waits'> {
  await requireTransfer(orderId)
  try {
    return await transaction((tx) => confirm(tx, orderId, reference, act))
  } catch (error) {
    const constraint = violatedConstraint(error) ?? ''
    if (!constraint.startsWith('bank_transfers_bank_reference') && constraint !== 'one_order_per_payment') throw error
    throw invalidField('bank_reference', '该流水号已用于另一笔转账', 'this reference was used for another transfer')
  }
}

async function confirm(tx: Transaction, orderId: Uuid, reference: string, act: PersonalAct): Promise<'credited' | 'waits'> {
  const { locked, transfer } = await lockWaiting(tx, orderId)
  if (locked.operator.deactivatedAt) throw new Problem('ACCOUNT_DEACTIVATED', undefined, 'use')
  const limit = setting('adjustment_dual_review_limit')
  if (locked.order.amount > limit) {
    if (transfer.firstReviewer === null) {
      await keepFirst(tx, locked.order, reference, act)
      return 'waits'
    }
    if (transfer.firstReviewer === act.actor.id) throw new Problem('SECOND_REVIEWER_REQUIRED', { limit: yuan(limit) })
    if (transfer.proposedReference !== reference)
      throw invalidField('bank_reference', '与第一位复核人填写的流水号不一致', 'differs from what the first reviewer wrote')
  }
  await tx.db
    .update(bankTransfers)
    .set({ bankReference: reference, decidedBy: act.actor.id, decidedAt: act.at })
    .where(eq(bankTransfers.orderId, orderId))
  await creditOrder(
    tx,
    locked,
    { kind: 'recharge', providerTxnId: reference, paidAt: startOfDay(transfer.transferredOn), late: false },
    act,
  )
  return 'credited'
}

async function keepFirst(
  tx: Transaction,
  { id: orderId, operatorId }: Order,
  reference: string,
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  await tx.db
    .update(bankTransfers)
    .set({ proposedReference: reference, firstReviewer: actor.id, firstReviewedAt: at })
    .where(eq(bankTransfers.orderId, orderId))
  const details = { operator_id: operatorId, bank_reference: reference, stage: 1 }
  await record(tx, { actor, origin, operation: 'bank_transfer_confirm', target: { kind: 'order', id: orderId }, details }, at)
}

/** Finance could not find the money, or not this amount: nothing moves and the operator is told why. Throws like `confirmTransfer`. */
export async function rejectTransfer(orderId: Uuid, why: string, act: PersonalAct): Promise<void> {
  await requireTransfer(orderId)
  await transaction(async (tx) => {
    const { actor, origin, at } = act
    const { locked } = await lockWaiting(tx, orderId)
    await tx.db
      .update(bankTransfers)
      .set({ rejectReason: why, decidedBy: actor.id, decidedAt: at })
      .where(eq(bankTransfers.orderId, orderId))
    await changeOrder(tx, orderId, { status: 'failed', errorMessage: why }, at)
    const content = `银行转账充值${yuan(locked.order.amount)}元未通过核对，原因：${why}。余额没有变动，可以重新提交。`
    const message = {
      type: 'system',
      title: '转账充值未通过',
      content,
      priority: 'high',
      relatedId: orderId,
      relatedKind: 'order',
    } as const
    await notify(tx, [locked.operator.id], message, at)
    await record(
      tx,
      {
        actor,
        origin,
        operation: 'bank_transfer_reject',
        target: { kind: 'order', id: orderId },
        details: { operator_id: locked.operator.id, reason: why, order_id: showId('order', orderId) },
      },
      at,
    )
  })
}

async function lockWaiting(tx: Transaction, orderId: Uuid) {
  const { order } = await requireTransfer(orderId)
  const locked = await lockOrder(tx, order)
  const [transfer] = await tx.db.select().from(bankTransfers).where(eq(bankTransfers.orderId, orderId)).for('no key update')
  if (locked.order.status !== 'pending' || transfer!.decidedAt !== null) throw brokenRule('ALREADY_PROCESSED', 'order_id')
  return { locked, transfer: transfer! }
}
