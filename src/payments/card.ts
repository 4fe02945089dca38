import { requireOperator } from '#src/accounts/operators'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { config } from '#src/platform/config'
import { type Order, requireOwnOrder } from './orders'
import { qrDrawing } from './qr'
import { transferOf } from './queries'

/** Everything that the page of one order shows. */
export async function cardOf(operatorId: Uuid, id: Uuid, now: Instant) {
  const order = await requireOwnOrder(operatorId, id)
  const [operator, transfer] = await Promise.all([
    requireOperator(operatorId),
    order.paymentMethod === 'bank' ? transferOf(order.id) : undefined,
  ])
  const isWaiting = order.status === 'pending'
  return {
    now,
    order,
    balance: operator.balance,
    qr: isWaiting && order.qrCodeUrl ? qrDrawing(order.qrCodeUrl) : null,
    paymentUrl: isWaiting ? payable(order.paymentUrl) : null,
    simulator: isWaiting ? simulatorPage(order) : null,
    transfer: transfer ?? null,
  }
}

/** A link leads to a page of the provider; whatever else it may have sent is not clicked. */
const payable = (url: string | null): string | null => (url && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : null)

/** The phone of the simulated bank, where that is the one we are connected to: it listens on this machine only. */
function simulatorPage({ paymentMethod, outTradeNo }: Order): string | null {
  const { production, payments } = config()
  if (production || paymentMethod === 'bank') return null
  const address = paymentMethod === 'wechat' ? payments.wechat?.baseUrl : payments.alipay?.gatewayUrl
  if (!address) return null
  const { origin, hostname } = new URL(address)
  return ['127.0.0.1', 'localhost'].includes(hostname) ? `${origin}/pay/${paymentMethod}/${outTradeNo}` : null
}
