import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import type { Uuid } from '#src/core/ids'
import { addSeconds, now } from '#src/core/time'
import { transaction } from '#src/platform/database'
import { placeOf, reportFile } from '#src/reports/file'
import { claimReport, makeReport } from '#src/reports/make'
import { requireReport } from '#src/reports/queries'
import { repeatReport } from '#src/reports/request'
import { auditRows } from '#tests/support/api'
import { openTestDatabase } from '#tests/support/database'
import { aStaff, type TestStaff } from '#tests/support/factory'
import { pdfText } from '#tests/support/pdf-text'
import { spawnProduct } from '#tests/support/product-process'
import { until } from '#tests/support/until'
import { actOf, asked, bytesOf, made, removeReportFiles } from './scene'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let manager: TestStaff
beforeAll(async () => {
  database = await openTestDatabase()
  manager = await aStaff('finance', 'manager')
})
afterAll(async () => {
  await removeReportFiles(database)
  await database.close()
})
/** Each test has the reports to itself. */
beforeEach(async () => {
  await removeReportFiles(database)
  await database.owner`TRUNCATE finance_reports CASCADE`
})

const again = (id: Uuid, by = manager.id) => transaction((tx) => repeatReport(tx, id, actOf(by)))
const alerts = (id: Uuid) => database.owner`SELECT kind, audience, closed_at IS NULL AS open FROM alerts WHERE subject = ${id}`

/** Lets whoever reads the games fail for as long as `work` takes. */
async function withoutGames<T>(work: () => Promise<T>): Promise<T> {
  await database.owner`ALTER TABLE usage_parties RENAME TO usage_parties_away`
  try {
    return await work()
  } finally {
    await database.owner`ALTER TABLE usage_parties_away RENAME TO usage_parties`
  }
}

async function aFailedOne(): Promise<Uuid> {
  const id = await asked(manager.id, { recipients: ['a@example.com'] })
  await withoutGames(async () => {
    const outcomes: string[] = []
    for (let attempt = 0; attempt < 3; attempt++) outcomes.push(await makeReport((await claimReport(now()))!))
    expect(outcomes).toEqual(['given back', 'given back', 'failed'])
  })
  return id
}

describe('a report', () => {
  test('is asked for, claimed by one of several workers, and is then there whole; what was asked stands in the audit log', async () => {
    const id = await asked(manager.id)
    expect(await requireReport(id)).toMatchObject({ status: 'generating', attempts: 0, stepsDone: 0, stepsTotal: 6, fileBytes: null })
    const claimed = (await Promise.all(Array.from({ length: 6 }, () => claimReport(now())))).filter((one) => one !== undefined)
    expect(claimed.map((one) => one.id)).toEqual([id])
    expect(await makeReport(claimed[0]!)).toBe('completed')
    const report = await requireReport(id)
    expect(report).toMatchObject({ status: 'completed', stepsDone: 6, error: null })
    const bytes = await reportFile(report)
    expect([BigInt(bytes.length), new Bun.CryptoHasher('sha256').update(bytes).digest('hex')]).toEqual([
      report.fileBytes!,
      Buffer.from(report.fileSha256!).toString('hex'),
    ])
    const [entry] = await auditRows(database, id)
    expect(entry).toMatchObject({
      operation: 'report_generate',
      actor_id: manager.id,
      details: { report_type: 'monthly', start_date: '2026-02-01', end_date: '2026-02-28', format: 'pdf' },
    })
  })

  test('whose worker died is made again by the next one, and the dead one changes nothing any more', async () => {
    const id = await asked(manager.id)
    const dead = (await claimReport(now()))!
    expect(await claimReport(now())).toBeUndefined()
    const next = (await claimReport(addSeconds(now(), 46)))!
    expect(next).toMatchObject({ id, attempts: 2 })
    expect(await makeReport(next)).toBe('completed')
    const before = await requireReport(id)
    expect(await makeReport(dead)).toBe('given back')
    expect(await requireReport(id)).toEqual(before)
    expect(existsSync(placeOf(before.filePath!))).toBe(true)
  })

  test('that three workers left is given up, and finance is told', async () => {
    const id = await asked(manager.id)
    for (let attempt = 0; attempt < 3; attempt++) expect(await claimReport(addSeconds(now(), attempt * 46))).toMatchObject({ id })
    expect(await claimReport(addSeconds(now(), 150))).toBeUndefined()
    expect(await requireReport(id)).toMatchObject({ status: 'failed', error: 'abandoned' })
    expect([...(await alerts(id))]).toEqual([{ kind: 'report_failed', audience: 'finance', open: true }])
  })

  test('that goes wrong is tried three times, has failed then, and leaves nothing on the disk', async () => {
    const id = await aFailedOne()
    expect(await requireReport(id)).toMatchObject({ status: 'failed', error: 'error', filePath: null, figures: null })
    expect([...new Bun.Glob(`*/${id}-*`).scanSync(placeOf(''))]).toEqual([])
    expect(reportFile(await requireReport(id))).rejects.toMatchObject({ code: 'REPORT_NOT_READY' })
  })

  test('that takes too long is not tried again', async () => {
    const id = await asked(manager.id)
    const held = await database.owner.reserve()
    await held`BEGIN`
    await held`LOCK TABLE usage_parties IN ACCESS EXCLUSIVE MODE`
    const making = makeReport((await claimReport(now()))!)
    // What PostgreSQL does at the time limit, without the wait for it.
    await until('the reading to wait', async () => {
      const [row] = await database.owner<{ ended: boolean }[]>`
        SELECT pg_cancel_backend(pid) AS ended FROM pg_stat_activity
        WHERE application_name = 'mr-reports' AND datname = current_database() AND wait_event_type = 'Lock'`
      return row?.ended
    })
    expect(await making).toBe('failed')
    await held`ROLLBACK`
    held.release()
    expect(await requireReport(id)).toMatchObject({ status: 'failed', error: 'timeout', attempts: 1 })
  })

  test('that its process leaves at the end of its time is given back', async () => {
    const id = await asked(manager.id)
    const ending = new AbortController()
    ending.abort()
    expect(await makeReport((await claimReport(now()))!, ending.signal)).toBe('given back')
    expect(await makeReport((await claimReport(now()))!)).toBe('completed')
    expect(await requireReport(id)).toMatchObject({ attempts: 2 })
  })

  test('is of one moment: what is booked while it is read stands in the next one', async () => {
    const first = await made(manager.id)
    const second = await made(manager.id)
    expect(second.figures).toEqual(first.figures!)
    expect(pdfText(await bytesOf(second))).toContain(`rpt_${second.id}`)
  })
})

