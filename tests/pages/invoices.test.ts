import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { addDays, businessDay, instant, now, startOfMonth } from '#src/core/time'
import { recharged, refunded, removeInvoiceFiles } from '#tests/invoices/money'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'

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
  await removeInvoiceFiles(database)
  await database.close()
})

const signedIn = (door: 'operator' | 'finance', username: string, options: BrowserContextOptions) =>
  signedInPage(browser, server.url, door, username, options)
async function visitorOf(username: string) {
  const visitor = newVisitor(server.url)
  await visitor.post('/operator/login', { username, password: PASSWORD })
  return { visitor, csrf: csrfIn((await visitor.get('/operator/invoices/titles/new')).html) }
}
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const form = (csrf: string, more: Record<string, string> = {}) => ({
  csrf_token: csrf,
  amount: '100',
  invoice_type: 'vat_normal',
  invoice_title: '杭州幻境数字娱乐有限公司',
  tax_id: '91110000802100433B',
  email: '',
  ...more,
})

/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

/** Nothing of the page is wider than the window. */
const overflow = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) =>
  javaScriptEnabled ? page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth) : 0

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk in the dark', { ...DESK, colorScheme: 'dark' as const }],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
])('at %s', (_name, options) => {
  test('an operator asks for an invoice, corrects what was wrong, finance approves, the receipt is downloaded', async () => {
    const [operator, manager] = [await anOperator(), await aStaff('finance')]
    await recharged(operator.id, '1000.00')
    const { page } = await signedIn('operator', operator.username, options)
    await page.goto('/operator/invoices')
    expect(await page.textContent('#invoiceable')).toBe('¥1,000.00')
    expect([await findings(page, options), await overflow(page, options)]).toEqual([[], 0])
    await page.click('main a:has-text("申请开票")')
    await page.fill('[name=amount]', '1000.01')
    await page.fill('[name=invoice_title]', '杭州幻境数字娱乐有限公司')
    await page.fill('[name=tax_id]', '91110000802100433C')
    await page.click('button:has-text("提交开票申请")')
    await page.waitForSelector('#tax_id-error')
    expect(await page.textContent('#tax_id-error')).toContain('第18位校验码应为“B”')
    expect(await page.inputValue('[name=amount]')).toBe('1000.01')
    await page.fill('[name=tax_id]', '9111 0000 8021 0043 3b')
    await page.click('button:has-text("提交开票申请")')
    await page.waitForSelector('#amount-error')
    expect(await page.textContent('#amount-error')).toBe('最多可开 ¥1,000.00')
    expect([await findings(page, options), await overflow(page, options)]).toEqual([[], 0])
    await page.fill('[name=amount]', '¥800.50')
    await page.click('button:has-text("提交开票申请")')
    await page.waitForSelector('text=等待财务审核')
    expect(await main(page)).toContain('¥800.50')
    expect([await findings(page, options), await overflow(page, options)]).toEqual([[], 0])
    const mine = page.url()

    const desk = await signedIn('finance', manager.username, options)
    await desk.page.goto('/finance/invoices')
    await desk.page.click(`a:has-text("${operator.username}")`)
    expect([await findings(desk.page, options), await overflow(desk.page, options)]).toEqual([[], 0])
    await desk.page.click('button:has-text("批准并开具 ¥800.50")')
    await desk.page.waitForSelector('text=发票已批准并生成')
    expect(desk.complaints).toEqual([])
    await desk.page.context().close()

    await page.goto(mine)
    expect(await page.textContent('h1')).toMatch(/^FP\d{6}-\d{6}$/)
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("下载开票凭证")')])
    expect(download.suggestedFilename()).toMatch(/^invoice_FP\d{6}_\d{6}\.pdf$/)
    expect((await Bun.file((await download.path())!).text()).slice(0, 5)).toBe('%PDF-')
    await page.goto('/operator/invoices')
    expect(await page.textContent('#invoiceable')).toBe('¥199.50')
    await page.context().close()
  }, 30_000)

  test('the book of titles: keep, choose, edit, delete, and use it in a request that is withdrawn', async () => {
    const operator = await anOperator()
    await recharged(operator.id, '100.00')
    const { page, complaints } = await signedIn('operator', operator.username, options)
    await page.goto('/operator/invoices/titles')
    expect(await main(page)).toContain('抬头簿还是空的')
    for (const name of ['杭州幻境数字娱乐有限公司', '上海星空乐园有限公司']) {
      await page.click('main a:has-text("新建抬头")')
      await page.fill('[name=invoice_title]', name)
      await page.fill('[name=tax_id]', '91110000802100433B')
      await page.click('button:has-text("保存抬头")')
      await page.waitForSelector('text=抬头已保存')
    }
    expect([await findings(page, options), await overflow(page, options)]).toEqual([[], 0])
    await page.click('button:has-text("设为默认")')
    await page.waitForSelector('text=已设为默认抬头')
    await page.click('a:has-text("杭州幻境数字娱乐有限公司")')
    await page.fill('[name=bank_name]', '招商银行杭州分行')
    await page.click('button:has-text("保存抬头")')
    await page.waitForSelector('text=抬头已修改')
    await page.goto('/operator/invoices/new')
    expect(await page.inputValue('[name=invoice_title]')).toBe('上海星空乐园有限公司')
    await page.selectOption('[name=title]', { label: '杭州幻境数字娱乐有限公司' })
    await page.click('button:has-text("填入表单")')
    await page.waitForURL('**/new?title=*')
    expect([await findings(page, options), await overflow(page, options)]).toEqual([[], 0])
    expect(await page.inputValue('[name=bank_name]')).toBe('招商银行杭州分行')
    await page.fill('[name=amount]', '30')
    await page.click('button:has-text("提交开票申请")')
    await page.waitForSelector('text=等待财务审核')
    await page.click('main a:has-text("撤回申请")')
    await page.click('form.confirm:visible button:has-text("撤回申请")')
    await page.waitForSelector('text=发票申请已撤回')
    await page.goto('/operator/invoices/titles')
    await page.click('a:has-text("删除抬头")')
    await page.click('form.confirm:visible button:has-text("删除抬头")')
    await page.waitForSelector('text=抬头已删除')
    expect(await main(page)).not.toContain('上海星空乐园有限公司')
    expect(complaints).toEqual([])
    await page.context().close()
  }, 30_000)
})

