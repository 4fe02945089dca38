import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { flag } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { CancelledAnswer, OrderAnswer, StartedAnswer } from './answers'
import { cancelRecharge } from './cancel'
import { payerDevice } from './device'
import { type Order, requireOwnOrder } from './orders'
import { refreshOrder } from './refresh'
import { RechargeInput, startRecharge } from './start'

const OrderQuery = v.object({ refresh: v.optional(flag, 'false') })

/** An operator puts money on its balance (API 4). */
export const paymentsOperatorApi = [
  api(
    'POST /operators/me/recharge',
    { audience: 'operator', answer: StartedAnswer, body: RechargeInput },
    async ({ caller, body, info, request }) => {
      const recharge = {
        ...body,
        operatorId: caller.id,
        device: payerDevice(info.userAgent),
        clientIp: info.ip,
        idempotencyKey: request.headers.get('idempotency-key'),
      }
      const order = await startRecharge(recharge, actOf(caller, info))
      return success(startedJson(order), { status: 201, message: '充值订单已创建' })
    },
  ),

  api(
    'GET /operators/me/recharge/:order_id',
    { audience: 'operator', answer: OrderAnswer, query: OrderQuery },
    async ({ caller, params, query, info }) => {
      const order = await requireOwnOrder(caller.id, pathId('order', params, 'order_id'))
      return success(orderJson(query.refresh ? await refreshOrder(order, info) : order))
    },
  ),

  api(
    'POST /operators/me/recharge/:order_id/cancel',
    { audience: 'operator', answer: CancelledAnswer },
    async ({ caller, params, info }) => {
      const order = await cancelRecharge(caller.id, pathId('order', params, 'order_id'), actOf(caller, info))
      return success(orderJson(order), { message: '订单已取消' })
    },
  ),
]

const known = (order: Order) => ({
  order_id: showId('order', order.id),
  amount: yuan(order.amount),
  payment_method: order.paymentMethod,
})

const startedJson = (order: Order) => ({
  ...known(order),
  qr_code_url: order.qrCodeUrl,
  payment_url: order.paymentUrl,
  expires_at: iso(order.expiresAt),
})

const orderJson = (order: Order) => ({
  ...known(order),
  status: order.status,
  paid_at: order.paidAt && iso(order.paidAt),
  expires_at: iso(order.expiresAt),
  late: order.late,
  error_message: order.errorMessage,
})
