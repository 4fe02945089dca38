import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { showId, type Uuid } from '#src/core/ids'
import { businessDay, now } from '#src/core/time'
import { recharged } from '#tests/invoices/money'
import { asked, removeReportFiles } from '#tests/reports/scene'
import { auditRows, browserHeaders, staffToken, withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { anOperator, aStaff, PASSWORD, type TestStaff } from '#tests/support/factory'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { pdfText } from '#tests/support/pdf-text'
import { until } from '#tests/support/until'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'
import { spawnWorkers } from '#tests/support/workers'
import { xlsxRows } from '../exports/read'

// Before the server's own end, which takes the database away.
afterAll(async () => {
  await browser.close()
  await workers.stop()
  await removeReportFiles(started.database)
})
const { started, call } = withServer()
let browser: Browser
let manager: TestStaff
let workers: ReturnType<typeof spawnWorkers>
beforeAll(async () => {
  browser = await launchBrowser()
  manager = await aStaff('finance', 'manager')
  const { id } = await anOperator({ name: '报表乐园', category: 'vip' })
  await recharged(id, '640.00')
  await started.database.owner`UPDATE report_schedules SET is_on = true`
  workers = spawnWorkers(started.database.url)
})

const signIn = (options: BrowserContextOptions, { username }: TestStaff = manager) =>
  signedInPage(browser, started.url, 'finance', username, options)

const month = () => businessDay(now()).slice(0, 7)

/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

async function downloaded(page: Page): Promise<Uint8Array> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click('.heading a.primary:has-text("下载"), main a:has-text("下载")'),
  ])
  return Bun.file(await download.path()).bytes()
}

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (_name, options) => {
  test('E72: this month as PDF and as a workbook, from the form to the file', async () => {
    const { page, complaints } = await signIn(options)
    await page.goto('/finance/reports')
    expect(await findings(page, options)).toEqual([])
    await page.click('a:has-text("生成报表")')
    expect(await page.inputValue('[name=start_date]')).toBe(`${month()}-01`)
    expect(await findings(page, options)).toEqual([])
    // Everything wrong is told at once, beside its field, and nothing that was typed is lost.
    await page.selectOption('[name=report_type]', 'custom')
    await page.fill('[name=end_date]', '2025-01-01')
    await page.fill('[name=recipients]', 'nobody')
    for (const key of ['income_summary', 'top_customers', 'usage_statistics', 'refund_summary']) await page.uncheck(`[name=section_${key}]`)
    await page.click('main button:has-text("生成报表")')
    await page.waitForSelector('#recipients-error')
    expect(await page.textContent('#sections-error')).toBe('至少选择一项内容')
    expect(await page.inputValue('[name=recipients]')).toBe('nobody')
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=recipients]', '')
    await page.check('[name=section_income_summary]')
    await page.click('main button:has-text("生成报表")')
    await page.waitForSelector('#end_date-error')
    expect(await page.textContent('#end_date-error')).toContain('不能早于')

    for (const format of ['pdf', 'excel']) {
      await page.goto('/finance/reports/new')
      await page.selectOption('[name=format]', format)
      await page.click('main button:has-text("生成报表")')
      await page.waitForURL('**/finance/reports/rpt_*')
      const id = page.url().split('/').at(-1)!
      // With JavaScript the page follows by itself, without it by its link.
      await until('the report', async () => {
        if (options.javaScriptEnabled === false) await page.reload()
        return (await page.textContent('#report'))!.includes('已完成')
      })
      expect(await page.textContent('#report')).toContain('¥640.00')
      expect(await findings(page, options)).toEqual([])
      if (options.javaScriptEnabled !== false) await page.reload()
      const bytes = await downloaded(page)
      if (format === 'pdf') expect(pdfText(bytes)).toContain('报表乐园')
      else expect((await xlsxRows(bytes)).find(([label]) => label === '充值')).toEqual(['充值', 640])
      expect(new Bun.CryptoHasher('sha256').update(bytes).digest('hex')).toBe((await page.textContent('code.digest'))!)
      const operations = (await auditRows(started.database, manager.id)).filter(({ details }) =>
        JSON.stringify(details).includes(id.slice(4)),
      )
      expect(operations.map(({ operation }) => operation)).toContain('export')
    }
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 60_000)
})

test('E73: what the clock made is listed under its own name, with filters that the address keeps', async () => {
  const { page } = await signIn(DESK)
  await until('the reports of the clock', async () => {
    await page.goto('/finance/reports?type=monthly&format=pdf')
    return (await page.textContent('#reports'))!.includes('定时任务')
  })
  expect(await page.textContent('#reports .chips')).toContain('类型：月报')
  await page.click('.chips a:has-text("格式：PDF 文件")')
  expect(page.url()).toEndWith('?type=monthly')
  await page.goto('/finance/reports?type=nonsense')
  expect(await page.textContent('h1')).toBe('财务报表')
  await page.goto('/finance/reports?type=weekly&status=failed')
  expect(await page.textContent('#reports')).toContain('没有符合条件的报表')
  await page.context().close()
}, 30_000)

