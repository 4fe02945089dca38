import { randomBytes } from 'node:crypto'
import { money, parseYuan, yuan } from '#src/core/money'
import type { Asked, Outcome } from './alipay'
import { strikes } from './chaos'
import { merchantTime } from './merchant-time'
import { isFinished, refundedOf } from './refunds'
import { bankMs, type Simulator } from './simulator'
import { chinaTime, closeTrade, findTrade, findTradeByNumber, openTrade, renewCode, standing, type Trade, told } from './trades'

const QR_CODE_MS = 2 * 3_600_000
/** `timeout_express` when nobody names an end. */
const DEFAULT_OPEN_MS = 15 * 86_400_000
const LARGEST_FEN = 10_000_000_000n
const TRADE_NUMBER = /^[0-9A-Za-z_]{1,64}$/
/** Would break the text that is signed. */
const SUBJECT = /^[^/=&]{1,256}$/

const NOT_EXIST: Outcome = { refused: 'ACQ.TRADE_NOT_EXIST', message: '交易不存在' }
const INVALID: Outcome = { refused: 'ACQ.INVALID_PARAMETER', message: '参数无效' }

/** `"12.5"` or `12.5` in fen; undefined outside 0.01 … 100000000.00. */
export function readFen(value: unknown): number | undefined {
  const amount = typeof value === 'string' || typeof value === 'number' ? parseYuan(String(value)) : undefined
  return amount !== undefined && amount > 0n && amount <= LARGEST_FEN ? Number(amount) : undefined
}

export const text = (fen: number): string => yuan(money(fen))

/** A till in the browser or a code to scan. The trade itself begins when a buyer comes. */
export function createTrade(simulator: Simulator, { parameters, content }: Asked, kind: 'PAGE' | 'QR'): Outcome {
  const amount = readFen(content.total_amount)
  const { out_trade_no: number, subject } = content
  if (typeof number !== 'string' || !TRADE_NUMBER.test(number) || amount === undefined) return INVALID
  if (typeof subject !== 'string' || !SUBJECT.test(subject)) return INVALID
  if (kind === 'PAGE' && content.product_code !== 'FAST_INSTANT_TRADE_PAY') return INVALID
  const expiresAt = endOf(simulator, content)
  if (expiresAt === undefined) return INVALID
  const request = JSON.stringify([kind, amount, subject])
  const known = findTrade(simulator, 'alipay', number)
  if (known?.state === 'paid') return { refused: 'ACQ.TRADE_HAS_SUCCESS', message: '交易已被支付' }
  if (known && standing(simulator, known) === 'closed') return { refused: 'ACQ.TRADE_HAS_CLOSE', message: '交易已经关闭' }
  if (known && known.request !== request) return { refused: 'ACQ.CONTEXT_INCONSISTENT', message: '交易信息被篡改' }
  const [code, until] = [`https://qr.alipay.com/bax${randomBytes(10).toString('hex')}`, bankMs(simulator) + QR_CODE_MS]
  if (known) renewCode(simulator, known, code, until)
  else {
    openTrade(simulator, {
      channel: 'alipay',
      out_trade_no: number,
      kind,
      request,
      amount,
      currency: 'CNY',
      subject,
      attach: typeof content.passback_params === 'string' ? content.passback_params : null,
      notify_url: parameters.notify_url ?? null,
      return_url: parameters.return_url ?? null,
      expires_at: expiresAt,
      code: kind === 'QR' ? code : null,
      code_until: kind === 'QR' ? until : null,
    })
  }
  return { data: kind === 'QR' ? { out_trade_no: number, qr_code: code } : {} }
}

/** `time_expire` (a time) before `timeout_express` (`15m`, `2h`, `3d`); undefined when it is neither. */
function endOf(simulator: Simulator, { time_expire, timeout_express }: Record<string, unknown>): number | undefined {
  if (time_expire !== undefined) {
    const at = merchantTime(simulator, time_expire)
    return at !== undefined && at > bankMs(simulator) ? at : undefined
  }
  if (timeout_express === undefined) return bankMs(simulator) + DEFAULT_OPEN_MS
  const [, count, unit] = /^(\d{1,5})([mhd])$/.exec(String(timeout_express)) ?? []
  if (!unit || Number(count) === 0) return undefined
  return bankMs(simulator) + Number(count) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 'm' | 'h' | 'd']
}

/** The trade that a call names by either number; what nobody has scanned is not there. */
export function namedTrade(simulator: Simulator, { out_trade_no, trade_no }: Record<string, unknown>): Trade | undefined {
  const trade =
    typeof trade_no === 'string' && trade_no !== ''
      ? findTradeByNumber(simulator, 'alipay', trade_no)
      : findTrade(simulator, 'alipay', String(out_trade_no))
  return trade && standing(simulator, trade) !== 'absent' ? trade : undefined
}

export function queryTrade(simulator: Simulator, { content }: Asked): Outcome {
  const trade = namedTrade(simulator, content)
  const occasion = { channel: 'alipay', outTradeNo: trade?.out_trade_no, operation: 'query' } as const
  if (!trade || strikes(simulator, 'query.absent', occasion)) return NOT_EXIST
  const lag = strikes(simulator, 'query.lag', occasion)
  const state = standing(simulator, trade)
  const unseen = lag && state === 'paid' && bankMs(simulator) < trade.paid_at! + (lag.milliseconds ?? Number.POSITIVE_INFINITY)
  const { amount } = told(simulator, trade)
  const common = { out_trade_no: trade.out_trade_no, trade_no: trade.provider_no, buyer_logon_id: '138****8801' }
  if (state !== 'paid' || unseen) {
    const status = state === 'closed' ? 'TRADE_CLOSED' : 'WAIT_BUYER_PAY'
    return { data: { ...common, trade_status: status, total_amount: text(trade.amount), receipt_amount: '0.00', buyer_pay_amount: '0.00' } }
  }
  return {
    data: {
      ...common,
      trade_status: statusOfPaid(simulator, trade),
      total_amount: text(amount),
      receipt_amount: text(amount),
      buyer_pay_amount: text(trade.payer_amount!),
      invoice_amount: text(trade.payer_amount!),
      point_amount: '0.00',
      buyer_user_id: trade.payer,
      send_pay_date: chinaTime(trade.paid_at!),
    },
  }
}

const statusOfPaid = (simulator: Simulator, trade: Trade): string => {
  if (refundedOf(simulator, trade) >= told(simulator, trade).amount) return 'TRADE_CLOSED'
  return isFinished(simulator, trade) ? 'TRADE_FINISHED' : 'TRADE_SUCCESS'
}

export function closeTradeOf(simulator: Simulator, { content }: Asked): Outcome {
  const trade = namedTrade(simulator, content)
  if (!trade) return NOT_EXIST
  if (trade.state === 'paid') return { refused: 'ACQ.TRADE_STATUS_ERROR', message: '交易状态不合法' }
  if (trade.state === 'open') closeTrade(simulator, trade)
  return { data: { out_trade_no: trade.out_trade_no, trade_no: trade.provider_no } }
}
