import { and, count, eq, ne } from 'drizzle-orm'
import { rechargeOrders, refundPayouts } from '#drizzle/schema'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import { showId } from '#src/core/ids'
import { formatYuan, yuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { type Channel, type Gateway, GatewayUnknown, type RefundTrade } from '#src/payments/gateways/gateway'
import { gateway } from '#src/payments/gateways/registry'
import { read, type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { decideTrade, nextDeskCheck, nextPayoutCheck } from './decide-trade'
import { changePayout, findPayout, isPaidOut, type LockedPayout, lockPayout, openPayouts, type Payout, sourceLimits } from './payouts'

/** What asking about a payout came to; `not_ours`: nobody here knows the number. */
export type PayoutOutcome = 'completed' | 'settled_before' | 'processing' | 'abnormal' | 'closed' | 'absent' | 'not_ours'

/** A closed refund gets this many numbers by itself; then finance decides. */
const MOST_NUMBERS = 3

/**
 * Asks the provider about a payout, outside any transaction, and does in one what follows: whoever calls and however often, it is paid
 * once. A number that is not ours, or not yet, is nothing. Throws GatewayUnknown and GatewayRefused.
 */
export async function settlePayout(by: { channel: Channel; outRefundNo: string }, at: Instant): Promise<PayoutOutcome> {
  const payout = await findPayout(by)
  return payout ? askProvider(payout, at) : 'not_ours'
}

/** The same for a payout at hand. */
export async function askProvider(payout: Payout, at: Instant): Promise<PayoutOutcome> {
  const { outTradeNo } = await orderOf(payout)
  const trade = await gatewayOf(payout).queryRefund({ outTradeNo, outRefundNo: payout.outRefundNo })
  faultPoint('refund:asked')
  return settleTrade(payout, trade, at)
}

/** The order a payout goes back to. */
export async function orderOf({ orderId, operatorId }: Pick<Payout, 'orderId' | 'operatorId'>) {
  const [order] = await read()
    .select({ outTradeNo: rechargeOrders.outTradeNo, amount: rechargeOrders.amount })
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.id, orderId!), eq(rechargeOrders.operatorId, operatorId)))
  return order!
}

/** A channel that was switched off while its refunds are open is one that does not answer. */
export function gatewayOf({ channel }: Pick<Payout, 'channel'>): Gateway {
  const found = channel === 'bank' ? undefined : gateway(channel)
  if (!found) throw new GatewayUnknown(`${channel} is not configured`)
  return found
}

/** Does what follows from a provider's word, in one transaction. */
export async function settleTrade(found: Payout, trade: RefundTrade, at: Instant): Promise<PayoutOutcome> {
  const outcome = await transaction(async (tx) => {
    const locked = await lockPayout(tx, found)
    faultPoint('refund:settling')
    const done = await carryOut(tx, locked, trade, at)
    faultPoint('refund:before_commit')
    return done
  })
  faultPoint('refund:committed')
  return outcome
}

async function carryOut(tx: Transaction, locked: LockedPayout, trade: RefundTrade, at: Instant): Promise<PayoutOutcome> {
  const { payout } = locked
  switch (decideTrade(payout, trade)) {
    case 'complete':
      await completePayout(tx, locked, trade.providerRefundId, at)
      return 'completed'
    case 'watch':
      await changePayout(
        tx,
        payout.id,
        { status: 'processing', ...toldBy(payout, trade), nextCheckAt: nextPayoutCheck(payout.checks, at) },
        at,
      )
      return 'processing'
    case 'absent':
      await changePayout(tx, payout.id, absentNow(payout, at), at)
      return 'absent'
    case 'closed':
      return (await renumber(tx, locked, trade, at)) ? 'closed' : layOnDesk(tx, locked, trade, '支付渠道已关闭该笔退款', at)
    case 'abnormal':
      return layOnDesk(tx, locked, trade, '支付渠道报告退款异常', at)
    case 'wrong_amount':
      return layOnDesk(tx, locked, trade, `支付渠道退款金额为 ${yuan(trade.amount!)} 元，与应退金额不符`, at)
    case 'paid_twice':
      await tellPaidTwice(tx, payout, at)
      return 'settled_before'
    case 'settled_before':
      return 'settled_before'
  }
}

/** The provider's word as it is kept. */
const toldBy = (payout: Payout, { state, providerRefundId }: RefundTrade) => ({
  providerState: state,
  providerRefundId: providerRefundId ?? payout.providerRefundId,
  checks: payout.checks + 1,
})

/** What lies on the desk stays there; what is under way is sent again with the same number when its time comes. */
const absentNow = (payout: Payout, at: Instant): Partial<Payout> =>
  payout.status === 'abnormal'
    ? { checks: payout.checks + 1, nextCheckAt: nextDeskCheck(at) }
    : { providerState: 'absent', checks: payout.checks + 1, nextCheckAt: nextPayoutCheck(payout.checks, at) }

