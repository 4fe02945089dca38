import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import type { Act } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { addSeconds, iso, now } from '#src/core/time'
import { expireExports } from '#src/exports/expire'
import { type ExportRow, listExports, repeatExport, requestExport, requireExport } from '#src/exports/exports'
import type { ExportFormat } from '#src/exports/file'
import { exportFile, exportFolder } from '#src/exports/place'
import { claimExport, makeExport } from '#src/exports/work'
import { auditRows } from '#tests/support/api'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, credit } from '#tests/support/factory'
import { spawnProduct } from '#tests/support/product-process'
import { until } from '#tests/support/until'
import { csvRows, xlsxRows } from './read'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(async () => {
  rmSync(await exportFolder(), { recursive: true, force: true })
  await database.close()
})
/** Each test has the queue to itself. */
beforeEach(async () => void (await database.owner`TRUNCATE exports`))

type Owner = { kind: 'operator'; id: Uuid }

const actOf = ({ id }: Owner): Act => ({
  actor: { kind: 'operator', id, name: '测试', role: 'operator' },
  origin: null,
  at: now(),
})

async function anOwner(rows = 5): Promise<Owner> {
  const { id } = await anOperator()
  for (let row = 0; row < rows; row++) await credit(id, `${row + 1}.50`)
  return { kind: 'operator', id }
}

async function queued(owner: Owner, format: ExportFormat = 'csv', filter: Record<string, string> = {}): Promise<Uuid> {
  const made = await requestExport(owner, { kind: 'transactions', format, filter, language: 'zh', background: true }, actOf(owner))
  if (!('queued' in made)) throw new Error('made at once')
  return made.queued
}

const isThere = async (row: ExportRow): Promise<boolean> => existsSync(await exportFile(row))
const bytesOf = async (row: ExportRow) => new Uint8Array(await Bun.file(await exportFile(row)).arrayBuffer())

