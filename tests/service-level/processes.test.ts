import { afterAll, beforeAll, expect, test } from 'bun:test'
import postgres from 'postgres'
import { addSeconds, now, stopwatch } from '#src/core/time'
import { outcomesIn } from '#src/service-level/levels'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aStore } from '#tests/support/factory'
import { spawnServer } from '#tests/support/http'
import { until } from '#tests/support/until'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const counted = async (): Promise<Record<string, number>> => {
  const [found] = await outcomesIn([{ from: addSeconds(now(), -600), to: addSeconds(now(), 60) }])
  return Object.fromEntries(found!.map(({ outcome, calls }) => [outcome, calls]))
}

test('two processes count side by side; one that ends in order loses nothing, one that is killed at most its last second', async () => {
  const store = await aStore({ balance: '1000.00', price: '0.10' })
  const [ending, dying] = await Promise.all([spawnServer(database.url), spawnServer(database.url)])
  for (let game = 0; game < 20; game++) {
    expect((await authorize(ending.url, store, { players: 1 })).status).toBe(200)
    expect((await authorize(dying.url, store, { players: 1 })).status).toBe(200)
  }
  await until('all to be counted', async () => (await counted()).accepted === 40)
  // Answered so late that the sheet is not written again before the end.
  await authorize(ending.url, store, { players: 99_999 })
  await ending.kill('SIGTERM')
  expect(await counted()).toEqual({ accepted: 40, INVALID_PARAMS: 1 })

  const elapsed = stopwatch()
  let late = 0
  for (; elapsed() < 1_500; late++) await authorize(dying.url, store, { players: 1 })
  await dying.kill('SIGKILL')
  const { accepted } = await counted()
  expect(accepted).toBeGreaterThan(40)
  expect(accepted).toBeLessThanOrEqual(40 + late)

  const next = await spawnServer(database.url)
  await authorize(next.url, store, { players: 1 })
  await next.kill('SIGTERM')
  expect((await counted()).accepted).toBe(accepted! + 1)
})

test('calls that came while the database was away are counted as faults when it is back', async () => {
  const store = await aStore({ balance: '10.00', price: '0.10' })
  const server = await spawnServer(database.url, { DATABASE_POOL: '2', LOG_LEVEL: 'silent' })
  await authorize(server.url, store, { players: 1 })
  const before = (await counted()).SERVICE_UNAVAILABLE ?? 0
  const { database: name } = database.connection
  const cluster = postgres({ ...database.connection, database: 'postgres', max: 1 })
  await cluster.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
  await cluster`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name} AND application_name = 'mr-web'`
  const answers = await Promise.all([1, 2, 3].map(() => authorize(server.url, store, { players: 1 })))
  await cluster.unsafe(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`)
  await cluster.end()
  const unavailable = answers.filter(({ status }) => status === 503).length
  expect(unavailable).toBeGreaterThan(0)
  await until('the faults to be counted', async () => ((await counted()).SERVICE_UNAVAILABLE ?? 0) === before + unavailable)
  await server.kill('SIGTERM')
}, 60_000)
