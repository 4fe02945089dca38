import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { record } from '#src/audit-logs/audit-log'
import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { anOperator, aStaff, aStore } from '#tests/support/factory'
import { atDesk } from '#tests/support/staff-desk'
import { until } from '#tests/support/until'
import { DESK, openFilters, PHONE, signedInPage } from '#tests/support/watched-page'
import { nothingMissed, spawnWorkers, workersAreUp } from '#tests/support/workers'

const { started } = withServer()
let browser: Browser
let workers: ReturnType<typeof spawnWorkers>
beforeAll(async () => {
  browser = await launchBrowser()
  await nothingMissed(started.database)
  workers = spawnWorkers(started.database.url)
  await workersAreUp(started.database)
})
afterAll(async () => {
  await browser.close()
  await workers.stop()
})

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

const signIn = (door: 'admin' | 'finance', username: string, options: BrowserContextOptions) =>
  signedInPage(browser, started.url, door, username, options)

/** Looks again until the page says so; what is done in the background shows itself with JavaScript only. */
async function sees(page: Page, words: string): Promise<void> {
  for (let look = 0; look < 80 && !(await main(page)).includes(words); look++) {
    await Bun.sleep(250)
    await page.reload()
  }
  expect(await main(page)).toContain(words)
}

/** A mail that its server refused ten times. */
async function aDeadMail(title: string): Promise<void> {
  const operator = await anOperator()
  const { owner } = started.database
  // Not the workers' yet: they would send it at once.
  await owner.begin(async (sql) => {
    const id = newId()
    await sql`INSERT INTO message_notifications (id, type, title, content, target, target_operator_id, created_at)
      VALUES (${id}, 'security', ${title}, '说明', 'specific', ${operator.id}, now())`
    await sql`INSERT INTO mail_deliveries (message_id, operator_id, status, attempts, last_error, created_at, finished_at)
      VALUES (${id}, ${operator.id}, 'failed', 10, 'connect ECONNREFUSED 127.0.0.1:25', now(), now())`
    await sql`SELECT enqueue_work('mail', ${JSON.stringify({ message_id: id, operator_id: operator.id })}::text::json, ${id})`
    await sql`UPDATE graphile_worker._private_jobs SET attempts = max_attempts, last_error = 'connect ECONNREFUSED 127.0.0.1:25'
      WHERE key = ${`mail:${id}`}`
  })
}

