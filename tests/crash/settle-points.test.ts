import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { showId } from '#src/core/ids'
import { now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { settleOrder } from '#src/payments/settle'
import { syncPendingOrders } from '#src/payments/sync-pending'
import { bookFaults } from '#tests/ledger/books'
import { anOrder, withBank } from '#tests/payments/scene'
import { operatorToken, staffToken } from '#tests/support/api'
import { anOperator, aStaff, balanceOf } from '#tests/support/factory'
import { spawnServer } from '#tests/support/http'

const scene = withBank()

/** Where a server may die while it settles a payment, and whether the credit is in the books by then. */
const POINTS: Record<string, boolean> = {
  asked: false,
  locked: false,
  order_written: false,
  ledger_written: false,
  message_written: false,
  audit_written: false,
  before_commit: false,
  committed: true,
}
/** The same for a payment that does not fit. */
const KEPT_POINTS: Record<string, boolean> = { quarantine_written: false, suspense_written: false }

const owner = () => scene.started.database.owner

/** A server that dies at a point while it settles this order. */
async function dieAt(point: string, { operator, order }: Awaited<ReturnType<typeof anOrder>>): Promise<void> {
  const dying = await spawnServer(scene.started.database.url, { ...scene.bank.env, FAULT_POINT: `settle:${point}` })
  const headers = { Authorization: `Bearer ${await operatorToken(operator.id)}` }
  const answer = await fetch(`${dying.url}/v1/operators/me/recharge/${showId('order', order.id)}?refresh=true`, { headers }).catch(
    () => 'lost',
  )
  await dying.process.exited
  expect([answer, dying.process.signalCode]).toEqual(['lost', 'SIGKILL'])
}

describe.each(Object.entries(POINTS))('kill -9 at %s', (point, isCredited) => {
  test.each(['wechat', 'alipay'] as const)(
    `leaves ${isCredited ? 'one whole credit' : 'no trace'} of a payment by %s; settling again ends in exactly one`,
    async (channel) => {
      const placed = await anOrder({ channel })
      await scene.bank.control.pay(channel, placed.order.outTradeNo)
      await dieAt(point, placed)
      expect(await balanceOf(placed.operator.id)).toBe((isCredited ? 10_000n : 0n) as never)
      expect(await bookFaults(owner())).toEqual([])
      const { outcome } = await settleOrder({ orderId: placed.order.id }, now())
      expect(outcome).toBe(isCredited ? 'settled_before' : 'credited')
      expect(await balanceOf(placed.operator.id)).toBe(10_000n as never)
      const messages = await owner()`SELECT FROM message_notifications WHERE target_operator_id = ${placed.operator.id}`
      expect([messages.length, await bookFaults(owner()), (await proveLedger({ now: now() })).findings]).toEqual([1, [], []])
    },
    30_000,
  )
})

test.each(Object.keys(KEPT_POINTS))(
  'kill -9 at %s of a payment that does not fit leaves no trace; settling again keeps it apart once',
  async (point) => {
    const placed = await anOrder()
    await scene.bank.control.chaos('trade.wrong_amount', { outTradeNo: placed.order.outTradeNo })
    await scene.bank.control.pay('wechat', placed.order.outTradeNo)
    await dieAt(point, placed)
    const keptRows = () => owner()`SELECT suspense_seq::int AS seq FROM payment_quarantine WHERE order_id = ${placed.order.id}`
    expect(await keptRows()).toHaveLength(0)
    expect((await settleOrder({ orderId: placed.order.id }, now())).outcome).toBe('quarantined')
    expect((await keptRows()).map(({ seq }) => seq)).toEqual([1])
    expect((await proveLedger({ now: now() })).findings).toEqual([])
  },
  30_000,
)

const START_POINTS = ['committed', 'opened']
test.each(START_POINTS)(
  'kill -9 at start:%s leaves an open order that can be paid: the same key again shows it, its money is credited once',
  async (point) => {
    const operator = await anOperator()
    const body = JSON.stringify({ amount: '100.00', payment_method: 'wechat' })
    const headers = {
      Authorization: `Bearer ${await operatorToken(operator.id)}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': crypto.randomUUID(),
    }
    const start = (url: string) => fetch(`${url}/v1/operators/me/recharge`, { method: 'POST', headers, body })
    // At the address that this process has too: an order repeated with another one is another order to the provider.
    const env = { ...scene.bank.env, PUBLIC_URL: 'http://127.0.0.1:9', FAULT_POINT: `start:${point}` }
    const dying = await spawnServer(scene.started.database.url, env)
    const lost = await start(dying.url).catch(() => 'lost')
    await dying.process.exited
    expect([lost, dying.process.signalCode]).toEqual(['lost', 'SIGKILL'])
    const again = await start(scene.started.url)
    const shown = (await again.json()) as { data: { qr_code_url: string | null } }
    expect([again.status, shown]).toMatchObject([201, { data: { qr_code_url: expect.stringContaining('weixin') } }])
    const orders = await owner()`SELECT id, out_trade_no FROM recharge_orders WHERE operator_id = ${operator.id}`
    expect(orders).toHaveLength(1)
    await scene.bank.control.pay('wechat', orders[0]!.out_trade_no)
    expect((await settleOrder({ orderId: orders[0]!.id }, now())).outcome).toBe('credited')
    expect([await balanceOf(operator.id), await bookFaults(owner())]).toEqual([10_000n as never, []])
  },
  30_000,
)

const RETURN_POINTS = ['committed', 'asked']
test.each(RETURN_POINTS)(
  'kill -9 at return:%s leaves a number; the job sends it, or asks about it, and books the return once',
  async (point) => {
    const placed = await anOrder()
    await scene.bank.control.chaos('trade.wrong_amount', { outTradeNo: placed.order.outTradeNo })
    await scene.bank.control.pay('wechat', placed.order.outTradeNo)
    await settleOrder({ orderId: placed.order.id }, now())
    const [kept] = await owner()`SELECT id FROM payment_quarantine WHERE order_id = ${placed.order.id}`
    const dying = await spawnServer(scene.started.database.url, { ...scene.bank.env, FAULT_POINT: `return:${point}` })
    const headers = { Authorization: `Bearer ${await staffToken((await aStaff('finance')).id)}`, 'Content-Type': 'application/json' }
    const body = JSON.stringify({ action: 'return', reason: '与付款人核对后原路退回' })
    const lost = await fetch(`${dying.url}/v1/finance/quarantine/${kept!.id}/resolve`, { method: 'POST', headers, body }).catch(
      () => 'lost',
    )
    await dying.process.exited
    expect([lost, dying.process.signalCode]).toEqual(['lost', 'SIGKILL'])
    await syncPendingOrders({ now: now() })
    const number = `QR${kept!.id.replaceAll('-', '')}`
    const { refunds } = await scene.bank.control.trade('wechat', placed.order.outTradeNo)
    expect(refunds.map(({ out_refund_no }) => out_refund_no)).toEqual([number])
    await scene.bank.control.finishRefund('wechat', number, 'SUCCESS' as never)
    await syncPendingOrders({ now: now() })
    await syncPendingOrders({ now: now() })
    const [row] = await owner()`SELECT status, return_no FROM payment_quarantine WHERE id = ${kept!.id}`
    expect(row).toMatchObject({ status: 'returned', return_no: number })
    const booked = await owner()`SELECT FROM transaction_records WHERE operator_id = ${placed.operator.id} AND debit_account = 'suspense'`
    expect([booked.length, (await proveLedger({ now: now() })).findings]).toEqual([1, []])
  },
  30_000,
)

test('every fault point of starting, settling and returning a payment has its case', () => {
  const folder = `${import.meta.dir}/../../src/payments`
  const source = [...new Bun.Glob('*.ts').scanSync(folder)].map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n')
  const named = (part: string) =>
    [...source.matchAll(/faultPoint\('(\w+):(\w+)'\)/g)].flatMap(([, of, name]) => (of === part ? [name!] : []))
  const cases = { settle: [...Object.keys(POINTS), ...Object.keys(KEPT_POINTS)], start: START_POINTS, return: RETURN_POINTS }
  for (const [part, points] of Object.entries(cases)) expect([...new Set(named(part))].toSorted()).toEqual(points.toSorted())
})