describe('a long export', () => {
  test.each(['csv', 'excel'] as const)('is made by whoever claims it, and is then there whole, as %s', async (format) => {
    const owner = await anOwner()
    const id = await queued(owner, format)
    expect(await requireExport(owner, id)).toMatchObject({ status: 'queued', rowsDone: 0, rowsTotal: 5, fileBytes: null })
    const claimed = (await claimExport(now()))!
    expect(claimed).toMatchObject({ id, operatorId: owner.id, staffId: null, attempts: 1 })
    expect(await requireExport(owner, id)).toMatchObject({ status: 'running' })
    expect(await makeExport(claimed)).toBe('ready')
    const row = await requireExport(owner, id)
    expect(row).toMatchObject({ status: 'ready', rowsDone: 5, rowsTotal: 5 })
    expect(row.expiresAt!.getTime() - row.finishedAt!.getTime()).toBe(72 * 3_600_000)
    const bytes = await bytesOf(row)
    expect([BigInt(bytes.length), new Bun.CryptoHasher('sha256').update(bytes).digest('hex')]).toEqual([
      row.fileBytes!,
      Buffer.from(row.fileSha256!).toString('hex'),
    ])
    const [head, ...body] = format === 'csv' ? csvRows(bytes) : await xlsxRows(bytes)
    expect(head![0]).toBe('序号')
    expect(body.map((cells) => Number(cells[4]))).toEqual([5.5, 4.5, 3.5, 2.5, 1.5])
    expect(body.map((cells) => Number(cells[7]))).toEqual([17.5, 12, 7.5, 4, 1.5])
  })

  test('belongs to one of several workers', async () => {
    const owner = await anOwner()
    const ids = [await queued(owner), await queued(owner), await queued(owner)]
    const claimed = await Promise.all(Array.from({ length: 8 }, () => claimExport(now())))
    expect(claimed.flatMap((one) => (one ? [one.id] : [])).sort()).toEqual(ids.sort())
  })

  test('whose worker died is made again by the next one, and the dead one changes nothing any more', async () => {
    const owner = await anOwner()
    const id = await queued(owner)
    const dead = (await claimExport(now()))!
    expect(await claimExport(now())).toBeUndefined()
    const next = (await claimExport(addSeconds(now(), 31)))!
    expect(next).toMatchObject({ id, attempts: 2 })
    expect(await makeExport(next)).toBe('ready')
    const before = await requireExport(owner, id)
    expect(await makeExport(dead)).toBe('given back')
    expect(await requireExport(owner, id)).toEqual(before)
  })

  test('that three workers left is given up, and can be asked for again', async () => {
    const owner = await anOwner()
    const id = await queued(owner)
    for (let attempt = 0; attempt < 3; attempt++) expect(await claimExport(addSeconds(now(), attempt * 31))).toMatchObject({ id })
    expect(await claimExport(addSeconds(now(), 93))).toBeUndefined()
    expect(await requireExport(owner, id)).toMatchObject({ status: 'failed', error: 'abandoned' })
    const again = await repeatExport(owner, id, actOf(owner))
    expect(again).not.toBe(id)
    expect(await makeExport((await claimExport(now()))!)).toBe('ready')
    expect(await requireExport(owner, again)).toMatchObject({ status: 'ready', rowsTotal: 5 })
  })

  test('that goes wrong is tried three times and then has failed, without a trace on the disk', async () => {
    const owner = await anOwner()
    const id = await queued(owner)
    await database.owner`UPDATE exports SET filter = '{"type":"nothing"}' WHERE id = ${id}`
    const outcomes: string[] = []
    for (let attempt = 0; attempt < 3; attempt++) outcomes.push(await makeExport((await claimExport(now()))!))
    expect(outcomes).toEqual(['given back', 'given back', 'failed'])
    expect(await requireExport(owner, id)).toMatchObject({ status: 'failed', error: 'error' })
    expect(readdirSync(await exportFolder()).filter((name) => name.startsWith(id))).toEqual([])
  })

  test('is given back when its process ends, and holds what was filtered when it was asked for', async () => {
    const owner = await anOwner()
    const id = await queued(owner, 'csv', { end_time: iso(addSeconds(now(), 1)) })
    const ending = new AbortController()
    ending.abort()
    expect(await makeExport((await claimExport(now()))!, ending.signal)).toBe('given back')
    expect(await requireExport(owner, id)).toMatchObject({ status: 'queued' })
    expect(await makeExport((await claimExport(now()))!)).toBe('ready')
    expect(csvRows(await bytesOf(await requireExport(owner, id)))).toHaveLength(6)
  })

  test('is recorded when it is asked for', async () => {
    const owner = await anOwner()
    const id = await queued(owner, 'excel', { type: 'adjustment' })
    expect((await auditRows(database, id)).map(({ operation, actor_id, details }) => ({ operation, actor_id, details }))).toEqual([
      {
        operation: 'export',
        actor_id: owner.id,
        details: { kind: 'transactions', format: 'excel', rows: 5, filter: { type: 'adjustment' } },
      },
    ])
  })

  test('is the fourth at once only after one is done, also for requests that come together', async () => {
    const owner = await anOwner()
    const asked = await Promise.allSettled(Array.from({ length: 6 }, () => queued(owner)))
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect((await listExports(owner, { size: 20 })).rows).toHaveLength(3)
    await makeExport((await claimExport(now()))!)
    expect(await queued(owner)).toBeString()
  })
})

test('a short export is made at once unless the background is asked for; a long one never is', async () => {
  const owner = await anOwner()
  const wanted = { kind: 'transactions', format: 'csv', filter: {}, language: 'zh', background: false } as const
  expect(await requestExport(owner, wanted, actOf(owner))).toHaveProperty('bytes')
  await database.owner`INSERT INTO usage_days VALUES (${owner.id}, '2026-01-01', 20001, 20001, 20001)`
  expect(await requestExport(owner, wanted, actOf(owner))).toHaveProperty('queued')
})

