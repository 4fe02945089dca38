import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { paymentQuarantine } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { idOf, reason } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, type Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { settleAlert } from '#src/notifications/alerts'
import type { Transaction } from '#src/platform/database'
import { changeOrder, lockOrder } from './orders'
import { lockQuarantined, type Quarantined } from './quarantine'

/** What finance decides about a payment that was kept apart. */
export const Resolution = v.strictObject({
  action: v.picklist(['credit', 'return', 'dismiss']),
  reason,
  /** Whom to credit; without it the operator whose order it was. */
  operator_id: v.optional(idOf('operator')),
  /** The money has gone back already, outside this product. */
  manual: v.optional(v.boolean(), false),
})
export type Resolution = v.InferOutput<typeof Resolution>

export const alreadyProcessed = (): Problem => brokenRule('ALREADY_PROCESSED', 'id')

/** Whether the money lies on our account with the provider: only that can be given to somebody. */
export const holdsMoney = ({ cause, suspenseSeq, amount }: Pick<Quarantined, 'cause' | 'suspenseSeq' | 'amount'>): boolean =>
  amount !== null && (suspenseSeq !== null || cause === 'unknown_order')

/** Under our lock, and still to be decided. */
export async function lockOpen(tx: Transaction, id: Uuid): Promise<Quarantined> {
  const row = await lockQuarantined(tx, id)
  if (row?.status !== 'open') throw alreadyProcessed()
  return row
}

export type Ending = {
  status: Exclude<Quarantined['status'], 'open'>
  why: string
  resolvedSeq: bigint | null
  details: Record<string, unknown>
}

/** The decision on the row, the order it was about ended, the alert closed, all of it audited. */
export async function finish(
  tx: Transaction,
  row: Quarantined,
  { status, why, resolvedSeq, details }: Ending,
  act: PersonalAct,
): Promise<void> {
  const { actor, origin, at } = act
  await tx.db
    .update(paymentQuarantine)
    .set({ status, resolution: why, resolvedBy: actor.id, resolvedAt: at, resolvedSeq })
    .where(eq(paymentQuarantine.id, row.id))
  await endOrder(tx, row, status, at)
  await settleAlert(tx, { kind: 'payment_quarantined', subject: `${row.channel}:${row.providerTxnId}` }, at)
  const told = {
    ...(row.operatorId && { operator_id: row.operatorId }),
    action: status,
    reason: why,
    cause: row.cause,
    channel: row.channel,
    provider_txn_id: row.providerTxnId,
    amount: row.amount === null ? null : yuan(row.amount),
    found_at: iso(row.createdAt),
    ...details,
  }
  await record(tx, { actor, origin, operation: 'quarantine_resolve', target: { kind: 'quarantine', id: row.id }, details: told }, at)
}

const ENDED = { credited: '支付已由财务核对并另行入账', returned: '支付已退回付款人', dismissed: '支付经核对与本订单无关' } as const

/** An order that waited for the decision has no other way to be paid. */
async function endOrder(tx: Transaction, { operatorId, orderId }: Quarantined, status: keyof typeof ENDED, at: Instant): Promise<void> {
  if (!operatorId || !orderId) return
  const { order } = await lockOrder(tx, { id: orderId, operatorId })
  if (order.status === 'success') return
  const ended = order.status === 'abnormal' ? { status: 'failed' as const } : {}
  await changeOrder(tx, orderId, { ...ended, errorMessage: ENDED[status], nextCheckAt: null }, at)
}
