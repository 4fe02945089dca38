import { parseYuan } from '#src/core/money'
import type { AlipaySettings } from '#src/platform/payment-settings'
import { verifyAlipayNotice } from './alipay-signature'
import { type Notice, NoticeRefused } from './gateway'

const NUMBER = /^[0-9A-Za-z_\-|*]{1,64}$/
const STATUSES = new Set(['WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_FINISHED', 'TRADE_CLOSED'])

/**
 * Verifies and reads a notification. It has one type for everything: a refund is told apart by its own fields, because its status may be
 * that of a payment (in part) or of a closed trade (in full).
 */
export function readAlipayNotice(body: Uint8Array, settings: AlipaySettings): Notice {
  const fields = verifyAlipayNotice(body, settings.publicKey)
  const eventId = fields.get('notify_id') ?? ''
  const outTradeNo = fields.get('out_trade_no') ?? ''
  const status = fields.get('trade_status') ?? ''
  if (!/^[\x21-\x7e]{1,128}$/.test(eventId) || !NUMBER.test(outTradeNo) || !STATUSES.has(status)) throw new NoticeRefused('content')
  const outRefundNo = fields.get('out_biz_no') || null
  if (outRefundNo !== null && !NUMBER.test(outRefundNo)) throw new NoticeRefused('content')
  const refunded = fields.get('refund_fee')
  const isRefund = outRefundNo !== null || (parseYuan(refunded ?? '') ?? 0n) > 0n
  return {
    eventId,
    kind: isRefund ? 'refund' : status === 'TRADE_CLOSED' ? 'closed' : 'payment',
    outTradeNo,
    outRefundNo: isRefund ? outRefundNo : null,
    providerTxnId: fields.get('trade_no') || null,
    amount: parseYuan((isRefund ? refunded : fields.get('total_amount')) ?? '') ?? null,
    ours: fields.get('app_id') === settings.appId && fields.get('seller_id') === settings.sellerId,
  }
}
