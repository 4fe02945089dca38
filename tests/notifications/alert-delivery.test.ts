import { afterAll, beforeAll, expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { openTestDatabase } from '#tests/support/database'
import { anOperator } from '#tests/support/factory'
import { freePort } from '#tests/support/http'
import { startMailServer } from '#tests/support/mail-server'
import { startRobot } from '#tests/support/robots'
import { stillClock } from '#tests/support/still-clock'
import { until } from '#tests/support/until'
import { spawnWorkers } from '#tests/support/workers'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
  await stillClock(database)
  await database.owner`INSERT INTO system_configs (key, value, type, updated_at) VALUES
    ('alert_mail_finance', 'finance@example.com', 'text', now()), ('alert_mail_operations', 'ops@example.com', 'text', now()),
    ('alert_storm_per_minute', '5', 'integer', now()), ('alert_wecom_for', 'finance', 'text', now())
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`
})
afterAll(() => database.close())

type Delivered = { channel: string; recipient: string; occasion: string; status: string; attempts: number; last_error: string | null }
const deliveries = async (kind?: string): Promise<Delivered[]> => [
  ...(await database.owner<Delivered[]>`
    SELECT d.channel, d.recipient, n.occasion, d.status, d.attempts, d.last_error
    FROM alert_deliveries d JOIN alert_notices n ON n.id = d.notice_id
    WHERE ${kind ?? null}::text IS NULL OR EXISTS (
      SELECT FROM alert_notice_alerts t JOIN alerts a ON a.id = t.alert_id WHERE t.notice_id = n.id AND a.kind = ${kind ?? null})
    ORDER BY d.id`),
]
const openAlert = async (kind: string): Promise<{ subject: string } | undefined> =>
  (await database.owner<{ subject: string }[]>`SELECT subject FROM alerts WHERE kind = ${kind} AND closed_at IS NULL`)[0]
/** Nobody waits for the queue's 20 s and more between two tries. */
const tryAgainNow = () => database.owner`UPDATE graphile_worker._private_jobs SET run_at = now() WHERE attempts > 0 AND locked_at IS NULL`

const askRefund = (operatorId: Uuid, id: Uuid) =>
  transaction((tx) =>
    raiseAlert(
      tx,
      {
        kind: 'refund_pending',
        subject: id,
        audience: 'finance',
        operatorId,
        details: { refund_id: `refund_${id}`, requested: '1280.50' },
      },
      now(),
    ),
  )
const failJob = (job: string) =>
  transaction((tx) =>
    raiseAlert(tx, { kind: 'job_failed', subject: job, audience: 'operations', details: { error: 'disk <full>' } }, now()),
  )
const settleJob = (job: string) => transaction((tx) => settleAlert(tx, { kind: 'job_failed', subject: job }, now()))

async function withWorkers<T>(env: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const workers = spawnWorkers(database.url, { LOG_LEVEL: 'silent', PUBLIC_URL: 'https://games.example', ...env })
  try {
    return await work()
  } finally {
    expect(await workers.stop()).toBe(0)
  }
}

test('mail, DingTalk and WeCom each get what is theirs: name, amount, time, where to go, what to read; then that it is over', async () => {
  const mailbox = await startMailServer()
  const [ding, wecom] = [startRobot('dingtalk'), startRobot('wecom')]
  const env = { SMTP_URL: mailbox.url, DINGTALK_WEBHOOK: ding.webhook, DINGTALK_SECRET: ding.secret, WECOM_WEBHOOK: wecom.webhook }
  const operator = await anOperator({ name: '银河 [乐园]' })
  const id = newId()
  await withWorkers(env, async () => {
    await askRefund(operator.id, id)
    await failJob('partitions')
    await until('two mails and two messages', () => mailbox.mails.length === 2 && ding.messages.length === 2 && wecom.messages.length === 1)
    await until('all kept', async () => (await deliveries()).every(({ status }) => status === 'sent'))
    await settleJob('partitions')
    await until('the end', () => mailbox.mails.length === 3 && ding.messages.length === 3)
  })
  await mailbox.close()
  ding.close()
  wecom.close()
  const [alert] = await database.owner`SELECT id FROM alerts WHERE subject = ${id}`

  const mail = mailbox.mails.find(({ to }) => to[0] === 'finance@example.com')!
  expect(mail.subject).toContain('待办：退款待审核')
  for (const words of [
    '运营商：银河 [乐园]',
    '申请金额：¥1,280.50',
    '（北京时间）',
    `去处理：https://games.example/finance/refunds/refund_${id}`,
    `告警详情：https://games.example/finance/alerts/${alert!.id}`,
    'deploy/RUNBOOK.md 的 refund_pending 一节',
  ]) {
    expect(mail.text).toContain(words)
  }
  expect(wecom.messages[0]!.text).toContain('**运营商**：银河 ［乐园］')
  expect(wecom.messages[0]!.text).toContain(`[去处理](https://games.example/finance/refunds/refund_${id})`)
  const job = ding.messages.filter(({ text }) => text.includes('partitions'))
  expect(job.map(({ title }) => title)).toEqual(['警告：定时任务失败', '恢复：定时任务失败'])
  expect(job[0]!.text).toContain('disk ＜full＞')
  expect(job[1]!.text).toContain('**历时**')
  // The robot of finance hears nothing of jobs.
  expect(wecom.messages.every(({ text }) => text.includes('退款'))).toBe(true)
}, 60_000)

