import { afterAll, beforeAll, expect, test } from 'bun:test'
import { now } from '#src/core/time'
import { proveAndKeep } from '#src/ledger/audit-job'
import { authorize, newSessionId } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aStore } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { findJob, runJob } from '#workers/run-job'

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

/** The value of a sample, 0 when it is not there. */
async function sample(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1) ?? 0)
}

const SAMPLES = {
  accepted: 'mr_auth_requests_total{status="accepted"}',
  replayed: 'mr_auth_requests_total{status="replayed"}',
  poor: 'mr_auth_requests_total{status="INSUFFICIENT_BALANCE"}',
  calls: 'mr_auth_latency_seconds_count',
  revenue: 'mr_revenue_total_yuan{source="consumption"}',
  errors: 'mr_api_errors_total{endpoint="POST /v1/auth/game/authorize",error_type="INSUFFICIENT_BALANCE"}',
  blocked: 'mr_rate_limit_blocked_total{type="operator"}',
}

test('the counters count what really happened', async () => {
  const before = Object.fromEntries(
    await Promise.all(Object.entries(SAMPLES).map(async ([key, name]) => [key, await sample(name)] as const)),
  )
  const store = await aStore({ balance: '50.00', price: '10.00', min: 1, max: 100 })
  const sessionId = newSessionId(store.operator.id)
  await authorize(server.url, store, { players: 2, sessionId })
  await authorize(server.url, store, { players: 2, sessionId })
  await authorize(server.url, store, { players: 50 })
  const limited = await aStore({ balance: '50.00', price: '0.01', defaultLimits: true })
  for (let call = 0; call < 11; call++) await authorize(server.url, limited, { players: 1 })
  const grown = Object.fromEntries(
    await Promise.all(
      Object.entries(SAMPLES).map(async ([key, name]) => [key, Math.round(((await sample(name)) - before[key]!) * 100) / 100] as const),
    ),
  )
  expect(grown).toEqual({ accepted: 11, replayed: 1, poor: 1, calls: 14, revenue: 20.1, errors: 1, blocked: 1 })
  expect(await sample(`mr_operator_balance_yuan{operator_id="op_${store.operator.id}",tier="trial"}`)).toBe(30)
})

test('the last good run of a job and the drift of the last proof are told', async () => {
  await runJob(findJob('session-cleanup')!, now())
  await proveAndKeep(now())
  expect(await sample('mr_job_last_success_timestamp{job="session-cleanup"}')).toBeGreaterThan(now().getTime() / 1000 - 60)
  const text = await (await fetch(`${server.url}/metrics`)).text()
  expect(text).toContain('mr_ledger_drift_fen 0')
  expect(text).toContain('mr_db_connection_pool_active')
})

test('only this machine reads the metrics without the token', async () => {
  const elsewhere = { 'X-Forwarded-For': '203.0.113.9' }
  expect((await fetch(`${server.url}/metrics`, { headers: elsewhere })).status).toBe(403)
  expect((await fetch(`${server.url}/metrics`, { headers: { ...elsewhere, Authorization: 'Bearer wrong' } })).status).toBe(403)
})
