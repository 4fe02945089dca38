import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Sql } from 'postgres'
import { createBackup } from '#src/backups/create'
import { openBackup, readProof, totalRows } from '#src/backups/manifest'
import { backupFolder, backupNames } from '#src/backups/place'
import { restoreCopy } from '#src/backups/prove'
import { listBackups, listRestores } from '#src/backups/queries'
import { followFolder, lastGoodBackup } from '#src/backups/records'
import { removeOld } from '#src/backups/retention'
import { dropScratch } from '#src/backups/scratch'
import { backUpByClock, isTooOld, watchBackups } from '#src/backups/watch'
import { addDays, addSeconds, now } from '#src/core/time'
import { openPool } from '#src/platform/database'
import { writeTally } from '#src/service-level/tally'
import { loadSettings } from '#src/settings/settings'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aStore } from '#tests/support/factory'
import { startServer } from '#tests/support/http'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
  const server = startServer()
  const store = await aStore({ balance: '100.00', price: '10.00' })
  for (let game = 0; game < 3; game++) await authorize(server.url, store, { players: 2 })
  // What it holds back is written: nothing changes any more.
  await server.drain(1_000)
  await writeTally()
})
afterAll(async () => {
  for (const name of await own()) rmSync(backupFolder(name), { recursive: true, force: true })
  await database.close()
})

const own = () => backupNames(database.connection.database)
const tick = () => ({ now: now(), signal: new AbortController().signal, progress: () => {} })
const openAlerts = async (kind: string) => {
  const [row] = await database.owner<
    { open: number }[]
  >`SELECT count(*)::int AS open FROM alerts WHERE kind = ${kind} AND closed_at IS NULL`
  return row!.open
}
const setDaily = async (value: boolean) => {
  await database.owner`UPDATE system_configs SET value = ${String(value)} WHERE key = 'backup_daily'`
  await loadSettings()
}

/** Everything in every table, table by table, as one digest each. */
async function digests(sql: Sql<{ bigint: bigint }>): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }[]>`
    SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'graphile_worker') AND c.relname NOT IN ('backups', 'backup_restores')`
  const found: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ digest: string }[]>(`SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest FROM ${name} t`)
    if (row!.digest !== null) found[name] = row!.digest
  }
  delete found['public.schema_migrations']
  delete found['graphile_worker.migrations']
  return found
}

/** Triggers that are off and constraints that were never checked against every row; the queue has one of its own. */
async function guards(sql: Sql<{ bigint: bigint }>): Promise<{ off: number; unchecked: number }> {
  const [row] = await sql<{ off: number; unchecked: number }[]>`
    SELECT (SELECT count(*)::int FROM pg_trigger WHERE tgenabled <> 'O' AND NOT tgisinternal) AS off,
           (SELECT count(*)::int FROM pg_constraint WHERE NOT convalidated) AS unchecked`
  return { ...row! }
}

test('a backup is written, restored and audited, and only then good', async () => {
  expect(await lastGoodBackup(now())).toBeUndefined()
  await database.owner`SELECT graphile_worker.add_job('mail', '{}'::json)`
  const phases: string[] = []
  const { name, folder, rows, proof } = await createBackup({ reason: 'manual', told: (phase) => phases.push(phase) })
  expect([...new Set(phases)]).toEqual(['writing', 'checking', 'restoring', 'proving'])
  expect(totalRows((await openBackup(folder)).manifest)).toBe(rows)
  expect(await readProof(folder)).toEqual(proof!)
  expect(proof!.journalRows).toBe(4)
  const good = await lastGoodBackup(now())
  expect(good).toMatchObject({ name, rows })
  expect(good!.ageSeconds).toBeLessThan(60)
  const [row] = await listBackups(now(), 10)
  expect(row).toMatchObject({ name, status: 'good', reason: 'manual', phase: null, fault: null })
  expect((await listRestores(10))[0]).toMatchObject({ backupName: name, purpose: 'proof', journalRows: 4, fault: null })
})

test('a restored copy has every row as it was, every guard on, and its sequences go on where they stood', async () => {
  const backup = await openBackup(backupFolder((await own())[0]!))
  const before = await digests(database.owner)
  const { copy } = await restoreCopy(database.connection, database.connection.database, backup, { now: now() })
  const restored = openPool(copy, { max: 1, name: 'mr-test-copy', asApplication: false })
  try {
    expect(await digests(restored as never)).toEqual(before)
    expect(await guards(restored as never)).toEqual(await guards(database.owner))
    await expect(Promise.resolve(restored`UPDATE operator_accounts SET balance_fen = balance_fen + 1`)).rejects.toThrow(
      'follows its journal',
    )
    await restored`SELECT graphile_worker.add_job('mail', '{}'::json)`
    const [job] = await restored<{ id: bigint }[]>`SELECT max(id) AS id FROM graphile_worker._private_jobs`
    const jobs = backup.manifest.sequences.find(({ name }) => name.startsWith('jobs_id_seq'))
    expect(job!.id).toBe(BigInt(jobs!.last) + 1n)
  } finally {
    await restored.end()
    await dropScratch(copy)
  }
})

