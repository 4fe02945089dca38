import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { findOperatorByName } from '#src/accounts/operators'
import { addDays, now } from '#src/core/time'
import { staffToken } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aGrant, anApplication, anOperator, aStaff, credit, PASSWORD } from '#tests/support/factory'
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

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const REASON = '新店开业，需要一款四人合作的游戏'

/** One of our people, at the API. */
async function review(requestPath: string, decision: 'approve' | 'reject', body: object) {
  const id = /req_[0-9a-f-]{36}/.exec(requestPath)![0]
  return fetch(`${server.url}/v1/admin/app-requests/${id}/${decision}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await staffToken((await aStaff('operator')).id)}` },
    body: JSON.stringify(body),
  })
}

async function register(page: Page, username: string): Promise<string> {
  await page.goto('/operator/register')
  const fields = {
    username,
    password: PASSWORD,
    password_repeat: PASSWORD,
    name: '银河游乐厅',
    phone: '13900001111',
    email: 'shop@example.com',
  }
  for (const [field, value] of Object.entries(fields)) await page.fill(`[name=${field}]`, value)
  await page.click('main form button[type=submit]')
  await page.waitForSelector('output')
  const apiKey = (await page.textContent('output'))!
  await page.check('main input[type=checkbox]')
  await page.click('main form button')
  await page.waitForURL('**/operator/**')
  return apiKey
}

/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

describe.each([
  ['a desk', 'way_desk', DESK],
  ['a phone', 'way_phone', PHONE],
  ['a desk without JavaScript', 'way_plain', { ...DESK, javaScriptEnabled: false }],
] as [string, string, BrowserContextOptions][])('at %s', (_name, username, options) => {
  test('from registering to the first game: key, site, request, approval, start, and it is seen on the home page', async () => {
    const applicationId = await anApplication({ name: `星际矿工 ${username}`, price: '12.50' })
    const { page, complaints } = await watchedPage(browser, server.url, options)
    const apiKey = await register(page, username)
    const operator = (await findOperatorByName(username))!
    await credit(operator.id, '60.00')

    await page.click('.steps a:has-text("新建门店")')
    await page.fill('[name=name]', '西湖银泰店')
    await page.fill('[name=address]', '杭州市延安路 98 号')
    await page.click('main form button:has-text("新建门店")')
    await page.waitForSelector('text=门店已创建')
    const siteId = /site_([0-9a-f-]{36})/.exec(page.url())![1]!
    const store = { operator: { id: operator.id, username, apiKey }, siteId, applicationId }
    expect((await authorize(server.url, store)).body.error_code).toBe('APP_NOT_AUTHORIZED')

    await page.goto('/operator/')
    await page.click('.steps a:has-text("申请游戏")')
    await page.click(`tr:has-text("星际矿工 ${username}") a:has-text("申请游戏")`)
    await page.fill('[name=reason]', '太短')
    await page.click('button:has-text("提交申请")')
    await page.waitForSelector('#reason-error')
    expect(await page.inputValue('[name=reason]')).toBe('太短')
    await page.fill('[name=reason]', REASON)
    await page.click('button:has-text("提交申请")')
    await page.waitForSelector('text=申请已提交')
    expect(await main(page)).toContain('等待平台管理员审批')
    expect(await findings(page, options)).toEqual([])

    const answer = await review(page.url(), 'approve', { note: '先开通三个月' })
    expect(answer.status).toBe(200)
    await page.reload()
    expect(await main(page)).toContain('已批准，立即可以开局')
    expect(await main(page)).toContain('先开通三个月')
    await page.goto('/operator/applications')
    expect(await page.locator('tr', { hasText: `星际矿工 ${username}` }).textContent()).toContain('可开局')

    expect((await authorize(server.url, store, { players: 2 })).status).toBe(200)
    await page.goto('/operator/')
    expect(await main(page)).toContain('¥35.00')
    expect(await main(page)).toContain(`星际矿工 ${username}`)
    expect(await page.locator('.steps').count()).toBe(0)
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  })
})

async function visitorOf(username: string) {
  const visitor = newVisitor(server.url)
  await visitor.post('/operator/login', { username, password: PASSWORD })
  return { visitor, csrf: csrfIn((await visitor.get('/operator/applications')).html) }
}

test('each held game says how it stands: for ever, near its end, past it, withdrawn; only the middle two can be renewed', async () => {
  const operator = await anOperator()
  const games = { 永久游戏: null, 将到期游戏: addDays(now(), 5), 已到期游戏: addDays(now(), -1), 下架游戏: null } as const
  const ids = new Map<string, string>()
  for (const [name, expiresAt] of Object.entries(games)) {
    const id = await anApplication({ name, active: name !== '下架游戏' })
    ids.set(name, id)
    await aGrant(operator.id, id, { expiresAt })
  }
  const { visitor } = await visitorOf(operator.username)
  const { html } = await visitor.get('/operator/applications')
  const rowOf = (name: string) => html.split('<tr>').find((row) => row.includes(`title="${name}"`))!
  expect(rowOf('永久游戏')).toContain('永久')
  expect(rowOf('将到期游戏')).toContain('即将到期')
  expect(rowOf('已到期游戏')).toContain('已到期')
  expect(rowOf('下架游戏')).toContain('游戏已下架')
  expect(Object.keys(games).map((name) => rowOf(name).includes(`app_${ids.get(name)}/request`))).toEqual([false, true, true, false])
  const renewed = await visitor.get(`/operator/applications/app_${ids.get('将到期游戏')}/request`)
  expect(renewed.html).toContain('申请续期')
  const fresh = await anApplication({ name: '新游戏' })
  const available = (await visitor.get('/operator/applications/available')).html.split('<tr>')
  const offered = (name: string) => available.find((row) => row.includes(`title="${name}"`)) ?? ''
  const words = ['将到期游戏', '已到期游戏', '新游戏'].map((name) => [
    offered(name).includes('申请续期'),
    offered(name).includes('申请游戏'),
  ])
  expect(words).toEqual([
    [true, false],
    [true, false],
    [false, true],
  ])
  expect(offered('新游戏')).toContain(`app_${fresh}/request`)
})

test('a refused request says why above the form and keeps the reason; a rejected one shows its way and can be sent again', async () => {
  const operator = await anOperator()
  const game = await anApplication()
  const { visitor, csrf } = await visitorOf(operator.username)
  const send = () => visitor.post(`/operator/applications/app_${game}/request`, { csrf_token: csrf, reason: REASON })
  const made = await send()
  expect(made.status).toBe(303)
  const again = await send()
  expect([again.status, again.html.includes('该应用已有待审批的申请'), again.html.includes(REASON)]).toEqual([400, true, true])
  expect((await review(made.location!, 'reject', { reason: '该应用暂不对试用客户开放' })).status).toBe(200)
  const page = await visitor.get(made.location!)
  expect(page.html).toContain('该应用暂不对试用客户开放')
  expect(page.html).toContain('重新申请')
  const rejected = await visitor.get('/operator/applications/requests?status=rejected')
  expect(rejected.html).toContain(made.location!)
  expect((await visitor.get('/operator/applications/requests?status=approved')).html).toContain('没有这种状态的申请')
  expect((await send()).status).toBe(303)
})

test('a game that is neither held nor on offer is not there', async () => {
  const operator = await anOperator()
  const { visitor } = await visitorOf(operator.username)
  const hidden = await anApplication({ active: false })
  expect((await visitor.get(`/operator/applications/app_${hidden}/request`)).status).toBe(404)
})