test('the schedule is changed on a page of its own; whoever saves later on an old page is told and changes nothing', async () => {
  const one = await signIn(DESK)
  const other = await signIn({ ...DESK, javaScriptEnabled: false }, await aStaff('finance', 'manager'))
  await one.page.goto('/finance/reports/schedules')
  expect(await axeFindings(one.page)).toEqual([])
  await one.page.click('#weekly a:has-text("修改")')
  await other.page.goto('/finance/reports/schedules/weekly')
  expect(await axeFindings(one.page)).toEqual([])
  await one.page.fill('[name=recipients]', 'boss@example.com\naudit@example.com')
  await one.page.selectOption('[name=format]', 'excel')
  await one.page.click('button:has-text("保存设置")')
  await one.page.waitForURL('**/finance/reports/schedules')
  expect(await one.page.textContent('#weekly')).toContain('audit@example.com')
  expect(await one.page.textContent('main')).toContain('定时设置已保存')
  await other.page.uncheck('[name=is_on]')
  await other.page.click('button:has-text("保存设置")')
  expect(await other.page.textContent('main')).toContain('定时设置刚被他人修改')
  const [schedule] = await started.database.owner`SELECT is_on, format, recipients FROM report_schedules WHERE report_type = 'weekly'`
  expect(schedule).toEqual({ is_on: true, format: 'excel', recipients: ['boss@example.com', 'audit@example.com'] })
  await one.page.context().close()
  await other.page.context().close()
}, 30_000)

/** A report that failed, as its row says. */
async function aFailedOne(): Promise<Uuid> {
  const id = await asked(manager.id, { format: 'csv', first: '2025-01-01', last: '2025-01-31' })
  await started.database.owner`
    UPDATE finance_reports SET status = 'failed', error = 'timeout', completed_at = now(), leased_until = NULL, steps_done = 0, file_path = NULL,
      file_bytes = NULL, file_sha256 = NULL, figures = NULL WHERE id = ${id} AND status = 'generating'`
  return id
}

test('a report that failed says why and is made again by its button; the second one to press it is told', async () => {
  await workers.stop()
  const path = `/finance/reports/${showId('report', await aFailedOne())}`
  workers = spawnWorkers(started.database.url)
  const { page } = await signIn(DESK)
  await page.goto(path)
  expect(await page.textContent('main')).toContain('请缩短期间后重新生成')
  const late = newVisitor(started.url)
  await late.post('/finance/login', { username: manager.username, password: PASSWORD })
  const csrf_token = csrfIn((await late.get(path)).html)
  await page.click('button:has-text("重新生成")')
  await page.waitForSelector('text=由失败的报表重新生成')
  const second = await late.post(`${path}/again`, { csrf_token })
  expect([second.status, second.html.includes('该申请已处理')]).toEqual([400, true])
  expect((await late.get(path)).html).toContain('已重新生成，查看新的报表')
  await page.context().close()
}, 30_000)

test('E75: the auditor and a specialist download and see no button that makes; the routes answer 403; a granted specialist may', async () => {
  const report = await started.database.owner<{ id: Uuid }[]>`SELECT id FROM finance_reports WHERE status = 'completed' LIMIT 1`
  const path = `/finance/reports/${showId('report', report[0]!.id)}`
  for (const grade of ['auditor', 'specialist'] as const) {
    const person = await aStaff('finance', grade)
    const headers = await browserHeaders({ adminId: person.id })
    const get = async (at: string) => {
      const response = await fetch(started.url + at, { headers, redirect: 'manual' })
      return { status: response.status, text: await response.text() }
    }
    const list = await get('/finance/reports')
    expect([list.status, list.text.includes('/finance/reports/new'), list.text.includes(`${path}/file`)]).toEqual([200, false, true])
    expect((await get('/finance/reports/schedules')).text).not.toContain('/finance/reports/schedules/daily')
    expect((await get(`${path}/file`)).status).toBe(200)
    for (const at of ['/finance/reports/new', '/finance/reports/schedules/daily']) expect((await get(at)).status).toBe(403)
    for (const at of ['/finance/reports/new', '/finance/reports/schedules/daily', `${path}/again`])
      expect((await fetch(started.url + at, { method: 'POST', headers, body: new URLSearchParams() })).status).toBe(403)
    const token = await staffToken(person.id)
    const body = { report_type: 'daily', start_date: '2026-01-01', end_date: '2026-01-01', format: 'pdf' }
    expect((await call('POST /v1/finance/reports/generate', { token, body })).status).toBe(403)
    if (grade === 'specialist') {
      await started.database.owner`UPDATE admin_accounts SET permissions = ARRAY['report:generate'] WHERE id = ${person.id}`
      expect((await get('/finance/reports')).text).toContain('/finance/reports/new')
      expect((await call('POST /v1/finance/reports/generate', { token: await staffToken(person.id), body })).status).toBe(201)
    }
  }
}, 30_000)