test('an export of somebody else is one that never was', async () => {
  const [owner, other] = [await anOwner(), await anOwner()]
  const id = await queued(owner)
  expect(requireExport(other, id)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' })
  expect(repeatExport(other, id, actOf(other))).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' })
  expect((await listExports(other, { size: 20 })).rows).toEqual([])
})

describe('the disk stays bounded', () => {
  async function ready(owner: Owner): Promise<ExportRow> {
    const id = await queued(owner)
    await makeExport((await claimExport(now()))!)
    return requireExport(owner, id)
  }

  test('files end with their time, and their rows say so', async () => {
    const owner = await anOwner()
    const row = await ready(owner)
    expect(await expireExports({ now: addSeconds(row.expiresAt!, -1) })).toMatchObject({ expired: 0 })
    expect(await isThere(row)).toBe(true)
    expect(await expireExports({ now: row.expiresAt! })).toMatchObject({ expired: 1 })
    expect(await isThere(row)).toBe(false)
    expect(await requireExport(owner, row.id)).toMatchObject({ status: 'expired', fileBytes: row.fileBytes })
    expect(await expireExports({ now: row.expiresAt! })).toMatchObject({ expired: 0 })
  })

  test('an operator has twenty files, the oldest make room', async () => {
    const owner = await anOwner(1)
    const rows: ExportRow[] = []
    for (let file = 0; file < 22; file++) rows.push(await ready(owner))
    expect(await expireExports({ now: now() })).toMatchObject({ expired: 2 })
    expect(await Promise.all(rows.map(isThere))).toEqual(rows.map((_, at) => at >= 2))
  })

  test('all files together are less than four gigabytes', async () => {
    const owner = await anOwner(1)
    const [old, young] = [await ready(owner), await ready(owner)]
    await database.owner`UPDATE exports SET file_bytes = 3000000000 WHERE id IN (${old.id}, ${young.id})`
    expect(await expireExports({ now: now() })).toMatchObject({ expired: 1 })
    expect([await isThere(old), await isThere(young)]).toEqual([false, true])
  })

  test('what dead workers left goes after an hour, what is wanted stays', async () => {
    const row = await ready(await anOwner())
    const path = await exportFile(row)
    const [left, half] = [`${path}9`, `${path}.x.part`]
    await Promise.all([left, half].map((stray) => Bun.write(stray, 'x')))
    await expireExports({ now: now() })
    expect([left, half].map(existsSync)).toEqual([true, true])
    const { removed } = await expireExports({ now: addSeconds(now(), 3_700) })
    expect(removed).toBeGreaterThanOrEqual(2)
    expect([left, half, path].map(existsSync)).toEqual([false, false, true])
  })
})

test('a workers process that is killed in the middle leaves nothing that the next one does not finish', async () => {
  const owner = await anOwner(1)
  await manyRows(owner.id, 30_000)
  const id = await queued(owner, 'excel')
  const first = workers()
  await until('the export to be under way', async () => (await requireExport(owner, id)).rowsDone > 0)
  first.kill('SIGKILL')
  await first.exited
  expect((await requireExport(owner, id)).status).toBe('running')
  await database.owner`UPDATE exports SET leased_until = now() - interval '1 second' WHERE id = ${id}`
  const second = workers()
  const row = await until('the export to be ready', async () => {
    const found = await requireExport(owner, id)
    return found.status === 'ready' && found
  })
  expect(row).toMatchObject({ attempts: 2, rowsTotal: 30_001, rowsDone: 30_001 })
  expect(await xlsxRows(await bytesOf(row))).toHaveLength(30_002)
  second.kill('SIGTERM')
  expect(await second.exited).toBe(0)
}, 60_000)

const workers = () => spawnProduct('workers/main.ts', { DATABASE_URL: database.url })

/** A long journal, quickly: its hashes are not computed, since nobody checks them here. */
async function manyRows(operatorId: Uuid, rows: number): Promise<void> {
  await database.owner.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await sql`
      INSERT INTO transaction_records (operator_id, seq, id, type, debit_account, credit_account, amount_fen, balance_before_fen,
        balance_after_fen, description, created_at, prev_hash, hash)
      SELECT ${operatorId}, 1 + n, gen_random_uuid(), 'adjustment', 'adjustments', 'operator', 1, 150 + n - 1, 150 + n, '测试', now(),
        sha256('x'), sha256('x')
      FROM generate_series(1, ${rows}::int) AS n`
    await sql`UPDATE operator_accounts SET ledger_seq = ${rows + 1}, balance_fen = ${rows + 150} WHERE id = ${operatorId}`
  })
}
