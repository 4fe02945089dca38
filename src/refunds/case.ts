import type { Uuid } from '#src/core/ids'
import { money, smaller, ZERO } from '#src/core/money'
import { addDays, type Instant } from '#src/core/time'
import { read } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import { sourceLimits, sourceOrders } from './payouts'
import { planSlices } from './plan'
import { type ListedRefund, operatorFinance, payoutsOf, refundsPage } from './queries'

/** Everything that a decision about a request needs: the plan as it would be now, or as it became; the operator's history. */
export async function refundCase(refund: ListedRefund, now: Instant) {
  const [finance, earlier, plan] = await Promise.all([
    operatorFinance(refund.operatorId),
    refundsPage({ status: 'all', operatorId: refund.operatorId }, { size: 20 }),
    refund.status === 'pending' ? planned(refund, now) : made(refund.id),
  ])
  return {
    refund,
    plan,
    finance,
    actualNow: smaller(refund.requested, refund.currentBalance),
    earlier: earlier.rows.filter(({ id }) => id !== refund.id),
    mostPartials: setting('refund_max_partials'),
    limit: setting('refund_dual_review_limit'),
  }
}

async function planned({ operatorId, requested, currentBalance }: ListedRefund, now: Instant) {
  const limits = sourceLimits(now)
  const orders = await sourceOrders(read(), operatorId)
  const actual = smaller(requested, currentBalance)
  const slices = actual === ZERO ? [] : planSlices(money(actual), orders, limits)
  return slices.map(({ orderId, channel, amount }) => {
    const order = orders.find(({ id }) => id === orderId)
    const until = order && channel !== 'bank' ? { partials: order.partials, until: addDays(order.paidAt, limits.maxDays) } : null
    return { key: orderId ?? 'none', orderId, channel, amount, paidAt: order?.paidAt ?? null, limits: until, payout: null }
  })
}

async function made(refundId: Uuid) {
  const payouts = await payoutsOf(refundId)
  return payouts.map(({ id, orderId, channel, amount, paidAt, status, outRefundNo }) => ({
    key: id,
    orderId,
    channel,
    amount,
    paidAt,
    limits: null,
    payout: { id, status, outRefundNo },
  }))
}
