import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { loadSettings } from '#src/settings/settings'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { anOperator, aStaff, PASSWORD } from '#tests/support/factory'
import { startMailServer } from '#tests/support/mail-server'
import { atDesk } from '#tests/support/staff-desk'
import { stillClock } from '#tests/support/still-clock'
import { until } from '#tests/support/until'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'
import { spawnWorkers } from '#tests/support/workers'

const { started } = withServer()
let browser: Browser
let workers: ReturnType<typeof spawnWorkers>
let mailbox: Awaited<ReturnType<typeof startMailServer>>
beforeAll(async () => {
  ;[browser, mailbox] = await Promise.all([launchBrowser(), startMailServer()])
  await stillClock(started.database)
  await started.database.owner`INSERT INTO system_configs (key, value, type, updated_at) VALUES
    ('alert_mail_finance', 'finance@example.com', 'text', now()), ('alert_mail_operations', 'ops@example.com', 'text', now())
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`
  await loadSettings()
  workers = spawnWorkers(started.database.url, { SMTP_URL: mailbox.url })
})
afterAll(async () => {
  await browser.close()
  await workers.stop()
  await mailbox.close()
})

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])
const isNotWide = (page: Page) => page.evaluate(() => window.innerWidth <= window.visualViewport!.width)

async function sees(page: Page, words: string): Promise<void> {
  await until(words, async () => {
    await page.reload()
    return (await main(page)).includes(words)
  })
}

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (_name, options) => {
  test('channels are looked at, a test is asked for, sent and seen to have arrived', async () => {
    const before = mailbox.mails.length
    const { page, complaints } = await watchedPage(browser, started.url, options)
    await page.goto('/admin/login')
    await page.fill('[name=username]', (await aStaff('super_admin')).username)
    await page.fill('[name=password]', PASSWORD)
    await page.click('main form button[type=submit]')
    await page.waitForURL('**/admin/')
    await page.goto('/admin/alerts')
    await page.click('nav.tabs a:has-text("告警渠道")')
    await page.waitForURL('**/admin/alert-channels')
    expect(await main(page)).toContain('finance@example.com')
    expect(await main(page)).toContain('未配置')
    expect(await findings(page, options)).toEqual([])
    expect(await isNotWide(page)).toBe(true)

    await page.click('a[aria-label="发送测试：邮件"]')
    expect(await main(page)).toContain('测试消息会送到该渠道的所有收件人')
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("发送测试：邮件")')
    await page.waitForURL('**/admin/alert-channels?channel=mail')
    await until('two mails', () => mailbox.mails.length === before + 2)
    await sees(page, '已送达')
    expect(await main(page)).toContain('张发财')
    expect(mailbox.mails.at(-1)!.text).toContain('不需要处理')
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)
})

test('an alert shows whom it was told to, what it means and where it is dealt with', async () => {
  const operator = await anOperator({ name: '银河乐园' })
  const id = newId()
  const details = { requested: '88.00' }
  await transaction((tx) =>
    raiseAlert(tx, { kind: 'refund_pending', subject: id, audience: 'finance', operatorId: operator.id, details }, now()),
  )
  await until('the mail', () => mailbox.mails.some(({ text }) => text.includes(id)))
  const desk = await atDesk(started.url, 'finance', (await aStaff('finance', 'manager')).username)
  const [alert] = await started.database.owner`SELECT id FROM alerts WHERE subject = ${id}`
  await until('it to be kept', async () => (await desk.get(`/finance/alerts/${alert!.id}`)).html.includes('已送达'))
  const { html } = await desk.get(`/finance/alerts/${alert!.id}`)
  for (const words of ['待办', '银河乐园', '¥88.00', '24 小时内审核', 'finance@example.com', `href="/finance/refunds/refund_${id}"`]) {
    expect(html).toContain(words)
  }
  expect((await desk.get('/finance/alerts')).html).toContain('银河乐园 · ¥88.00')
  expect((await desk.get('/finance/alerts')).html).not.toContain('/admin/alert-channels')
})

test('who may not run jobs sees no test and is refused one; a channel without anybody says so and nothing is sent', async () => {
  const admin = await atDesk(started.url, 'admin', (await aStaff('admin')).username)
  const page = (await admin.get('/admin/alert-channels')).html
  expect([page.includes('finance@example.com'), page.includes('/test"'), page.includes('/admin/settings')]).toEqual([true, false, false])
  expect((await admin.send('/admin/alert-channels/mail/test')).status).toBe(403)
  const finance = await atDesk(started.url, 'finance', (await aStaff('finance', 'manager')).username)
  expect((await finance.get('/admin/alert-channels')).status).toBe(403)

  const chief = await atDesk(started.url, 'admin', (await aStaff('super_admin')).username)
  const refused = await chief.send('/admin/alert-channels/wecom/test')
  expect([refused.status, refused.html.includes('该渠道没有收件人')]).toEqual([400, true])
  expect((await chief.get('/admin/alert-channels/pigeon/test')).status).toBe(404)
  expect((await chief.send('/admin/alert-channels/mail/test')).status).toBe(303)
  const rows = await started.database
    .owner`SELECT target_id, details FROM audit_logs WHERE operation = 'alert_test' ORDER BY seq DESC LIMIT 1`
  expect({ ...rows[0] }).toEqual({ target_id: 'mail', details: { recipients: 2 } })
})
