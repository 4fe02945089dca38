import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { addSeconds, type Instant, instant } from '#src/core/time'
import { waysOf } from '#src/notifications/alert-channels/channels'
import { deliverAlert } from '#src/notifications/alert-channels/deliver'
import { ALERT_KINDS, type AlertKind } from '#src/notifications/alert-kinds'
import { closeAlert } from '#src/notifications/alert-list'
import { tellOfAlert, tendAlertNotices } from '#src/notifications/alert-notices'
import { type Alert, raiseAlert, settleAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { smtpSender } from '#src/platform/mail'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff } from '#tests/support/factory'
import { freePort } from '#tests/support/http'
import { startMailServer } from '#tests/support/mail-server'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
  await seedSettings()
})
afterAll(() => database.close())

const START = instant('2026-03-05T02:00:00.000Z')
const after = (seconds: number): Instant => addSeconds(START, seconds)
const HOUR = 3_600

async function change(values: Record<string, string>): Promise<void> {
  for (const [key, value] of Object.entries(values)) await database.owner`UPDATE system_configs SET value = ${value} WHERE key = ${key}`
  await loadSettings()
}

beforeEach(async () => {
  await database.owner`TRUNCATE alerts, alert_notices, alert_notice_alerts, alert_deliveries`
  await database.owner`DELETE FROM graphile_worker._private_jobs`
  await change({
    alert_mail_finance: 'one@example.com, two@example.com',
    alert_mail_operations: 'ops@example.com',
    alert_mail_admin: '',
    alert_storm_per_minute: '4',
    alert_reminder_hours: '4',
    alert_work_reminder_hours: '24',
  })
})

const raise = (kind: AlertKind, subject: string, at: Instant = START, more: Partial<Alert> = {}) =>
  transaction((tx) => raiseAlert(tx, { kind, subject, audience: ALERT_KINDS[kind].audience, ...more } as Alert, at))
const settle = (kind: AlertKind, subject: string, at: Instant) => transaction((tx) => settleAlert(tx, { kind, subject }, at))

type Work = { alert_id: Uuid; occasion: 'opened' | 'settled' }
/** What waits in the queue, taken out of it. */
async function queued(task: string): Promise<Record<string, string>[]> {
  const rows = await database.owner<{ payload: Record<string, string> }[]>`
    DELETE FROM graphile_worker._private_jobs j USING graphile_worker._private_tasks t
    WHERE t.id = j.task_id AND t.identifier = ${task} RETURNING j.payload, j.id`
  return rows.map(({ payload }) => payload)
}
const tellAll = async (at: Instant) => {
  const works = (await queued('alert')) as Work[]
  for (const work of works) await tellOfAlert(work, at)
  return works.length
}
const tend = (at: Instant) => tendAlertNotices({ now: at })
type Told = { occasion: string; audience: string; alerts: number; to: string[] }
const notices = async (): Promise<Told[]> => [
  ...(await database.owner<Told[]>`
    SELECT n.occasion, n.audience, (SELECT count(*)::int FROM alert_notice_alerts a WHERE a.notice_id = n.id) AS alerts,
      ARRAY (SELECT recipient FROM alert_deliveries d WHERE d.notice_id = n.id ORDER BY recipient) AS to
    FROM alert_notices n ORDER BY n.created_at, n.id`),
]
const FINANCE = ['one@example.com', 'two@example.com']

test('one opening is one message to everybody of its audience, however often it happens', async () => {
  expect([await raise('bill_missing', 'wechat 2026-03-01'), await raise('bill_missing', 'wechat 2026-03-01')]).toEqual([true, false])
  expect(await tellAll(after(1))).toBe(1)
  await raise('bill_missing', 'wechat 2026-03-01', after(60))
  expect(await tellAll(after(61))).toBe(0)
  expect(await notices()).toEqual([{ occasion: 'opened', audience: 'finance', alerts: 1, to: FINANCE }])
  expect(await queued('alert_delivery')).toHaveLength(2)
})

test('what is rolled back is told to nobody', async () => {
  const undone = transaction(async (tx) => {
    await raiseAlert(tx, { kind: 'job_failed', subject: 'x', audience: 'operations' }, START)
    throw new Error('taken back')
  })
  expect(await undone.catch((error: Error) => error.message)).toBe('taken back')
  expect(await tellAll(after(1))).toBe(0)
})

test('an alert keeps the name of whose business it is', async () => {
  const { id } = await anOperator({ name: '银河乐园' })
  await raise('refund_pending', newId(), START, { operatorId: id, details: { requested: '12.00' } })
  const [row] = await database.owner`SELECT details FROM alerts`
  expect(row!.details).toEqual({ operator: '银河乐园', requested: '12.00' })
})

test('a fault that is over is told once to those who heard of it; the next one is told anew', async () => {
  await raise('job_failed', 'backup')
  await tellAll(after(1))
  await settle('job_failed', 'backup', after(90))
  await settle('job_failed', 'backup', after(91))
  expect(await tellAll(after(92))).toBe(1)
  await raise('job_failed', 'backup', after(200))
  await tellAll(after(201))
  expect((await notices()).map(({ occasion }) => occasion)).toEqual(['opened', 'settled', 'opened'])
})

test('work that is done is no news, and what was over before anybody heard is told to nobody', async () => {
  await raise('refund_pending', 'r1')
  await tellAll(after(1))
  await settle('refund_pending', 'r1', after(90))
  await raise('job_failed', 'short', after(100))
  await settle('job_failed', 'short', after(101))
  await tellAll(after(102))
  await tend(after(200))
  expect((await notices()).map(({ occasion, audience }) => [occasion, audience])).toEqual([['opened', 'finance']])
})

