import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { auditLogs, operatorAccounts } from '#drizzle/schema'
import { openSession } from '#src/accounts/sessions'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import { checkAuditChain } from '#src/audit-logs/chain'
import { scanForAnomalies } from '#src/authorize/anomaly'
import { flushRequestLog } from '#src/authorize/request-log'
import { newId } from '#src/core/ids'
import { isPlainKey } from '#src/core/text'
import { addDays, addSeconds, instant, now } from '#src/core/time'
import { pruneJobRuns } from '#src/monitoring/job-run-retention'
import { lastRuns } from '#src/monitoring/job-runs'
import { tendPartitions } from '#src/monitoring/partitions'
import { cleanUpSessions } from '#src/monitoring/session-cleanup'
import { read, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStore } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { findJob, runJob } from '#workers/run-job'
import { JOBS } from '#workers/schedule'

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

const someone = { ip: '198.51.100.7', userAgent: 'test', now: now() } as RequestInfo
const fromIp = (ip: string) => ({ headers: { 'X-Forwarded-For': ip } })
const isLocked = async (id: string) =>
  (await read().select({ locked: operatorAccounts.isLocked }).from(operatorAccounts).where(eq(operatorAccounts.id, id)))[0]!.locked

test('of eight processes that run the same tick one does the work', async () => {
  const job = findJob('session-cleanup')!
  const tick = instant('2026-03-01T00:00:00Z')
  const runs = await Promise.all(Array.from({ length: 8 }, () => runJob(job, tick)))
  expect(runs.filter((run) => run.status === 'ok')).toHaveLength(1)
  expect(runs.filter((run) => run.status === 'taken')).toHaveLength(7)
})

test('a job that throws leaves a failed run with its reason and takes nothing down', async () => {
  const job = { name: 'broken', cron: '0 0 0 * * *', timeoutSeconds: 1, run: () => Promise.reject(new Error('disk on fire')) }
  expect(await runJob(job, now())).toEqual({ status: 'failed', error: 'disk on fire' })
  expect((await lastRuns()).find((run) => run.job === 'broken')).toMatchObject({ status: 'failed', error: 'disk on fire' })
})

test('every job of the schedule runs on an empty history, and all that it counts has words', async () => {
  for (const job of JOBS) {
    const outcome = await runJob(job, now())
    expect([job.name, outcome.status]).toEqual([job.name, 'ok'])
    const counted = outcome.status === 'ok' ? Object.keys(outcome.counts) : []
    expect(counted.filter((name) => !isPlainKey(`jobs.counts.${name}`))).toEqual([])
  }
})

test('21 misuses from one address lock the operator whose key they used, end its sessions and are audited', async () => {
  const store = await aStore({ balance: '100.00' })
  await transaction((tx) => openSession(tx, { operatorId: store.operator.id }, 'api', someone))
  for (let call = 0; call < 21; call++) await authorize(server.url, store, { signature: 'x'.repeat(44), ...fromIp('198.51.100.21') })
  await flushRequestLog()
  expect(await scanForAnomalies({ now: now() })).toMatchObject({ locked: 1 })
  expect(await isLocked(store.operator.id)).toBe(true)
  expect((await authorize(server.url, store, fromIp('198.51.100.22'))).body.error_code).toBe('ACCOUNT_LOCKED')
  const [entry] = await read().select().from(auditLogs).where(eq(auditLogs.targetId, store.operator.id))
  expect(entry).toMatchObject({ operation: 'operator_lock', actorKind: 'system' })
  const live = await database.owner`SELECT FROM auth_sessions WHERE operator_id = ${store.operator.id} AND revoked_at IS NULL`
  expect(live).toHaveLength(0)
  expect(await scanForAnomalies({ now: now() })).toMatchObject({ locked: 0 })
})

test('20 misuses are not yet too many', async () => {
  const store = await aStore({ balance: '100.00' })
  for (let call = 0; call < 20; call++) await authorize(server.url, store, { signature: 'x'.repeat(44), ...fromIp('198.51.100.31') })
  await flushRequestLog()
  await scanForAnomalies({ now: now() })
  expect(await isLocked(store.operator.id)).toBe(false)
})

test('an empty balance, however often it is met, never locks a shop', async () => {
  const store = await aStore({ balance: '1.00', price: '10.00' })
  for (let call = 0; call < 30; call++) expect((await authorize(server.url, store, fromIp('198.51.100.41'))).status).toBe(402)
  await flushRequestLog()
  await scanForAnomalies({ now: now() })
  expect(await isLocked(store.operator.id)).toBe(false)
})

