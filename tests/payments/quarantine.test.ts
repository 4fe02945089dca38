import { describe, expect, test } from 'bun:test'
import * as v from 'valibot'
import { showId } from '#src/core/ids'
import { now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { Resolution } from '#src/payments/resolution'
import { resolveQuarantined } from '#src/payments/resolve-quarantine'
import { settleOrder } from '#src/payments/settle'
import { syncPendingOrders } from '#src/payments/sync-pending'
import { read } from '#src/platform/database'
import { sourceOrders } from '#src/refunds/payouts'
import { auditRows, staffToken } from '#tests/support/api'
import { anOperator, aStaff, balanceOf } from '#tests/support/factory'
import { until } from '#tests/support/until'
import { anOrder, financeAct, stored, withBank } from './scene'

const scene = withBank()
const { started, call } = scene
const REASON = '与运营商电话核对后的处理理由'

/** A payment that did not fit, waiting for finance. */
async function aKept(chaos: 'trade.wrong_amount' | 'trade.wrong_mchid' = 'trade.wrong_amount', channel: 'wechat' | 'alipay' = 'wechat') {
  const placed = await anOrder({ channel })
  await scene.bank.control.chaos(chaos, { outTradeNo: placed.order.outTradeNo })
  await scene.bank.control.pay(channel, placed.order.outTradeNo)
  expect((await settleOrder({ orderId: placed.order.id }, now())).outcome).toBe('quarantined')
  const [row] = await started.database.owner`SELECT id, amount_fen AS fen FROM payment_quarantine WHERE order_id = ${placed.order.id}`
  return { ...placed, id: row!.id as string, fen: row!.fen as bigint }
}
const decide = async (id: string, given: Partial<v.InferInput<typeof Resolution>>, staff?: string) =>
  resolveQuarantined(
    id,
    v.parse(Resolution, { action: 'credit', reason: REASON, ...given }),
    financeAct(staff ?? (await aStaff('finance')).id),
  )
const suspense = async () => {
  const [row] = await started.database.owner`
    SELECT coalesce(sum(CASE WHEN credit_account = 'suspense' THEN amount_fen WHEN debit_account = 'suspense' THEN -amount_fen ELSE 0 END), 0)::bigint AS fen
    FROM transaction_records`
  return row!.fen as bigint
}
const rowOf = async (id: string) => (await started.database.owner`SELECT * FROM payment_quarantine WHERE id = ${id}`)[0]!

describe('crediting', () => {
  test('gives the money to the order’s owner out of suspense, in the amount that came', async () => {
    const kept = await aKept()
    expect(await decide(kept.id, {})).toEqual({ status: 'credited' })
    expect(BigInt(await balanceOf(kept.operator.id))).toBe(kept.fen)
    expect(await rowOf(kept.id)).toMatchObject({ status: 'credited', resolution: REASON })
    expect(await stored(kept.order.id)).toMatchObject({ status: 'failed', errorMessage: '支付已由财务核对并另行入账' })
    // The order made for it has a number of ours that the provider does not know: no refund can name it.
    expect(await sourceOrders(read(), kept.operator.id)).toEqual([])
    expect(await suspense()).toBe(0n)
    expect((await auditRows(started.database, kept.id)).map(({ operation }) => operation)).toEqual([
      'payment_quarantine',
      'quarantine_resolve',
    ])
    expect((await settleOrder({ orderId: kept.order.id }, now())).outcome).toBe('quarantined')
    expect((await proveLedger({ now: now() })).findings).toEqual([])
  })

  test('gives it to another operator when finance says so; twice is refused, at once too', async () => {
    const [kept, other] = [await aKept(), await anOperator()]
    const attempts = await Promise.allSettled([1, 2, 3].map(() => decide(kept.id, { operator_id: other.id })))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(BigInt(await balanceOf(other.id))).toBe(kept.fen)
    expect(await balanceOf(kept.operator.id)).toBe(0n as never)
    expect(decide(kept.id, {})).rejects.toMatchObject({ code: 'INVALID_PARAMS', wording: 'ALREADY_PROCESSED' })
    expect((await proveLedger({ now: now() })).findings).toEqual([])
  })

  test('is refused for money that is not ours and for a closed account', async () => {
    const foreign = await aKept('trade.wrong_mchid')
    expect(decide(foreign.id, {})).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
    const kept = await aKept()
    await started.database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${kept.operator.id}`
    expect(decide(kept.id, {})).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
    expect((await rowOf(kept.id)).status).toBe('open')
    await decide(kept.id, { action: 'return', manual: true })
  })

  test('a payment without any order of ours can be given to an operator', async () => {
    const stranger = await anOrder()
    await scene.bank.control.pay('wechat', stranger.order.outTradeNo)
    // As if the database had lost it: the provider knows a payment of ours that we do not.
    await started.database.owner`ALTER TABLE recharge_orders DISABLE TRIGGER ALL`
    await started.database.owner`DELETE FROM recharge_orders WHERE id = ${stranger.order.id}`
    await started.database.owner`ALTER TABLE recharge_orders ENABLE TRIGGER ALL`
    const by = { channel: 'wechat' as const, outTradeNo: stranger.order.outTradeNo }
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => settleOrder(by, now())))
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['quarantined']))
    const rows = await started.database.owner`SELECT id, cause, suspense_seq FROM payment_quarantine WHERE out_trade_no = ${by.outTradeNo}`
    expect(rows).toMatchObject([{ cause: 'unknown_order', suspense_seq: null }])
    expect(decide(rows[0]!.id, {})).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
    await decide(rows[0]!.id, { operator_id: stranger.operator.id })
    expect(await balanceOf(stranger.operator.id)).toBe(10_000n as never)
    const [order] = await started.database
      .owner`SELECT origin, foreign_order_no, status FROM recharge_orders WHERE operator_id = ${stranger.operator.id}`
    expect(order).toMatchObject({ origin: 'quarantine', foreign_order_no: by.outTradeNo, status: 'success' })
    expect((await proveLedger({ now: now() })).findings).toEqual([])
  })
})

describe.each(['wechat', 'alipay'] as const)('returning by %s', (channel) => {
  test('sends the money back by the provider, once, and books it when that is done', async () => {
    const kept = await aKept('trade.wrong_amount', channel)
    const { status } = await decide(kept.id, { action: 'return' })
    if (status === 'open') {
      expect(decide(kept.id, {})).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
      await scene.bank.control.finishRefund(channel, (await rowOf(kept.id)).return_no, 'SUCCESS' as never)
      await until('the return is booked', async () => {
        await syncPendingOrders({ now: now() })
        return (await rowOf(kept.id)).status === 'returned'
      })
    }
    expect(await rowOf(kept.id)).toMatchObject({ status: 'returned', resolution: REASON })
    expect(await balanceOf(kept.operator.id)).toBe(0n as never)
    const refunds = (await scene.bank.control.trade(channel, kept.order.outTradeNo)).refunds
    expect(refunds).toHaveLength(1)
    expect(await suspense()).toBe(0n)
    expect((await proveLedger({ now: now() })).findings).toEqual([])
  })

  test('a lost answer changes nothing; the same number again sends nothing twice, and what went back is booked', async () => {
    const kept = await aKept('trade.wrong_amount', channel)
    await scene.bank.control.chaos('call.500_after', { outTradeNo: kept.order.outTradeNo, operation: 'refund', count: 1 })
    expect(await decide(kept.id, { action: 'return' }).catch(({ code }) => code)).toBe('PAYMENT_UNAVAILABLE')
    const { return_no: number, status } = await rowOf(kept.id)
    expect([number, status]).toEqual([`QR${kept.id.replaceAll('-', '')}`, 'open'])
    await decide(kept.id, { action: 'return' })
    const { refunds } = await scene.bank.control.trade(channel, kept.order.outTradeNo)
    expect(refunds.map(({ out_refund_no }) => out_refund_no)).toEqual([number])
    if (channel === 'wechat') await scene.bank.control.finishRefund(channel, number, 'SUCCESS' as never)
    await syncPendingOrders({ now: now() })
    expect(await rowOf(kept.id)).toMatchObject({ status: 'returned', return_no: number })
    expect((await proveLedger({ now: now() })).findings).toEqual([])
  })
})

test('dismissing is for what holds no money', async () => {
  const [held, foreign] = [await aKept(), await aKept('trade.wrong_mchid')]
  expect(decide(held.id, { action: 'dismiss' })).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  expect(await decide(foreign.id, { action: 'dismiss' })).toEqual({ status: 'dismissed' })
  expect(await stored(foreign.order.id)).toMatchObject({ status: 'failed' })
  await decide(held.id, {})
})

test('the API lists them and decides; who may not decide may look', async () => {
  const kept = await aKept()
  const [manager, auditor] = [await staffToken((await aStaff('finance')).id), await staffToken((await aStaff('finance', 'auditor')).id)]
  const listed = await call('GET /v1/finance/quarantine?page_size=100', { token: auditor })
  expect(listed.body.items.find((item) => item.quarantine_id === kept.id)).toMatchObject({
    channel: 'wechat',
    cause: 'amount',
    status: 'open',
    in_suspense: true,
    order_id: showId('order', kept.order.id),
  })
  const at = `POST /v1/finance/quarantine/${kept.id}/resolve`
  expect((await call(at, { token: auditor, body: { action: 'credit', reason: REASON } })).body.error_code).toBe('PERMISSION_DENIED')
  expect((await call(at, { token: manager, body: { action: 'credit', reason: '太短' } })).status).toBe(400)
  expect((await call(at, { token: manager, body: { action: 'credit', reason: REASON, amount: '1.00' } })).status).toBe(400)
  const done = await call(at, { token: manager, body: { action: 'credit', reason: REASON } })
  expect([done.status, done.body.message, done.body.data.status]).toEqual([200, '款项已处理', 'credited'])
  const again = await call(at, { token: manager, body: { action: 'credit', reason: REASON } })
  expect([again.status, again.body.details[0]!.reason]).toEqual([400, 'ALREADY_PROCESSED'])
  const records = await call(`GET /v1/finance/recharge-records?operator_id=${kept.operator.id}&status=success`, { token: auditor })
  expect(records.body.items).toMatchObject([{ operator_name: '星空乐园', payment_method: 'wechat', late: false, refunded_amount: '0.00' }])
})
