import { businessDay, formatDateTime, instant } from '#src/core/time'
import { nextNumber, recall, remember } from './books'
import { bankMs, type Channel, type Simulator } from './simulator'

type TradeKind = 'NATIVE' | 'MWEB' | 'PAGE' | 'QR'

/** What the provider says about a payment instead of the truth. */
export type Lie = { amount?: number; currency?: string; appid?: string; mchid?: string; sellerId?: string }

/** A row of the books, its columns as they are. */
export type Trade = {
  channel: Channel
  out_trade_no: string
  kind: TradeKind
  /** The parameters of the merchant, to see whether a repeat is the same. */
  request: string
  amount: number
  currency: string
  subject: string
  attach: string | null
  notify_url: string | null
  return_url: string | null
  created_at: number
  expires_at: number | null
  code: string | null
  code_until: number | null
  state: 'open' | 'paid' | 'closed'
  scanned_at: number | null
  paid_at: number | null
  closed_at: number | null
  provider_no: string | null
  payer_amount: number | null
  payer: string | null
  lie: string | null
  fee: number
}
export type NewTrade = Pick<
  Trade,
  'channel' | 'out_trade_no' | 'kind' | 'request' | 'amount' | 'currency' | 'subject' | 'attach' | 'notify_url' | 'return_url'
> &
  Pick<Trade, 'expires_at' | 'code' | 'code_until'>

const DAY_MS = 86_400_000
/** Unpaid WeChat orders close by themselves. */
const WECHAT_OPEN_MS = 7 * DAY_MS
/** Fees are counted in 0.00001 yuan. */
export const UNIT_PER_FEN = 1000
const TEN_THOUSAND = 10_000

export const findTrade = ({ books }: Simulator, channel: Channel, outTradeNo: string): Trade | undefined =>
  books.query<Trade, [string, string]>('SELECT * FROM trades WHERE channel = ? AND out_trade_no = ?').get(channel, outTradeNo) ?? undefined

export const findTradeByNumber = ({ books }: Simulator, channel: Channel, providerNo: string): Trade | undefined =>
  books.query<Trade, [string, string]>('SELECT * FROM trades WHERE channel = ? AND provider_no = ?').get(channel, providerNo) ?? undefined

export function openTrade(simulator: Simulator, trade: NewTrade): void {
  simulator.books
    .query(
      `INSERT INTO trades (channel, out_trade_no, kind, request, amount, currency, subject, attach, notify_url, return_url,
         expires_at, code, code_until, created_at, state)
       VALUES ($channel, $out_trade_no, $kind, $request, $amount, $currency, $subject, $attach, $notify_url, $return_url,
         $expires_at, $code, $code_until, $created_at, 'open')`,
    )
    .run({ ...trade, created_at: bankMs(simulator) })
}

export function renewCode(simulator: Simulator, { channel, out_trade_no }: Trade, code: string, until: number): void {
  simulator.books
    .query('UPDATE trades SET code = ?, code_until = ? WHERE channel = ? AND out_trade_no = ?')
    .run(code, until, channel, out_trade_no)
}

/** `absent`: an Alipay trade before anybody scanned it. */
export type Standing = 'absent' | 'open' | 'paid' | 'closed'

/** What the provider would say at this moment; nobody has to be there for an order to lapse. */
export function standing(simulator: Simulator, trade: Trade): Standing {
  if (trade.state !== 'open') return trade.state
  const at = bankMs(simulator)
  if (trade.channel === 'wechat') return at > trade.created_at + WECHAT_OPEN_MS ? 'closed' : 'open'
  if (trade.scanned_at === null) return 'absent'
  return trade.expires_at !== null && at > trade.expires_at ? 'closed' : 'open'
}

export type PhoneFault = 'unknown' | 'expired' | 'closed' | 'paid'

/** Why a phone cannot pay this now; `late` is the buyer who was already at the till when time ran out. */
export function phoneFault(simulator: Simulator, trade: Trade | undefined, { late = false } = {}): PhoneFault | undefined {
  if (!trade) return 'unknown'
  if (trade.state === 'paid') return 'paid'
  if (trade.state === 'closed') return 'closed'
  if (late) return undefined
  const at = bankMs(simulator)
  const over = [trade.expires_at, trade.code_until].some((until) => until !== null && at > until)
  return over ? 'expired' : undefined
}

/** The buyer's phone has read the code: from here on Alipay knows the trade and has a number for it. */
export function scan(simulator: Simulator, trade: Trade): void {
  if (trade.scanned_at !== null || phoneFault(simulator, trade)) return
  const number = trade.channel === 'alipay' ? tradeNumber(simulator, 'alipay') : null
  simulator.books
    .query('UPDATE trades SET scanned_at = ?, provider_no = coalesce(provider_no, ?) WHERE channel = ? AND out_trade_no = ?')
    .run(bankMs(simulator), number, trade.channel, trade.out_trade_no)
}

export function closeTrade(simulator: Simulator, trade: Trade): void {
  simulator.books
    .query("UPDATE trades SET state = 'closed', closed_at = ? WHERE channel = ? AND out_trade_no = ? AND state = 'open'")
    .run(bankMs(simulator), trade.channel, trade.out_trade_no)
}

/** Somebody else's application and merchant. */
export const FOREIGN = { appid: 'wx0000000000000000', mchid: '1900000000', sellerId: '2088000000000000', appId: '2021000000000000' }

/** What the provider tells about a paid trade: the truth unless a switch had it otherwise. */
export function told(simulator: Simulator, trade: Trade): Required<Lie> {
  const { wechat, alipay } = simulator.keys.identity
  const lie = trade.lie ? (JSON.parse(trade.lie) as Lie) : {}
  const appid = trade.channel === 'wechat' ? wechat.appId : alipay.appId
  return { amount: trade.amount, currency: trade.currency, appid, mchid: wechat.mchId, sellerId: alipay.sellerId, ...lie }
}

/** In 0.00001 yuan; Alipay rounds to the fen. */
export function feeOf({ settings }: Simulator, channel: Channel, amount: number): number {
  const exact = Math.round((amount * UNIT_PER_FEN * settings.feeRate[channel]) / TEN_THOUSAND)
  return channel === 'wechat' ? exact : Math.round(exact / UNIT_PER_FEN) * UNIT_PER_FEN
}

export const balanceOf = ({ books }: Simulator, channel: Channel): number => recall(books, `balance.${channel}`, 0)

export function moveBalance(simulator: Simulator, channel: Channel, units: number): void {
  remember(simulator.books, `balance.${channel}`, balanceOf(simulator, channel) + units)
}

/** 28 digits with the day in them, as both providers write them. */
export function tradeNumber(simulator: Simulator, channel: Channel): string {
  const day = businessDay(instant(bankMs(simulator))).replaceAll('-', '')
  const serial = nextNumber(simulator.books)
  return channel === 'wechat' ? `4200002${day}${serial}` : `${day}2200100${serial}`
}

/** `2026-11-21T10:00:00+08:00`. */
export const rfc3339 = (at: number): string => `${formatDateTime(instant(at)).replace(' ', 'T')}+08:00`

/** `2026-11-21 10:00:00` in China. */
export const chinaTime = (at: number): string => formatDateTime(instant(at))
