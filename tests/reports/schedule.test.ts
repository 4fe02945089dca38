import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import type { Uuid } from '#src/core/ids'
import { instant, now } from '#src/core/time'
import { validate } from '#src/core/validation'
import { transaction } from '#src/platform/database'
import type { Mail } from '#src/platform/mail'
import { deliverReport } from '#src/reports/mails'
import { mailsOf } from '#src/reports/queries'
import { askScheduled, changeSchedule, listSchedules, recipients, scheduleOf } from '#src/reports/schedule'
import { auditRows } from '#tests/support/api'
import { openTestDatabase } from '#tests/support/database'
import { aStaff } from '#tests/support/factory'
import { startMailServer } from '#tests/support/mail-server'
import { until } from '#tests/support/until'
import { spawnWorkers } from '#tests/support/workers'
import { ALL, actOf, made, removeReportFiles } from './scene'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let manager: Uuid
beforeAll(async () => {
  database = await openTestDatabase()
  manager = (await aStaff('finance', 'manager')).id
})
afterAll(async () => {
  await removeReportFiles(database)
  await database.close()
})
beforeEach(async () => {
  await removeReportFiles(database)
  await database.owner`TRUNCATE finance_reports CASCADE`
  await database.owner`UPDATE report_schedules SET is_on = true, recipients = '{}', version = 1, format = 'pdf', language = 'zh'`
})

const MONDAY = instant('2026-03-01T18:00:00Z')
const rows = () =>
  database.owner`SELECT report_type, start_date::text, end_date::text, format, created_by, recipients FROM finance_reports ORDER BY id`
const change = (version: number, more: object = {}) =>
  transaction((tx) =>
    changeSchedule(
      tx,
      'daily',
      { is_on: true, format: 'excel', language: 'en', sections: [...ALL], recipients: ['boss@example.com'], version, ...more },
      actOf(manager),
    ),
  )

describe('the clock', () => {
  test('asks for yesterday, last week and last month, each once however often it ticks', async () => {
    for (const type of ['daily', 'weekly', 'monthly'] as const) {
      expect(await askScheduled(type)({ now: MONDAY })).toEqual({ asked: 1 })
      expect(await askScheduled(type)({ now: MONDAY })).toEqual({ asked: 0 })
    }
    const clock = { format: 'pdf', created_by: null, recipients: [] }
    expect([...(await rows())]).toEqual([
      { report_type: 'daily', start_date: '2026-03-01', end_date: '2026-03-01', ...clock },
      { report_type: 'weekly', start_date: '2026-02-23', end_date: '2026-03-01', ...clock },
      { report_type: 'monthly', start_date: '2026-02-01', end_date: '2026-02-28', ...clock },
    ])
  })

  test('asks once though two processes tick at the same moment', async () => {
    const ticks = await Promise.all(Array.from({ length: 5 }, () => askScheduled('daily')({ now: MONDAY })))
    expect(ticks.reduce((sum, { asked }) => sum + asked, 0)).toBe(1)
    const [report] = await database.owner`SELECT id FROM finance_reports`
    const [entry] = await auditRows(database, report!.id)
    expect(entry).toMatchObject({ operation: 'report_generate', actor_kind: 'system', actor_id: null })
  })

  test('asks for nothing that is switched off', async () => {
    await change(1, { is_on: false })
    expect(await askScheduled('daily')({ now: MONDAY })).toEqual({ asked: 0 })
  })
})

describe('a schedule', () => {
  test('is changed with what was before and after in the audit log, and the next report follows it', async () => {
    await change(1)
    expect(await scheduleOf('daily')).toMatchObject({ format: 'excel', language: 'en', recipients: ['boss@example.com'], version: 2 })
    const entry = (await auditRows(database, manager)).at(-1)!
    expect(entry).toMatchObject({
      operation: 'report_schedule',
      target_id: 'daily',
      details: { before: { recipients: [], format: 'pdf' }, after: { recipients: ['boss@example.com'], format: 'excel' } },
    })
    await askScheduled('daily')({ now: MONDAY })
    expect((await rows())[0]).toMatchObject({ format: 'excel', recipients: ['boss@example.com'] })
  })

  test('that two people change at once keeps what the first one said; the other is told', async () => {
    const results = await Promise.allSettled([change(1), change(1, { format: 'csv' })])
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const [refused] = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    expect(refused).toMatchObject({ code: 'INVALID_PARAMS', wording: 'SCHEDULE_CHANGED' })
    expect((await listSchedules())[0]).toMatchObject({ reportType: 'daily', version: 2 })
  })

  test.each([
    ['a@example.com\n b@example.com ,a@example.com；c@example.com', ['a@example.com', 'b@example.com', 'c@example.com']],
    ['', []],
  ])('takes addresses as they are typed: %j', (typed, addresses) => {
    expect(validate(recipients, typed)).toEqual({ ok: true, value: addresses })
  })

  test.each(['nobody', 'a@b', 'x@example.com\nBcc: y', 'a@example.com b@@c.de'])('refuses %j', (typed) => {
    expect(validate(recipients, typed).ok).toBe(false)
  })

  test('takes ten addresses', () => {
    const many = Array.from({ length: 11 }, (_, at) => `a${at}@example.com`)
    expect([validate(recipients, many.slice(1).join('\n')).ok, validate(recipients, many.join('\n')).ok]).toEqual([true, false])
  })
})

