import { and, eq } from 'drizzle-orm'
import { paymentQuarantine, rechargeOrders } from '#drizzle/schema'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import { showId } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { type Transaction, transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { log } from '#src/platform/log'
import { creditOrder } from './credit'
import { decideSettlement, type Verdict } from './decide-settlement'
import { type Channel, GatewayUnknown, type Trade } from './gateways/gateway'
import { gateway } from './gateways/registry'
import { changeOrder, findOrder, type LockedOrder, lockOrder, type Order, type OrderReference } from './orders'
import { keepApart } from './quarantine'

/** What settling came to. `settled_before` and `quarantined` are answers to repeat nothing on, like `credited`. */
export type Settlement = {
  outcome: 'credited' | 'settled_before' | 'quarantined' | 'unpaid' | 'absent' | 'closed'
  order: Order | undefined
}

/**
 * The only way in which the money of an order comes to its owner. Asks the provider, outside any transaction, and then does in one
 * transaction what follows: whoever calls, and however often, a payment is credited once. `providerTxnId` is what a notice named: when
 * it is another payment than the order's own, that one is looked at too. Throws GatewayUnknown when the provider does not answer and
 * GatewayRefused when it refuses to.
 */
export async function settleOrder(by: OrderReference & { providerTxnId?: string | null }, at: Instant): Promise<Settlement> {
  const order = await findOrder(by)
  const channel = order ? order.paymentMethod : 'channel' in by ? by.channel : undefined
  if (!channel || channel === 'bank') return { outcome: order?.status === 'success' ? 'settled_before' : 'absent', order }
  const outTradeNo = order ? order.outTradeNo : (by as { outTradeNo: string }).outTradeNo
  const trade = await gatewayOf(channel).queryOrder(outTradeNo)
  faultPoint('settle:asked')
  const settlement = await settleTrade(channel, trade, order, at)
  const { providerTxnId } = by
  if (!providerTxnId || !trade.providerTxnId || providerTxnId === trade.providerTxnId) return settlement
  return settlePayment(channel, providerTxnId, at)
}

/** "Find my payment": the same by the provider's own number. */
export async function settlePayment(channel: Channel, providerTxnId: string, at: Instant): Promise<Settlement> {
  const trade = await gatewayOf(channel).findPayment(providerTxnId)
  faultPoint('settle:asked')
  const order = trade.state === 'absent' ? undefined : await findOrder({ channel, outTradeNo: trade.outTradeNo })
  return settleTrade(channel, trade, order, at)
}

/** A channel that was switched off while its orders are open is one that does not answer. */
function gatewayOf(channel: Channel) {
  const found = gateway(channel)
  if (!found) throw new GatewayUnknown(`${channel} is not configured`)
  return found
}

async function settleTrade(channel: Channel, trade: Trade, found: Order | undefined, at: Instant): Promise<Settlement> {
  if ((trade.state === 'paid' || trade.state === 'refunded') && trade.providerTxnId === null) {
    throw new GatewayUnknown('a payment without its number')
  }
  const settlement = await transaction(async (tx): Promise<Settlement> => {
    const locked = found && (await lockOrder(tx, found))
    faultPoint('settle:locked')
    const verdict = decideSettlement(trade, await knownOf(tx, channel, trade, locked), at)
    const outcome = await carryOut(tx, { verdict, channel, trade, locked, at })
    faultPoint('settle:before_commit')
    return { outcome, order: locked?.order }
  })
  faultPoint('settle:committed')
  return settlement
}

async function knownOf(tx: Transaction, channel: Channel, { providerTxnId }: Trade, locked: LockedOrder | undefined) {
  const facts = { order: locked?.order, ownerIsClosed: locked !== undefined && locked.operator.deactivatedAt !== null }
  if (providerTxnId === null) return { ...facts, isQuarantined: false, isCreditedElsewhere: false }
  const [kept] = await tx.db
    .select({ id: paymentQuarantine.id })
    .from(paymentQuarantine)
    .where(and(eq(paymentQuarantine.channel, channel), eq(paymentQuarantine.providerTxnId, providerTxnId)))
  const [credited] = await tx.db
    .select({ id: rechargeOrders.id })
    .from(rechargeOrders)
    .where(and(eq(rechargeOrders.paymentMethod, channel), eq(rechargeOrders.providerTxnId, providerTxnId)))
  return { ...facts, isQuarantined: kept !== undefined, isCreditedElsewhere: credited !== undefined && credited.id !== locked?.order.id }
}

type Work = { verdict: Verdict; channel: Channel; trade: Trade; locked: LockedOrder | undefined; at: Instant }

async function carryOut(tx: Transaction, { verdict, channel, trade, locked, at }: Work): Promise<Settlement['outcome']> {
  if (verdict.does === 'nothing') return nothingToDo(verdict.because, channel, trade)
  if (verdict.does === 'quarantine') {
    await keepApart(tx, { channel, trade, cause: verdict.cause, holds: verdict.holds, locked }, at)
    return 'quarantined'
  }
  if (verdict.does === 'close') {
    await closeUnpaid(tx, locked!.order, at)
    return 'closed'
  }
  if (trade.state === 'refunded') await tellOfRefund(tx, channel, trade, locked!.order, at)
  const act = { actor: SYSTEM, origin: null, at }
  await creditOrder(
    tx,
    locked!,
    { kind: 'recharge', providerTxnId: trade.providerTxnId!, paidAt: trade.paidAt ?? at, late: verdict.late },
    act,
  )
  return 'credited'
}

function nothingToDo(
  because: Extract<Verdict, { does: 'nothing' }>['because'],
  channel: Channel,
  { outTradeNo }: Trade,
): Settlement['outcome'] {
  if (because === 'quarantined_before') return 'quarantined'
  if (because === 'closed_before') return 'closed'
  if (because !== 'closed_after_success') return because
  log('warn', 'a paid order was told closed, ignored', { operation: 'settle', channel, out_trade_no: outTradeNo })
  return 'settled_before'
}

/** The provider closed the order: nobody can pay it any more. */
async function closeUnpaid(tx: Transaction, order: Order, at: Instant): Promise<void> {
  const status = order.status === 'pending' && at >= order.expiresAt ? 'expired' : 'failed'
  const errorMessage = status === 'expired' ? '订单已过期，未支付' : '订单已在支付渠道关闭，未支付'
  await changeOrder(tx, order.id, { status, errorMessage, queryFailures: 0, nextCheckAt: null }, at)
  const details = { from_state: order.status, to_state: status, by: 'provider' }
  await record(tx, { actor: SYSTEM, origin: null, operation: 'recharge_close', target: { kind: 'order', id: order.id }, details }, at)
}

/** We send no refund of an order before it is credited: this one was made at the provider, by hand, and finance must book it. */
async function tellOfRefund(tx: Transaction, channel: Channel, { outTradeNo }: Trade, order: Order, at: Instant): Promise<void> {
  const details = { channel, out_trade_no: outTradeNo, order_id: showId('order', order.id) }
  await raiseAlert(tx, { kind: 'refund_not_ours', subject: order.id, audience: 'finance', operatorId: order.operatorId, details }, at)
}
