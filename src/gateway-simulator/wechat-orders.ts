import { randomBytes } from 'node:crypto'
import { strikes } from './chaos'
import { merchantTime } from './merchant-time'
import { paidTransaction } from './queue'
import { refundedOf } from './refunds'
import { bankMs, type Simulator } from './simulator'
import { closeTrade, findTrade, findTradeByNumber, openTrade, phoneFault, renewCode, standing, type Trade, told } from './trades'
import type { Asked, Outcome } from './wechat'

const NATIVE_CODE_MS = 2 * 3_600_000
const H5_LINK_MS = 5 * 60_000
const SHORTEST_EXPIRY_MS = 60_000
const LARGEST_FEN = 10_000_000_000
const ORDER_NUMBER = /^[0-9A-Za-z_\-|*]{6,32}$/

type Order = {
  kind: 'NATIVE' | 'MWEB'
  outTradeNo: string
  description: string
  attach: string | null
  notifyUrl: string
  total: number
  expiresAt: number | null
}

/** A code to scan or a page for the phone's browser. */
export function createOrder(simulator: Simulator, { path, body }: Asked): Outcome {
  const { appId, mchId } = simulator.keys.identity.wechat
  if (body.appid !== appId || body.mchid !== mchId) return { refused: 'app' }
  const order = readOrder(simulator, path[0] === 'h5' ? 'MWEB' : 'NATIVE', body)
  if (typeof order === 'string') return { refused: order }
  const token = randomBytes(8).toString('hex')
  const until = bankMs(simulator) + (order.kind === 'MWEB' ? H5_LINK_MS : NATIVE_CODE_MS)
  const code = codeOf(simulator, order, token)
  const request = JSON.stringify(order)
  const known = findTrade(simulator, 'wechat', order.outTradeNo)
  if (known) {
    if (known.state === 'paid') return { refused: 'alreadyPaid' }
    if (known.request !== request) return { refused: 'reentry' }
    if (standing(simulator, known) === 'closed' || phoneFault(simulator, { ...known, code_until: null })) return { refused: 'lapsed' }
    renewCode(simulator, known, code, until)
  } else {
    openTrade(simulator, {
      channel: 'wechat',
      out_trade_no: order.outTradeNo,
      kind: order.kind,
      request,
      amount: order.total,
      currency: 'CNY',
      subject: order.description,
      attach: order.attach,
      notify_url: order.notifyUrl,
      return_url: null,
      expires_at: order.expiresAt,
      code,
      code_until: until,
    })
  }
  return { data: order.kind === 'MWEB' ? { h5_url: code } : { code_url: code } }
}

const codeOf = ({ url }: Simulator, { kind, outTradeNo }: Order, token: string): string =>
  kind === 'MWEB'
    ? `${url}/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx${token}&package=${encodeURIComponent(outTradeNo)}`
    : `weixin://wxpay/bizpayurl/up?pr=${token}&groupid=00`

function readOrder(simulator: Simulator, kind: Order['kind'], body: Record<string, unknown>): Order | 'parameter' | 'range' {
  const { out_trade_no, description, attach, notify_url, time_expire, scene_info } = body
  const amount = (body.amount ?? {}) as Record<string, unknown>
  if (typeof out_trade_no !== 'string' || !ORDER_NUMBER.test(out_trade_no)) return 'parameter'
  if (!isText(description, 127) || !(attach === undefined || isText(attach, 128)) || !isNotifyUrl(notify_url)) return 'parameter'
  if (!Number.isSafeInteger(amount.total) || (amount.currency ?? 'CNY') !== 'CNY') return 'parameter'
  const total = amount.total as number
  if (total < 1 || total > LARGEST_FEN) return 'range'
  const expiresAt = time_expire === undefined ? null : merchantTime(simulator, time_expire)
  if (expiresAt === undefined) return 'parameter'
  if (expiresAt !== null && expiresAt < bankMs(simulator) + SHORTEST_EXPIRY_MS) return 'parameter'
  const scene = (scene_info ?? {}) as { payer_client_ip?: unknown; h5_info?: { type?: unknown } }
  if (kind === 'MWEB' && !(isText(scene.payer_client_ip, 45) && isText(scene.h5_info?.type, 32))) return 'parameter'
  return { kind, outTradeNo: out_trade_no, description, attach: attach ?? null, notifyUrl: notify_url, total, expiresAt }
}

const isText = (value: unknown, longest: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= longest

/** Real merchants need https; a product on a desk has none. */
export const isNotifyUrl = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 255 && /^https?:\/\/[^?#\s]+$/.test(value) && URL.canParse(value)

export function queryOrder(simulator: Simulator, { path, query }: Asked): Outcome {
  if (query.get('mchid') !== simulator.keys.identity.wechat.mchId) return { refused: 'merchant' }
  const trade = findTrade(simulator, 'wechat', path[0]!)
  return trade ? describe(simulator, trade) : { refused: 'absent' }
}

export function queryByNumber(simulator: Simulator, { path, query }: Asked): Outcome {
  if (query.get('mchid') !== simulator.keys.identity.wechat.mchId) return { refused: 'merchant' }
  const trade = findTradeByNumber(simulator, 'wechat', path[0]!)
  return trade ? describe(simulator, trade) : { refused: 'absent' }
}

function describe(simulator: Simulator, trade: Trade): Outcome {
  const occasion = { channel: 'wechat', outTradeNo: trade.out_trade_no, operation: 'query' } as const
  if (strikes(simulator, 'query.absent', occasion)) return { refused: 'absent' }
  const lag = strikes(simulator, 'query.lag', occasion)
  const state = standing(simulator, trade)
  if (state === 'paid' && !(lag && !isOver(simulator, trade, lag.milliseconds))) {
    const refunded = refundedOf(simulator, trade) > 0
    const paid = paidTransaction(simulator, trade)
    return { data: refunded ? { ...paid, trade_state: 'REFUND', trade_state_desc: '订单发生过退款，退款详情请查询退款单' } : paid }
  }
  const { appid, mchid } = told(simulator, trade)
  const closed = state === 'closed'
  return {
    data: {
      appid,
      mchid,
      out_trade_no: trade.out_trade_no,
      attach: trade.attach ?? '',
      trade_state: closed ? 'CLOSED' : 'NOTPAY',
      trade_state_desc: closed ? '订单已关闭' : '订单未支付',
      amount: { total: trade.amount, currency: trade.currency },
    },
  }
}

/** Whether the time that a payment stays unseen has passed. */
const isOver = (simulator: Simulator, trade: Trade, milliseconds = Number.POSITIVE_INFINITY): boolean =>
  bankMs(simulator) >= trade.paid_at! + milliseconds

export function closeOrder(simulator: Simulator, { path, body }: Asked): Outcome {
  if (body.mchid !== simulator.keys.identity.wechat.mchId) return { refused: 'merchant' }
  const trade = findTrade(simulator, 'wechat', path[0]!)
  if (!trade) return { refused: 'absent' }
  if (trade.state === 'paid') return { refused: 'paid' }
  closeTrade(simulator, trade)
  return { nothing: true }
}