test('every figure leads to its rows: recharges, refunds, invoices; months are those of Shanghai', async () => {
  const [operator, manager] = [await anOperator(), await aStaff('finance')]
  // Half past midnight of the month's first day in Shanghai is still the month before in UTC.
  const edge = instant(startOfMonth(now()).getTime() + 1_800_000)
  await recharged(operator.id, '500.00', addDays(startOfMonth(edge), -1))
  await recharged(operator.id, '300.00', edge)
  await refunded(operator.id, manager.id, '50.00', edge)
  const { visitor, csrf } = await visitorOf(operator.username)
  await visitor.post('/operator/invoices/new', form(csrf))
  const { html } = await visitor.get('/operator/invoices')
  for (const href of ['/operator/transactions?type=recharge', '/operator/transactions?type=refund', '/operator/invoices?status=pending'])
    expect(html).toContain(`href="${href.replaceAll('&', '&amp;')}"`)
  expect(html).toContain('¥650.00')
  const months = await visitor.get('/operator/invoices/amount')
  const [here, before] = [businessDay(edge).slice(0, 7), businessDay(addDays(startOfMonth(edge), -1)).slice(0, 7)]
  const rows = [...months.html.matchAll(/<tr><td[^>]*>(\d{4}-\d{2})<\/td>(.*?)<\/tr>/gs)].map(([, month, cells]) => [
    month,
    [...cells!.matchAll(/¥[\d,.]+|–/g)].map(([amount]) => amount),
  ])
  expect(rows).toEqual([
    [here, ['¥300.00', '¥50.00', '–', '¥100.00']],
    [before, ['¥500.00', '–', '–', '–']],
  ])
  const links = [...months.html.matchAll(/href="(\/operator\/transactions\?type=recharge&amp;from=[^"]*)"/g)].map(([, href]) => href!)
  const listed = await visitor.get(links[0]!.replaceAll('&amp;', '&'))
  expect(listed.html).toContain('+¥300.00')
  expect(listed.html).not.toContain('+¥500.00')
})

