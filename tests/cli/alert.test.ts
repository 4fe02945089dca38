import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openTestDatabase } from '#tests/support/database'
import { freePort } from '#tests/support/http'
import { startMailServer } from '#tests/support/mail-server'
import { startRobot } from '#tests/support/robots'
import { mr, PRODUCTION } from './mr'

let database: Awaited<ReturnType<typeof openTestDatabase>>
const ding = startRobot('dingtalk')
const wecom = startRobot('wecom')
const robots = { DINGTALK_WEBHOOK: ding.webhook, DINGTALK_SECRET: ding.secret, WECOM_WEBHOOK: wecom.webhook }
beforeAll(async () => {
  database = await openTestDatabase()
  await database.owner`INSERT INTO system_configs (key, value, type, updated_at) VALUES ('alert_mail_operations', 'ops@example.com', 'text', now())
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`
})
afterAll(async () => {
  ding.close()
  wecom.close()
  await database.close()
})

test('every channel gets a test, and each is said to have got it', async () => {
  const mailbox = await startMailServer()
  const { code, out } = await mr(['alert', 'test'], { database, env: { ...robots, SMTP_URL: mailbox.url } })
  await mailbox.close()
  expect(out.match(/已送达 delivered/g)).toHaveLength(3)
  expect(code).toBe(0)
  expect(mailbox.mails.map(({ to, subject }) => [to, subject])).toEqual([[['ops@example.com'], '【MR 游戏运营管理系统】测试：告警渠道']])
  for (const { messages } of [ding, wecom]) expect(messages.at(-1)!.text).toContain('不需要处理')
})

test('what fails is named in words, with exit 1, and nothing secret is printed', async () => {
  const env = {
    DINGTALK_WEBHOOK: ding.webhook,
    DINGTALK_SECRET: 'SECwrong-secret-of-somebody',
    WECOM_WEBHOOK: `http://127.0.0.1:${freePort()}/cgi-bin/webhook/send?key=wecom-secret-key`,
    SMTP_URL: `smtp://user:mail-password@127.0.0.1:${freePort()}`,
  }
  const { code, out, err } = await mr(['alert', 'test'], { database, env })
  expect(code).toBe(1)
  expect(out).toMatch(/钉钉机器人 .*机器人拒绝：310000 sign not match: ••• \/ The robot refused: 310000/)
  expect(out).toMatch(/企业微信机器人 .*连接不上：127\.0\.0\.1:\d+ \w+ \/ Cannot be reached: 127\.0\.0\.1/)
  expect(out).toMatch(/邮件 +ops@example\.com +邮件服务器：.*ECONNREFUSED.* \/ The mail server: /)
  expect(out + err).not.toMatch(/SECwrong|wecom-secret|mail-password|a-token-that/)
})

test('one channel alone, one address alone; a robot needs no database', async () => {
  const away = { DATABASE_URL: `postgres://nobody@127.0.0.1:${freePort()}/none` }
  const robot = await mr(['alert', 'test', '--channel', 'wecom'], { env: { ...robots, ...away } })
  expect([robot.code, robot.out.includes('钉钉')]).toEqual([0, false])
  const mailbox = await startMailServer()
  const mail = await mr(['alert', 'test', '--to', 'me@example.com'], { env: { ...robots, ...away, SMTP_URL: mailbox.url } })
  await mailbox.close()
  expect([mail.code, mailbox.mails.map(({ to }) => to)]).toEqual([0, [['me@example.com']]])
})

test('nothing set up, a wrong channel and a wrong address are said plainly', async () => {
  const none = await mr(['alert', 'test'], { database })
  expect([none.code, none.out.match(/渠道未配置/g)?.length]).toEqual([1, 3])
  expect((await mr(['alert', 'test', '--channel', 'dingtalk'], { database })).code).toBe(1)
  expect((await mr(['alert', 'test', '--channel', 'pigeon'], { database })).code).toBe(2)
  expect((await mr(['alert', 'test', '--to', 'nobody'], { database })).code).toBe(2)
})

test('production takes robots by https only, and none of its own network', async () => {
  const env = { ...PRODUCTION, DATABASE_URL: database.url }
  const plain = await mr(['alert', 'test'], { env: { ...env, ...robots } })
  expect([plain.code, plain.err]).toEqual([1, expect.stringContaining('DINGTALK_WEBHOOK must be https when APP_ENV=production')])
  const inner = { WECOM_WEBHOOK: 'https://169.254.169.254/cgi-bin/webhook/send?key=k' }
  const refused = await mr(['alert', 'test', '--channel', 'wecom'], { env: { ...env, ...inner } })
  expect([refused.code, refused.out]).toEqual([1, expect.stringContaining('内网')])
  const unsigned = await mr(['alert', 'test'], { env: { DINGTALK_WEBHOOK: ding.webhook } })
  expect(unsigned.err).toContain('DINGTALK_SECRET is required when DINGTALK_WEBHOOK is set')
})
