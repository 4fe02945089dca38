import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'

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

const ask = async (path: string) => {
  const response = await fetch(server.url + path)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

test('/health tells database, payment, version and time', async () => {
  const { status, body } = await ask('/health')
  expect(status).toBe(200)
  expect(body).toEqual({
    status: 'healthy',
    database: 'up',
    payment: { wechat: 'not_configured', alipay: 'not_configured' },
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
})

test('/health/live, /health/redis and /health/db answer in their shapes', async () => {
  expect(await ask('/health/live')).toEqual({ status: 200, body: { status: 'alive' } })
  expect(await ask('/health/redis')).toEqual({ status: 200, body: { status: 'not_configured' } })
  const { status, body } = await ask('/health/db')
  expect(status).toBe(200)
  expect(body).toEqual({
    status: 'healthy',
    latency_ms: expect.any(Number),
    migration: expect.stringMatching(/^\d{4}_/),
    pool: { active: 0, idle: 10, waiting: 0 },
  })
})

test('/health/ready names a schema that is not ours and a migration that is missing', async () => {
  expect(await ask('/health/ready')).toEqual({ status: 200, body: { status: 'ready', failed: [] } })
  await database.owner`DELETE FROM schema_migrations WHERE id = (SELECT max(id) FROM schema_migrations)`
  expect(await ask('/health/ready')).toEqual({ status: 503, body: { status: 'not_ready', failed: ['migrations'] } })
})
