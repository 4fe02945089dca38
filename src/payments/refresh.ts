import type { RequestInfo } from '#src/platform/http'
import { checkOrder } from './check'
import { payerDevice } from './device'
import { type Order, requireOwnOrder } from './orders'
import { offerAgain } from './start'

/**
 * "I have paid": asks the provider now, whatever the schedule says, and gives the order as it is then. An order whose first answer was
 * lost is offered again under its number. A provider that does not answer leaves it as it was.
 */
export async function refreshOrder(order: Order, info: Pick<RequestInfo, 'now' | 'ip' | 'userAgent'>): Promise<Order> {
  await checkOrder(order.id, info.now)
  const fresh = await requireOwnOrder(order.operatorId, order.id)
  return offerAgain(fresh, { device: payerDevice(info.userAgent), clientIp: info.ip, now: info.now })
}
