import { expect, test } from 'bun:test'
import { addSeconds, now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { gateway } from '#src/payments/gateways/registry'
import { settleOrder } from '#src/payments/settle'
import { expireOrders, syncPendingOrders } from '#src/payments/sync-pending'
import { bookFaults } from '#tests/ledger/books'
import { balanceOf } from '#tests/support/factory'
import { anOrder, type Placed, stored, withBank } from './scene'

const scene = withBank()
const { started } = scene

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length <= 1) yield [...items]
  else
    for (const [at, item] of items.entries())
      for (const rest of permutations(items.filter((_, other) => other !== at))) yield [item, ...rest]
}

const later = () => addSeconds(now(), 16 * 60)

/** The five things that may happen to an order, each as the product hears of it; the bank knows what is true. */
const EVENTS: Record<string, (placed: Placed) => Promise<unknown>> = {
  paid: async ({ order, channel }) => {
    await scene.bank.control.pay(channel, order.outTradeNo, { late: true }).catch(() => {})
    await settleOrder({ channel, outTradeNo: order.outTradeNo }, now())
  },
  /** A notice that says closed only makes us ask. */
  closed: ({ order, channel }) => settleOrder({ channel, outTradeNo: order.outTradeNo }, now()),
  expiry: async ({ order }) => {
    await started.database.owner`
      UPDATE recharge_orders SET expires_at = created_at + interval '1 second', next_check_at = created_at WHERE id = ${order.id} AND status = 'pending'`
    await expireOrders({ now: later() })
  },
  sync: async ({ order }) => {
    await started.database.owner`UPDATE recharge_orders SET next_check_at = created_at WHERE id = ${order.id} AND next_check_at IS NOT NULL`
    await syncPendingOrders({ now: addSeconds(now(), 60) })
  },
  /** Somebody refunds at the provider, by hand, what was paid; its notice makes us ask too. */
  refund: async ({ order, channel }) => {
    const number = `m${order.outTradeNo}`.slice(0, 32)
    const refund = { outTradeNo: order.outTradeNo, outRefundNo: number, amount: order.amount, total: order.amount, reason: '后台退款' }
    await gateway(channel)!
      .refund(refund)
      .catch(() => {})
    await settleOrder({ channel, outTradeNo: order.outTradeNo }, now())
  },
}

test.each(['wechat', 'alipay'] as const)(
  '%s: all 120 orders of the five events end in the same books',
  async (channel) => {
    const books = new Map<string, string[]>()
    for (const order of permutations(Object.keys(EVENTS))) {
      const placed = await anOrder({ channel })
      // The bank lets nobody close what is about to be paid: whether a payment is possible must not hang on our clock here.
      await scene.bank.control.chaos('call.500', { outTradeNo: placed.order.outTradeNo, operation: 'close' })
      for (const name of order) await EVENTS[name]!(placed)
      await settleOrder({ orderId: placed.order.id }, now())
      const rows = await started.database.owner`
        SELECT type, debit_account, credit_account, amount_fen::int AS fen FROM transaction_records WHERE operator_id = ${placed.operator.id} ORDER BY seq`
      const { status } = await stored(placed.order.id)
      const book = JSON.stringify([status, String(await balanceOf(placed.operator.id)), rows])
      books.set(book, [...(books.get(book) ?? []), order.join(' → ')])
    }
    expect([...books.keys()]).toEqual([
      JSON.stringify([
        'success',
        '10000',
        [{ type: 'recharge', debit_account: `clearing:${channel}`, credit_account: 'operator', fen: 10_000 }],
      ]),
    ])
    expect([await bookFaults(started.database.owner), (await proveLedger({ now: now() })).findings]).toEqual([[], []])
  },
  120_000,
)
