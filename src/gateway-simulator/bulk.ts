import { recall, remember } from './books'
import type { Channel, Simulator } from './simulator'
import { feeOf, moveBalance, tradeNumber, UNIT_PER_FEN } from './trades'

type BulkOrder = { outTradeNo: string; amount: number; paidAt: number; providerNo?: string }
/** Orders by name, or `count` of them: `prefix` and a running number of seven digits from 1, one every `everyMs` from `paidAt` on. */
export type Bulk = { orders: BulkOrder[] } | { prefix: string; count: number; amount: number; paidAt: number; everyMs?: number }

/** Paid orders by the ten thousand, for bills of a size; nobody is told of them. */
export function bulkPay(simulator: Simulator, channel: Channel, bulk: Bulk): { paid: number } {
  const orders = 'orders' in bulk ? bulk.orders : numbered(bulk)
  const insert = simulator.books.query(
    `INSERT INTO trades (channel, out_trade_no, kind, request, amount, currency, subject, created_at, state, scanned_at, paid_at,
       provider_no, payer_amount, payer, fee)
     VALUES ($channel, $number, $kind, '', $amount, 'CNY', '账户充值', $paidAt, 'paid', $paidAt, $paidAt, $providerNo, $amount, 'o0000000000000000000000000000', $fee)`,
  )
  const first = tradeNumber(simulator, channel)
  simulator.books.transaction(() => {
    let units = 0
    for (const [at, order] of orders.entries()) {
      const fee = feeOf(simulator, channel, order.amount)
      units += order.amount * UNIT_PER_FEN - fee
      const providerNo = order.providerNo ?? String(BigInt(first) + BigInt(at))
      const kind = channel === 'wechat' ? 'NATIVE' : 'QR'
      insert.run({ channel, number: order.outTradeNo, kind, amount: order.amount, paidAt: order.paidAt, providerNo, fee })
    }
    moveBalance(simulator, channel, units)
    remember(simulator.books, 'number', recall(simulator.books, 'number', 0) + orders.length)
  })()
  return { paid: orders.length }
}

const numbered = ({ prefix, count, amount, paidAt, everyMs = 0 }: Exclude<Bulk, { orders: BulkOrder[] }>): BulkOrder[] =>
  Array.from({ length: count }, (_, at) => ({
    outTradeNo: `${prefix}${String(at + 1).padStart(7, '0')}`,
    amount,
    paidAt: paidAt + at * everyMs,
  }))
