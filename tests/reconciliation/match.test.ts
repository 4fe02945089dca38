import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { addDays, addSeconds } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { matchChannel } from '#src/reconciliation/match'
import { openTestDatabase } from '#tests/support/database'
import { anOperator } from '#tests/support/factory'
import { anOpenOrder, aPaidOrder, aRefund, at, DAY, MORNING, NEXT_DAY, providerNumber, reconcile, SECOND_MORNING } from './day'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeEach(async () => {
  database = await openTestDatabase()
})
afterEach(async () => {
  await database.close()
})

const differences = async () => [
  ...(await database.owner`
    SELECT kind, state, our_fen AS ours, bill_fen AS billed, order_id AS "orderId", bill_date::text AS day, reason FROM bill_differences
    ORDER BY bill_date, kind, subject`),
]
const bill = async (day = DAY) => {
  const [row] = await database.owner`
    SELECT state, payments, refunds, payment_fen AS payment, refund_fen AS refund, fee_millifen AS fee, our_payment_fen AS "ourPayment",
      our_refund_fen AS "ourRefund", settled_fen AS settled, attempts, last_answer AS answer FROM provider_bills WHERE bill_date = ${day}`
  return row!
}
const alerts = async () => [...(await database.owner`SELECT kind, subject, occurrences FROM alerts ORDER BY kind, subject`)]

describe('a day on which books and bill agree', () => {
  test('is closed at once, its sums on both sides and nothing to do', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id)
    const other = await aPaidOrder(operator.id, { amount: '250.50', paidAt: at('23:10:00') })
    const refund = await aRefund(order, { amount: '40.00' })
    const counts = await reconcile({ [DAY]: [order, other, refund] })
    expect(counts).toEqual({ imported: 1, waiting: 0, faulty: 0, found: 0, vanished: 0, closed: 1 })
    expect(await bill()).toMatchObject({
      state: 'closed',
      payments: 2,
      refunds: 1,
      payment: 35_050n,
      refund: 4_000n,
      fee: 186_300n,
      ourPayment: 35_050n,
      ourRefund: 4_000n,
      settled: 31_050n,
    })
    expect(await alerts()).toEqual([])
  })

  test('of Alipay too', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { channel: 'alipay' })
    const refund = await aRefund(order, { amount: '30.00', channel: 'alipay' })
    expect(await reconcile({ [DAY]: [order, refund] }, MORNING, 'alipay')).toMatchObject({ imported: 1, found: 0, closed: 1 })
  })

  test('a refund that took days settles the line that its first day has', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id)
    const refund = await aRefund(order, { amount: '40.00', doneAt: at('09:00:00', NEXT_DAY) })
    await reconcile({ [DAY]: [order, { ...refund, refundState: 'PROCESSING' }], [NEXT_DAY]: [] }, SECOND_MORNING)
    expect(await differences()).toEqual([])
    expect((await bill(NEXT_DAY)).state).toBe('closed')
  })
})