describe('a report that failed', () => {
  test('is made again as a new one like it, and finance needs to do nothing more', async () => {
    const failed = await aFailedOne()
    const id = await again(failed)
    expect(await makeReport((await claimReport(now()))!)).toBe('completed')
    expect(await requireReport(id)).toMatchObject({ status: 'completed', repeats: failed, recipients: ['a@example.com'] })
    expect(await requireReport(failed)).toMatchObject({ status: 'failed', repeatedBy: id })
    expect([...(await alerts(failed))]).toEqual([{ kind: 'report_failed', audience: 'finance', open: false }])
  })

  test('is made again once: of two people at once one is told', async () => {
    const failed = await aFailedOne()
    const other = await aStaff('finance', 'manager')
    const results = await Promise.allSettled([again(failed), again(failed, other.id), again(failed)])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(refused.map(({ code, wording }) => [code, wording])).toEqual(refused.map(() => ['INVALID_PARAMS', 'ALREADY_PROCESSED']))
    expect((await auditRows(database, failed)).length + (await database.owner`SELECT FROM finance_reports`).length).toBe(3)
  })

  test('only then: one that is there is not made again', async () => {
    const { id } = await made(manager.id, { format: 'csv' })
    expect(again(id)).rejects.toMatchObject({ wording: 'ALREADY_PROCESSED' })
    expect(again(crypto.randomUUID())).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' })
  })
})

test('one person has twenty under way at most', async () => {
  for (let count = 0; count < 20; count++) await asked(manager.id, { format: 'csv' })
  expect(asked(manager.id)).rejects.toMatchObject({ code: 'INVALID_PARAMS' })
  const other = await aStaff('finance', 'manager')
  expect(await asked(other.id)).toBeString()
})

test('a file that is not the one that was made is not given out', async () => {
  const report = await made(manager.id, { format: 'csv' })
  await Bun.write(placeOf(report.filePath!), 'changed')
  expect(reportFile(report)).rejects.toThrow('is not the one that was made')
})

test('what was asked for and what came of it never change', async () => {
  const { id } = await made(manager.id, { format: 'csv' })
  const change = (sql: string) =>
    database.owner.begin(async (tx) => {
      await tx`SET LOCAL ROLE mr_app`
      await tx.unsafe(sql)
    })
  expect(change(`UPDATE finance_reports SET end_date = '2026-03-01' WHERE id = '${id}'`)).rejects.toThrow('permission denied')
  expect(change(`DELETE FROM finance_reports WHERE id = '${id}'`)).rejects.toThrow('permission denied')
  expect(change(`UPDATE finance_reports SET status = 'generating', completed_at = NULL WHERE id = '${id}'`)).rejects.toThrow(
    'cannot go from',
  )
})

test('a workers process that is killed when the file is written leaves nothing that the next one does not finish', async () => {
  const id = await asked(manager.id, { format: 'excel' })
  const spawn = (more: Record<string, string>) => spawnProduct('workers/main.ts', { DATABASE_URL: database.url, ...more })
  const first = spawn({ FAULT_POINT: 'report:written' })
  await first.exited
  expect(await requireReport(id)).toMatchObject({ status: 'generating', attempts: 1 })
  await database.owner`UPDATE finance_reports SET leased_until = now() - interval '1 second' WHERE id = ${id}`
  const second = spawn({})
  const report = await until('the report', async () => {
    const found = await requireReport(id)
    return found.status === 'completed' && found
  })
  expect(report).toMatchObject({ attempts: 2, stepsDone: 6 })
  // What the first one left is taken away after the report is there.
  const files = () => [...new Bun.Glob(`*/${id}-*`).scanSync(placeOf(''))]
  await until('the first file to be gone', () => files().length === 1)
  expect(files()).toEqual([report.filePath!])
  second.kill('SIGTERM')
  expect(await second.exited).toBe(0)
}, 60_000)
