import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import * as v from 'valibot'
import type { Instant } from '#src/core/time'
import type { WechatSettings } from '#src/platform/payment-settings'
import {
  type Bill,
  type Gateway,
  GatewayRefused,
  GatewayUnknown,
  type Notice,
  NoticeRefused,
  type Opening,
  type OrderRequest,
  type RefundTrade,
  type Trade,
} from './gateway'
import {
  isOurs,
  toRefund,
  toTrade,
  WechatNotice,
  WechatPaymentNotice,
  WechatRefund,
  WechatRefundNotice,
  WechatTrade,
} from './wechat-answers'
import { platformKeyring } from './wechat-certificates'
import { UnknownPlatformKey, type WechatCall } from './wechat-client'
import { openResource, verifyWechatNotice } from './wechat-signature'
import { asText, cutToBytes, shanghaiTime, understood } from './wire'

type Keyring = ReturnType<typeof platformKeyring>
type Ask = (call: WechatCall) => Promise<unknown>

/** Besides the interface: the certificates can be fetched anew by hand. */
export type WechatGateway = Gateway & { refreshCertificates(): Promise<void> }

/** WeChat Pay, merchant mode, API v3 (PAYMENTS 1). `notifyUrl` is where it tells of payments and refunds. */
export function openWechatPay(settings: WechatSettings, notifyUrl: string): WechatGateway {
  const keyring = platformKeyring(settings)
  const ask: Ask = async (call) => {
    try {
      return await keyring.client().call(call)
    } catch (error) {
      if (error instanceof UnknownPlatformKey) keyring.refreshSoon()
      throw error
    }
  }
  const mchid = settings.merchantId
  const order = (outTradeNo: string) => `v3/pay/transactions/out-trade-no/${encodeURIComponent(outTradeNo)}`
  return {
    channel: 'wechat',
    createOrder: (request) => createOrder(ask, settings, notifyUrl, request),
    queryOrder: (outTradeNo) => queryTrade(ask, settings, order(outTradeNo), outTradeNo),
    findPayment: (providerTxnId) => queryTrade(ask, settings, `v3/pay/transactions/id/${encodeURIComponent(providerTxnId)}`, ''),
    closeOrder: (outTradeNo) =>
      answeredBy(CLOSE_REFUSALS, async () => {
        const path = `${order(outTradeNo)}/close`
        understood(v.literal(''), await ask({ method: 'post', path, data: { mchid } }), path)
        return 'closed' as const
      }),
    refund: async ({ outTradeNo, outRefundNo, amount, total, reason }) => {
      const data = {
        out_trade_no: outTradeNo,
        out_refund_no: outRefundNo,
        reason: cutToBytes(reason, 80),
        notify_url: notifyUrl,
        amount: { refund: Number(amount), total: Number(total), currency: 'CNY' },
      }
      const path = 'v3/refund/domestic/refunds'
      return toRefund(understood(WechatRefund, await ask({ method: 'post', path, data }), path))
    },
    queryRefund: ({ outRefundNo }) => queryRefund(ask, outRefundNo),
    downloadBill: (day) => downloadBill(ask, keyring, day),
    readNotice: (headers, body, at) => readNotice(settings, keyring, headers, body, at),
    acknowledge: acknowledgeWechat,
    refreshCertificates: () => keyring.refresh(),
  }
}

/** 204 is yes; anything else makes WeChat Pay repeat, up to 15 times in a day. */
export const acknowledgeWechat = (accepted: boolean): Response =>
  accepted ? new Response(null, { status: 204 }) : Response.json({ code: 'FAIL', message: '失败' }, { status: 401 })

const NativeAnswer = v.object({ code_url: v.pipe(v.string(), v.nonEmpty()) })
const H5Answer = v.object({ h5_url: v.pipe(v.string(), v.url()) })

async function createOrder(ask: Ask, settings: WechatSettings, notifyUrl: string, request: OrderRequest): Promise<Opening> {
  const data = {
    appid: settings.appId,
    mchid: settings.merchantId,
    description: cutToBytes(request.description, 127),
    out_trade_no: request.outTradeNo,
    time_expire: shanghaiTime(request.expiresAt),
    notify_url: notifyUrl,
    amount: { total: Number(request.amount), currency: 'CNY' },
  }
  if (request.device === 'desk') {
    const path = 'v3/pay/transactions/native'
    const { code_url } = understood(NativeAnswer, await ask({ method: 'post', path, data }), path)
    return { qrCodeUrl: code_url, paymentUrl: null }
  }
  const path = 'v3/pay/transactions/h5'
  const scene_info = { payer_client_ip: request.clientIp, h5_info: { type: 'Wap' } }
  const { h5_url } = understood(H5Answer, await ask({ method: 'post', path, data: { ...data, scene_info } }), path)
  const paymentUrl = `${h5_url}${h5_url.includes('?') ? '&' : '?'}redirect_url=${encodeURIComponent(request.returnUrl)}`
  return { qrCodeUrl: null, paymentUrl }
}

const queryTrade = (ask: Ask, settings: WechatSettings, path: string, outTradeNo: string): Promise<Trade> =>
  answeredBy({ ORDER_NOT_EXIST: absentTrade(outTradeNo) }, async () => {
    const answer = await ask({ method: 'get', path, params: { mchid: settings.merchantId } })
    return toTrade(understood(WechatTrade, answer, path), settings)
  })