describe('each kind of difference', () => {
  test('long: the bill has a payment that nobody was credited for, known order or not', async () => {
    const operator = await anOperator()
    const order = await anOpenOrder(operator.id)
    const stray = { at: '2026-03-05 13:00:00', ourNo: 'SHOP-77', providerNo: providerNumber(), amount: '66.00' }
    await reconcile({ [DAY]: [order, stray] })
    expect(await differences()).toMatchObject([
      { kind: 'long', state: 'open', ours: null, billed: 10_000n, orderId: order.id },
      { kind: 'long', state: 'open', ours: null, billed: 6_600n, orderId: null },
    ])
    expect((await bill()).state).toBe('matched')
    expect(await alerts()).toMatchObject([{ kind: 'bill_difference', subject: `wechat ${DAY}`, occurrences: 1 }])
  })

  test('short: waits one more bill for the cut-off, then it is open', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id)
    await reconcile({ [DAY]: [] })
    expect(await differences()).toMatchObject([{ kind: 'short', state: 'waiting', ours: 10_000n, billed: null, orderId: order.id }])
    expect(await alerts()).toEqual([])
    await reconcile({ [NEXT_DAY]: [] }, SECOND_MORNING)
    expect(await differences()).toMatchObject([{ kind: 'short', state: 'open', day: DAY }])
    expect(await alerts()).toMatchObject([{ kind: 'bill_difference', subject: `wechat ${DAY}` }])
  })

  test('a payment of 23:59:58 that the next bill has was never a difference: it closes itself and says why', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: at('23:59:58'), creditedAt: at('00:00:03', NEXT_DAY) })
    await reconcile({ [DAY]: [] })
    expect((await bill()).state).toBe('matched')
    const counts = await reconcile({ [NEXT_DAY]: [order] }, SECOND_MORNING)
    expect(counts).toMatchObject({ found: 0, vanished: 1, closed: 2 })
    expect(await differences()).toMatchObject([{ kind: 'short', state: 'vanished', reason: '2026-03-06 账单第 1 行与账上一致' }])
    expect(await alerts()).toEqual([])
  })

  test('a payment that the bill counts a day earlier than we do is no difference on either day', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id, { paidAt: at('00:00:01', NEXT_DAY) })
    await reconcile({ [DAY]: [order], [NEXT_DAY]: [] }, SECOND_MORNING)
    expect(await differences()).toEqual([])
  })

  test('amount: both have it, a fen apart', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id)
    await reconcile({ [DAY]: [{ ...order, amount: '99.99' }] })
    expect(await differences()).toMatchObject([{ kind: 'amount', state: 'open', ours: 10_000n, billed: 9_999n, orderId: order.id }])
  })

  test('fee: one for each operator, told apart from rounding; a refund may keep its fee', async () => {
    const [dear, fair] = [await anOperator(), await anOperator()]
    const orders = [
      await aPaidOrder(dear.id),
      await aPaidOrder(dear.id, { amount: '200.00' }),
      await aPaidOrder(fair.id, { amount: '10.08' }),
    ]
    const refund = await aRefund(orders[1]!, { amount: '20.00' })
    const rows = [
      { ...orders[0]!, fee: '1.00000' },
      { ...orders[1]!, fee: '1.20001' },
      { ...orders[2]!, fee: '0.06' },
      { ...refund, fee: '0' },
    ]
    await reconcile({ [DAY]: rows })
    expect(await differences()).toMatchObject([{ kind: 'fee', state: 'open', ours: 60n, billed: 100n, orderId: null }])
  })

  test('state: the bill has paid a refund back that is still under way here, and the other way round', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id)
    const ours = await aRefund(order, { amount: '20.00', status: 'processing' })
    const theirs = await aRefund(order, { amount: '30.00' })
    await reconcile({ [DAY]: [order, ours, { ...theirs, refundState: 'FAIL' }] })
    expect(await differences()).toMatchObject([
      { kind: 'short', state: 'waiting', ours: 3_000n },
      { kind: 'state', state: 'open', ours: 2_000n, billed: 2_000n },
      { kind: 'state', state: 'open', ours: 3_000n, billed: 3_000n },
    ])
  })

  test('duplicate: a second payment of an order, and the same line twice', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id)
    const other = await aPaidOrder(operator.id, { amount: '50.00' })
    await reconcile({ [DAY]: [order, { ...order, providerNo: providerNumber() }, other, other] })
    expect(await differences()).toMatchObject([
      { kind: 'duplicate', state: 'open', ours: 10_000n, billed: 10_000n, orderId: order.id },
      { kind: 'duplicate', state: 'open', ours: 5_000n, billed: 5_000n, orderId: other.id },
    ])
    expect((await bill()).settled).toBe(15_000n)
  })

  test('a refund at the provider that nobody here knows is long', async () => {
    const operator = await anOperator()
    const order = await aPaidOrder(operator.id)
    await reconcile({ [DAY]: [order, { ...order, amount: '10.00', refundNo: 'by-hand-1' }] })
    expect(await differences()).toMatchObject([{ kind: 'long', state: 'open', ours: null, billed: 1_000n }])
  })
})

test('a day that is matched again and again has the same differences, none twice', async () => {
  const operator = await anOperator()
  const order = await aPaidOrder(operator.id)
  await aPaidOrder(operator.id, { amount: '70.00' })
  const stray = { at: '2026-03-05 13:00:00', ourNo: 'SHOP-77', providerNo: providerNumber(), amount: '66.00' }
  await reconcile({ [DAY]: [{ ...order, amount: '101.00', fee: '5.00' }, stray] })
  const first = await database.owner`SELECT * FROM bill_differences ORDER BY id`
  expect(first).toHaveLength(4)
  for (const minutes of [1, 2, 3]) await transaction((tx) => matchChannel(tx, 'wechat', addSeconds(MORNING, minutes * 60)))
  expect(await database.owner`SELECT * FROM bill_differences ORDER BY id`).toEqual(first)
  expect(await alerts()).toMatchObject([{ occurrences: 1 }])
})

test('two matches at once write each difference once', async () => {
  const operator = await anOperator()
  for (let n = 0; n < 5; n++) await aPaidOrder(operator.id)
  await Promise.all([reconcile({ [DAY]: [] }), reconcile({ [DAY]: [] })])
  expect(await differences()).toHaveLength(5)
})

test('what is older than the second day after it is told once more, loudly', async () => {
  const operator = await anOperator()
  await aPaidOrder(operator.id)
  const bills = { [DAY]: [], [NEXT_DAY]: [], '2026-03-07': [] }
  await reconcile(bills, SECOND_MORNING)
  await reconcile(bills, addDays(SECOND_MORNING, 1))
  expect(await alerts()).toMatchObject([
    { kind: 'bill_difference', subject: `wechat ${DAY}` },
    { kind: 'bill_difference_overdue', subject: `wechat ${DAY}` },
  ])
})
