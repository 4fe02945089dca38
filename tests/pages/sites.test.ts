import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aSite, aStore, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

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
  await database.close()
})

async function signedIn(username: string, options: BrowserContextOptions) {
  const watched = await watchedPage(browser, server.url, options)
  await watched.page.goto('/operator/login')
  await watched.page.fill('[name=username]', username)
  await watched.page.fill('[name=password]', PASSWORD)
  await watched.page.keyboard.press('Enter')
  await watched.page.waitForURL('**/operator/')
  return watched
}
async function visitorOf(username: string) {
  const visitor = newVisitor(server.url)
  await visitor.post('/operator/login', { username, password: PASSWORD })
  return { visitor, csrf: csrfIn((await visitor.get('/operator/sites')).html) }
}
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''

/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
])('at %s', (_name, options) => {
  test('an operator makes a site, corrects what was wrong, edits it, and deletes it after a question', async () => {
    const operator = await anOperator()
    const { page } = await signedIn(operator.username, options)
    await page.goto('/operator/sites')
    expect(await main(page)).toContain('还没有门店')
    await page.click('main a:has-text("新建门店")')
    await page.fill('[name=name]', '店')
    await page.fill('[name=address]', '杭州市延安路 98 号')
    await page.click('main form button:has-text("新建门店")')
    // The browser itself stops nothing here: the length that counts is that of the contract.
    await page.waitForSelector('#name-error')
    expect(await page.inputValue('[name=address]')).toBe('杭州市延安路 98 号')
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=name]', '西湖银泰店')
    await page.click('main form button:has-text("新建门店")')
    await page.waitForSelector('text=门店已创建')
    expect(await page.textContent('h1')).toBe('西湖银泰店')
    expect(await main(page)).toContain('头显接入')
    await page.click('main a:has-text("编辑门店")')
    await page.fill('[name=description]', '三层，靠近影院')
    await page.click('button:has-text("保存门店")')
    await page.waitForSelector('text=门店已保存')
    expect(await main(page)).toContain('三层，靠近影院')
    await page.click('main a:has-text("删除门店")')
    await page.click('form.confirm:visible button:has-text("删除门店")')
    await page.waitForSelector('text=门店已删除')
    expect(await main(page)).toContain('还没有门店')
    await page.context().close()
  })

  test('a dialog can be left without a trace', async () => {
    const operator = await anOperator()
    const siteId = await aSite(operator.id)
    const { page, complaints } = await signedIn(operator.username, options)
    await page.goto(`/operator/sites/site_${siteId}`)
    await page.click('main a:has-text("删除门店")')
    await page.click('form.confirm:visible a:has-text("返回")')
    await page.waitForURL(`**/operator/sites/site_${siteId}`)
    expect(await page.locator('form.confirm:visible').count()).toBe(0)
    expect(await page.textContent('h1')).toBe('北京门店')
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

test('the list looks for words, tells nothing found from nothing yet, and pages by key without a gap', async () => {
  const operator = await anOperator()
  for (let n = 1; n <= 45; n++) await aSite(operator.id, { name: `第${n}号店`, deleted: n === 45 })
  const { visitor } = await visitorOf(operator.username)
  const namesIn = (html: string) => [...html.matchAll(/title="(第\d+号店)"/g)].map(([, name]) => name!)
  const seen: string[] = []
  let path: string | undefined = '/operator/sites'
  while (path) {
    const { html } = await visitor.get(path)
    seen.push(...namesIn(html))
    path = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(seen).toEqual(Array.from({ length: 44 }, (_, n) => `第${44 - n}号店`))
  const found = await visitor.get(`/operator/sites?keyword=${encodeURIComponent('第45号')}&deleted=true`)
  expect(namesIn(found.html)).toEqual(['第45号店'])
  expect(found.html).toContain('清除全部')
  expect((await visitor.get('/operator/sites?keyword=%25')).html).toContain('没有符合条件的门店')
  expect((await visitor.get('/operator/sites?after=nonsense&size=7')).status).toBe(200)
})

test('a site shows what was played there, to the fen, and only there', async () => {
  const store = await aStore({ balance: '200.00', price: '12.50' })
  const elsewhere = { ...store, siteId: await aSite(store.operator.id, { name: '另一家' }) }
  for (const players of [1, 2]) await authorize(server.url, store, { players })
  await authorize(server.url, elsewhere, { players: 8 })
  const { visitor } = await visitorOf(store.operator.username)
  const { html } = await visitor.get(`/operator/sites/site_${store.siteId}`)
  expect(html).toContain('¥37.50')
  expect(html).toContain('2 场 · 3 人次')
  expect(html).not.toContain('¥100.00')
  const list = await visitor.get('/operator/sites')
  for (const amount of ['¥37.50', '¥100.00']) expect(list.html).toContain(amount)
})

test('a deleted site can be looked at and no longer be changed; somebody else’s is not there', async () => {
  const [operator, other] = [await anOperator(), await anOperator()]
  const gone = await aSite(operator.id, { deleted: true, name: '关闭的店' })
  const foreign = await aSite(other.id)
  const { visitor, csrf } = await visitorOf(operator.username)
  const shown = await visitor.get(`/operator/sites/${gone}`)
  expect([shown.status, shown.html.includes('门店已删除'), shown.html.includes('/edit')]).toEqual([200, true, false])
  const form = { csrf_token: csrf, name: '改个名字', address: '杭州市延安路 98 号' }
  for (const id of [gone, foreign]) {
    expect((await visitor.get(`/operator/sites/${id}/edit`)).status).toBe(404)
    expect((await visitor.post(`/operator/sites/${id}/edit`, form)).status).toBe(404)
    expect((await visitor.post(`/operator/sites/${id}/delete`, form)).status).toBe(404)
  }
  expect((await visitor.get(`/operator/sites/${foreign}`)).status).toBe(404)
  expect((await visitor.get('/operator/sites/op_nonsense')).status).toBe(400)
  const [row] = await database.owner`SELECT name, deleted_at FROM operation_sites WHERE id = ${foreign}`
  expect([row!.name, row!.deleted_at]).toEqual(['北京门店', null])
})

test('names with markup, emoji and bidi marks are words and break nothing', async () => {
  const operator = await anOperator()
  const { visitor, csrf } = await visitorOf(operator.username)
  const name = '<b>店</b>🎮\u202Eevil\u202C & "x"'
  const made = await visitor.post('/operator/sites/new', {
    csrf_token: csrf,
    name,
    address: '<img src=x onerror=alert(1)>',
    description: '',
  })
  expect(made.status).toBe(303)
  const { html } = await visitor.get(made.location!)
  expect(html).toContain('&lt;b>店&lt;/b>🎮')
  expect(html).not.toContain('<img src=x')
  const long = await visitor.post('/operator/sites/new', { csrf_token: csrf, name: '长'.repeat(10_000), address: '杭州市延安路 98 号' })
  expect([long.status, long.html.includes('最多50个字符')]).toEqual([400, true])
})
