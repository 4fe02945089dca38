import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { migrateUp } from '#drizzle/migrate'
import { now, stopwatch } from '#src/core/time'
import { startPostgres } from '#src/embedded-postgres/supervisor'
import { proveLedger } from '#src/ledger/prove'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { authorize, newSessionId } from '#tests/support/client'
import { urlOf } from '#tests/support/database'
import { aStore, balanceOf } from '#tests/support/factory'
import { type ServerProcess, spawnServer } from '#tests/support/http'

/** A cluster of its own: this one is killed. */
const dataDir = mkdtempSync(join(process.env.TMPDIR ?? '/tmp', 'mr-restart-'))
let server: ServerProcess
let postgres: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => {
  postgres = await startPostgres({ dataDir })
  await migrateUp(postgres.connection)
  await open()
  await seedSettings()
  await loadSettings()
  server = await spawnServer(urlOf(postgres.connection as Parameters<typeof urlOf>[0]), { LOG_LEVEL: 'silent' })
})
afterAll(async () => {
  await server.kill()
  await closeDatabase()
  await postgres.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const open = async () => openDatabase(postgres.connection, { max: 4, name: 'mr-test', asApplication: true })
const status = (path: string) => fetch(server.url + path).then((response) => response.status)

test('PostgreSQL killed under the server: 503 with words meanwhile, healed within 5 s, nothing lost and nothing twice', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  expect((await authorize(server.url, store, { players: 1 })).status).toBe(200)
  await closeDatabase()
  process.kill(Number(readFileSync(join(dataDir, 'pg/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')

  // Backends outlive their postmaster for a moment, until they look for it.
  while ((await status('/health')) === 200);
  const sessionId = newSessionId(store.operator.id)
  const refused = await authorize(server.url, store, { players: 2, sessionId })
  expect([refused.status, refused.body.error_code]).toEqual([503, 'SERVICE_UNAVAILABLE'])
  expect(refused.headers.get('retry-after')).not.toBeNull()
  const elapsed = stopwatch()
  expect(await status('/health')).toBe(503)
  expect(elapsed()).toBeLessThan(500)
  expect(await status('/health/live')).toBe(200)
  expect(await status('/health/ready')).toBe(503)
  const page = await fetch(`${server.url}/operator/login`, {
    method: 'POST',
    headers: { Origin: server.url, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'username=abc&password=abc',
  })
  expect([page.status, (await page.text()).includes('系统维护中')]).toEqual([503, true])

  postgres = await startPostgres({ dataDir })
  const healing = stopwatch()
  let answer = refused
  while (answer.status === 503 && healing() < 5_000) answer = await authorize(server.url, store, { players: 2, sessionId })
  expect([answer.status, answer.body.replayed]).toEqual([200, undefined])
  expect((await authorize(server.url, store, { players: 2, sessionId })).body.replayed).toBe(true)
  await open()
  expect(await balanceOf(store.operator.id)).toBe(7_000n as never)
  expect((await proveLedger({ now: now() })).findings).toEqual([])
}, 60_000)