const absentTrade = (outTradeNo: string): Trade => ({
  state: 'absent',
  outTradeNo,
  providerTxnId: null,
  amount: null,
  currency: null,
  ours: true,
  paidAt: null,
})

const CLOSE_REFUSALS = { ORDER_PAID: 'paid', ORDERPAID: 'paid', ORDER_NOT_EXIST: 'absent', ORDER_CLOSED: 'closed' } as const

const queryRefund = (ask: Ask, outRefundNo: string): Promise<RefundTrade> =>
  answeredBy(
    { RESOURCE_NOT_EXISTS: { state: 'absent', outRefundNo, providerRefundId: null, amount: null, finishedAt: null } as RefundTrade },
    async () => {
      const path = `v3/refund/domestic/refunds/${encodeURIComponent(outRefundNo)}`
      return toRefund(understood(WechatRefund, await ask({ method: 'get', path }), path))
    },
  )

/** What `work` gives, or what one of these refusals means. */
async function answeredBy<T>(refusals: Record<string, T>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GatewayRefused && Object.hasOwn(refusals, error.code)) return refusals[error.code]!
    throw error
  }
}

const BillAnswer = v.object({
  hash_type: v.literal('SHA1'),
  hash_value: v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{40}$/)),
  download_url: v.pipe(v.string(), v.url()),
})
/** A bill of 100,000 lines has some forty megabytes. */
const MAX_BILL_BYTES = 256 * 1_048_576

/** Asks for the bill and fetches it at once: its address lives for seconds. The hash is over the file as it is before compression. */
async function downloadBill(ask: Ask, keyring: Keyring, day: string): Promise<Bill> {
  const path = 'v3/bill/tradebill'
  const params = { bill_date: day, bill_type: 'ALL', tar_type: 'GZIP' }
  const offer = await answeredBy<unknown>(BILL_REFUSALS, () => ask({ method: 'get', path, params }))
  if (isBill(offer)) return offer
  const { download_url, hash_value } = understood(BillAnswer, offer, path)
  // Only path and token are taken: our signed call goes to the provider that we configured, whatever host the answer names.
  const { pathname, searchParams } = new URL(download_url)
  const download = { method: 'get', path: pathname.slice(1), params: Object.fromEntries(searchParams) } as const
  const { status, bytes } = await keyring.client().bytes(download)
  if (status !== 200) throw new GatewayUnknown(`wechat ${pathname}: ${status}`)
  const file = uncompressed(bytes)
  if (createHash('sha1').update(file).digest('hex') !== hash_value.toLowerCase()) throw new GatewayUnknown('wechat bill: another hash')
  return { state: 'ready', name: `wechat-${day}.csv`, bytes: file }
}

const BILL_REFUSALS: Record<string, Bill> = {
  NO_STATEMENT_EXIST: { state: 'none' },
  STATEMENT_CREATING: { state: 'wait', code: 'STATEMENT_CREATING' },
}
const isBill = (offer: unknown): offer is Bill => Object.values(BILL_REFUSALS).includes(offer as Bill)

function uncompressed(bytes: Buffer): Uint8Array {
  try {
    return new Uint8Array(gunzipSync(bytes, { maxOutputLength: MAX_BILL_BYTES }))
  } catch {
    throw new GatewayUnknown('wechat bill: not compressed as asked')
  }
}

function readNotice(settings: WechatSettings, keyring: Keyring, headers: Headers, body: Uint8Array, at: Instant): Notice {
  try {
    verifyWechatNotice(headers, body, keyring.keys(), at)
  } catch (error) {
    if (error instanceof NoticeRefused && error.reason === 'serial') keyring.refreshSoon()
    throw error
  }
  const { id, event_type, resource } = read(WechatNotice, asText(body), 'body')
  const opened = openResource(resource, settings.apiV3Key)
  if (!opened) throw new NoticeRefused('cipher')
  if (event_type === 'TRANSACTION.SUCCESS') {
    const told = read(WechatPaymentNotice, asText(opened), 'content')
    return {
      eventId: id,
      kind: 'payment',
      outTradeNo: told.out_trade_no,
      outRefundNo: null,
      providerTxnId: told.transaction_id,
      amount: told.amount.total,
      ours: isOurs(told, settings),
    }
  }
  if (!REFUND_EVENTS.has(event_type)) throw new NoticeRefused('event')
  const told = read(WechatRefundNotice, asText(opened), 'content')
  return {
    eventId: id,
    kind: 'refund',
    outTradeNo: told.out_trade_no,
    outRefundNo: told.out_refund_no,
    providerTxnId: told.transaction_id,
    amount: told.amount.refund,
    ours: isOurs(told, settings),
  }
}

const REFUND_EVENTS = new Set(['REFUND.SUCCESS', 'REFUND.ABNORMAL', 'REFUND.CLOSED'])

function read<S extends v.GenericSchema>(schema: S, text: string, reason: string): v.InferOutput<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new NoticeRefused(reason)
  }
  const parsed = v.safeParse(schema, value)
  if (!parsed.success) throw new NoticeRefused(reason)
  return parsed.output
}