test('a backup that fails is an alert until one succeeds; it does not count, and the last good one stays', async () => {
  const good = await lastGoodBackup(now())
  await database.owner`CREATE TABLE of_others (id int)`
  await expect(createBackup({ reason: 'manual' })).rejects.toThrow('public.of_others of the backup is not in the restored schema')
  await database.owner`DROP TABLE of_others`
  expect(await openAlerts('backup_failed')).toBe(1)
  const [failed] = await listBackups(now(), 1)
  expect(failed).toMatchObject({ status: 'failed', fault: { code: 'table_unknown', facts: { table: 'public.of_others' } } })
  expect((await listRestores(1))[0]).toMatchObject({ purpose: 'proof', fault: { code: 'table_unknown' } })
  expect(await lastGoodBackup(now())).toMatchObject({ name: good!.name })
})

test('the night: a backup, and old ones go, but never the last good one', async () => {
  expect(await backUpByClock(tick())).toEqual({ switched_off: 1 })
  await setDaily(true)
  const counts = await backUpByClock(tick())
  expect(counts).toMatchObject({ copied: 0, removed: 0 })
  expect(counts.rows).toBeGreaterThan(10)
  expect(await openAlerts('backup_failed')).toBe(0)
  const names = await own()
  expect(names).toHaveLength(3)
  const { database: name } = database.connection
  expect(await removeOld(name, addDays(now(), 1))).toEqual({ removed: 0 })
  // What came to nothing goes first.
  expect(await removeOld(name, addDays(now(), 3))).toEqual({ removed: 1 })
  expect(await removeOld(name, addDays(now(), 6))).toEqual({ removed: 0 })
  expect(await removeOld(name, addDays(now(), 9))).toEqual({ removed: 1 })
  expect(await own()).toEqual([names[0]!])
  expect((await listBackups(now(), 10)).map(({ status }) => status)).toEqual(['good', 'removed', 'removed'])
  expect((await lastGoodBackup(now()))!.name).toBe(names[0]!)
})

describe('who is told', () => {
  test('a backup older than 26 hours is an alert until there is a fresh one', async () => {
    await setDaily(true)
    expect(await watchBackups({ now: addSeconds(now(), 25 * 3_600) })).toEqual({ old: 0 })
    expect(await watchBackups({ now: addSeconds(now(), 27 * 3_600) })).toEqual({ old: 1 })
    expect(await openAlerts('backup_old')).toBe(1)
    expect(await watchBackups({ now: now() })).toEqual({ old: 0 })
    expect(await openAlerts('backup_old')).toBe(0)
    expect(isTooOld(undefined)).toBe(true)
  })

  test('nobody, where others back the database up', async () => {
    await setDaily(false)
    expect(await watchBackups({ now: addSeconds(now(), 27 * 3_600) })).toEqual({ old: 0 })
    await setDaily(true)
  })

  test('one whose time is over stops, without an alert of its own', async () => {
    const ending = new AbortController()
    const made = createBackup({ reason: 'manual', signal: ending.signal, told: (phase) => phase === 'restoring' && ending.abort() })
    await expect(made).rejects.toThrow('interrupted')
    expect(await openAlerts('backup_failed')).toBe(0)
    const scratch = await database.owner`SELECT FROM pg_database WHERE starts_with(datname, ${`${database.connection.database}_scratch_`})`
    expect(scratch).toHaveLength(0)
  })
})

test('rows follow the folder: what was removed by hand counts no longer, what came back is known again', async () => {
  const [newest] = await own()
  const { name } = (await lastGoodBackup(now()))!
  expect(newest === name || existsSync(backupFolder(name))).toBe(true)
  await database.owner`DELETE FROM backups WHERE name = ${name}`
  expect((await lastGoodBackup(now()))?.name).not.toBe(name)
  await followFolder(database.connection.database, now())
  expect((await lastGoodBackup(now()))!.name).toBe(name)
  rmSync(backupFolder(name), { recursive: true })
  await followFolder(database.connection.database, now())
  expect((await listBackups(now(), 50)).find((row) => row.name === name)!.status).toBe('removed')
})

test('files are for their owner alone', async () => {
  const { folder } = await createBackup({ reason: 'manual', proves: false })
  const modes = await Promise.all(
    [folder, ...readdirSync(folder).map((file) => join(folder, file))].map(async (path) => (await Bun.file(path).stat()).mode & 0o077),
  )
  expect(modes.filter((mode) => mode !== 0)).toEqual([])
  expect((await listBackups(now(), 1))[0]).toMatchObject({ status: 'unproved', provedAt: null })
})
