import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { now } from '#src/core/time'
import { settleOrder } from '#src/payments/settle'
import { anOrder } from '#tests/payments/scene'
import { wrongBooks } from './books'
import { openWorld, type World } from './world'

const ROOT = `${import.meta.dir}/../..`

/** The command as a person calls it. */
async function chaos(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([process.execPath, '--no-env-file', 'tests/chaos/main.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

test('ten stories with dying processes and a bank that misbehaves end in the bank’s books', async () => {
  const { code, out } = await chaos('payments', '--runs', '10', '--seed', 'suite', '--json')
  expect(JSON.parse(out)).toMatchObject({ seed: 'suite', runs: 10, faults: 0 })
  expect(code).toBe(0)
})

test.each([[[]], [['refunds']], [['payments', '--runs', '0']], [['payments', '--seed', 'a b']], [['payments', '--fast']]])(
  'a wrong call is one sentence and exit 2: %p',
  async (args) => {
    const { code, err } = await chaos(...(args as string[]))
    expect([code, err.trim()]).toEqual([2, 'usage: bun run chaos payments [--runs N] [--seed S] [--json]'])
  },
)

describe('a wrong book is told', () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  })
  afterAll(() => world.close())

  async function aPaidOrder() {
    const { operator, order } = await anOrder({ yuan: '100.00' })
    await world.bank.control.pay('wechat', order.outTradeNo)
    expect((await settleOrder({ orderId: order.id }, now())).outcome).toBe('credited')
    expect((await wrongBooks(world, operator.id)).faults).toEqual([])
    return { operator, order }
  }
  /** What only a superuser can do. */
  const corrupt = (change: (sql: World['owner']) => Promise<unknown>) =>
    world.owner.begin(async (sql) => {
      await sql`SET LOCAL session_replication_role = replica`
      await change(sql as unknown as World['owner'])
    })

  test('a payment that is not on the balance', async () => {
    const { operator, order } = await aPaidOrder()
    await corrupt((sql) => sql`DELETE FROM transaction_records WHERE order_id = ${order.id}`)
    const { faults } = await wrongBooks(world, operator.id)
    expect(faults).toContainEqual(expect.stringContaining('but 10000 fen were paid'))
    expect(faults).toContainEqual(expect.stringContaining('clearing:wechat is 0 fen, the bank holds 10000'))
  })

  test('an order of another amount', async () => {
    const { operator, order } = await aPaidOrder()
    await corrupt((sql) => sql`UPDATE recharge_orders SET amount_fen = amount_fen + 1 WHERE id = ${order.id}`)
    expect((await wrongBooks(world, operator.id)).faults.length).toBeGreaterThan(0)
  })

  test('a payout that the bank never made', async () => {
    const { operator, order } = await aPaidOrder()
    await corrupt(async (sql) => {
      const [refund] = await sql`
        INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
        VALUES (gen_random_uuid(), ${operator.id}, 100, '一笔从来没有付出去过的退款', now(), now()) RETURNING id`
      await sql`
        INSERT INTO refund_payouts (id, refund_id, operator_id, order_id, out_refund_no, amount_fen, channel, status, ledger_seq, finished_at, created_at, updated_at)
        VALUES (gen_random_uuid(), ${refund!.id}, ${operator.id}, ${order.id}, 'never', 100, 'wechat', 'completed', 1, now(), now(), now())`
    })
    expect((await wrongBooks(world, operator.id)).faults).toContainEqual(
      expect.stringContaining('payout never (completed, 100 fen), the bank says unknown'),
    )
  })
})
