import type { Uuid } from '#src/core/ids'
import { type Money, minus, plus, smaller, ZERO } from '#src/core/money'
import { addDays, type Instant } from '#src/core/time'

/** A paid order as a source of a refund: what was paid, what of it went back already, under how many numbers. */
export type SourceOrder = {
  id: Uuid
  channel: 'wechat' | 'alipay' | 'bank'
  paid: Money
  refunded: Money
  partials: number
  paidAt: Instant
}
/** What providers take back: no order older than this, none more often than this. */
export type SourceLimits = { maxDays: number; maxPartials: number; now: Instant }

/** One part of a refund and its way out. Without an order it is a bank transfer of money that no order can take back. */
export type Slice = { orderId: Uuid | null; channel: SourceOrder['channel']; amount: Money }

/**
 * Splits a refund over the orders it was paid in by. Pure. The newest go first: old money counts as spent first, and most of the
 * provider's window is left for retries. What no order can take is one bank transfer. The slices sum up to `amount`.
 */
export function planSlices(amount: Money, orders: readonly SourceOrder[], limits: SourceLimits): Slice[] {
  let left = amount
  const slices: Slice[] = []
  for (const { id: orderId, channel, paid, refunded } of orders.filter((order) => isSource(order, limits)).toSorted(newestFirst)) {
    if (left === ZERO) break
    const part = smaller(left, minus(paid, refunded))
    slices.push({ orderId, channel, amount: part })
    left = minus(left, part)
  }
  return left > ZERO ? [...slices, { orderId: null, channel: 'bank', amount: left }] : slices
}

/** Whether something of an order can still go back the way it came. */
const isSource = ({ paid, refunded, partials, paidAt }: SourceOrder, { now, maxDays, maxPartials }: SourceLimits): boolean =>
  refunded < paid && partials < maxPartials && paidAt > addDays(now, -maxDays)

const newestFirst = (a: SourceOrder, b: SourceOrder): number => b.paidAt.getTime() - a.paidAt.getTime() || (a.id < b.id ? 1 : -1)

export const sumOf = (slices: readonly Pick<Slice, 'amount'>[]): Money => slices.reduce((sum, { amount }) => plus(sum, amount), ZERO)
