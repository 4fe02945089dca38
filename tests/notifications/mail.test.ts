import { afterAll, beforeAll, expect, test } from 'bun:test'
import { showId, type Uuid } from '#src/core/ids'
import { now } from '#src/core/time'
import { type Message, notify } from '#src/notifications/messages'
import { type ChosenType, choosePreferences, mailPreferences } from '#src/notifications/preferences'
import { errorCode, rawSql, transaction } from '#src/platform/database'
import { enqueue } from '#src/platform/outbox'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, type TestOperator } from '#tests/support/factory'
import { freePort, spawnServer } from '#tests/support/http'
import { startMailServer } from '#tests/support/mail-server'
import { stillClock } from '#tests/support/still-clock'
import { until } from '#tests/support/until'
import { spawnWorkers } from '#tests/support/workers'

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
  await stillClock(database)
})
afterAll(() => database.close())

const tell = (operator: TestOperator, message: Partial<Message> = {}) =>
  transaction((tx) =>
    notify(tx, [operator.id], { type: 'security', title: '账户已锁定', content: '账户因异常调用被锁定。', ...message }, now()),
  )
type Delivered = { status: string; attempts: number; last_error: string | null; message_id: Uuid }
const deliveriesOf = async (operatorId: Uuid): Promise<Delivered[]> => [
  ...(await database.owner<Delivered[]>`
    SELECT status, attempts, last_error, message_id FROM mail_deliveries WHERE operator_id = ${operatorId} ORDER BY created_at, message_id`),
]
const waiting = async (): Promise<number> => Number((await database.owner`SELECT count(*) AS n FROM graphile_worker.jobs`)[0]!.n)
const isOver = async (operatorId: Uuid) => {
  const rows = await deliveriesOf(operatorId)
  return rows.length > 0 && rows.every(({ status }) => status !== 'queued') && rows
}

/** Workers that send to a server, for as long as `work` takes. */
async function withWorkers<T>(env: Record<string, string>, work: () => Promise<T>, processes = 1): Promise<T> {
  const workers = Array.from({ length: processes }, () => spawnWorkers(database.url, { LOG_LEVEL: 'silent', ...env }))
  try {
    return await work()
  } finally {
    expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual(workers.map(() => 0))
  }
}

test('a message comes by mail too: Chinese subject, whose, what, when, where to read it and why it came', async () => {
  const mailbox = await startMailServer()
  const operator = await anOperator({ name: '银河“乐园”, 一店 <总>' })
  await tell(operator)
  await withWorkers({ SMTP_URL: mailbox.url, PUBLIC_URL: 'http://games.example' }, () => until('the mail', () => isOver(operator.id)))
  await mailbox.close()
  const [delivery] = await deliveriesOf(operator.id)
  expect(delivery).toMatchObject({ status: 'sent', attempts: 1, last_error: null })
  const [mail, ...more] = mailbox.mails
  expect(more).toEqual([])
  expect(mail).toMatchObject({ from: 'noreply@games.example', to: ['a@example.com'], subject: '【MR 游戏运营】账户已锁定' })
  expect(mail!.headers.get('auto-submitted')).toBe('auto-generated')
  expect(mail!.headers.get('message-id')).toBe(`<${delivery!.message_id}.${operator.id}@games.example>`)
  for (const words of [
    '银河“乐园”, 一店 <总>',
    operator.username,
    '账户因异常调用被锁定。',
    '（北京时间）',
    `http://games.example/operator/messages/${showId('message', delivery!.message_id)}`,
    '安全通知关系到账户安全，始终发送邮件。',
  ]) {
    expect(mail!.text).toContain(words)
  }
})

test('a mail server that is away is tried again, and the mail comes once', async () => {
  const operator = await anOperator()
  const port = freePort()
  const mailbox = await withWorkers({ SMTP_URL: `smtp://127.0.0.1:${port}` }, async () => {
    await tell(operator)
    const failed = await until('the first attempt', async () => (await deliveriesOf(operator.id)).find(({ attempts }) => attempts > 0))
    expect(failed.status).toBe('queued')
    expect(failed.last_error).toContain('ECONNREFUSED')
    const server = await startMailServer(port)
    await until('the mail', () => isOver(operator.id), 40)
    return server
  })
  await mailbox.close()
  const [delivery] = await deliveriesOf(operator.id)
  expect(delivery).toMatchObject({ status: 'sent', last_error: null })
  expect(delivery!.attempts).toBeGreaterThan(1)
  expect(mailbox.mails).toHaveLength(1)
  expect(await waiting()).toBe(0)
}, 90_000)

test('a mailbox that is refused for good is not tried again', async () => {
  const mailbox = await startMailServer(0, { refuse: true })
  const operator = await anOperator()
  await tell(operator)
  await withWorkers({ SMTP_URL: mailbox.url }, () => until('the end', () => isOver(operator.id)))
  await mailbox.close()
  const [delivery] = await deliveriesOf(operator.id)
  expect(delivery).toMatchObject({ status: 'failed', attempts: 1 })
  expect(delivery!.last_error).toContain('550')
  expect(await waiting()).toBe(0)
})

