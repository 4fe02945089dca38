import { bankMs, type Channel, type Simulator } from './simulator'
import { balanceOf, feeOf, type Trade, told, UNIT_PER_FEN } from './trades'

export type RefundState = 'processing' | 'success' | 'abnormal' | 'closed'
export type Refund = {
  channel: Channel
  out_refund_no: string
  out_trade_no: string
  refund_no: string
  amount: number
  reason: string | null
  notify_url: string | null
  created_at: number
  state: RefundState
  due_at: number | null
  due_state: RefundState | null
  finished_at: number | null
  fee: number
}

const MOST_PARTIALS = 50
const REFUNDABLE_MS = 365 * 86_400_000

export const refundsOf = ({ books }: Simulator, { channel, out_trade_no }: Pick<Trade, 'channel' | 'out_trade_no'>): Refund[] =>
  books
    .query<Refund, [string, string]>('SELECT * FROM refunds WHERE channel = ? AND out_trade_no = ? ORDER BY created_at, out_refund_no')
    .all(channel, out_trade_no)

/** WeChat's refund numbers are the merchant's own, whatever the order. */
export const findRefund = ({ books }: Simulator, channel: Channel, outRefundNo: string): Refund | undefined =>
  books.query<Refund, [string, string]>('SELECT * FROM refunds WHERE channel = ? AND out_refund_no = ?').get(channel, outRefundNo) ??
  undefined

export const findRefundByNumber = ({ books }: Simulator, refundNo: string): Refund | undefined =>
  books.query<Refund, [string]>('SELECT * FROM refunds WHERE refund_no = ?').get(refundNo) ?? undefined

/** What went back or is on its way: a closed refund gave its money back to the merchant. */
export const refundedOf = (simulator: Simulator, trade: Trade): number =>
  refundsOf(simulator, trade).reduce((sum, { state, amount }) => (state === 'closed' ? sum : sum + amount), 0)

/** After a year nothing can be refunded; Alipay calls the trade finished. */
export const isFinished = (simulator: Simulator, trade: Trade): boolean =>
  trade.paid_at !== null && bankMs(simulator) > trade.paid_at + REFUNDABLE_MS

export type RefundFault = 'too_old' | 'too_many' | 'too_much' | 'balance'

export function refundFault(simulator: Simulator, trade: Trade, amount: number): RefundFault | undefined {
  if (isFinished(simulator, trade)) return 'too_old'
  const earlier = refundsOf(simulator, trade).filter(({ state }) => state !== 'closed')
  if (earlier.length >= MOST_PARTIALS) return 'too_many'
  if (amount + refundedOf(simulator, trade) > told(simulator, trade).amount) return 'too_much'
  if (balanceOf(simulator, trade.channel) < cost(amount, feeOf(simulator, trade.channel, amount))) return 'balance'
  return undefined
}

/** The fee of what goes back is given back too. */
export const cost = (amount: number, fee: number): number => amount * UNIT_PER_FEN - fee