test('the list filters, pages by key without a gap, and says what it adds up to', async () => {
  const operator = await anOperator()
  await recharged(operator.id, '10000.00')
  const { visitor, csrf } = await visitorOf(operator.username)
  for (let n = 1; n <= 25; n++)
    await visitor.post('/operator/invoices/new', form(csrf, { amount: String(n), invoice_title: `第${n}号公司` }))
  const titlesIn = (html: string) => [...html.matchAll(/title="第(\d+)号公司"/g)].map(([, n]) => Number(n))
  const first = await visitor.get('/operator/invoices')
  expect(first.html).toContain('共 25 张，合计 ¥325.00')
  const next = /href="([^"]*)" rel="next"/.exec(first.html)![1]!.replaceAll('&amp;', '&')
  const second = await visitor.get(next)
  expect([...titlesIn(first.html), ...titlesIn(second.html)]).toEqual(Array.from({ length: 25 }, (_, n) => 25 - n))
  expect(titlesIn((await visitor.get(`/operator/invoices?keyword=${encodeURIComponent('第7号')}`)).html)).toEqual([7])
  expect((await visitor.get('/operator/invoices?status=approved')).html).toContain('没有符合条件的发票')
  const taken = await visitor.post('/operator/exports', {
    csrf_token: csrf,
    kind: 'invoices',
    format: 'csv',
    status: 'pending',
    keyword: '号公司',
  })
  expect([taken.status, taken.headers.get('content-disposition')]).toEqual([
    200,
    expect.stringMatching(/filename="invoices_\d+_?\d*\.csv"/),
  ])
  const lines = taken.html.trim().split('\r\n').join('\n').split('\n')
  expect(lines).toHaveLength(26)
  expect(lines[1]).toMatch(/,待审核,25\.00,,第25号公司,91110000802100433B,/)
  expect((await visitor.get('/operator/invoices?status=nonsense&after=x&size=3')).status).toBe(200)
})

test('the same form twice is one request; nothing to invoice is said; somebody else’s is not there', async () => {
  const [operator, other] = [await anOperator(), await anOperator()]
  const { visitor, csrf } = await visitorOf(operator.username)
  expect((await visitor.get('/operator/invoices/new')).html).toContain('无可开票金额')
  await recharged(operator.id, '1000.00')
  const formKey = /name="form_key" value="([^"]+)"/.exec((await visitor.get('/operator/invoices/new')).html)![1]!
  const [one, two] = await Promise.all([1, 2].map(() => visitor.post('/operator/invoices/new', form(csrf, { form_key: formKey }))))
  expect([one!.status, one!.location]).toEqual([303, two!.location])
  const theirs = await visitorOf(other.username)
  for (const path of ['', '/file', '/withdrawal']) expect((await theirs.visitor.get(`${one!.location}${path}`)).status).toBe(404)
  expect((await theirs.visitor.post(`${one!.location}/withdrawal`, { csrf_token: theirs.csrf })).status).toBe(404)
})

test('a title with markup and bidi marks is words on the page and on the paper', async () => {
  const [operator, manager] = [await anOperator(), await aStaff('finance')]
  await recharged(operator.id, '100.00')
  const { visitor, csrf } = await visitorOf(operator.username)
  const title = '<b>店</b> #eval("1") *x* $y$ \u202Eevil\u202C 有限公司'
  const asked = await visitor.post('/operator/invoices/new', form(csrf, { amount: '50', invoice_title: title, keep: 'true' }))
  expect((await visitor.get(asked.location!)).html).toContain('&lt;b>店&lt;/b>')
  expect((await visitor.get('/operator/invoices/new')).html).toContain('&lt;b>店&lt;/b>')
  const finance = newVisitor(server.url)
  await finance.post('/finance/login', { username: manager.username, password: PASSWORD })
  const path = asked.location!.replace('/operator/', '/finance/')
  const token = csrfIn((await finance.get(path)).html)
  expect((await finance.post(`${path}/rejection`, { csrf_token: token, reason: '太短' })).status).toBe(400)
  expect((await finance.post(`${path}/approval`, { csrf_token: token, note: '' })).status).toBe(303)
  expect((await finance.post(`${path}/approval`, { csrf_token: token })).status).toBe(400)
  expect((await visitor.get(`${asked.location}/file`)).html).toStartWith('%PDF-')
})