describe('a mail with a report', () => {
  const PAYEES = ['boss@example.com', 'audit@example.com']

  test('goes to each address with the file and the main figures, once', async () => {
    const mailbox = await startMailServer()
    await database.owner`UPDATE report_schedules SET is_on = false`
    await database.owner`UPDATE report_schedules SET is_on = true, recipients = ${PAYEES} WHERE report_type = 'daily'`
    await askScheduled('daily')({ now: MONDAY })
    const workers = spawnWorkers(database.url, { SMTP_URL: mailbox.url, PUBLIC_URL: 'http://games.example' })
    const [{ id }] = (await database.owner`SELECT id FROM finance_reports WHERE start_date = '2026-03-01'`) as unknown as [{ id: Uuid }]
    await until('both mails', async () => {
      const mails = await mailsOf(id)
      return mails.length === 2 && mails.every(({ status }) => status === 'sent')
    })
    expect(await workers.stop()).toBe(0)
    await mailbox.close()
    const own = mailbox.mails.filter(({ subject }) => subject.includes('2026-03-01'))
    expect(own.flatMap(({ to }) => to).sort()).toEqual([...PAYEES].sort())
    const [mail] = own
    expect(mail!.subject).toBe('【MR 游戏运营管理系统】财务日报 2026-03-01')
    expect(mail!.text).toContain('finance_daily_20260301_20260301.pdf')
    const part = /Content-Type: application\/pdf[\s\S]*?\n\n([\w+/=\s]+)/.exec(mail!.text.replaceAll('\r', ''))![1]!
    expect(Buffer.from(part, 'base64').subarray(0, 5).toString()).toBe('%PDF-')
    await deliverReport({ reportId: id, address: PAYEES[0]! }, () => Promise.reject(new Error('sent twice')), { at: now(), isLast: false })
  }, 60_000)

  test('says what it is about in words, in the language of the report', async () => {
    const sent: Mail[] = []
    const report = await made(manager, { language: 'en', format: 'csv', recipients: ['boss@example.com'] })
    await deliverReport({ reportId: report.id, address: 'boss@example.com' }, async (mail) => void sent.push(mail), {
      at: now(),
      isLast: false,
    })
    expect(sent[0]).toMatchObject({ subject: '【MR Game Operations】Monthly finance report 2026-02-01 to 2026-02-28' })
    expect(sent[0]!.text).toContain(
      'Recharged: ¥0.00\nRefunded: ¥0.00\nNet income: ¥0.00\nConsumed: ¥0.00\nUnspent balances at the start: ¥0.00',
    )
    expect(sent[0]!.text).toContain(`/finance/reports/rpt_${report.id}`)
    expect(sent[0]!.attachments).toMatchObject([{ name: report.fileName, type: 'text/csv; charset=utf-8' }])
  })

  test('that no server takes is tried again, and kept as failed after the last time or a refusal for good', async () => {
    const report = await made(manager, { format: 'csv', recipients: PAYEES })
    const refuse = (error: Error, isLast: boolean, address: string) =>
      deliverReport({ reportId: report.id, address }, () => Promise.reject(error), { at: now(), isLast })
    expect(refuse(new Error('away'), false, PAYEES[0]!)).rejects.toThrow('away')
    await Bun.sleep(0)
    expect(refuse(new Error('away'), true, PAYEES[0]!)).rejects.toThrow('away')
    await refuse(Object.assign(new Error('no mailbox'), { responseCode: 550 }), false, PAYEES[1]!)
    await until('both to be over', async () => (await mailsOf(report.id)).every(({ status }) => status === 'failed'))
  })

  test('is not sent where there is no mail server, and the list says so', async () => {
    const report = await made(manager, { format: 'csv', recipients: ['boss@example.com'] })
    await deliverReport({ reportId: report.id, address: 'boss@example.com' }, undefined, { at: now(), isLast: false })
    expect(await mailsOf(report.id)).toMatchObject([{ status: 'skipped' }])
  })
})
