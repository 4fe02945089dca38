import { describe, expect, test } from 'bun:test'
import { addDays, addSeconds, type Instant, instant, now } from '#src/core/time'
import { checkOrder } from '#src/payments/check'
import { nextCheck } from '#src/payments/check-schedule'
import { expireOrders, syncPendingOrders } from '#src/payments/sync-pending'
import { balanceOf } from '#tests/support/factory'
import { anOrder, type Placed, stored, withBank } from './scene'

const scene = withBank()
const { started } = scene
const pay = ({ order, channel }: Placed, options = {}) => scene.bank.control.pay(channel, order.outTradeNo, options)
const minutes = (at: Instant, count: number) => addSeconds(at, count * 60)
/** What is left of other tests must not be counted here. */
const alone = () => started.database.owner`UPDATE recharge_orders SET next_check_at = NULL`
const overdue = ({ order }: Placed) =>
  started.database
    .owner`UPDATE recharge_orders SET expires_at = created_at + interval '1 second', next_check_at = created_at WHERE id = ${order.id}`

describe('the schedule', () => {
  const at = instant('2026-03-05T04:00:00Z')
  const order = { status: 'pending' as const, createdAt: at, expiresAt: minutes(at, 15) }
  const asked = (checks: number, when: Instant, status: 'pending' | 'expired' | 'abnormal' | 'success' = 'pending') =>
    nextCheck({ ...order, status, checks }, when)

  test('asks ever more seldom, and at the end of the order’s time whatever the step', () => {
    expect(asked(1, minutes(at, 1))).toEqual(minutes(at, 3))
    expect(asked(2, minutes(at, 3))).toEqual(minutes(at, 8))
    expect(asked(3, minutes(at, 8))).toEqual(order.expiresAt)
    expect(asked(40, minutes(at, 600), 'abnormal')).toEqual(minutes(at, 660))
  })

  test('goes on after an order has ended until its day is billed, and for ever while it is open; never after success', () => {
    expect(asked(9, minutes(at, 100), 'expired')).toEqual(minutes(at, 160))
    expect(asked(9, addDays(at, 2), 'expired')).toBeNull()
    expect(asked(9, addDays(at, 20), 'abnormal')).not.toBeNull()
    expect(asked(0, at, 'success')).toBeNull()
  })
})

describe.each(['wechat', 'alipay'] as const)('%s', (channel) => {
  test('a payment of which no notification came is settled by the job', async () => {
    await alone()
    const [paid, unpaid] = [await anOrder({ channel }), await anOrder({ channel })]
    await pay(paid)
    expect(await syncPendingOrders({ now: now() })).toMatchObject({ checked: 0, settled: 0 })
    expect(await syncPendingOrders({ now: minutes(now(), 2) })).toMatchObject({ checked: 2, settled: 1, failed: 0 })
    expect(await balanceOf(paid.operator.id)).toBe(10_000n as never)
    expect(await stored(unpaid.order.id)).toMatchObject({ status: 'pending', checks: 1 })
    expect(await syncPendingOrders({ now: minutes(now(), 3) })).toMatchObject({ checked: 0 })
  })

  test('an order nobody paid is closed at the provider and ends; what the provider never saw stays on the schedule', async () => {
    await alone()
    const placed = await anOrder({ channel })
    await overdue(placed)
    expect(await expireOrders({ now: minutes(now(), 16) })).toMatchObject({ checked: 1, expired: 1 })
    const order = await stored(placed.order.id)
    expect(order).toMatchObject({ status: 'expired', late: false })
    expect(order.nextCheckAt !== null).toBe(true)
    expect(await balanceOf(placed.operator.id)).toBe(0n as never)
  })

  test('an order paid in the last second is credited instead of ended', async () => {
    await alone()
    const placed = await anOrder({ channel })
    await pay(placed)
    await overdue(placed)
    expect(await expireOrders({ now: minutes(now(), 16) })).toMatchObject({ settled: 1, expired: 0 })
    expect(await stored(placed.order.id)).toMatchObject({ status: 'success' })
  })

  test('three questions without an answer make an order abnormal and wake finance; the money comes all the same', async () => {
    await alone()
    const placed = await anOrder({ channel })
    await pay(placed)
    await scene.bank.control.chaos('call.500', { outTradeNo: placed.order.outTradeNo, operation: 'query', count: 3 })
    const outcomes = []
    for (let turn = 1; turn <= 3; turn++) outcomes.push([await checkOrder(placed.order.id, now()), (await stored(placed.order.id)).status])
    expect(outcomes).toEqual([
      ['failed', 'pending'],
      ['failed', 'pending'],
      ['failed', 'abnormal'],
    ])
    const alerts = await started.database
      .owner`SELECT details FROM alerts WHERE kind = 'order_abnormal' AND subject = ${placed.order.id} AND closed_at IS NULL`
    const told = await started.database.owner`SELECT title FROM message_notifications WHERE target_operator_id = ${placed.operator.id}`
    expect([alerts.length, told.map(({ title }) => title)]).toEqual([1, ['充值异常']])
    expect(alerts[0]!.details.operator).toBeString()
    expect(await checkOrder(placed.order.id, now())).toBe('settled')
    expect(await stored(placed.order.id)).toMatchObject({ status: 'success', queryFailures: 0, errorMessage: null })
    expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
    const [over] = await started.database.owner`SELECT closed_at, closed_by FROM alerts WHERE subject = ${placed.order.id}`
    expect([over!.closed_at !== null, over!.closed_by]).toEqual([true, null])
  })
})

test('polls that are overdue wake whoever runs the product, once, until they are made up for', async () => {
  await alone()
  const placed = await anOrder()
  await started.database.owner`UPDATE recharge_orders SET next_check_at = now() - interval '16 minutes' WHERE id = ${placed.order.id}`
  expect(await syncPendingOrders({ now: now() })).toMatchObject({ overdue: 1 })
  const alerts = await started.database.owner`SELECT audience FROM alerts WHERE kind = 'payment_checks_overdue'`
  expect(alerts.map(({ audience }) => audience)).toEqual(['operations'])
  await started.database.owner`UPDATE recharge_orders SET next_check_at = NULL WHERE id = ${placed.order.id}`
  expect(await syncPendingOrders({ now: now() })).toMatchObject({ overdue: 0 })
  expect(await started.database.owner`SELECT FROM alerts WHERE kind = 'payment_checks_overdue' AND closed_at IS NULL`).toHaveLength(0)
})

test('a run is bounded, and orders of a bank transfer are nobody’s to ask about', async () => {
  await alone()
  const { operator } = await anOrder()
  await started.database.owner`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, expires_at, created_at, updated_at)
    SELECT gen_random_uuid(), ${operator.id}, 10000, 'bank', now() + interval '1 day', now(), now() FROM generate_series(1, 5)`
  await started.database.owner`UPDATE recharge_orders SET next_check_at = NULL`
  expect(await syncPendingOrders({ now: addDays(now(), 1) })).toMatchObject({ checked: 0 })
})
