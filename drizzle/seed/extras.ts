import type { Uuid } from '#src/core/ids'
import { type Money, money } from '#src/core/money'
import { addDays, addMs, businessDay, type Instant, startOfDay } from '#src/core/time'
import type { Extra } from './history'
import { type Random, randomFrom } from './random'
import type { World, WorldOperator } from './world'

/** A refund as refund_records and, once paid, refund_payouts keep it. */
export type DemoRefund = {
  id: Uuid
  operatorId: Uuid
  amount: Money
  reason: string
  createdAt: Instant
  /** Approved and paid by bank transfer; still waiting if undefined. */
  paid: { reviewedAt: Instant; payoutId: Uuid; outRefundNo: string; paidAt: Instant } | undefined
}

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

const REFUNDS = [
  { username: 'juchao_game', daysAgo: 33, yuan: 120, reason: '深圳南山店场地检修停业三天，申请退回部分余额', isPaid: true },
  { username: 'huanjie_park', daysAgo: 1, yuan: 800, reason: '赛事活动改期，申请退回活动预充的部分金额', isPaid: false },
]

const GIFTS = [
  { username: 'lingjing_vr', daysAgo: 20, yuan: 100, description: '人工加款：新客户开户赠送，按市场活动方案执行' },
  { username: 'huanjie_park', daysAgo: 58, yuan: 500, description: '人工加款：季度大客户返利，按合同第七条计算' },
]

export function refundsOf(world: World): DemoRefund[] {
  const random = randomFrom('refunds')
  return REFUNDS.map(({ username, daysAgo, yuan, reason, isPaid }) => {
    const createdAt = at(world, daysAgo, 10)
    const operatorId = ownerOf(world, username).id
    const refund = { id: random.id(createdAt), operatorId, amount: money(yuan * 100), reason, createdAt }
    return { ...refund, paid: isPaid ? payout(createdAt, random) : undefined }
  })
}

function payout(createdAt: Instant, random: Random) {
  const reviewedAt = addMs(createdAt, 100 * MINUTE_MS)
  return {
    reviewedAt,
    payoutId: random.id(reviewedAt),
    outRefundNo: `RF${businessDay(reviewedAt).replaceAll('-', '')}${random.digits(8)}`,
    paidAt: addMs(reviewedAt, 45 * MINUTE_MS),
  }
}

/** Money of an operator that moves besides games and recharges: gifts by adjustment, refunds and their payout. */
export function extrasOf(world: World, operator: WorldOperator, refunds: DemoRefund[]): Extra[] {
  const gifts = GIFTS.filter((gift) => gift.username === operator.username).map(
    ({ daysAgo, yuan, description }): Extra => ({
      at: at(world, daysAgo, 9),
      transfer: { kind: 'adjustment_in', amount: money(yuan * 100), description },
    }),
  )
  const paid = refunds.flatMap((refund): Extra[] => {
    if (refund.operatorId !== operator.id || !refund.paid) return []
    const { id: refundId, amount } = refund
    return [
      { at: refund.paid.reviewedAt, transfer: { kind: 'refund', amount, refundId, description: '退款审核通过' } },
      {
        at: refund.paid.paidAt,
        transfer: { kind: 'refund_payout', channel: 'bank', amount, refundId, description: '退款已汇出（银行转账）' },
      },
    ]
  })
  return [...gifts, ...paid]
}

const ownerOf = (world: World, username: string): WorldOperator => world.operators.find((operator) => operator.username === username)!

const at = (world: World, daysAgo: number, hour: number): Instant =>
  addMs(startOfDay(businessDay(addDays(world.now, -daysAgo))), hour * HOUR_MS)
