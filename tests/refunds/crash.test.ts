import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { childEnvironment } from '#src/platform/config'
import { withBank } from '#tests/payments/scene'
import { balanceOf } from '#tests/support/factory'
import { spawnServer } from '#tests/support/http'
import { refundsAtBank } from './bank'
import { aManager, doors } from './scene'

const scene = withBank()
const { approve, soundBooks, payable } = doors(scene)
const { anAsked, anApproved, payoutsOf, finish, atBank } = refundsAtBank(scene)

/** Where a server may die while finance approves: nothing of it is there, and approving again does it. */
const APPROVING = ['refund:locked', 'refund:debited', 'refund:planned', 'refund:before_approval_commit']
/** Where a process may die while it sends, asks and books; `isPaid`: whether the money is in the books by then. */
const SENDING: Record<string, { isPaid: boolean; asks: boolean }> = {
  'refund:attempted': { isPaid: false, asks: false },
  'refund:sent': { isPaid: false, asks: false },
  'refund:asked': { isPaid: false, asks: true },
  'refund:settling': { isPaid: false, asks: true },
  'refund:journal_written': { isPaid: false, asks: true },
  'refund:before_commit': { isPaid: false, asks: true },
  'refund:committed': { isPaid: true, asks: true },
}

/** The job in a process of its own, which dies where it is told. */
async function runJob(payoutId: string, faultPoint?: string): Promise<number | NodeJS.Signals | null> {
  // This payout is due, its neighbours are not: its clock need not be waited for.
  await scene.started.database.owner`
    UPDATE refund_payouts SET next_check_at = now() + CASE WHEN id = ${payoutId} THEN -1 ELSE 86400 END * interval '1 second'
    WHERE next_check_at IS NOT NULL`
  const child = Bun.spawn([process.execPath, 'src/cli/main.ts', 'job', 'refund-sync'], {
    cwd: `${import.meta.dir}/../..`,
    env: childEnvironment({
      ...scene.bank.env,
      APP_ENV: 'test',
      LOG_LEVEL: 'silent',
      DATABASE_URL: scene.started.database.url,
      ...(faultPoint ? { FAULT_POINT: faultPoint } : {}),
    }),
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  await child.exited
  return child.signalCode
}

describe.each(APPROVING)('kill -9 at %s', (point) => {
  test('leaves the request as it was; approving it again moves the money once', async () => {
    const { refundId, operator } = await anAsked()
    const dying = await spawnServer(scene.started.database.url, { FAULT_POINT: point })
    const person = await aManager()
    await fetch(`${dying.url}/v1/finance/refunds/${refundId}/approve`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${person}`, 'Content-Type': 'application/json' },
      body: '{}',
    }).catch(() => {})
    await dying.process.exited
    expect(dying.process.signalCode).toBe('SIGKILL')
    expect([await balanceOf(operator.id), await payable(operator.id), await payoutsOf(refundId)]).toEqual([10_000n as never, 0n, []])
    expect((await approve(person, refundId)).body.data).toMatchObject({ actual_refund_amount: '60.00', balance_after: '40.00' })
    await soundBooks()
  })
})

describe.each(Object.entries(SENDING))('kill -9 at %s', (point, { isPaid, asks }) => {
  test('loses nothing and pays nothing twice: the job after it ends with the books of the bank', async () => {
    const { refundId, payout, operator, order } = await anApproved({ channel: asks ? 'wechat' : 'alipay' })
    if (asks) {
      await runJob(payout.id)
      await finish('wechat', payout)
    }
    expect(await runJob(payout.id, point)).toBe('SIGKILL')
    expect(await payable(operator.id)).toBe(isPaid ? 0n : 6_000n)
    expect(await runJob(payout.id)).toBeNull()
    const refunds = await atBank(order.outTradeNo)
    expect(refunds.map(({ out_refund_no, amount, state }) => [out_refund_no, amount, state])).toEqual([
      [payout.out_refund_no, 6_000, 'success'],
    ])
    expect([(await payoutsOf(refundId))[0]!.status, await payable(operator.id)]).toEqual(['completed', 0n])
    await soundBooks()
  })
})

let sources = ''
beforeAll(() => {
  const folder = `${import.meta.dir}/../../src/refunds`
  sources = [...new Bun.Glob('*.ts').scanSync(folder)].map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('\n')
})
afterAll(() => {
  sources = ''
})

test('every fault point of a refund has its case', () => {
  const found = [...sources.matchAll(/faultPoint\('([\w:]+)'\)/g)].map(([, name]) => name!)
  // Giving back to the balance is one transaction of a person; its case is with the desk's tests.
  expect(found.toSorted()).toEqual([...APPROVING, ...Object.keys(SENDING), 'refund:returned'].toSorted())
})
