import * as v from 'valibot'
import { answers, answersList, isoText, oneOf, orNull, wireId, words, yesNo, yuanText } from '#src/core/answers'

/** What the recharge routes answer (API 4 and 6). */

const METHODS = ['wechat', 'alipay', 'bank'] as const
const STATUSES = ['pending', 'success', 'failed', 'expired', 'abnormal'] as const
const CAUSES = ['amount', 'currency', 'merchant', 'unknown_order', 'duplicate', 'closed_account', 'other'] as const

const order = { order_id: wireId('order'), amount: yuanText, payment_method: oneOf(METHODS) }

export const StartedAnswer = answers(
  v.strictObject({
    ...order,
    qr_code_url: orNull(words('weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00')),
    payment_url: orNull(words('https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx20161110163838f231619da20804912345')),
    expires_at: isoText,
  }),
  { status: 201, message: '充值订单已创建', errors: ['IDEMPOTENCY_KEY_CONFLICT', 'PAYMENT_FAILED', 'PAYMENT_UNAVAILABLE'] },
)

const state = v.strictObject({
  ...order,
  status: oneOf(STATUSES),
  paid_at: orNull(isoText),
  expires_at: isoText,
  late: yesNo,
  error_message: orNull(words('订单已过期，未支付')),
})
export const OrderAnswer = answers(state, { errors: ['ORDER_NOT_FOUND'] })
export const CancelledAnswer = answers(state, {
  message: '订单已取消',
  errors: ['ORDER_NOT_FOUND', 'PAYMENT_FAILED', 'PAYMENT_UNAVAILABLE'],
})

export const RechargeRecordsAnswer = answersList(
  v.strictObject({
    ...order,
    operator_id: wireId('operator'),
    operator_name: words('杭州幻境数字娱乐'),
    status: oneOf(STATUSES),
    out_trade_no: words('019b7a105c007a2e9b412f6d3c8e1a55'),
    provider_txn_id: orNull(words('4200001234202601018888888888')),
    paid_at: orNull(isoText),
    late: yesNo,
    refunded_amount: yuanText,
    error_message: orNull(words('支付结果查询失败，系统继续核对')),
    expires_at: isoText,
    created_at: isoText,
  }),
)

export const QuarantineAnswer = answersList(
  v.strictObject({
    quarantine_id: words('019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'),
    channel: oneOf(METHODS),
    cause: oneOf(CAUSES),
    status: oneOf(['open', 'credited', 'returned', 'dismissed']),
    provider_txn_id: words('4200001234202601018888888888'),
    out_trade_no: orNull(words('019b7a105c007a2e9b412f6d3c8e1a55')),
    amount: orNull(yuanText),
    /** Whether the ledger holds the money in suspense. */
    in_suspense: yesNo,
    order_id: orNull(wireId('order')),
    operator_id: orNull(wireId('operator')),
    operator_name: orNull(words('杭州幻境数字娱乐')),
    resolution: orNull(words('与运营商核对后退回多付的款项')),
    resolved_by: orNull(wireId('finance')),
    resolved_at: orNull(isoText),
    created_at: isoText,
  }),
)
export const ResolvedAnswer = answers(
  v.strictObject({
    quarantine_id: words('019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'),
    status: oneOf(['open', 'credited', 'returned', 'dismissed']),
  }),
  {
    message: v.picklist(['款项已处理', '款项正在退回，完成后自动记账']),
    errors: ['RESOURCE_NOT_FOUND', 'OPERATOR_NOT_FOUND', 'PAYMENT_FAILED', 'PAYMENT_UNAVAILABLE'],
  },
)
