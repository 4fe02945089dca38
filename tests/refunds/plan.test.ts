import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { newId } from '#src/core/ids'
import { type Money, money } from '#src/core/money'
import { addDays, addSeconds, instant } from '#src/core/time'
import { planSlices, type SourceOrder, sumOf } from '#src/refunds/plan'

const NOW = instant('2026-03-05T06:00:00.000Z')
const LIMITS = { now: NOW, maxDays: 365, maxPartials: 50 }

const anOrder = (
  order: Partial<Omit<SourceOrder, 'paid' | 'refunded'>> & { paid: number; refunded?: number; daysAgo?: number },
): SourceOrder => ({
  id: order.id ?? newId(),
  channel: order.channel ?? 'wechat',
  paid: money(order.paid),
  refunded: money(order.refunded ?? 0),
  partials: order.partials ?? 0,
  paidAt: order.paidAt ?? addDays(NOW, -(order.daysAgo ?? 1)),
})

const arbitraryOrder = fc
  .record({
    paid: fc.integer({ min: 1_000, max: 1_000_000 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    partials: fc.integer({ min: 0, max: 50 }),
    daysAgo: fc.integer({ min: 0, max: 500 }),
    channel: fc.constantFrom('wechat' as const, 'alipay' as const, 'bank' as const),
  })
  .map(({ share, ...order }) => anOrder({ ...order, refunded: Math.floor(order.paid * share) }))

describe('whatever the orders, a plan', () => {
  const eachPlan = (check: (amount: Money, orders: SourceOrder[], slices: ReturnType<typeof planSlices>) => void) =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000_000 }), fc.array(arbitraryOrder, { maxLength: 30 }), (fen, orders) =>
        check(money(fen), orders, planSlices(money(fen), orders, LIMITS)),
      ),
      { numRuns: 2_000 },
    )

  test('sums up to the refund, in positive slices', () => {
    eachPlan((amount, _orders, slices) => {
      expect(sumOf(slices)).toBe(amount)
      expect(slices.every((slice) => slice.amount > 0n)).toBe(true)
    })
  })

  test('takes of each order at most once, never more than its rest, through its own channel', () => {
    eachPlan((_amount, orders, slices) => {
      const taken = slices.filter(({ orderId }) => orderId !== null)
      expect(new Set(taken.map(({ orderId }) => orderId)).size).toBe(taken.length)
      for (const slice of taken) {
        const order = orders.find(({ id }) => id === slice.orderId)!
        expect(slice.channel).toBe(order.channel)
        expect(order.refunded + slice.amount <= order.paid).toBe(true)
      }
    })
  })

  test('leaves alone what is a year old, was refunded 50 times or has no rest', () => {
    eachPlan((_amount, orders, slices) => {
      for (const { orderId } of slices.filter((slice) => slice.orderId !== null)) {
        const order = orders.find(({ id }) => id === orderId)!
        expect([order.paidAt > addDays(NOW, -365), order.partials < 50, order.refunded < order.paid]).toEqual([true, true, true])
      }
    })
  })

  test('empties newer orders before it touches an older one', () => {
    eachPlan((_amount, orders, slices) => {
      const taken = slices.flatMap((slice) => (slice.orderId ? [{ slice, order: orders.find(({ id }) => id === slice.orderId)! }] : []))
      for (const [index, { slice, order }] of taken.entries()) {
        const later = taken[index + 1]
        if (!later) continue
        expect(order.paidAt >= later.order.paidAt).toBe(true)
        expect(order.refunded + slice.amount).toBe(order.paid)
      }
    })
  })

  test('has a bank transfer without an order at most once, last, and only when every source is empty', () => {
    eachPlan((_amount, orders, slices) => {
      const orphans = slices.filter(({ orderId }) => orderId === null)
      expect(orphans.length <= 1).toBe(true)
      if (orphans.length === 0) return
      expect(slices.at(-1)).toBe(orphans[0]!)
      expect(orphans[0]!.channel).toBe('bank')
      const sources = orders.filter(
        ({ paid, refunded, partials, paidAt }) => refunded < paid && partials < 50 && paidAt > addDays(NOW, -365),
      )
      expect(slices.length).toBe(sources.length + 1)
    })
  })

  test('does not depend on the order in which orders are read', () => {
    fc.assert(
      fc.property(fc.array(arbitraryOrder, { maxLength: 10 }), fc.integer({ min: 1, max: 3_000_000 }), (orders, fen) => {
        const plan = planSlices(money(fen), orders, LIMITS)
        expect(planSlices(money(fen), orders.toReversed(), LIMITS)).toEqual(plan)
      }),
    )
  })
})

test('an order is a source until the very second of a year, and with its 49th refund but not its 50th', () => {
  const edge = addDays(NOW, -365)
  const [old, young] = [anOrder({ paid: 1_000, paidAt: edge }), anOrder({ paid: 1_000, paidAt: addSeconds(edge, 1) })]
  expect(planSlices(money(500), [old], LIMITS)).toEqual([{ orderId: null, channel: 'bank', amount: money(500) }])
  expect(planSlices(money(500), [young], LIMITS)).toEqual([{ orderId: young.id, channel: 'wechat', amount: money(500) }])
  const [full, nearly] = [anOrder({ paid: 1_000, partials: 50 }), anOrder({ paid: 1_000, partials: 49 })]
  expect(planSlices(money(500), [full, nearly], LIMITS)).toEqual([{ orderId: nearly.id, channel: 'wechat', amount: money(500) }])
})