/** Books what has left through its channel. The refund's last slice tells the operator. */
export async function completePayout(tx: Transaction, { operator, payout }: LockedPayout, providerRefundId: string | null, at: Instant) {
  const { id, refundId, amount, channel } = payout
  const row = journalRow(operator, { kind: 'refund_payout', channel, amount, refundId, description: `退款已汇出（${WAYS[channel]}）` }, at)
  await appendRows(tx, [row])
  faultPoint('refund:journal_written')
  const facts = channel === 'bank' ? {} : { providerState: 'success' as const, providerRefundId, checks: payout.checks + 1 }
  await changePayout(tx, id, { status: 'completed', ledgerSeq: row.seq, finishedAt: at, nextCheckAt: null, lastError: null, ...facts }, at)
  await settleAlert(tx, abnormal(payout), at)
  await settleAlert(tx, { kind: 'refund_overdue', subject: id }, at)
  // What goes through its channel shows that the merchant has money again.
  if (channel !== 'bank') await settleAlert(tx, { kind: 'merchant_balance_low', subject: channel }, at)
  if (await isPaidOut(tx, refundId)) {
    const content = `您的退款 ${showId('refund', refundId)} 已全部处理完成，请留意原支付账户或收款账户的到账情况。`
    await notify(tx, [operator.id], { type: 'refund', title: '退款已完成', content, relatedId: refundId }, at)
  }
  const details = { ...factsOf(payout), ledger_seq: String(row.seq), provider_refund_id: providerRefundId }
  if (channel !== 'bank') await recordPayout(tx, 'refund_paid', payout, details, at)
}

const WAYS = { wechat: '微信支付', alipay: '支付宝', bank: '银行转账' } as const
export const abnormal = ({ id }: Pick<Payout, 'id'>) => ({ kind: 'refund_abnormal' as const, subject: id })
export const factsOf = ({ id, orderId, channel, amount, outRefundNo }: Payout) => ({
  payout_id: id,
  order_id: orderId,
  channel,
  amount: yuan(amount),
  out_refund_no: outRefundNo,
})

const recordPayout = (tx: Transaction, operation: string, { refundId, operatorId }: Payout, more: Record<string, unknown>, at: Instant) => {
  const details = { operator_id: operatorId, ...more }
  return record(tx, { actor: SYSTEM, origin: null, operation, target: { kind: 'refund', id: refundId }, details }, at)
}

/** A closed refund is tried under a new number, linked to the old one, as long as its order takes one; false when it does not. */
async function renumber(tx: Transaction, { payout }: LockedPayout, trade: RefundTrade, at: Instant): Promise<boolean> {
  const { refundId, operatorId, orderId, channel, amount } = payout
  const numbers = and(eq(refundPayouts.refundId, refundId), eq(refundPayouts.orderId, orderId!), ne(refundPayouts.channel, 'bank'))
  const [used] = await tx.db.select({ n: count() }).from(refundPayouts).where(numbers)
  const [order] = await tx.db
    .select({ partials: rechargeOrders.refundCount })
    .from(rechargeOrders)
    .where(eq(rechargeOrders.id, orderId!))
    .for('no key update')
  if (used!.n >= MOST_NUMBERS || order!.partials >= sourceLimits(at).maxPartials) return false
  await changePayout(tx, payout.id, { status: 'replaced', finishedAt: at, nextCheckAt: null, ...toldBy(payout, trade) }, at)
  const [next] = await openPayouts(tx, { refundId, operatorId, replaces: payout.id }, [{ orderId, channel, amount }], at)
  await recordPayout(tx, 'refund_renumber', payout, { ...factsOf(payout), next_out_refund_no: next!.outRefundNo }, at)
  return true
}

/** A person of finance is needed: it is told, and so is the operator, once. */
export async function layOnDesk(
  tx: Transaction,
  { payout }: LockedPayout,
  trade: Pick<RefundTrade, 'providerRefundId'> & { state: Payout['providerState'] },
  why: string,
  at: Instant,
): Promise<'abnormal'> {
  const isNew = payout.status === 'processing'
  const told = {
    providerState: trade.state,
    providerRefundId: trade.providerRefundId ?? payout.providerRefundId,
    checks: payout.checks + 1,
  }
  await changePayout(tx, payout.id, { status: 'abnormal', ...told, nextCheckAt: nextDeskCheck(at), lastError: why.slice(0, 500) }, at)
  if (!isNew) return 'abnormal'
  const content = `退款 ${formatYuan(payout.amount)} 未能按原支付渠道退回，财务正在处理，款项不会丢失，结果将另行通知。`
  await notify(
    tx,
    [payout.operatorId],
    { type: 'refund', title: '退款处理异常', content, priority: 'high', relatedId: payout.refundId },
    at,
  )
  const details = { refund_id: showId('refund', payout.refundId), channel: payout.channel, amount: yuan(payout.amount), why }
  await settleAlert(tx, { kind: 'refund_overdue', subject: payout.id }, at)
  await raiseAlert(tx, { ...abnormal(payout), audience: 'finance', operatorId: payout.operatorId, details }, at)
  await recordPayout(tx, 'refund_abnormal', payout, { ...factsOf(payout), why }, at)
  return 'abnormal'
}

async function tellPaidTwice(tx: Transaction, payout: Payout, at: Instant): Promise<void> {
  const details = {
    refund_id: showId('refund', payout.refundId),
    out_refund_no: payout.outRefundNo,
    amount: yuan(payout.amount),
    ended: payout.status,
  }
  await raiseAlert(tx, { kind: 'refund_paid_twice', subject: payout.id, audience: 'finance', operatorId: payout.operatorId, details }, at)
}
