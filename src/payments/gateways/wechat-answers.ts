import * as v from 'valibot'
import type { WechatSettings } from '#src/platform/payment-settings'
import type { RefundState, RefundTrade, Trade, TradeState } from './gateway'
import { fen, providerTime } from './wire'

const number = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_\-|*]{1,64}$/))

const TRADE_STATES = {
  NOTPAY: 'unpaid',
  USERPAYING: 'unpaid',
  PAYERROR: 'unpaid',
  SUCCESS: 'paid',
  CLOSED: 'closed',
  REVOKED: 'closed',
  REFUND: 'refunded',
} as const satisfies Record<string, TradeState>

export const WechatTrade = v.object({
  appid: v.string(),
  mchid: v.string(),
  out_trade_no: number,
  transaction_id: v.optional(v.string()),
  trade_state: v.picklist(Object.keys(TRADE_STATES) as (keyof typeof TRADE_STATES)[]),
  success_time: v.optional(v.string()),
  amount: v.optional(v.object({ total: v.optional(fen), currency: v.optional(v.string()) })),
})

export function toTrade(answer: v.InferOutput<typeof WechatTrade>, settings: WechatSettings): Trade {
  return {
    state: TRADE_STATES[answer.trade_state],
    outTradeNo: answer.out_trade_no,
    providerTxnId: answer.transaction_id || null,
    // `total`, not `payer_total`: a coupon lowers what the payer gave, never what was ordered.
    amount: answer.amount?.total ?? null,
    currency: answer.amount?.currency ?? null,
    ours: isOurs(answer, settings),
    paidAt: providerTime(answer.success_time),
  }
}

/** A refund's notification names the merchant only. */
export const isOurs = (told: { appid?: string | undefined; mchid: string }, settings: WechatSettings): boolean =>
  told.mchid === settings.merchantId && (told.appid === undefined || told.appid === settings.appId)

const REFUND_STATES = {
  SUCCESS: 'success',
  PROCESSING: 'processing',
  ABNORMAL: 'abnormal',
  CLOSED: 'closed',
} as const satisfies Record<string, RefundState>

export const WechatRefund = v.object({
  refund_id: v.string(),
  out_refund_no: number,
  status: v.picklist(Object.keys(REFUND_STATES) as (keyof typeof REFUND_STATES)[]),
  success_time: v.optional(v.string()),
  amount: v.object({ refund: fen }),
})

export const toRefund = (answer: v.InferOutput<typeof WechatRefund>): RefundTrade => ({
  state: REFUND_STATES[answer.status],
  outRefundNo: answer.out_refund_no,
  providerRefundId: answer.refund_id,
  amount: answer.amount.refund,
  finishedAt: providerTime(answer.success_time),
})

export const WechatNotice = v.object({
  id: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/)),
  event_type: v.string(),
  resource: v.object({
    algorithm: v.string(),
    ciphertext: v.string(),
    nonce: v.string(),
    associated_data: v.optional(v.string()),
  }),
})

export const WechatPaymentNotice = v.object({
  appid: v.string(),
  mchid: v.string(),
  out_trade_no: number,
  transaction_id: v.string(),
  amount: v.object({ total: fen }),
})

export const WechatRefundNotice = v.object({
  mchid: v.string(),
  out_trade_no: number,
  transaction_id: v.string(),
  out_refund_no: number,
  amount: v.object({ refund: fen }),
})