const isNotWide = (page: Page) => page.evaluate(() => window.innerWidth <= window.visualViewport!.width)

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (name, options) => {
  test('E44 home, E62 a setting that is changed, E63 a job that is run, E64 the chain that is verified', async () => {
    const store = await aStore({ balance: '100.00', price: '10.00' })
    await authorize(started.url, store, { players: 3 })
    const admin = await signIn('admin', (await aStaff('super_admin')).username, options)
    const { page } = admin
    expect(await main(page)).toContain('进行中的场次')
    expect(await findings(page, options)).toEqual([])
    expect(await isNotWide(page)).toBe(true)

    await page.goto('/admin/settings')
    expect(await findings(page, options)).toEqual([])
    await page.click('a[aria-label="修改：账号登录失败次数"]')
    await page.fill('[name=value]', '101')
    await page.fill('[name=reason]', `浏览器测试：${name}`)
    await page.click('button:has-text("保存修改")')
    await page.waitForSelector('#value-error')
    expect(await page.inputValue('[name=reason]')).toBe(`浏览器测试：${name}`)
    expect(await findings(page, options)).toEqual([])
    const [before] = await started.database.owner`SELECT value FROM system_configs WHERE key = 'login_max_failures'`
    const after = String(Number(before!.value) + 1)
    await page.fill('[name=value]', after)
    await page.click('button:has-text("保存修改")')
    await page.waitForURL('**/admin/settings')
    expect(await main(page)).toContain('login_max_failures')
    const [row] = await started.database.owner`SELECT value FROM system_configs WHERE key = 'login_max_failures'`
    expect(row!.value).toBe(after)

    await page.goto('/admin/audit-logs?operation=config_update')
    expect(await main(page)).toContain(`浏览器测试：${name}`)
    expect(await findings(page, options)).toEqual([])
    await page.click('a[aria-label="查看：修改系统配置"]')
    expect(await main(page)).toContain('变更前')
    expect(await main(page)).toContain(after)
    expect(await findings(page, options)).toEqual([])

    await page.goto('/admin/audit-checks')
    await page.click('button:has-text("校验哈希链")')
    await page.waitForURL('**/admin/audit-checks')
    await sees(page, '上次看到的链尾仍在')
    expect(await findings(page, options)).toEqual([])

    await page.goto('/admin/jobs')
    expect(await findings(page, options)).toEqual([])
    await page.click('a[aria-label="立即运行 partitions"]')
    expect(await main(page)).toContain('任务可以安全地重复运行')
    await page.click('button:has-text("立即运行 partitions")')
    await page.waitForURL('**/admin/jobs?job=partitions')
    await sees(page, '张发财')
    await sees(page, '新建 ')
    expect(admin.complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 90_000)

  test('E63 a delivery that was given up is dropped with a reason, another is replayed and sent', async () => {
    for (const title of ['放弃的通知', '重发的通知']) await aDeadMail(`${title}：${name}`)
    const admin = await signIn('admin', (await aStaff('super_admin')).username, options)
    const { page } = admin
    await page.goto('/admin/deliveries')
    expect(await main(page)).toContain('connect ECONNREFUSED')
    expect(await findings(page, options)).toEqual([])
    await page.click(`a[aria-label^="放弃：放弃的通知：${name}"]`)
    await page.fill('[name=reason]', '短')
    await page.click('main button:has-text("放弃")')
    await page.waitForSelector('#reason-error')
    await page.fill('[name=reason]', '邮箱已停用，已电话通知运营商')
    expect(await findings(page, options)).toEqual([])
    await page.click('main button:has-text("放弃")')
    await page.waitForURL('**/admin/deliveries')
    expect(await main(page)).not.toContain(`放弃的通知：${name}`)
    await page.click(`a[aria-label^="重新投递：重发的通知：${name}"]`)
    expect(await findings(page, options)).toEqual([])
    await page.click('main button:has-text("重新投递")')
    await page.waitForURL('**/admin/deliveries')
    expect(await main(page)).not.toContain(`重发的通知：${name}`)
    const sent = () => started.database.owner`SELECT FROM simulated_mails WHERE subject LIKE ${`%重发的通知：${name}`}`
    await until('the mail', async () => (await sent()).length === 1)
    expect(await isNotWide(page)).toBe(true)
    expect(admin.complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 60_000)

  test('E78 finance filters the audit log; an alert is looked at and settled', async () => {
    const subject = newId()
    await transaction((tx) => raiseAlert(tx, { kind: 'order_abnormal', subject, audience: 'finance', details: { amount: '88.00' } }, now()))
    const manager = await aStaff('finance', 'manager')
    const actor = { kind: 'staff' as const, id: manager.id, name: '张发财', role: 'manager' }
    const entry = { actor, origin: null, operation: 'refund_reject', details: { reason: `对不上账：${name}` } }
    await transaction((tx) => record(tx, entry, now()))

    const finance = await signIn('finance', manager.username, options)
    const { page } = finance
    await page.goto('/finance/audit-logs')
    await openFilters(page)
    await page.selectOption('[name=operation]', 'refund_reject')
    await page.click('.filters-form button[type=submit]')
    await page.waitForURL('**operation=refund_reject**')
    expect(await main(page)).toContain(`对不上账：${name}`)
    expect(await main(page)).not.toContain('修改系统配置')
    expect(await findings(page, options)).toEqual([])

    await page.goto('/finance/alerts')
    expect(await findings(page, options)).toEqual([])
    await page.click('main table a:has-text("充值订单异常")')
    await page.fill('[name=reason]', '短')
    await page.click('button:has-text("标记为已处理")')
    await page.waitForSelector('#reason-error')
    await page.fill('[name=reason]', '已与渠道核实，款项次日到账')
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("标记为已处理")')
    await page.waitForSelector('text=处理结果')
    expect(await findings(page, options)).toEqual([])
    expect(await isNotWide(page)).toBe(true)
    expect(finance.complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 60_000)
})

test('two super administrators change the same setting: one wins, the other is told and keeps what was typed', async () => {
  const path = '/admin/settings/export_max_rows'
  const [one, other] = await Promise.all([1, 2].map(async () => atDesk(started.url, 'admin', (await aStaff('super_admin')).username)))
  const seen = /name="seen" value="(\d+)"/.exec((await one!.get(path)).html)![1]!
  expect((await one!.send(path, { value: '2000', reason: '', seen })).status).toBe(303)
  const late = await other!.send(path, { value: '3000', reason: '我也想改', seen })
  expect([late.status, late.html.includes('刚刚有人修改过：现在是 2000'), late.html.includes('我也想改')]).toEqual([400, true, true])
  const [row] = await started.database.owner`SELECT value FROM system_configs WHERE key = 'export_max_rows'`
  expect(row!.value).toBe('2000')
})

test('who may not is shown no way: no settings for an administrator, no run, no settling for an auditor, no audit log for operations', async () => {
  const admin = await atDesk(started.url, 'admin', (await aStaff('admin')).username)
  const home = (await admin.get('/admin/')).html
  expect([home.includes('href="/admin/audit-logs"'), home.includes('href="/admin/settings"')]).toEqual([true, false])
  expect((await admin.get('/admin/jobs')).html).not.toContain('/run"')
  expect((await admin.get('/admin/settings')).status).toBe(403)
  expect((await admin.send('/admin/jobs/partitions/run')).status).toBe(403)
  const operations = await atDesk(started.url, 'admin', (await aStaff('operator')).username)
  expect((await operations.get('/admin/')).html).not.toContain('href="/admin/audit-logs"')
  expect((await operations.get('/admin/audit-logs')).status).toBe(403)

  await transaction((tx) => raiseAlert(tx, { kind: 'refund_overdue', subject: newId(), audience: 'finance' }, now()))
  const [alert] = await started.database.owner`SELECT id FROM alerts WHERE kind = 'refund_overdue'`
  const auditor = await atDesk(started.url, 'finance', (await aStaff('finance', 'auditor')).username)
  const shown = (await auditor.get(`/finance/alerts/${alert!.id}`)).html
  expect([shown.includes('退款超时'), shown.includes('/settlement')]).toEqual([true, false])
  const refused = await auditor.send(`/finance/alerts/${alert!.id}/settlement`, { reason: '已与渠道核实，款项次日到账' })
  expect(refused.status).toBe(403)
  expect((await started.database.owner`SELECT closed_at FROM alerts WHERE id = ${alert!.id}`)[0]!.closed_at).toBeNull()
})

test('the audit log is taken out as it is filtered, each person what they may see', async () => {
  const specialist = await aStaff('finance', 'specialist')
  const desk = await atDesk(started.url, 'finance', specialist.username)
  const file = await desk.send('/staff/exports', { kind: 'audit_logs', format: 'csv', operation_type: 'login' })
  expect(file.status).toBe(200)
  const lines = file.html.trim().split('\n')
  expect(lines[0]).toContain('操作代码')
  expect(lines.slice(1)).toHaveLength(1)
  expect(lines[1]).toContain('specialist')
})
