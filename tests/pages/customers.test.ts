import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { customerMonths } from '#src/accounts/customers/months'
import { ledgerDays } from '#src/balances/days'
import { showId } from '#src/core/ids'
import { ZERO } from '#src/core/money'
import { businessDay, instant, now } from '#src/core/time'
import { auditRows, withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { anOperator, aStaff, aStore, debit, PASSWORD } from '#tests/support/factory'
import { newVisitor } from '#tests/support/pages'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

const { started } = withServer()
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const customerPath = (id: string): string => `/finance/customers/${showId('operator', id)}`
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (name, options) => {
  const findings = (page: Page) => (options.javaScriptEnabled === false ? [] : axeFindings(page))

  test('E79: finance finds a customer by its balance, sees its months and downloads its statement', async () => {
    const store = await aStore({ balance: '900.00' })
    await started.database.owner`UPDATE operator_accounts SET name = ${`大客户 ${name}`} WHERE id = ${store.operator.id}`
    for (let game = 0; game < 2; game++) expect((await authorize(started.url, store)).status).toBe(200)
    const manager = await aStaff('finance', 'manager')
    const { page, complaints } = await watchedPage(browser, started.url, options)
    await page.goto('/finance/login')
    await page.fill('[name=username]', manager.username)
    await page.fill('[name=password]', PASSWORD)
    await page.click('main form button[type=submit]')
    await page.waitForURL('**/finance/')
    await page.goto(`/finance/customers?keyword=${store.operator.username}`)
    expect(await main(page)).toContain('¥860.00')
    expect(await findings(page)).toEqual([])
    await page.click(`main table a:has-text("大客户 ${name}")`)
    await page.waitForSelector('text=近 12 个月')
    const month = businessDay(now()).slice(0, 7)
    expect(await main(page)).toContain('−¥40.00')
    expect(await page.evaluate(() => window.innerWidth <= window.visualViewport!.width)).toBe(true)
    expect(await findings(page)).toEqual([])
    await page.click(`main table a:has-text("${month}")`)
    await page.waitForSelector('text=期末余额')
    expect(await main(page)).toContain('¥860.00')
    expect(await findings(page)).toEqual([])
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("下载 PDF")')])
    expect(download.suggestedFilename()).toMatch(new RegExp(`^${store.operator.username}_statement_\\d{8}_\\d{8}\\.pdf$`))
    const bytes = new Uint8Array(await Bun.file((await download.path())!).arrayBuffer())
    expect(new TextDecoder('latin1').decode(bytes.slice(0, 5))).toBe('%PDF-')
    const [recorded] = await auditRows(started.database, manager.id).then((rows) => rows.filter(({ operation }) => operation === 'export'))
    expect(recorded).toMatchObject({ actor_role: 'manager', details: { kind: 'statement', format: 'pdf', operator_id: store.operator.id } })
    expect(complaints.filter((complaint) => !complaint.includes('download'))).toEqual([])
    await page.context().close()
  }, 60_000)
})

async function visitorOf(username: string) {
  const visitor = newVisitor(started.url)
  await visitor.post('/finance/login', { username, password: PASSWORD })
  return visitor
}

test('an auditor sees customers too; administrators do not, and an unknown one is not found', async () => {
  const operator = await anOperator({ balance: '5.00' })
  const auditor = await visitorOf((await aStaff('finance', 'auditor')).username)
  for (const path of ['', '/statement', '/statement?format=csv&range=all'])
    expect((await auditor.get(customerPath(operator.id) + path)).status).toBe(200)
  expect((await auditor.get(customerPath('019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55'))).status).toBe(404)
  const csv = (await auditor.get(`${customerPath(operator.id)}/statement?format=csv&range=all`)).html
  expect(csv).toContain('5.00')
})

test('shares are those of the filter, and the sums cover all of it', async () => {
  const auditor = await visitorOf((await aStaff('finance', 'auditor')).username)
  await anOperator({ name: '占比乐园甲', balance: '30.00' })
  await anOperator({ name: '占比乐园乙', balance: '10.00' })
  const { html } = await auditor.get('/finance/customers?keyword=占比乐园')
  for (const word of ['¥40.00', '75.0%', '25.0%']) expect(html).toContain(word)
  expect(html.indexOf('占比乐园甲')).toBeLessThan(html.indexOf('占比乐园乙'))
})

test('months add up to the balance, from the first movement on', async () => {
  const operator = await anOperator({ balance: '100.00' })
  await debit(operator.id, '30.00')
  const days = await ledgerDays(operator.id)
  const [month, ...before] = customerMonths(days, now(), 12)
  expect(before).toEqual([])
  expect(month).toEqual({
    month: businessDay(now()).slice(0, 7),
    recharge: ZERO,
    consumption: ZERO,
    refund: ZERO,
    adjustment: 7_000n as never,
    closing: 7_000n as never,
  })
  const made = (day: string, kind: 'recharge' | 'consumption', direction: 'in' | 'out', amount: bigint) => ({
    day,
    kind,
    direction,
    rows: 1,
    amount: amount as never,
  })
  const months = customerMonths(
    [made('2026-01-31', 'recharge', 'in', 500n), made('2026-03-01', 'consumption', 'out', 120n)],
    instant('2026-03-05T00:00:00Z'),
    2,
  )
  expect(months.map(({ month: name, consumption, closing }) => [name, consumption, closing])).toEqual([
    ['2026-03', 120n, 380n],
    ['2026-02', 0n, 500n],
  ] as never)
})
