import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { addSeconds, iso, now } from '#src/core/time'
import { certificateEnd, checkHealth, exitCode, type Place } from '#src/monitoring/health-check'
import { childEnvironment } from '#src/platform/config'
import { openTestDatabase } from '#tests/support/database'
import { freePort, startServer } from '#tests/support/http'
import { until } from '#tests/support/until'
import { spawnWorkers } from '#tests/support/workers'
import { CERTIFICATE, PRIVATE_KEY } from './localhost-certificate'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let workers: ReturnType<typeof spawnWorkers>
const folder = mkdtempSync(join(tmpdir(), 'mr-health-'))
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  workers = spawnWorkers(database.url, { DATA_DIR: folder })
})
afterAll(async () => {
  await workers.stop()
  await server.drain(1_000)
  await database.close()
  rmSync(folder, { recursive: true })
})
afterEach(async () => {
  await database.owner`DELETE FROM backups`
})

const place = (more: Partial<Place> = {}): Place => ({
  url: server.url,
  token: undefined,
  folders: [folder],
  publicUrl: server.url,
  ...more,
})
const look = async (more: Partial<Place> = {}, at = now()) => {
  const findings = await checkHealth(place(more), at)
  return { code: exitCode(findings), by: Object.fromEntries(findings.map(({ name, verdict }) => [name, verdict])), findings }
}

const aGoodBackup = async () => {
  await database.owner`
    INSERT INTO backups (id, name, reason, way, status, taken_at, updated_at, finished_at, proved_at, migration, release, row_count, byte_count, manifest_sha256)
    VALUES (gen_random_uuid(), 'mr-20261121T020000Z-1a2b3c', 'daily', 'archive', 'good', ${now()}, ${now()}, ${now()}, ${now()}, '0001', '1', 1, 1, sha256('x'))`
}

test('all is well with workers, a proved backup and room on the disk; a backup of yesterday’s yesterday is not', async () => {
  await until('the workers to beat', async () => (await look()).by.workers === 'fine')
  expect(await look()).toMatchObject({ code: 2, by: { ready: 'fine', workers: 'fine', backup: 'bad', deliveries: 'fine' } })
  await aGoodBackup()
  const { code, by } = await look()
  expect(by).toMatchObject({ ready: 'fine', workers: 'fine', backup: 'fine', deliveries: 'fine' })
  expect(code).toBe(by.disk === 'fine' ? 0 : by.disk === 'soon' ? 1 : 2)
  expect((await look({}, addSeconds(now(), 27 * 3_600))).by.backup).toBe('bad')
})

test('a server that is away, and one that is not ready, are told apart', async () => {
  const away = await look({ url: `http://127.0.0.1:${freePort()}` })
  expect([away.code, away.by.ready, away.by.backup]).toEqual([2, 'bad', 'unknown'])
  expect(away.findings[0]!.en).toContain('does not answer')
  const [head] = await database.owner`DELETE FROM schema_migrations WHERE id = (SELECT max(id) FROM schema_migrations) RETURNING *`
  expect((await look()).findings[0]).toMatchObject({ verdict: 'bad', en: 'not ready: migrations' })
  await database.owner`INSERT INTO schema_migrations ${database.owner(head!)}`
})

test('metrics that nobody may read are unknown, not fine', async () => {
  const refusing = Bun.serve({
    port: 0,
    fetch: ({ url }) => (url.endsWith('/metrics') ? new Response('no', { status: 403 }) : Response.json({ status: 'ready', failed: [] })),
  })
  const { code, by } = await look({ url: `http://127.0.0.1:${refusing.port}` })
  expect([code, by.ready, by.workers]).toEqual([3, 'fine', 'unknown'])
  await refusing.stop(true)
})

test('a folder that is not there cannot be looked at', async () => {
  expect(
    (await look({ folders: [folder, '/nowhere/at/all'] })).findings.filter(({ name }) => name === 'disk').map(({ verdict }) => verdict),
  ).toContain('unknown')
})

test('the end of a certificate is read, and one that the world does not trust is bad', async () => {
  const tls = createServer({ key: PRIVATE_KEY, cert: CERTIFICATE })
  await new Promise<void>((resolve) => tls.listen(0, 'localhost', resolve))
  const { port } = tls.address() as { port: number }
  expect(iso(await certificateEnd('localhost', port, CERTIFICATE)).slice(0, 4)).toBe('2126')
  expect((await look({ publicUrl: `https://localhost:${port}` })).by.certificate).toBe('bad')
  expect((await look({ publicUrl: `https://localhost:${freePort()}` })).by.certificate).toBe('bad')
  tls.close()
})

test('the command gives the exit code, and --here looks for the workers of this machine', async () => {
  const run = async (words: string[]) => {
    const child = Bun.spawn([process.execPath, 'src/cli/main.ts', 'health', ...words], {
      cwd: join(import.meta.dir, '../..'),
      env: childEnvironment({ APP_ENV: 'test', DATABASE_URL: database.url, DATA_DIR: folder, LOG_LEVEL: 'silent' }),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [said, code] = await Promise.all([new Response(child.stdout).text(), child.exited])
    return { code, words: said }
  }
  await until('the workers to beat', async () => (await look()).by.workers === 'fine')
  expect(await run(['--url', server.url])).toEqual({ code: 2, words: expect.stringMatching(/✓ {2}ready[\s\S]*✗ {2}backup/) })
  expect((await run(['--here'])).code).toBe(0)
  await database.owner`UPDATE worker_processes SET host = 'elsewhere'`
  expect((await run(['--here'])).code).toBe(2)
})
