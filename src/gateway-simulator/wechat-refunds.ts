import { strikes } from './chaos'
import { openRefund, tryAgain } from './refunding'
import { findRefund, findRefundByNumber, type Refund, refundFault } from './refunds'
import type { Simulator } from './simulator'
import { findTrade, findTradeByNumber, rfc3339, type Trade, told } from './trades'
import type { Asked, Outcome } from './wechat'
import type { WechatRefusal } from './wechat-errors'
import { isNotifyUrl } from './wechat-orders'

const REFUND_NUMBER = /^[0-9A-Za-z_\-|*@]{1,64}$/
const LONGEST_REASON = 80

const REFUSED = {
  too_old: 'refundTooOld',
  too_many: 'refundTooMany',
  too_much: 'refundTooMuch',
  balance: 'balance',
} as const satisfies Record<string, WechatRefusal>

type RefundBody = {
  out_trade_no?: unknown
  transaction_id?: unknown
  out_refund_no?: unknown
  reason?: unknown
  notify_url?: unknown
  amount?: { refund?: unknown; total?: unknown; currency?: unknown }
}

/** Accepted is not done: the payer has it after some minutes. */
export function refundOrder(simulator: Simulator, asked: Asked): Outcome {
  const body = asked.body as RefundBody
  if (!isWellFormed(body)) return { refused: 'parameter' }
  const trade = tradeOf(simulator, body)
  if (!trade) return { refused: 'orderForRefundAbsent' }
  const [amount, total] = [body.amount!.refund as number, body.amount!.total as number]
  const outRefundNo = body.out_refund_no as string
  const known = findRefund(simulator, 'wechat', outRefundNo)
  if (known) {
    const same = known.out_trade_no === trade.out_trade_no && known.amount === amount && total === told(simulator, trade).amount
    return same ? describe(simulator, trade, known) : { refused: 'refundTotal' }
  }
  if (trade.state !== 'paid') return { refused: 'refundUnpaid' }
  if (total !== told(simulator, trade).amount) return { refused: 'refundTotal' }
  const fault = refundFault(simulator, trade, amount)
  if (fault) return { refused: REFUSED[fault] }
  const order = {
    outRefundNo,
    amount,
    reason: (body.reason ?? null) as string | null,
    notifyUrl: (body.notify_url ?? null) as string | null,
  }
  return describe(simulator, trade, openRefund(simulator, trade, order))
}

function isWellFormed({ out_trade_no, transaction_id, out_refund_no, reason, notify_url, amount }: RefundBody): boolean {
  if ((out_trade_no === undefined) === (transaction_id === undefined)) return false
  if (typeof out_refund_no !== 'string' || !REFUND_NUMBER.test(out_refund_no)) return false
  if (reason !== undefined && !(typeof reason === 'string' && reason.length <= LONGEST_REASON)) return false
  if (notify_url !== undefined && !isNotifyUrl(notify_url)) return false
  return isFen(amount?.refund) && isFen(amount?.total) && amount?.currency === 'CNY'
}

const isFen = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0

const tradeOf = (simulator: Simulator, { out_trade_no, transaction_id }: RefundBody): Trade | undefined =>
  out_trade_no === undefined
    ? findTradeByNumber(simulator, 'wechat', String(transaction_id))
    : findTrade(simulator, 'wechat', String(out_trade_no))

export function queryRefund(simulator: Simulator, { path }: Asked): Outcome {
  const refund = findRefund(simulator, 'wechat', path[0]!)
  const occasion = { channel: 'wechat', outTradeNo: refund?.out_trade_no, operation: 'refund_query' } as const
  if (!refund || strikes(simulator, 'query.absent', occasion)) return { refused: 'refundAbsent' }
  const lags = strikes(simulator, 'query.lag', occasion)
  return describe(
    simulator,
    findTrade(simulator, 'wechat', refund.out_trade_no)!,
    lags ? { ...refund, state: 'processing', finished_at: null } : refund,
  )
}

/** The merchant names another account for money that did not arrive. */
export function applyAbnormal(simulator: Simulator, { path, body }: Asked): Outcome {
  const refund = findRefundByNumber(simulator, path[0]!)
  if (refund?.channel !== 'wechat' || body.out_refund_no !== refund.out_refund_no) return { refused: 'refundAbsent' }
  if (body.type !== 'USER_BANK_CARD' && body.type !== 'MERCHANT_BANK_CARD') return { refused: 'parameter' }
  if (refund.state !== 'abnormal') return { refused: 'notAbnormal' }
  return describe(simulator, findTrade(simulator, 'wechat', refund.out_trade_no)!, tryAgain(simulator, refund))
}

function describe(simulator: Simulator, trade: Trade, refund: Refund): Outcome {
  const { amount, currency } = told(simulator, trade)
  return {
    data: {
      refund_id: refund.refund_no,
      out_refund_no: refund.out_refund_no,
      transaction_id: trade.provider_no,
      out_trade_no: trade.out_trade_no,
      channel: 'ORIGINAL',
      user_received_account: '支付用户零钱',
      create_time: rfc3339(refund.created_at),
      ...(refund.state === 'success' ? { success_time: rfc3339(refund.finished_at!) } : {}),
      status: refund.state.toUpperCase(),
      funds_account: 'AVAILABLE',
      amount: {
        total: amount,
        refund: refund.amount,
        payer_total: trade.payer_amount,
        payer_refund: refund.amount,
        settlement_total: amount,
        settlement_refund: refund.amount,
        discount_refund: 0,
        currency,
      },
    },
  }
}