test('an alert that a person closes is told as over, with who and why', async () => {
  const person = await aStaff('admin')
  await raise('payment_checks_overdue', 'payment-sync')
  await tellAll(after(1))
  const [alert] = await database.owner`SELECT id FROM alerts`
  const act = { actor: { kind: 'staff' as const, id: person.id, name: '李薇', role: 'admin' }, origin: null, at: after(90) }
  await transaction((tx) => closeAlert(tx, 'admin', alert!.id, '渠道维护已结束，不用处理', act))
  expect(await tellAll(after(91))).toBe(1)
  expect((await notices()).map(({ occasion }) => occasion)).toEqual(['opened', 'settled'])
})

test('a storm: the first of a minute come one by one, the rest as one message, and their ends likewise', async () => {
  for (let n = 0; n < 30; n++) await raise('order_abnormal', `order-${n}`, after(n / 10))
  await raise('job_failed', 'another desk', after(3))
  await tellAll(after(4))
  expect((await notices()).filter(({ audience }) => audience === 'finance').map(({ alerts }) => alerts)).toEqual([1, 1, 1, 1])
  expect((await notices()).filter(({ audience }) => audience === 'operations')).toHaveLength(1)
  expect(await tend(after(50))).toMatchObject({ gathered: 26, recovered: 0 })
  expect((await notices()).at(-1)).toEqual({ occasion: 'opened', audience: 'finance', alerts: 26, to: FINANCE })
  for (let n = 0; n < 30; n++) await settle('order_abnormal', `order-${n}`, after(200))
  await tellAll(after(201))
  await tend(after(250))
  const ends = (await notices()).filter(({ occasion }) => occasion === 'settled').map(({ alerts }) => alerts)
  expect(ends).toEqual([1, 1, 1, 1, 26])
  expect(await tend(after(400))).toMatchObject({ gathered: 0, recovered: 0, reminded: 0 })
})

test('of many tellers at once each alert is told once, and no more than the pace allows', async () => {
  for (let n = 0; n < 12; n++) await raise('refund_pending', `refund-${n}`)
  const works = (await queued('alert')) as Work[]
  await Promise.all([...works, ...works].map((work) => tellOfAlert(work, after(1))))
  await Promise.all([tend(after(60)), tend(after(60)), tend(after(60))])
  expect((await notices()).map(({ alerts }) => alerts).sort((a, b) => a - b)).toEqual([1, 1, 1, 1, 8])
})

test('what stays open is told again after 4 hours, then after 8 and 16; work after a day; what is closed never', async () => {
  await raise('merchant_balance_low', 'wechat')
  await raise('refund_pending', 'r1')
  await raise('bill_faulty', 'closed soon')
  await tellAll(START)
  await settle('bill_faulty', 'closed soon', after(60))
  const reminded: [number, number][] = []
  for (let hour = 1; hour <= 48; hour++) {
    const { reminded: count } = await tend(after(hour * HOUR))
    if (count > 0) reminded.push([hour, count])
  }
  expect(reminded).toEqual([
    [4, 1],
    [12, 1],
    [24, 1],
    [28, 1],
  ])
  await change({ alert_reminder_hours: '0', alert_work_reminder_hours: '0' })
  expect((await tend(after(1_000 * HOUR))).reminded).toBe(0)
})

test('without anybody to tell nothing is queued, and the alert stands on its page', async () => {
  await raise('anomaly_lock', newId())
  await tellAll(after(1))
  expect(await notices()).toEqual([{ occasion: 'opened', audience: 'admin', alerts: 1, to: [] }])
  expect(await queued('alert_delivery')).toEqual([])
})

test('after the last try a message is dead and says why; sent again once the server is there it arrives', async () => {
  await raise('job_failed', 'partitions')
  await tellAll(after(1))
  const [work] = await queued('alert_delivery')
  const through = async (url: string, isLast: boolean) => {
    const { send, close } = smtpSender(url)
    const sent = await deliverAlert(work!.delivery_id!, waysOf(send), { at: after(60), isLast }).then(
      () => 'done',
      () => 'failed',
    )
    close()
    const [row] = await database.owner`SELECT status, attempts, last_error, finished_at IS NOT NULL AS over FROM alert_deliveries`
    return [sent, row!.status, row!.attempts, row!.over, String(row!.last_error).split(' ')[0]]
  }
  const nobody = `smtp://127.0.0.1:${freePort()}`
  expect(await through(nobody, false)).toEqual(['failed', 'queued', 1, false, 'mail'])
  expect(await through(nobody, true)).toEqual(['failed', 'failed', 2, true, 'mail'])
  const open = () => database.owner`SELECT subject FROM alerts WHERE kind = 'alert_channel_failed' AND closed_at IS NULL`
  expect([...(await open())]).toEqual([{ subject: 'ops@example.com' }])
  const mailbox = await startMailServer()
  expect(await through(mailbox.url, false)).toEqual(['done', 'sent', 3, true, 'null'])
  expect(await through(mailbox.url, false)).toEqual(['done', 'sent', 3, true, 'null'])
  await mailbox.close()
  expect([mailbox.mails.length, [...(await open())]]).toEqual([1, []])
})

test('what was sent 90 days ago is forgotten, the alert is not', async () => {
  await raise('bill_missing', 'alipay 2026-01-01')
  await tellAll(after(1))
  expect((await tend(after(91 * 24 * HOUR))).removed).toBe(1)
  expect((await database.owner`SELECT count(*)::int AS n FROM alerts`)[0]!.n).toBe(1)
  expect(await database.owner`SELECT FROM alert_deliveries`).toHaveLength(2)
})
