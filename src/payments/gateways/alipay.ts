import * as v from 'valibot'
import { type Money, yuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import type { AlipaySettings } from '#src/platform/payment-settings'
import { type AlipayClient, openAlipayClient } from './alipay-client'
import { readAlipayNotice } from './alipay-notice'
import {
  type Bill,
  type Gateway,
  GatewayRefused,
  GatewayUnknown,
  type Opening,
  type OrderRequest,
  type RefundRequest,
  type RefundTrade,
  type Trade,
} from './gateway'
import { CALL_MS, cutToBytes, providerTime, shanghaiTime, understood, yuanAmount } from './wire'

/** Alipay, v2 gateway with RSA2 (PAYMENTS 2). `notifyUrl` is where it tells of payments and refunds. */
export function openAlipay(settings: AlipaySettings, notifyUrl: string): Gateway {
  const client = openAlipayClient(settings)
  return {
    channel: 'alipay',
    createOrder: (request) => createOrder(client, notifyUrl, request),
    queryOrder: (outTradeNo) => queryTrade(client, settings, { out_trade_no: outTradeNo }),
    findPayment: (providerTxnId) => queryTrade(client, settings, { trade_no: providerTxnId }),
    closeOrder: (outTradeNo) => closeOrder(client, settings, outTradeNo),
    refund: (request) => refund(client, request),
    queryRefund: (numbers) => queryRefund(client, numbers),
    downloadBill: (day) => downloadBill(client, day),
    readNotice: (_headers, body: Uint8Array, _at: Instant) => readAlipayNotice(body, settings),
    acknowledge: acknowledgeAlipay,
  }
}

/** Exactly `success`; anything else makes Alipay repeat, eight times in 25 hours. */
export const acknowledgeAlipay = (accepted: boolean): Response =>
  new Response(accepted ? 'success' : 'fail', {
    status: accepted ? 200 : 401,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  })

const Precreated = v.object({ qr_code: v.pipe(v.string(), v.nonEmpty()) })

/** On a desk a code to scan and the address of Alipay's own page, on a phone the address alone. */
async function createOrder(client: AlipayClient, notifyUrl: string, request: OrderRequest): Promise<Opening> {
  const content = {
    out_trade_no: request.outTradeNo,
    total_amount: yuan(request.amount),
    // A slash, an equals sign or an ampersand is refused in it.
    subject: cutToBytes(request.description.replace(/[/=&]/g, ' '), 256),
    time_expire: shanghaiTime(request.expiresAt),
  }
  const page = { ...content, product_code: 'FAST_INSTANT_TRADE_PAY' }
  const paymentUrl = client.pageUrl('alipay.trade.page.pay', page, { notifyUrl, returnUrl: request.returnUrl })
  if (request.device === 'phone') return { qrCodeUrl: null, paymentUrl }
  const method = 'alipay.trade.precreate'
  const { qr_code } = understood(Precreated, await client.call(method, content, { notifyUrl }), method)
  return { qrCodeUrl: qr_code, paymentUrl }
}

const QueriedTrade = v.object({
  out_trade_no: v.string(),
  trade_no: v.optional(v.string()),
  trade_status: v.picklist(['WAIT_BUYER_PAY', 'TRADE_SUCCESS', 'TRADE_FINISHED', 'TRADE_CLOSED']),
  total_amount: yuanAmount,
  trans_currency: v.optional(v.string(), 'CNY'),
  send_pay_date: v.optional(v.string()),
  seller_id: v.optional(v.string()),
})

async function queryTrade(
  client: AlipayClient,
  settings: AlipaySettings,
  numbers: { out_trade_no?: string; trade_no?: string },
): Promise<Trade> {
  const method = 'alipay.trade.query'
  let answer: v.InferOutput<typeof QueriedTrade>
  try {
    answer = understood(QueriedTrade, await client.call(method, numbers), method)
  } catch (error) {
    // Before the buyer scans, the trade does not exist: not yet, rather than failed.
    if (error instanceof GatewayRefused && error.code === TRADE_NOT_EXIST) return absentTrade(numbers.out_trade_no ?? '')
    throw error
  }
  const paidAt = providerTime(answer.send_pay_date)
  return {
    state: stateOf(answer.trade_status, paidAt !== null),
    outTradeNo: answer.out_trade_no,
    providerTxnId: answer.trade_no || null,
    amount: answer.total_amount,
    currency: answer.trans_currency,
    // It answers for the application that signed the question; some answers name the seller too.
    ours: answer.seller_id === undefined || answer.seller_id === settings.sellerId,
    paidAt,
  }
}

const TRADE_NOT_EXIST = 'ACQ.TRADE_NOT_EXIST'

/** A closed trade that was paid once is one whose money went back. */
function stateOf(status: v.InferOutput<typeof QueriedTrade>['trade_status'], wasPaid: boolean): Trade['state'] {
  if (status === 'WAIT_BUYER_PAY') return 'unpaid'
  if (status === 'TRADE_CLOSED') return wasPaid ? 'refunded' : 'closed'
  return 'paid'
}

const absentTrade = (outTradeNo: string): Trade => ({
  state: 'absent',
  outTradeNo,
  providerTxnId: null,
  amount: null,
  currency: null,
  ours: true,
  paidAt: null,
})

async function closeOrder(client: AlipayClient, settings: AlipaySettings, outTradeNo: string): Promise<'closed' | 'absent' | 'paid'> {
  try {
    await client.call('alipay.trade.close', { out_trade_no: outTradeNo })
    return 'closed'
  } catch (error) {
    if (!(error instanceof GatewayRefused)) throw error
    if (error.code === TRADE_NOT_EXIST) return 'absent'
    // One code says "paid" and "closed already": ask which.
    const { state } = await queryTrade(client, settings, { out_trade_no: outTradeNo })
    if (state === 'paid' || state === 'refunded') return 'paid'
    if (state === 'closed' || state === 'absent') return state
    throw error
  }
}

const Refunded = v.object({ trade_no: v.optional(v.string()), fund_change: v.picklist(['Y', 'N']), gmt_refund_pay: v.optional(v.string()) })

/** `refund_fee` of the answer is the sum of all refunds of the trade, so the amount of this one is ours. */
async function refund(client: AlipayClient, request: RefundRequest): Promise<RefundTrade> {
  const method = 'alipay.trade.refund'
  const content = {
    out_trade_no: request.outTradeNo,
    refund_amount: yuan(request.amount),
    out_request_no: request.outRefundNo,
    refund_reason: cutToBytes(request.reason, 256),
  }
  const answer = understood(Refunded, await client.call(method, content), method)
  if (answer.fund_change === 'Y') return refundTrade('success', request.outRefundNo, request.amount, answer.gmt_refund_pay)
  // No money moved now: done before under this number, or not done yet. Only the query decides.
  const told = await queryRefund(client, request)
  return told.state === 'absent' ? { ...told, state: 'processing' } : told
}

const refundTrade = (state: RefundTrade['state'], outRefundNo: string, amount: Money | null, finishedAt?: string): RefundTrade => ({
  state,
  outRefundNo,
  // Alipay gives a refund no number of its own.
  providerRefundId: null,
  amount,
  finishedAt: providerTime(finishedAt),
})

const QueriedRefund = v.object({
  refund_status: v.optional(v.string()),
  refund_amount: v.optional(yuanAmount),
  gmt_refund_pay: v.optional(v.string()),
})
const REFUND_STATES: Record<string, RefundTrade['state']> = {
  REFUND_SUCCESS: 'success',
  REFUND_PROCESSING: 'processing',
  REFUND_FAIL: 'abnormal',
}

/** An answer without a status means that the refund was not done. */
async function queryRefund(client: AlipayClient, { outTradeNo, outRefundNo }: Pick<RefundRequest, 'outTradeNo' | 'outRefundNo'>) {
  const method = 'alipay.trade.fastpay.refund.query'
  const content = { out_trade_no: outTradeNo, out_request_no: outRefundNo, query_options: ['gmt_refund_pay'] }
  try {
    const answer = understood(QueriedRefund, await client.call(method, content), method)
    if (!answer.refund_status) return refundTrade('absent', outRefundNo, null)
    const state = REFUND_STATES[answer.refund_status]
    if (!state) throw new GatewayUnknown(`${method}: ${answer.refund_status}`)
    return refundTrade(state, outRefundNo, answer.refund_amount ?? null, answer.gmt_refund_pay)
  } catch (error) {
    if (error instanceof GatewayRefused && error.code === TRADE_NOT_EXIST) return refundTrade('absent', outRefundNo, null)
    throw error
  }
}

const BillOffer = v.object({ bill_download_url: v.pipe(v.string(), v.url()) })
const MAX_BILL_BYTES = 64 * 1_048_576

/** Asks for the bill and fetches it at once: its address lives for 30 s. */
async function downloadBill(client: AlipayClient, day: string): Promise<Bill> {
  const method = 'alipay.data.dataservice.bill.downloadurl.query'
  try {
    const { bill_download_url } = understood(BillOffer, await client.call(method, { bill_type: 'trade', bill_date: day }), method)
    return { state: 'ready', name: `alipay-${day}.zip`, bytes: await fetchBill(bill_download_url) }
  } catch (error) {
    if (!(error instanceof GatewayRefused)) throw error
    if (/NOT_?EXIST/i.test(error.code)) return { state: 'none' }
    return { state: 'wait', code: error.code }
  }
}

async function fetchBill(url: string): Promise<Uint8Array> {
  const fault = () => new GatewayUnknown('alipay bill: not fetched')
  const response = await fetch(url, { signal: AbortSignal.timeout(CALL_MS), redirect: 'error' }).catch(() => {
    throw fault()
  })
  if (response.status !== 200 || Number(response.headers.get('content-length') ?? 0) > MAX_BILL_BYTES) throw fault()
  const bytes = await response.bytes().catch(() => {
    throw fault()
  })
  // A zip begins and ends with marks of its own: one that was cut lacks the second.
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && Buffer.from(bytes.buffer).lastIndexOf('PK\x05\x06') > 0
  if (!isZip || bytes.length > MAX_BILL_BYTES) throw fault()
  return bytes
}
