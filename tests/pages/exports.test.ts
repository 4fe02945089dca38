import { afterAll, beforeAll, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import type { Uuid } from '#src/core/ids'
import { businessDay, now } from '#src/core/time'
import { exportFolder } from '#src/exports/place'
import { claimExport, makeExport } from '#src/exports/work'
import { browserHeaders } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, credit, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'
import { csvRows, xlsxRows } from '../exports/read'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.drain(1_000)
  rmSync(await exportFolder(), { recursive: true, force: true })
  await database.close()
})

async function anOwner() {
  const operator = await anOperator()
  for (const yuan of ['10.00', '20.00', '30.00']) await credit(operator.id, yuan)
  return operator
}

async function signIn(page: Page, username: string): Promise<void> {
  await page.goto('/operator/login')
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/operator/')
}

async function send(operatorId: Uuid, path: string, form?: Record<string, string>) {
  const response = await fetch(server.url + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: await browserHeaders({ operatorId }),
    ...(form ? { body: new URLSearchParams(form) } : {}),
  })
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}
const today = () => businessDay(now()).replaceAll('-', '')

test.each([
  ['a desk with JavaScript', DESK],
  ['a phone with JavaScript', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
])('at %s what a page shows comes as a file at once', async (_name, options) => {
  const operator = await anOwner()
  const { page, complaints } = await watchedPage(browser, server.url, options)
  await signIn(page, operator.username)
  await page.goto('/operator/transactions?range=today')
  await page.click('.export-menu summary')
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('.export-menu button[value=excel]')])
  expect(file.suggestedFilename()).toBe(`transactions_${today()}.xlsx`)
  const rows = await xlsxRows(await Bun.file(await file.path()).bytes())
  expect(rows.map((row) => row[4])).toEqual(['收入（元）', 30, 20, 10])
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a long one shows its progress while it is made, then its file, without the page being loaded again', async () => {
  const operator = await anOwner()
  const { page, complaints } = await watchedPage(browser, server.url, DESK)
  await signIn(page, operator.username)
  await page.goto('/operator/transactions')
  await page.click('.export-menu summary')
  await page.check('.export-menu [name=background]')
  await page.click('.export-menu button[value=csv]')
  await page.waitForURL('**/operator/exports')
  expect(await page.textContent('main')).toContain('排队中')
  await page.evaluate(() => void Object.assign(globalThis, { stayed: true }))
  const claimed = (await claimExport(now()))!
  await database.owner`UPDATE exports SET rows_done = 2 WHERE id = ${claimed.id}`
  await page.waitForSelector('progress')
  expect(await page.locator('progress').evaluate((bar: HTMLProgressElement) => [bar.value, bar.max])).toEqual([2, 3])
  expect(await page.textContent('#files')).toContain('已写入 2 / 3 行')
  expect(await axeFindings(page)).toEqual([])
  expect(await makeExport(claimed)).toBe('ready')
  await page.waitForSelector('#files a.button')
  expect(await page.evaluate(() => 'stayed' in globalThis)).toBe(true)
  expect(await page.locator('[hx-trigger]').count()).toBe(0)
  const [file] = await Promise.all([page.waitForEvent('download'), page.click('#files a.button')])
  expect(file.suggestedFilename()).toBe(`transactions_${today()}.csv`)
  expect(csvRows(await Bun.file(await file.path()).bytes())).toHaveLength(4)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('without JavaScript the same is there after a look of one’s own', async () => {
  const operator = await anOwner()
  const { page, complaints } = await watchedPage(browser, server.url, { ...DESK, javaScriptEnabled: false })
  await signIn(page, operator.username)
  await page.goto('/operator/transactions')
  await page.click('.export-menu summary')
  await page.check('.export-menu [name=background]')
  await page.click('.export-menu button[value=excel]')
  await page.waitForURL('**/operator/exports')
  expect(await makeExport((await claimExport(now()))!)).toBe('ready')
  await page.click('text=刷新进度')
  await page.waitForSelector('#files a.button')
  expect(await page.textContent('#files')).toContain('可下载')
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a file is its owner’s alone, and only while it is kept', async () => {
  const [operator, other] = [await anOwner(), await anOwner()]
  await send(operator.id, '/operator/exports', { kind: 'transactions', format: 'csv', background: 'true' })
  const { id } = (await claimExport(now()))!
  const path = `/operator/exports/exp_${id}/file`
  expect((await send(operator.id, path)).status).toBe(404)
  await database.owner`UPDATE exports SET status = 'queued', leased_until = NULL WHERE id = ${id}`
  await makeExport((await claimExport(now()))!)
  const mine = await send(operator.id, path)
  expect([mine.status, mine.headers.get('content-disposition')]).toEqual([200, `attachment; filename="transactions_${today()}.csv"`])
  expect(csvRows(mine.bytes)).toHaveLength(4)
  expect((await send(other.id, path)).status).toBe(404)
  await database.owner`UPDATE exports SET status = 'expired' WHERE id = ${id}`
  expect((await send(operator.id, path)).status).toBe(404)
  const again = await send(operator.id, `/operator/exports/exp_${id}/again`, {})
  expect([again.status, again.headers.get('location')]).toEqual([303, '/operator/exports'])
  await makeExport((await claimExport(now()))!)
})

test.each([
  [{ kind: 'nothing', format: 'csv' }],
  [{ kind: 'transactions', format: 'docx' }],
  [{ kind: 'transactions', format: 'csv', type: 'payout' }],
  [{ kind: 'usage', format: 'csv', site_id: 'app_1' }],
  [{ kind: 'transactions', format: 'csv', start_time: 'yesterday' }],
  [{}],
])('%j is refused above the list', async (form) => {
  const operator = await anOwner()
  const { status, bytes } = await send(operator.id, '/operator/exports', form as Record<string, string>)
  expect(status).toBe(400)
  expect(new TextDecoder().decode(bytes)).toContain('没有开始导出')
})

test('an operator without exports is told where they come from', async () => {
  const operator = await anOperator()
  const { bytes } = await send(operator.id, '/operator/exports')
  expect(new TextDecoder().decode(bytes)).toContain('还没有导出文件')
})
