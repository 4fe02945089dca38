import { afterAll, beforeAll, expect, test } from 'bun:test'
import { noticeLowBalances } from '#src/balances/low-balance'
import type { Uuid } from '#src/core/ids'
import { addDays, addSeconds, now, stopwatch } from '#src/core/time'
import { loadSettings } from '#src/settings/settings'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStore, credit, debit } from '#tests/support/factory'
import { spawnServer, startServer } from '#tests/support/http'
import { until } from '#tests/support/until'
import { spawnWorkers } from '#tests/support/workers'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
})
afterAll(async () => {
  await server.drain(1_000)
  await database.close()
})

const told = (operatorId: Uuid) =>
  database.owner<{ title: string; content: string; priority: string }[]>`
    SELECT title, content, priority FROM message_notifications WHERE type = 'balance_low' AND target_operator_id = ${operatorId}`
const timesTold = async (operatorId: Uuid): Promise<number> => (await told(operatorId)).length
const look = (at = now()) => noticeLowBalances({ now: at })

test.each([
  ['trial', '50.00', '49.99'],
  ['normal', '100.00', '99.99'],
  ['vip', '1000.00', '999.99'],
] as const)('a %s account is told below %s yuan, not at it', async (category, threshold, below) => {
  const operator = await anOperator({ category, balance: threshold })
  await look()
  expect(await timesTold(operator.id)).toBe(0)
  await debit(operator.id, '0.01')
  await look()
  const [message] = await told(operator.id)
  expect(message).toMatchObject({ title: '余额不足提醒', priority: 'high' })
  expect(message!.content).toContain(`当前余额${below}元，已低于提醒线${threshold}元`)
})

test('an account that never held money is new and not low', async () => {
  const operator = await anOperator()
  await look()
  expect(await timesTold(operator.id)).toBe(0)
})

test('it is said once until the balance has been above again, and then not within a day', async () => {
  const operator = await anOperator({ balance: '60.00' })
  await debit(operator.id, '20.00')
  const first = now()
  await look(first)
  await debit(operator.id, '10.00')
  await look(addDays(first, 3))
  expect(await timesTold(operator.id)).toBe(1)

  await credit(operator.id, '100.00')
  await look(addSeconds(first, 3_600))
  await debit(operator.id, '100.00')
  await look(addSeconds(first, 23 * 3_600))
  expect(await timesTold(operator.id)).toBe(1)
  await look(addSeconds(first, 24 * 3_600))
  expect(await timesTold(operator.id)).toBe(2)
  await look(addDays(first, 9))
  expect(await timesTold(operator.id)).toBe(2)
})

test('the threshold and the pause are those of the settings', async () => {
  const operator = await anOperator({ balance: '70.00' })
  await database.owner`UPDATE system_configs SET value = '80.00' WHERE key = 'low_balance_threshold_trial'`
  await loadSettings()
  await look()
  expect((await told(operator.id))[0]!.content).toContain('提醒线80.00元')
  await database.owner`UPDATE system_configs SET value = '50.00' WHERE key = 'low_balance_threshold_trial'`
  await loadSettings()
})

test('a closed account is told nothing', async () => {
  const operator = await anOperator({ balance: '60.00' })
  await debit(operator.id, '60.00')
  await database.owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${operator.id}`
  await look()
  expect(await timesTold(operator.id)).toBe(0)
})

test('parallel charges that cross the threshold, looked at by eight at once, are told exactly once', async () => {
  const stores = await Promise.all(Array.from({ length: 5 }, () => aStore({ balance: '100.00', price: '10.00' })))
  const charges = stores.flatMap((store) => Array.from({ length: 6 }, () => authorize(server.url, store, { players: 1 })))
  const [answers] = await Promise.all([
    Promise.all(charges),
    ...Array.from({ length: 8 }, async () => {
      for (let round = 0; round < 5; round++) await look()
    }),
  ])
  expect(answers.map(({ status }) => status)).toEqual(Array(30).fill(200))
  await Promise.all(Array.from({ length: 8 }, () => look()))
  for (const { operator } of stores) expect(await timesTold(operator.id)).toBe(1)
})

test('a message that cannot be written takes the notice back with it', async () => {
  const operator = await anOperator({ balance: '60.00' })
  await debit(operator.id, '20.00')
  await database.owner`ALTER TABLE message_notifications ADD CONSTRAINT no_more CHECK (type <> 'balance_low') NOT VALID`
  const outcome = await look().then(
    () => 'written',
    () => 'refused',
  )
  await database.owner`ALTER TABLE message_notifications DROP CONSTRAINT no_more`
  expect([outcome, await timesTold(operator.id)]).toEqual(['refused', 0])
  await look()
  expect(await timesTold(operator.id)).toBe(1)
})

test('two servers charge, two workers processes look: the message is there within 30 seconds, once', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const workers = [spawnWorkers(database.url), spawnWorkers(database.url)]
  const servers = await Promise.all([spawnServer(database.url), spawnServer(database.url)])
  try {
    const charges = Array.from({ length: 6 }, (_, n) => authorize(servers[n % 2]!.url, store, { players: 1 }))
    for (const { status } of await Promise.all(charges)) expect(status).toBe(200)
    const elapsed = stopwatch()
    await until('the message', async () => (await timesTold(store.operator.id)) > 0, 30)
    expect(elapsed()).toBeLessThan(30_000)
    const ticks = async () =>
      Number((await database.owner`SELECT count(*) AS n FROM job_runs WHERE job = 'low-balance' AND status = 'ok'`)[0]!.n)
    const before = await ticks()
    await until('another tick', async () => (await ticks()) > before, 30)
    expect(await timesTold(store.operator.id)).toBe(1)
  } finally {
    await Promise.all([...workers.map((worker) => worker.stop()), ...servers.map((one) => one.kill())])
  }
}, 90_000)
