import type { Money } from '#src/core/money'
import type { BusinessDay, Instant } from '#src/core/time'

/** The channels that speak for themselves; a bank transfer is told by a person. */
export const CHANNELS = ['wechat', 'alipay'] as const
export type Channel = (typeof CHANNELS)[number]

/** How a payment is begun: on a desk a code to scan, on a phone an address to go to. */
export type Device = 'desk' | 'phone'

export type OrderRequest = {
  outTradeNo: string
  amount: Money
  description: string
  expiresAt: Instant
  device: Device
  clientIp: string
  /** Where the provider sends the payer afterwards; arriving there proves nothing. */
  returnUrl: string
}
/** What the payer is shown: a code's text to scan, an address to go to, or both. */
export type Opening = { qrCodeUrl: string | null; paymentUrl: string | null }

/** `absent`: the provider does not know the number (yet). A refunded trade was paid before. */
export type TradeState = 'absent' | 'unpaid' | 'paid' | 'closed' | 'refunded'
/** A trade as the provider tells it; nothing of it is believed before it was compared with our order. */
export type Trade = {
  state: TradeState
  outTradeNo: string
  /** Null as long as nobody paid. */
  providerTxnId: string | null
  /** What was ordered (`total`): coupons may lower what the payer gave, never this. Null while absent. */
  amount: Money | null
  currency: string | null
  /** Whether application and merchant in the answer are ours. */
  ours: boolean
  paidAt: Instant | null
}

export type RefundRequest = {
  outTradeNo: string
  /** Kept for ever: a repeat under the same number is the same refund. */
  outRefundNo: string
  amount: Money
  /** The whole amount of the order. */
  total: Money
  reason: string
}
/** `absent`: the provider never got it; `closed`: finally not done, only a new number can try again; `abnormal`: a person is needed. */
export type RefundState = 'absent' | 'processing' | 'success' | 'abnormal' | 'closed'
export type RefundTrade = {
  state: RefundState
  outRefundNo: string
  providerRefundId: string | null
  amount: Money | null
  finishedAt: Instant | null
}

/** A bill of one business day as the provider made it, its bytes unchanged; `wait` when it is not there yet. */
export type Bill = { state: 'ready'; name: string; bytes: Uint8Array } | { state: 'wait'; code: string } | { state: 'none' }

/** What a provider told us by itself, verified and decrypted. It only says whom to ask about. */
export type Notice = {
  eventId: string
  kind: 'payment' | 'refund' | 'closed'
  outTradeNo: string
  outRefundNo: string | null
  providerTxnId: string | null
  /** As told, for the books; not believed. */
  amount: Money | null
  ours: boolean
}

/**
 * One payment channel (PAYMENTS 1 and 2). Every call may throw `GatewayUnknown` (nobody knows whether it was done: ask, and repeat with
 * the same numbers) or `GatewayRefused` (the provider said no).
 */
export type Gateway = {
  channel: Channel
  createOrder(request: OrderRequest): Promise<Opening>
  queryOrder(outTradeNo: string): Promise<Trade>
  /** By the provider's own number: "find my payment". */
  findPayment(providerTxnId: string): Promise<Trade>
  /** `paid` when somebody was faster; closing what is closed or absent is fine. */
  closeOrder(outTradeNo: string): Promise<'closed' | 'absent' | 'paid'>
  refund(request: RefundRequest): Promise<RefundTrade>
  queryRefund(numbers: Pick<RefundRequest, 'outTradeNo' | 'outRefundNo'>): Promise<RefundTrade>
  downloadBill(day: BusinessDay): Promise<Bill>
  /** Verifies raw bytes and opens them. Throws `NoticeRefused`. */
  readNotice(headers: Headers, body: Uint8Array, at: Instant): Notice
  /** How the provider wants to hear yes and no. */
  acknowledge(accepted: boolean): Response
}

/** The answer is lost, late, broken or unsigned: what was asked may have happened. */
export class GatewayUnknown extends Error {
  override name = 'GatewayUnknown'
}
/** The provider's clear no, in its own code and words. */
export class GatewayRefused extends Error {
  override name = 'GatewayRefused'
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}
/** A notification that is not the provider's; `reason` goes to the alert, never its content. */
export class NoticeRefused extends Error {
  override name = 'NoticeRefused'
  constructor(readonly reason: string) {
    super(reason)
  }
}
