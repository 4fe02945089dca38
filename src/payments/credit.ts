import { type Act, record } from '#src/audit-logs/audit-log'
import { yuan } from '#src/core/money'
import { formatDateTime, type Instant, iso } from '#src/core/time'
import type { JournalRow } from '#src/ledger/chain'
import type { TransferKind } from '#src/ledger/chart'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { notify } from '#src/notifications/messages'
import type { Transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { changeOrder, type LockedOrder, type PaymentMethod } from './orders'

export const METHOD_NAMES: Readonly<Record<PaymentMethod, string>> = { wechat: '微信支付', alipay: '支付宝', bank: '银行转账' }

export type Credit = {
  /** Out of a channel's clearing account, or out of what was kept apart before. */
  kind: Extract<TransferKind, 'recharge' | 'recharge_from_suspense'>
  /** Unique for each payment of a channel: nobody is credited twice for one. */
  providerTxnId: string
  paidAt: Instant
  late: boolean
}

/**
 * Puts the money of an order on its owner's balance: journal, order, message and audit in one transaction, or none of them. The order and
 * its owner are locked and the order is not paid yet.
 */
export async function creditOrder(
  tx: Transaction,
  { operator, order }: LockedOrder,
  credit: Credit,
  { actor, origin, at }: Act,
): Promise<JournalRow> {
  const { kind, providerTxnId, paidAt, late } = credit
  const channel = order.paymentMethod
  const description = `${METHOD_NAMES[channel]}充值${late ? '（过期后到账）' : ''}`
  const row = journalRow(operator, { kind, channel, amount: order.amount, orderId: order.id, description }, at)
  await changeOrder(
    tx,
    order.id,
    { status: 'success', providerTxnId, paidAt, late, queryFailures: 0, errorMessage: null, nextCheckAt: null },
    at,
  )
  faultPoint('settle:order_written')
  await appendRows(tx, [row])
  faultPoint('settle:ledger_written')
  const content =
    `${METHOD_NAMES[channel]}充值${yuan(order.amount)}元已到账，当前余额${yuan(row.balanceAfter)}元。` +
    (late ? `这笔款在订单过期后到账，支付时间${formatDateTime(paidAt)}。` : '')
  const title = late ? '充值到账（订单过期后）' : '充值到账'
  await notify(tx, [operator.id], { type: 'system', title, content, relatedId: order.id, relatedKind: 'order' }, at)
  faultPoint('settle:message_written')
  const details = {
    operator_id: operator.id,
    amount: yuan(order.amount),
    payment_method: channel,
    provider_txn_id: providerTxnId,
    paid_at: iso(paidAt),
    late,
    from_state: order.status,
    balance_after: yuan(row.balanceAfter),
  }
  await record(tx, { actor, origin, operation: 'recharge_credit', target: { kind: 'order', id: order.id }, details }, at)
  faultPoint('settle:audit_written')
  return row
}
