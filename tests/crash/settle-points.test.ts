import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { showId } from '#src/core/ids'
import { now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { settleOrder } from '#src/payments/settle'
import { bookFaults } from '#tests/ledger/books'
import { anOrder, withBank } from '#tests/payments/scene'
import { operatorToken } from '#tests/support/api'
import { balanceOf } from '#tests/support/factory'
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

test('every fault point of settling has its case', () => {
  const folder = `${import.meta.dir}/../../src/payments`
  const source = [...new Bun.Glob('*.ts').scanSync(folder)].map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n')
  const named = new Set([...source.matchAll(/faultPoint\('settle:(\w+)'\)/g)].map(([, name]) => name!))
  expect([...named].toSorted()).toEqual([...Object.keys(POINTS), ...Object.keys(KEPT_POINTS)].toSorted())
})
