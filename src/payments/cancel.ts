import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import { transaction } from '#src/platform/database'
import { GatewayRefused, GatewayUnknown } from './gateways/gateway'
import { changeOrder, lockOrder, type Order, requireOwnOrder } from './orders'
import { settleOrder } from './settle'
import { requireGateway, unavailable } from './start'

/**
 * An operator gives an order up: it is closed at the provider first, so that nobody pays it afterwards. A payment that was faster is
 * credited, and the order can no longer be given up. Throws ORDER_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED), PAYMENT_UNAVAILABLE
 * while the provider does not answer.
 */
export async function cancelRecharge(operatorId: Uuid, id: Uuid, act: PersonalAct): Promise<Order> {
  const order = await requireOwnOrder(operatorId, id)
  if (order.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'order_id')
  const closed = await closeAtProvider(order)
  if (closed === 'paid') {
    await settleOrder({ orderId: id }, act.at)
    throw brokenRule('ALREADY_PROCESSED', 'order_id')
  }
  await transaction(async (tx) => {
    const locked = await lockOrder(tx, order)
    if (locked.order.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'order_id')
    // What the provider never saw may still be scanned from a page that is open somewhere: it stays on the schedule.
    const nextCheckAt = closed === 'closed' ? null : locked.order.nextCheckAt
    await changeOrder(tx, id, { status: 'failed', errorMessage: '已取消，未支付', nextCheckAt }, act.at)
    const details = { from_state: 'pending', to_state: 'failed', by: 'operator' }
    await record(tx, { actor: act.actor, origin: act.origin, operation: 'recharge_cancel', target: { kind: 'order', id }, details }, act.at)
  })
  return requireOwnOrder(operatorId, id)
}

async function closeAtProvider(order: Order): Promise<'closed' | 'absent' | 'paid'> {
  if (order.paymentMethod === 'bank') return 'closed'
  try {
    return await requireGateway(order.paymentMethod).closeOrder(order.outTradeNo)
  } catch (error) {
    if (error instanceof GatewayUnknown) throw unavailable(order.paymentMethod)
    if (error instanceof GatewayRefused) throw new Problem('PAYMENT_FAILED', { channel: order.paymentMethod, provider_code: error.code })
    throw error
  }
}