test('a channel that is away holds nobody up, is an alert itself, is tried again, and is well once it answers', async () => {
  const mailbox = await startMailServer()
  const port = freePort()
  const robot = startRobot('dingtalk', port)
  const { webhook, secret, secrets } = robot
  robot.close()
  const env = { SMTP_URL: mailbox.url, DINGTALK_WEBHOOK: webhook, DINGTALK_SECRET: secret }
  await withWorkers(env, async () => {
    await failJob('away')
    await until('the mail', () => mailbox.mails.some(({ text }) => text.includes('away')))
    const failing = async () => {
      await tryAgainNow()
      return openAlert('alert_channel_failed')
    }
    expect(await until('the channel to be an alert', failing, 30)).toEqual({ subject: 'dingtalk' })
    await until('the mail about the channel', () => mailbox.mails.some(({ subject }) => subject.includes('告警渠道不通')))
    const [waiting] = (await deliveries('job_failed')).filter(({ channel, status }) => channel === 'dingtalk' && status === 'queued')
    expect(waiting!.last_error).toMatch(/^unreachable 127\.0\.0\.1:\d+ /)

    const back = startRobot('dingtalk', port)
    await until(
      'the message',
      async () => {
        await tryAgainNow()
        return back.messages.some(({ text }) => text.includes('away'))
      },
      30,
    )
    await until('the channel to be well', async () => (await openAlert('alert_channel_failed')) === undefined)
    await until('that said', () => mailbox.mails.some(({ subject }) => subject.includes('恢复：告警渠道不通')))
    back.close()
  })
  await mailbox.close()
  const kept = JSON.stringify([
    await database.owner`SELECT * FROM alert_deliveries`,
    await database.owner`SELECT * FROM alerts`,
    await database.owner`SELECT payload::text, last_error FROM graphile_worker._private_jobs`,
    mailbox.mails.map(({ text }) => text),
  ])
  for (const hidden of secrets) expect(kept).not.toContain(hidden)
}, 90_000)

// Another desk than above: of one desk only so many a minute are told one by one.
const BILL = { kind: 'bill_missing', subject: 'alipay 2026-03-01' } as const

test('a message that comes too late for what is over meanwhile is not sent', async () => {
  const mailbox = await startMailServer()
  const port = freePort()
  const robot = startRobot('dingtalk', port)
  robot.close()
  const env = { SMTP_URL: mailbox.url, DINGTALK_WEBHOOK: robot.webhook, DINGTALK_SECRET: robot.secret }
  await withWorkers(env, async () => {
    await transaction((tx) => raiseAlert(tx, { ...BILL, audience: 'finance' }, now()))
    await until('a failed try', async () =>
      (await deliveries('bill_missing')).some(
        ({ channel, status, attempts }) => channel === 'dingtalk' && status === 'queued' && attempts > 0,
      ),
    )
    await transaction((tx) => settleAlert(tx, BILL, now()))
    const back = startRobot('dingtalk', port)
    await until('the end', async () => {
      await tryAgainNow()
      return back.messages.some(({ title }) => title === '恢复：账单未取到')
    })
    await until('nothing to wait', async () => {
      await tryAgainNow()
      return (await deliveries('bill_missing')).every(({ status }) => status !== 'queued')
    })
    expect(back.messages.filter(({ title }) => title.startsWith('警告'))).toEqual([])
    back.close()
  })
  await mailbox.close()
  const skipped = (await deliveries('bill_missing')).filter(({ status }) => status === 'skipped')
  expect(skipped).toMatchObject([{ channel: 'dingtalk', occasion: 'opened', last_error: 'settled' }])
}, 60_000)

test('a mailbox that is refused for good is not tried again, and the other robots and mailboxes are told of it', async () => {
  const mailbox = await startMailServer(0, { refuse: true })
  const wecom = startRobot('wecom')
  await withWorkers({ SMTP_URL: mailbox.url, WECOM_WEBHOOK: wecom.webhook }, async () => {
    await askRefund((await anOperator()).id, newId())
    const failed = async () => (await deliveries('refund_pending')).find(({ status }) => status === 'failed')
    expect(await until('the end', failed)).toMatchObject({ channel: 'mail', attempts: 1 })
    expect(await until('the alert', () => openAlert('alert_channel_failed'))).toEqual({ subject: 'finance@example.com' })
  })
  await mailbox.close()
  wecom.close()
}, 30_000)