test('of two workers processes each mail is sent by one', async () => {
  const mailbox = await startMailServer()
  const operators = await Promise.all(Array.from({ length: 20 }, () => anOperator()))
  const ids = operators.map(({ id }) => id)
  await transaction((tx) => notify(tx, ids, { type: 'refund', title: '退款已到账', content: '退款100.00元已到账。' }, now()))
  await withWorkers(
    { SMTP_URL: mailbox.url },
    () => until('twenty mails', async () => (await Promise.all(ids.map(isOver))).every(Boolean)),
    2,
  )
  await mailbox.close()
  expect(new Set(mailbox.mails.map(({ headers }) => headers.get('message-id'))).size).toBe(20)
  expect(mailbox.mails).toHaveLength(20)
})

test('lines in a title or a name are words and no lines of the head', async () => {
  const mailbox = await startMailServer()
  const operator = await anOperator({ name: 'x>\r\nBcc: thief@example.com' })
  await tell(operator, { title: '标题\r\nBcc: thief@example.com\r\n\r\n<script>alert(1)</script>' })
  await withWorkers({ SMTP_URL: mailbox.url }, () => until('the mail', () => isOver(operator.id)))
  await mailbox.close()
  const [mail] = mailbox.mails
  expect(mail!.to).toEqual(['a@example.com'])
  expect([...mail!.headers.keys()]).not.toContain('bcc')
})

test('without a mail server mails are kept for the page that shows them', async () => {
  const operator = await anOperator({ name: '本机' })
  await tell(operator)
  await withWorkers({}, () => until('the mail', () => isOver(operator.id)))
  const [kept] = await database.owner`SELECT recipient, subject, content FROM simulated_mails`
  expect(kept).toMatchObject({ recipient: '本机 <a@example.com>', subject: '【MR 游戏运营】账户已锁定' })
  expect((await deliveriesOf(operator.id))[0]!.status).toBe('sent')
})

test('what is rolled back is not mailed, what is queued twice under one key is there once', async () => {
  const operator = await anOperator()
  const before = await waiting()
  const undone = transaction(async (tx) => {
    await notify(tx, [operator.id], { type: 'security', title: '不会发生', content: '这件事没有发生。' }, now())
    throw new Error('taken back')
  })
  expect(await undone.catch((error: Error) => error.message)).toBe('taken back')
  expect([await deliveriesOf(operator.id), await waiting()]).toEqual([[], before])
  const work = { key: 'once', payload: { message_id: operator.id, operator_id: operator.id } }
  for (let n = 0; n < 3; n++) await transaction((tx) => enqueue(tx, 'mail', [work]))
  expect(await waiting()).toBe(before + 1)
})

test('money and safety come by mail unless it is switched off, the rest when it is switched on, security always', async () => {
  const operator = await anOperator()
  const types = ['balance_low', 'refund', 'invoice', 'price_change', 'authorization', 'system', 'security'] as const
  const mailed = async () => {
    const before = (await deliveriesOf(operator.id)).length
    const found: string[] = []
    for (const type of types) {
      await tell(operator, { type })
      if ((await deliveriesOf(operator.id)).length > before + found.length) found.push(type)
    }
    return found
  }
  expect(await mailed()).toEqual(['balance_low', 'refund', 'invoice', 'security'])
  const { balance_low: low, ...rest } = await mailPreferences(operator.id)
  expect([low, rest.price_change]).toEqual([true, false])
  const choice = Object.fromEntries(Object.keys({ low, ...rest }).map((type) => [type, type === 'system'])) as Record<ChosenType, boolean>
  await transaction((tx) => choosePreferences(tx, operator.id, { ...choice, balance_low: false }, now()))
  expect(await mailed()).toEqual(['system', 'security'])
  expect((await mailPreferences(operator.id)).system).toBe(true)
})

test('the application may queue work of a known shape and do nothing else with the queue', async () => {
  const refusal = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'done',
      (error) => errorCode(error),
    )
  expect(await refusal(rawSql()`SELECT * FROM graphile_worker.jobs`)).toBe('42501')
  expect(await refusal(rawSql()`SELECT graphile_worker.add_job('mail', '{}'::json)`)).toBe('42501')
  expect(await refusal(rawSql()`SELECT enqueue_work('mail; drop', '{}'::json, 'key')`)).toBe('22023')
  expect(await refusal(rawSql()`SELECT enqueue_work('mail', '{}'::json, '')`)).toBe('22023')
  expect(await refusal(rawSql()`UPDATE announcements SET title = 'x'`)).toBe('42501')
  expect(await refusal(rawSql()`DELETE FROM alerts`)).toBe('42501')
})

test('in production there is no simulated mailbox and no way to it, and without a mail server mails are kept as not sent', async () => {
  const production = {
    APP_ENV: 'production',
    PUBLIC_URL: 'http://127.0.0.1',
    MASTER_KEYS: `1:${Buffer.alloc(32, 7).toString('base64')}`,
    JWT_SECRET: 'a-secret-of-forty-characters-for-this-test',
    METRICS_TOKEN: 'a-token-for-this-test',
  }
  const server = await spawnServer(database.url, { ...production, LOG_LEVEL: 'silent' })
  for (const path of ['/simulator/mails', `/simulator/mails/${crypto.randomUUID()}`]) {
    expect([path, (await fetch(server.url + path)).status]).toEqual([path, 404])
  }
  expect(await (await fetch(`${server.url}/operator/login`)).text()).not.toContain('simulator')
  await server.kill('SIGTERM')
  const operator = await anOperator()
  await tell(operator)
  await withWorkers(production, () => until('the end', () => isOver(operator.id)))
  expect((await deliveriesOf(operator.id))[0]).toMatchObject({ status: 'skipped', attempts: 0 })
})
