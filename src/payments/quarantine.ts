import { eq } from 'drizzle-orm'
import { paymentQuarantine } from '#drizzle/schema'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import { newId, showId, type Uuid } from '#src/core/ids'
import { type Money, yuan, ZERO } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { raiseAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import type { Transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { METHOD_NAMES } from './credit'
import type { Cause } from './decide-settlement'
import type { Channel, Trade } from './gateways/gateway'
import { changeOrder, type LockedOrder } from './orders'

export type Kept = { channel: Channel; trade: Trade; cause: Cause; holds: boolean; locked: LockedOrder | undefined }

/** In words for whoever reads an order. */
const CAUSE_WORDS: Readonly<Record<Cause, string>> = {
  amount: '支付金额与订单不符，财务核对中',
  currency: '支付币种与订单不符，财务核对中',
  merchant: '收款商户与订单不符，财务核对中',
  unknown_order: '没有对应的订单',
  duplicate: '同一订单收到第二笔支付，财务核对中',
  closed_account: '账户已注销，财务核对中',
  other: '支付结果与订单不符，财务核对中',
}

/**
 * Keeps a payment apart that is not what was ordered: nothing is credited, finance is told once. Money that lies on our account with
 * the provider is shown in the ledger as suspense, under the operator it concerns; a payment without an order has nobody's chain to
 * stand in and shows in the reconciliation instead.
 */
export async function keepApart(tx: Transaction, { channel, trade, cause, holds, locked }: Kept, at: Instant): Promise<void> {
  const id = newId()
  const providerTxnId = trade.providerTxnId!
  const amount = trade.amount !== null && trade.amount > ZERO ? trade.amount : null
  const inserted = await tx.db
    .insert(paymentQuarantine)
    .values({
      id,
      channel,
      providerTxnId,
      payload: payloadOf(trade),
      cause,
      outTradeNo: trade.outTradeNo,
      amount,
      operatorId: locked?.operator.id ?? null,
      orderId: locked?.order.id ?? null,
      createdAt: at,
    })
    .onConflictDoNothing()
    .returning({ id: paymentQuarantine.id })
  // Without an order nobody's lock parts two that see it first.
  if (inserted.length === 0) return
  faultPoint('settle:quarantine_written')
  if (holds && locked && amount !== null) await holdMoney(tx, id, { ...locked, channel, amount }, at)
  faultPoint('settle:suspense_written')
  if (locked) await markOrder(tx, locked, cause, at)
  const details = { channel, cause, provider_txn_id: providerTxnId, ...(amount === null ? {} : { amount: yuan(amount) }) }
  const subject = `${channel}:${providerTxnId}`
  const whose = locked ? { operatorId: locked.operator.id } : {}
  await raiseAlert(tx, { kind: 'payment_quarantined', subject, audience: 'finance', ...whose, details }, at)
  await record(tx, { actor: SYSTEM, origin: null, operation: 'payment_quarantine', target: { kind: 'quarantine', id }, details }, at)
}

async function holdMoney(
  tx: Transaction,
  id: Uuid,
  { operator, channel, amount }: LockedOrder & { channel: Channel; amount: Money },
  at: Instant,
): Promise<void> {
  const row = journalRow(operator, { kind: 'suspense', channel, amount, description: `${METHOD_NAMES[channel]}待查款` }, at)
  await appendRows(tx, [row])
  await tx.db.update(paymentQuarantine).set({ suspenseSeq: row.seq }).where(eq(paymentQuarantine.id, id))
}

/** A paid order stays paid; an open one shows that something is wrong with it and is no longer asked about. */
async function markOrder(tx: Transaction, { operator, order }: LockedOrder, cause: Cause, at: Instant): Promise<void> {
  if (order.status === 'success') return
  const status = order.status === 'pending' ? 'abnormal' : order.status
  await changeOrder(tx, order.id, { status, errorMessage: CAUSE_WORDS[cause], nextCheckAt: null }, at)
  if (operator.deactivatedAt) return
  const content = `充值订单${showId('order', order.id)}的支付与订单不一致：${CAUSE_WORDS[cause]}。余额没有变动，核对后会通知您。`
  await notify(
    tx,
    [operator.id],
    { type: 'system', title: '充值异常', content, priority: 'high', relatedId: order.id, relatedKind: 'order' },
    at,
  )
}

/** What the provider said, for the books. */
const payloadOf = (trade: Trade): Record<string, unknown> => ({
  state: trade.state,
  out_trade_no: trade.outTradeNo,
  provider_txn_id: trade.providerTxnId,
  amount: trade.amount === null ? null : yuan(trade.amount),
  currency: trade.currency,
  ours: trade.ours,
  paid_at: trade.paidAt && iso(trade.paidAt),
})

export type Quarantined = typeof paymentQuarantine.$inferSelect

/** One of them under our lock; undefined when there is none. */
export async function lockQuarantined(tx: Transaction, id: Uuid): Promise<Quarantined | undefined> {
  const [row] = await tx.db.select().from(paymentQuarantine).where(eq(paymentQuarantine.id, id)).for('no key update')
  return row
}

/** What the provider said, line by line, for whoever decides. */
export const toldBy = ({ payload }: Pick<Quarantined, 'payload'>): { name: string; value: string }[] =>
  Object.entries(payload as Record<string, unknown>).map(([name, value]) => ({ name, value: value === null ? '' : String(value) }))
