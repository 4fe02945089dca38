import { describe, expect, test } from 'bun:test'
import { SYSTEM } from '#src/audit-logs/audit-log'
import { addSeconds, now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { creditOrder } from '#src/payments/credit'
import { GatewayUnknown } from '#src/payments/gateways/gateway'
import { lockOrder } from '#src/payments/orders'
import { settleOrder, settlePayment } from '#src/payments/settle'
import { transaction } from '#src/platform/database'
import { bookFaults } from '#tests/ledger/books'
import { auditRows } from '#tests/support/api'
import { balanceOf } from '#tests/support/factory'
import { anOrder, type Placed, stored, withBank } from './scene'

const scene = withBank()
const { started } = scene

const settle = ({ order }: Pick<Placed, 'order'>, at = now()) => settleOrder({ orderId: order.id }, at)
const pay = ({ order, channel }: Placed, options = {}) => scene.bank.control.pay(channel, order.outTradeNo, options)
const journalOf = (operatorId: string) =>
  started.database
    .owner`SELECT type, debit_account, credit_account, amount_fen::int AS fen, order_id FROM transaction_records WHERE operator_id = ${operatorId} ORDER BY seq`
const keptOf = (orderId: string) =>
  started.database.owner`SELECT cause, amount_fen::int AS fen, suspense_seq, status FROM payment_quarantine WHERE order_id = ${orderId}`
const messagesOf = (operatorId: string) =>
  started.database
    .owner`SELECT title, content, related_kind, related_id FROM message_notifications WHERE target_operator_id = ${operatorId}`
const isProved = async () => (await proveLedger({ now: now() })).findings

describe.each(['wechat', 'alipay'] as const)('%s', (channel) => {
  test('a paid order is credited once, with its journal row, state, message and audit', async () => {
    const placed = await anOrder({ channel })
    expect([placed.order.status, placed.order.qrCodeUrl !== null]).toEqual(['pending', true])
    expect((await settle(placed)).outcome).toBe(channel === 'alipay' ? 'absent' : 'unpaid')
    expect(await balanceOf(placed.operator.id)).toBe(0n as never)
    await pay(placed)
    expect((await settle(placed)).outcome).toBe('credited')
    expect((await settle(placed)).outcome).toBe('settled_before')
    expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
    const order = await stored(placed.order.id)
    expect(order).toMatchObject({ status: 'success', late: false, nextCheckAt: null, errorMessage: null })
    expect([order.paidAt !== null, order.providerTxnId !== null]).toEqual([true, true])
    expect(await journalOf(placed.operator.id)).toEqual([
      { type: 'recharge', debit_account: `clearing:${channel}`, credit_account: 'operator', fen: 10_000, order_id: order.id },
    ] as never)
    const messages = await messagesOf(placed.operator.id)
    expect(messages).toMatchObject([{ title: '充值到账', related_kind: 'order', related_id: order.id }])
    expect(messages[0]!.content).toContain('100.00元已到账，当前余额100.00元')
    expect((await auditRows(started.database, order.id)).map(({ operation }) => operation)).toEqual(['recharge_order', 'recharge_credit'])
    expect([await bookFaults(started.database.owner), await isProved()]).toEqual([[], []])
  })

  test('twenty settles at once are one credit', async () => {
    const placed = await anOrder({ channel })
    await pay(placed)
    const outcomes = (await Promise.all(Array.from({ length: 20 }, () => settle(placed)))).map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'credited')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'settled_before')).toHaveLength(19)
    expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
    expect(await messagesOf(placed.operator.id)).toHaveLength(1)
  })

  test('a coupon lowers what the payer gave, never what is credited', async () => {
    const placed = await anOrder({ channel })
    await scene.bank.control.chaos('trade.coupon', { outTradeNo: placed.order.outTradeNo })
    await pay(placed)
    expect((await settle(placed)).outcome).toBe('credited')
    expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
  })

  test('another amount is kept apart: nothing is credited, the ledger shows it in suspense, finance is told once', async () => {
    const placed = await anOrder({ channel })
    await scene.bank.control.chaos('trade.wrong_amount', { outTradeNo: placed.order.outTradeNo })
    await pay(placed)
    const outcomes = (await Promise.all(Array.from({ length: 5 }, () => settle(placed)))).map(({ outcome }) => outcome)
    expect(new Set(outcomes)).toEqual(new Set(['quarantined']))
    expect(await balanceOf(placed.operator.id)).toBe(0n as never)
    const [kept] = await keptOf(placed.order.id)
    expect(kept).toMatchObject({ cause: 'amount', status: 'open' })
    expect(kept!.fen).not.toBe(10_000)
    expect(await journalOf(placed.operator.id)).toEqual([
      { type: 'suspense', debit_account: `clearing:${channel}`, credit_account: 'suspense', fen: kept!.fen, order_id: null },
    ] as never)
    expect(await stored(placed.order.id)).toMatchObject({ status: 'abnormal', nextCheckAt: null })
    const { transactionId } = (await scene.bank.control.trade(channel, placed.order.outTradeNo)) as unknown as { transactionId: string }
    const alerts = await started.database
      .owner`SELECT occurrences FROM alerts WHERE kind = 'payment_quarantined' AND details->>'cause' = 'amount'
      AND subject LIKE ${`${channel}:%`}`
    expect([alerts.length, alerts[0]!.occurrences, transactionId]).toEqual([1, 1, transactionId])
    expect(await isProved()).toEqual([])
  })

  test('money that comes after the order has ended is credited and flagged', async () => {
    const placed = await anOrder({ channel })
    await started.database.owner`UPDATE recharge_orders SET status = 'expired' WHERE id = ${placed.order.id}`
    await pay(placed, { late: true })
    expect((await settle(placed)).outcome).toBe('credited')
    expect(await stored(placed.order.id)).toMatchObject({ status: 'success', late: true })
    expect((await messagesOf(placed.operator.id))[0]!.title).toBe('充值到账（订单过期后）')
  })

  test('a payment of a closed account is kept apart', async () => {
    const placed = await anOrder({ channel })
    await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${placed.operator.id}`
    await pay(placed)
    expect((await settle(placed)).outcome).toBe('quarantined')
    expect(await keptOf(placed.order.id)).toMatchObject([{ cause: 'closed_account', fen: 10_000 }])
    expect(await isProved()).toEqual([])
  })

  test('a provider that does not answer leaves everything as it was', async () => {
    const placed = await anOrder({ channel })
    await pay(placed)
    await scene.bank.control.chaos('call.500', { outTradeNo: placed.order.outTradeNo, operation: 'query', count: 1 })
    expect(settle(placed)).rejects.toBeInstanceOf(GatewayUnknown)
    await settle(placed).catch(() => {})
    await settle(placed)
    expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
  })

  test('a second payment of an order that is paid is kept apart: one credit, the rest in suspense', async () => {
    const placed = await anOrder({ channel })
    // An earlier payment, in the books already; the provider now shows another one under the order's number.
    const earlier = { kind: 'recharge', providerTxnId: `earlier${placed.order.outTradeNo}`, paidAt: now(), late: false } as const
    await transaction(async (tx) => creditOrder(tx, await lockOrder(tx, placed.order), earlier, { actor: SYSTEM, origin: null, at: now() }))
    await pay(placed)
    const outcomes = (await Promise.all(Array.from({ length: 5 }, () => settle(placed)))).map(({ outcome }) => outcome)
    expect(new Set(outcomes)).toEqual(new Set(['quarantined']))
    expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
    expect(await keptOf(placed.order.id)).toMatchObject([{ cause: 'duplicate', fen: 10_000, status: 'open' }])
    expect((await journalOf(placed.operator.id)).map(({ type, fen }) => [type, fen])).toEqual([
      ['recharge', 10_000],
      ['suspense', 10_000],
    ])
    expect(await stored(placed.order.id)).toMatchObject({ status: 'success' })
    expect(await isProved()).toEqual([])
  })

  test('a payment is found by the provider’s own number', async () => {
    const placed = await anOrder({ channel })
    await pay(placed)
    const { provider_no: number } = await scene.bank.control.trade(channel, placed.order.outTradeNo)
    expect((await settlePayment(channel, number!, now())).outcome).toBe('credited')
    expect((await settlePayment(channel, number!, now())).outcome).toBe('settled_before')
    expect((await settlePayment(channel, '4200000000000000000000000000', now())).outcome).toBe('absent')
    expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
  })
})

test('another currency or another merchant is kept apart without a row in the ledger: that money is not ours', async () => {
  for (const [chaos, cause] of [
    ['trade.wrong_currency', 'currency'],
    ['trade.wrong_mchid', 'merchant'],
  ] as const) {
    const placed = await anOrder()
    await scene.bank.control.chaos(chaos, { outTradeNo: placed.order.outTradeNo })
    await pay(placed)
    expect((await settle(placed)).outcome).toBe('quarantined')
    expect(await keptOf(placed.order.id)).toMatchObject([{ cause, suspense_seq: null }])
    expect(await journalOf(placed.operator.id)).toHaveLength(0)
  }
})

test('an order paid before it was told refunded is credited, and finance hears of the refund that is not ours', async () => {
  const placed = await anOrder()
  await pay(placed)
  const { gateway } = await import('#src/payments/gateways/registry')
  await gateway('wechat')!.refund({
    outTradeNo: placed.order.outTradeNo,
    outRefundNo: `r${placed.order.outTradeNo}`.slice(0, 32),
    amount: placed.order.amount,
    total: placed.order.amount,
    reason: '后台手工退款',
  })
  expect((await settle(placed, addSeconds(now(), 1))).outcome).toBe('credited')
  const alerts = await started.database.owner`SELECT FROM alerts WHERE kind = 'refund_not_ours' AND subject = ${placed.order.id}`
  expect(alerts).toHaveLength(1)
})
