import { record, SYSTEM } from '#src/audit-logs/audit-log'
import { showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { type Transaction, transaction } from '#src/platform/database'
import { log } from '#src/platform/log'
import { setting } from '#src/settings/settings'
import { nextCheck } from './check-schedule'
import { type Channel, GatewayRefused, GatewayUnknown } from './gateways/gateway'
import { gateway } from './gateways/registry'
import { changeOrder, findOrder, isOpen, type LockedOrder, lockOrder, type Order } from './orders'
import { settleOrder } from './settle'

/** What a look at an order came to; `failed`: the provider did not answer. */
export type Checked = 'settled' | 'expired' | 'failed' | 'open'

/** Asks the provider about one order, does what follows, and says when to ask again. Never throws for a provider that does not answer. */
export async function checkOrder(id: Uuid, at: Instant): Promise<Checked> {
  const order = await findOrder({ orderId: id })
  if (!order || order.status === 'success' || order.paymentMethod === 'bank') return 'open'
  try {
    const { outcome } = await settleOrder({ orderId: id }, at)
    if (outcome === 'credited' || outcome === 'settled_before') return 'settled'
    if (outcome === 'quarantined' || outcome === 'closed') return await ended(order, at)
    return await unpaid(order, outcome, at)
  } catch (error) {
    if (!(error instanceof GatewayUnknown || error instanceof GatewayRefused)) throw error
    log('warn', 'order could not be asked about', { operation: 'payment-sync', channel: order.paymentMethod, order_id: id, error })
    await transaction((tx) => countFailure(tx, order, at))
    return 'failed'
  }
}

/** Nobody has paid. After its time an order is closed at the provider first; whoever pays meanwhile is faster. */
async function unpaid(order: Order, state: 'unpaid' | 'absent', at: Instant): Promise<Checked> {
  const mayStillBePaid = isOpen(order) && at < order.expiresAt
  // What the provider does not know yet cannot be closed there: it is asked about until its day is billed.
  const closed =
    mayStillBePaid || state === 'absent' ? 'absent' : await gateway(order.paymentMethod as Channel)!.closeOrder(order.outTradeNo)
  if (closed === 'paid') return (await settleOrder({ orderId: order.id }, at)).outcome === 'credited' ? 'settled' : 'open'
  return transaction((tx) => (mayStillBePaid || !isOpen(order) ? answered(tx, order, at) : expire(tx, order, at)))
}

/** The provider has said its last word about this order; what was kept apart is finance's now. */
async function ended(found: Order, at: Instant): Promise<Checked> {
  await transaction(async (tx) => {
    const { order } = await lockOrder(tx, found)
    if (order.nextCheckAt !== null) await changeOrder(tx, order.id, { nextCheckAt: null }, at)
  })
  return 'open'
}

/** One more question, and when the next one is due. */
function asked(order: Order, at: Instant) {
  const checks = order.checks + 1
  return { checks, nextCheckAt: nextCheck({ ...order, checks }, at) }
}

async function answered(tx: Transaction, found: Order, at: Instant): Promise<Checked> {
  const { order } = await lockOrder(tx, found)
  if (order.status === 'success') return 'settled'
  if (order.nextCheckAt !== null) await changeOrder(tx, order.id, { ...asked(order, at), queryFailures: 0 }, at)
  return 'open'
}

async function expire(tx: Transaction, found: Order, at: Instant): Promise<Checked> {
  const { order } = await lockOrder(tx, found)
  if (!isOpen(order)) return 'open'
  // An order that was abnormal has a way out by the machine of states: failed.
  const status = order.status === 'pending' ? ('expired' as const) : ('failed' as const)
  await changeOrder(tx, order.id, { status, errorMessage: '订单已过期，未支付', queryFailures: 0, ...asked({ ...order, status }, at) }, at)
  const details = { from_state: order.status, to_state: status, by: 'time' }
  await record(tx, { actor: SYSTEM, origin: null, operation: 'recharge_expire', target: { kind: 'order', id: order.id }, details }, at)
  return 'expired'
}

/** Unknown is not failed: the order stays what it may be, and after a few lost answers somebody looks at it. */
async function countFailure(tx: Transaction, found: Order, at: Instant): Promise<void> {
  const locked = await lockOrder(tx, found)
  const { order } = locked
  if (order.status === 'success') return
  const queryFailures = order.queryFailures + 1
  const turns = order.status === 'pending' && queryFailures >= setting('payment_query_max_failures')
  const status = turns ? ('abnormal' as const) : order.status
  await changeOrder(
    tx,
    order.id,
    { status, queryFailures, ...asked({ ...order, status }, at), ...(turns ? { errorMessage: ABNORMAL } : {}) },
    at,
  )
  if (turns) await tellAbnormal(tx, locked, at)
}

const ABNORMAL = '支付结果查询失败，系统继续核对'

async function tellAbnormal(tx: Transaction, { operator, order }: LockedOrder, at: Instant): Promise<void> {
  const id = showId('order', order.id)
  const content = `充值订单${id}（${yuan(order.amount)}元）的支付结果暂时无法确认，系统会继续核对。已付款的会自动到账，请勿重复支付。`
  await notify(
    tx,
    [operator.id],
    { type: 'system', title: '充值异常', content, priority: 'high', relatedId: order.id, relatedKind: 'order' },
    at,
  )
  const details = { order_id: id, channel: order.paymentMethod, amount: yuan(order.amount) }
  await raiseAlert(tx, { kind: 'order_abnormal', subject: order.id, audience: 'finance', operatorId: operator.id, details }, at)
  await record(
    tx,
    {
      actor: SYSTEM,
      origin: null,
      operation: 'recharge_abnormal',
      target: { kind: 'order', id: order.id },
      details: { from_state: 'pending', to_state: 'abnormal' },
    },
    at,
  )
}
