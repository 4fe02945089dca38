import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { addDays, now } from '#src/core/time'
import { clearOldRows } from '#src/monitoring/log-retention'
import { jobRuns } from '#src/monitoring/scheduled-jobs'
import { openTestDatabase } from '#tests/support/database'
import { anOperator } from '#tests/support/factory'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const clear = () => clearOldRows({ now: now(), signal: new AbortController().signal, progress: () => {} })
const NOTHING = {
  ...{
    runs_given_up: 0,
    mail_deliveries: 0,
    report_mails: 0,
    expiry_notices: 0,
    notification_bodies: 0,
    audit_checks: 0,
    worker_processes: 0,
  },
}

test('an empty history has nothing to clear', async () => {
  expect(await clear()).toEqual(NOTHING)
})

test('what is older than its rule keeps goes, what is younger or still open stays', async () => {
  const { owner } = database
  const operator = await anOperator()
  const mail = async (daysAgo: number, status: 'sent' | 'queued') => {
    const id = newId()
    await owner`INSERT INTO message_notifications (id, type, title, content, target, target_operator_id, created_at)
      VALUES (${id}, 'security', '标题', '内容', 'specific', ${operator.id}, now())`
    await owner`INSERT INTO mail_deliveries (message_id, operator_id, status, created_at, finished_at)
      VALUES (${id}, ${operator.id}, ${status}, ${addDays(now(), -daysAgo)}, ${status === 'sent' ? addDays(now(), -daysAgo) : null})`
  }
  await mail(181, 'sent')
  await mail(179, 'sent')
  await mail(400, 'queued')
  for (const [event, days] of [
    ['old', 366],
    ['young', 364],
  ] as const) {
    await owner`INSERT INTO payment_notifications (id, channel, provider_event_id, kind, out_trade_no, body, received_at, last_received_at)
      VALUES (${newId()}, 'wechat', ${event}, 'payment', ${event}, '{"resource":{}}', ${addDays(now(), -days)}, ${addDays(now(), -days)})`
  }
  for (const [days, ended] of [
    [31, true],
    [29, true],
    [90, false],
  ] as const) {
    await owner`INSERT INTO worker_processes (id, host, pid, version, started_at, beat_at, ended_at)
      VALUES (${newId()}, 'h', 1, '0', now(), now(), ${ended ? addDays(now(), -days) : null})`
  }
  for (const days of [2, 0]) {
    await owner`INSERT INTO job_runs (job, scheduled_for, started_at) VALUES ('by hand', ${addDays(now(), -days)}, ${addDays(now(), -days)})`
  }
  expect(await clear()).toEqual({ ...NOTHING, runs_given_up: 1, mail_deliveries: 1, notification_bodies: 1, worker_processes: 1 })
  const bodies = await owner`SELECT provider_event_id AS event, body FROM payment_notifications ORDER BY 1`
  expect(bodies.map(({ event, body }) => [event, body])).toEqual([
    ['old', ''],
    ['young', '{"resource":{}}'],
  ])
  expect((await jobRuns({ job: 'by hand' }, now(), { size: 5 })).map(({ state }) => state)).toEqual(['running', 'failed'])
  expect(await clear()).toEqual(NOTHING)
})