test('six keys from one address within a minute lock all six operators, five do not', async () => {
  const five = await Promise.all(Array.from({ length: 5 }, () => aStore({ balance: '100.00' })))
  for (const store of five) await authorize(server.url, store, fromIp('198.51.100.51'))
  await flushRequestLog()
  await scanForAnomalies({ now: now() })
  for (const store of five) expect(await isLocked(store.operator.id)).toBe(false)
  const sixth = await aStore({ balance: '100.00' })
  await authorize(server.url, sixth, fromIp('198.51.100.51'))
  await flushRequestLog()
  expect(await scanForAnomalies({ now: now() })).toMatchObject({ locked: 6 })
  for (const store of [...five, sixth]) expect(await isLocked(store.operator.id)).toBe(true)
})

test('the request log has a partition for this month and three more, and old ones go', async () => {
  await tendPartitions({ now: now() })
  expect(await tendPartitions({ now: now() })).toEqual({ made: 0, dropped: 0 })
  const partitions =
    await database.owner`SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'api_key_usage_logs'::regclass`
  expect(partitions.length).toBe(5)
  await database.owner`SELECT make_request_log_partition(${addDays(now(), -400)}::timestamptz::date)`
  expect(await tendPartitions({ now: now() })).toEqual({ made: 0, dropped: 1 })
})

test('the request log of the last weeks cannot be dropped, even when asked for', async () => {
  const attempt = database.owner`SELECT drop_request_log_partitions(${now()}::timestamptz::date)`
  expect(
    attempt.then(
      () => 'dropped',
      (error) => error.message,
    ),
  ).resolves.toContain('never dropped')
})

test('sessions that ended a month ago go, live ones stay', async () => {
  const operator = await anOperator()
  const old = { ...someone, now: addDays(now(), -100) } as RequestInfo
  await transaction((tx) => openSession(tx, { operatorId: operator.id }, 'api', old))
  await transaction((tx) => openSession(tx, { operatorId: operator.id }, 'api', { ...someone, now: now() } as RequestInfo))
  expect(await cleanUpSessions({ now: now() })).toMatchObject({ sessions: 1 })
})

test('runs that ended a month ago go; the newest of each job, its newest success, and what is still running stay', async () => {
  const run = (job: string, daysAgo: number, status: 'ok' | 'failed' | 'running' = 'ok') => database.owner`
    INSERT INTO job_runs (job, scheduled_for, started_at, finished_at, status)
    VALUES (${job}, ${addDays(now(), -daysAgo)}, ${addDays(now(), -daysAgo)}, ${status === 'running' ? null : addDays(now(), -daysAgo)}, ${status})`
  for (const days of [29, 31, 32]) await run('often', days)
  for (const days of [90, 80]) await run('no more', days)
  for (const days of [70, 60]) await run('failing', days)
  for (const days of [50, 40]) await run('failing', days, 'failed')
  for (const days of [45, 44, 1]) await run('hung', days, 'running')
  expect(await pruneJobRuns({ now: now() })).toEqual({ job_runs: 5 })
  const left = await database.owner<{ job: string; days: number }[]>`
    SELECT job, round(extract(epoch FROM ${now()}::timestamptz - scheduled_for) / 86400)::int AS days FROM job_runs
    WHERE job IN ('often', 'no more', 'failing', 'hung') ORDER BY job, scheduled_for`
  expect(left.map(({ job, days }) => [job, days])).toEqual([
    ['failing', 60],
    ['failing', 40],
    ['hung', 45],
    ['hung', 44],
    ['hung', 1],
    ['no more', 80],
    ['often', 29],
  ])
  expect(await pruneJobRuns({ now: now() })).toEqual({ job_runs: 0 })
})

test('the audit chain is whole after parallel writers and names the first row that was changed', async () => {
  const at = addSeconds(now(), 0)
  const entry = (n: number) => ({
    actor: SYSTEM,
    origin: null,
    operation: 'test',
    target: { kind: 'test', id: newId() },
    details: { n, nested: { b: 1, a: [1, 2] } },
  })
  await Promise.all(Array.from({ length: 20 }, (_, n) => transaction((tx) => record(tx, entry(n), at))))
  const { rows, brokenAt } = await checkAuditChain()
  expect(brokenAt).toBeNull()
  expect(rows).toBeGreaterThanOrEqual(20)
  await database.owner.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await sql`UPDATE audit_logs SET details = '{"n": 99}' WHERE seq = ${rows - 5}`
  })
  expect((await checkAuditChain()).brokenAt).toBe(BigInt(rows - 5))
})
