import { randomBytes } from 'node:crypto'
import { money, yuan } from '#src/core/money'
import { strikes } from './chaos'
import { type Refund, refundedOf } from './refunds'
import { bankMs, type Channel, type Simulator } from './simulator'
import { chinaTime, rfc3339, type Trade, told } from './trades'

/** A notification as it waits in the books; what it tells is fixed when it happens, how it is signed when it is sent. */
export type Notification = {
  id: number
  channel: Channel
  event_id: string
  kind: 'payment' | 'refund'
  out_trade_no: string
  out_refund_no: string | null
  url: string
  content: string
  created_at: number
  /** How often the schedule has sent it. */
  sent: number
  /** Null: not by the schedule, because it is done, given up, or waits for another. */
  next_at: number | null
  waits_for: 'refund' | 'another' | null
  state: 'waiting' | 'accepted' | 'given_up' | 'dropped'
}

/** Pauses after each sending without an acknowledgement. */
const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000]
export const RETRIES: Record<Channel, readonly number[]> = {
  wechat: [
    ...[15, 15, 30].map((count) => count * SECOND),
    ...[3, 10, 20, 30, 30, 30, 60].map((count) => count * MINUTE),
    ...[3, 3, 3, 6, 6].map((count) => count * HOUR),
  ],
  alipay: [...[4, 10, 10].map((count) => count * MINUTE), ...[1, 2, 6, 15].map((count) => count * HOUR)],
}

/** Puts the news of a payment or a refund on its way; nowhere when the merchant named no address. */
export function queueNotification(simulator: Simulator, { trade, refund }: { trade: Trade; refund?: Refund }): void {
  const url = refund && trade.channel === 'wechat' ? refund.notify_url : trade.notify_url
  if (!url || (trade.channel === 'alipay' && refund && refund.state !== 'success')) return
  const kind = refund ? 'refund' : 'payment'
  const occasion = { channel: trade.channel, outTradeNo: trade.out_trade_no, operation: kind }
  const delay = strikes(simulator, 'notify.delay', occasion)
  const waitsFor = kind === 'payment' && strikes(simulator, 'notify.refund_first', occasion) ? 'refund' : null
  const row = {
    channel: trade.channel,
    event_id: eventId(trade.channel),
    kind,
    out_trade_no: trade.out_trade_no,
    out_refund_no: refund?.out_refund_no ?? null,
    url,
    content: JSON.stringify(trade.channel === 'wechat' ? wechatContent(simulator, trade, refund) : alipayContent(simulator, trade, refund)),
    created_at: bankMs(simulator),
    next_at: bankMs(simulator) + (delay?.milliseconds ?? 0),
    waits_for: waitsFor ?? (strikes(simulator, 'notify.reorder', occasion) ? 'another' : null),
    state: strikes(simulator, 'notify.drop', occasion) ? 'dropped' : 'waiting',
  }
  simulator.books
    .query(
      `INSERT INTO notifications (channel, event_id, kind, out_trade_no, out_refund_no, url, content, created_at, next_at, waits_for, state)
       VALUES ($channel, $event_id, $kind, $out_trade_no, $out_refund_no, $url, $content, $created_at, $next_at, $waits_for, $state)`,
    )
    .run({ ...row, next_at: row.state === 'dropped' || row.waits_for ? null : row.next_at })
}

/** A new id of a notification, as the provider writes it. */
export const eventId = (channel: Channel): string => {
  const random = randomBytes(16)
  if (channel === 'alipay') return `${random.toString('hex')}${random.readUInt16BE().toString().slice(0, 2).padStart(2, '0')}`
  const hex = random.toString('hex')
  return `EV-${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')}`
}

/** The open text of a WeChat notification's resource. */
function wechatContent(simulator: Simulator, trade: Trade, refund: Refund | undefined): Record<string, unknown> {
  const { mchid } = told(simulator, trade)
  if (!refund) return paidTransaction(simulator, trade)
  const { amount } = told(simulator, trade)
  return {
    mchid,
    out_trade_no: trade.out_trade_no,
    transaction_id: trade.provider_no,
    out_refund_no: refund.out_refund_no,
    refund_id: refund.refund_no,
    refund_status: refund.state.toUpperCase(),
    ...(refund.state === 'success' ? { success_time: rfc3339(refund.finished_at!) } : {}),
    user_received_account: '支付用户零钱',
    amount: { total: amount, refund: refund.amount, payer_total: trade.payer_amount, payer_refund: refund.amount },
  }
}

/** A paid WeChat order, as the query and the notification tell it. */
export function paidTransaction(simulator: Simulator, trade: Trade): Record<string, unknown> {
  const { appid, mchid, amount, currency } = told(simulator, trade)
  return {
    appid,
    mchid,
    out_trade_no: trade.out_trade_no,
    transaction_id: trade.provider_no,
    trade_type: trade.kind,
    trade_state: 'SUCCESS',
    trade_state_desc: '支付成功',
    bank_type: 'OTHERS',
    attach: trade.attach ?? '',
    success_time: rfc3339(trade.paid_at!),
    payer: { openid: trade.payer },
    amount: { total: amount, payer_total: trade.payer_amount, currency, payer_currency: currency },
  }
}

/** The parameters of an Alipay notification before those of the envelope. */
function alipayContent(simulator: Simulator, trade: Trade, refund: Refund | undefined): Record<string, string> {
  const { amount, appid, sellerId } = told(simulator, trade)
  const refunded = refund ? refundedOf(simulator, trade) : 0
  const text = (fen: number) => yuan(money(fen))
  return {
    notify_type: 'trade_status_sync',
    app_id: appid,
    auth_app_id: appid,
    charset: 'utf-8',
    version: '1.0',
    trade_no: trade.provider_no!,
    out_trade_no: trade.out_trade_no,
    buyer_id: trade.payer!,
    seller_id: sellerId,
    trade_status: refund && refunded >= amount ? 'TRADE_CLOSED' : 'TRADE_SUCCESS',
    total_amount: text(amount),
    receipt_amount: text(amount),
    invoice_amount: text(trade.payer_amount!),
    buyer_pay_amount: text(trade.payer_amount!),
    point_amount: '0.00',
    subject: trade.subject,
    gmt_create: chinaTime(trade.scanned_at!),
    gmt_payment: chinaTime(trade.paid_at!),
    fund_bill_list: JSON.stringify([{ amount: text(amount), fundChannel: 'ALIPAYACCOUNT' }]),
    ...(trade.attach === null ? {} : { passback_params: trade.attach }),
    ...(refund
      ? { refund_fee: text(refunded), gmt_refund: `${chinaTime(refund.finished_at!)}.000`, out_biz_no: refund.out_refund_no }
      : {}),
  }
}
