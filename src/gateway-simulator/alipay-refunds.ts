import type { Asked, Outcome } from './alipay'
import { namedTrade, readFen, text } from './alipay-trades'
import { strikes } from './chaos'
import { openRefund } from './refunding'
import { type Refund, type RefundFault, refundedOf, refundFault, refundsOf } from './refunds'
import type { Simulator } from './simulator'
import { chinaTime, type Trade, told } from './trades'

const REFUSED: Record<RefundFault, [code: string, message: string]> = {
  too_old: ['ACQ.TRADE_HAS_FINISHED', '交易已完结'],
  too_many: ['ACQ.TRADE_NOT_ALLOW_REFUND', '退款次数超过上限'],
  too_much: ['ACQ.REASON_TRADE_REFUND_FEE_ERR', '退款金额无效'],
  balance: ['ACQ.SELLER_BALANCE_NOT_ENOUGH', '卖家余额不足'],
}

const refuse = ([refused, message]: [string, string]): Outcome => ({ refused, message })

/** Done at once, and `refund_fee` is the sum of all refunds of the trade so far. */
export function refundTrade(simulator: Simulator, { content }: Asked): Outcome {
  const trade = namedTrade(simulator, content)
  if (!trade) return refuse(['ACQ.TRADE_NOT_EXIST', '交易不存在'])
  if (trade.state !== 'paid') return refuse(['ACQ.TRADE_STATUS_ERROR', '交易状态不合法'])
  const amount = readFen(content.refund_amount)
  if (amount === undefined) return refuse(['ACQ.INVALID_PARAMETER', '参数无效'])
  const given = content.out_request_no
  if (given === undefined && amount !== told(simulator, trade).amount) return refuse(['ACQ.REFUND_AMT_NOT_EQUAL_TOTAL', '退款金额超限'])
  const number = typeof given === 'string' && /^[0-9A-Za-z_-]{1,64}$/.test(given) ? given : trade.out_trade_no
  const known = refundsOf(simulator, trade).find(({ out_refund_no }) => out_refund_no === number)
  if (known && known.amount !== amount) return refuse(['ACQ.DISCORDANT_REPEAT_REQUEST', '请求信息不一致'])
  if (known) return answer(simulator, trade, known, false)
  const fault = refundFault(simulator, trade, amount)
  if (fault) return refuse(REFUSED[fault])
  const reason = typeof content.refund_reason === 'string' ? content.refund_reason : null
  return answer(simulator, trade, openRefund(simulator, trade, { outRefundNo: number, amount, reason, notifyUrl: null }), true)
}

function answer(simulator: Simulator, trade: Trade, refund: Refund, first: boolean): Outcome {
  const done = refund.state === 'success'
  const sum = text(refundedOf(simulator, trade))
  return {
    data: {
      out_trade_no: trade.out_trade_no,
      trade_no: trade.provider_no,
      buyer_logon_id: '138****8801',
      fund_change: done && first ? 'Y' : 'N',
      refund_fee: sum,
      send_back_fee: sum,
      ...(done ? { gmt_refund_pay: chinaTime(refund.finished_at!) } : {}),
    },
  }
}

/** Without `refund_status` the refund is not done: not yet, or never. */
export function queryRefundOf(simulator: Simulator, { content }: Asked): Outcome {
  const trade = namedTrade(simulator, content)
  if (!trade) return refuse(['ACQ.TRADE_NOT_EXIST', '交易不存在'])
  const refund = refundsOf(simulator, trade).find(({ out_refund_no }) => out_refund_no === content.out_request_no)
  const occasion = { channel: 'alipay', outTradeNo: trade.out_trade_no, operation: 'refund_query' } as const
  const unseen = strikes(simulator, 'query.absent', occasion) ?? strikes(simulator, 'query.lag', occasion)
  if (refund?.state !== 'success' || unseen) return { data: {} }
  return {
    data: {
      out_trade_no: trade.out_trade_no,
      trade_no: trade.provider_no,
      out_request_no: refund.out_refund_no,
      total_amount: text(told(simulator, trade).amount),
      refund_amount: text(refund.amount),
      refund_status: 'REFUND_SUCCESS',
      gmt_refund_pay: chinaTime(refund.finished_at!),
    },
  }
}
