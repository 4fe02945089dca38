import { businessDay, instant } from '#src/core/time'
import { nextNumber } from './books'
import { strikes } from './chaos'
import { queueNotification } from './queue'
import { cost, type Refund, type RefundState } from './refunds'
import { bankMs, type Simulator } from './simulator'
import { feeOf, findTrade, moveBalance, type Trade } from './trades'

/** A wallet has its money back after this. */
const WALLET_MS = 5 * 60_000

export type RefundOrder = { outRefundNo: string; amount: number; reason: string | null; notifyUrl: string | null }

/** Takes the money from the merchant at once; WeChat gives it to the payer later, Alipay now unless it is slow. */
export function openRefund(simulator: Simulator, trade: Trade, order: RefundOrder): Refund {
  const at = bankMs(simulator)
  const { channel, out_trade_no } = trade
  const fee = feeOf(simulator, channel, order.amount)
  const slow = strikes(simulator, 'refund.slow', { channel, outTradeNo: out_trade_no })
  const wait = slow ? (slow.milliseconds ?? WALLET_MS) : channel === 'wechat' ? WALLET_MS : 0
  const day = businessDay(instant(at)).replaceAll('-', '')
  const refund: Refund = {
    channel,
    out_trade_no,
    out_refund_no: order.outRefundNo,
    refund_no: `5030000${day}${nextNumber(simulator.books)}`,
    amount: order.amount,
    reason: order.reason,
    notify_url: order.notifyUrl,
    created_at: at,
    state: 'processing',
    due_at: at + wait * (simulator.settings.pace || 1),
    due_state: endOf(simulator, trade),
    finished_at: null,
    fee,
  }
  simulator.books
    .query(
      `INSERT INTO refunds (channel, out_refund_no, out_trade_no, refund_no, amount, reason, notify_url, created_at, state, due_at, due_state, fee)
       VALUES ($channel, $out_refund_no, $out_trade_no, $refund_no, $amount, $reason, $notify_url, $created_at, $state, $due_at, $due_state, $fee)`,
    )
    .run(refund)
  moveBalance(simulator, channel, -cost(order.amount, fee))
  return wait === 0 ? finishRefund(simulator, refund, refund.due_state ?? 'success') : refund
}

function endOf(simulator: Simulator, { channel, out_trade_no }: Trade): RefundState {
  const occasion = { channel, outTradeNo: out_trade_no }
  if (strikes(simulator, 'refund.abnormal', occasion)) return 'abnormal'
  return strikes(simulator, 'refund.closed', occasion) ? 'closed' : 'success'
}

/** The refund has come to its end, or to a halt; the merchant is told. */
export function finishRefund(simulator: Simulator, refund: Refund, state: RefundState): Refund {
  const at = bankMs(simulator)
  simulator.books
    .query('UPDATE refunds SET state = ?, finished_at = ?, due_at = NULL, due_state = NULL WHERE refund_no = ?')
    .run(state, at, refund.refund_no)
  if (state === 'closed') moveBalance(simulator, refund.channel, cost(refund.amount, refund.fee))
  const finished = { ...refund, state, finished_at: at, due_at: null, due_state: null }
  queueNotification(simulator, { trade: findTrade(simulator, refund.channel, refund.out_trade_no)!, refund: finished })
  return finished
}

/** A person at the merchant's named another way for money that did not arrive. */
export function tryAgain(simulator: Simulator, refund: Refund): Refund {
  const dueAt = bankMs(simulator) + WALLET_MS * (simulator.settings.pace || 1)
  simulator.books
    .query("UPDATE refunds SET state = 'processing', finished_at = NULL, due_at = ?, due_state = 'success' WHERE refund_no = ?")
    .run(dueAt, refund.refund_no)
  return { ...refund, state: 'processing', finished_at: null, due_at: dueAt, due_state: 'success' }
}

/** Finishes every refund whose time has come. */
export function finishDueRefunds(simulator: Simulator): void {
  const due = simulator.books.query<Refund, [number]>('SELECT * FROM refunds WHERE due_at <= ?').all(bankMs(simulator))
  for (const refund of due) simulator.books.transaction(() => finishRefund(simulator, refund, refund.due_state ?? 'success'))()
}
