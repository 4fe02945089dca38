import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { showId } from '#src/core/ids'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize, newSessionId } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aSite, aStaff, aStore, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
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

async function signedIn(door: 'operator' | 'admin', username: string, options: object) {
  const watched = await watchedPage(browser, server.url, options)
  await watched.page.goto(`/${door}/login`)
  await watched.page.fill('[name=username]', username)
  await watched.page.fill('[name=password]', PASSWORD)
  await watched.page.keyboard.press('Enter')
  await watched.page.waitForURL((at) => !at.pathname.endsWith('/login'))
  return watched
}

test.each([
  ['a desk with JavaScript', DESK, true],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }, true],
  ['a phone', PHONE, false],
])('at %s an operator finds its sites by name and its game by the session id', async (_, options, hasBox) => {
  const store = await aStore({ balance: '100.00' })
  for (const name of ['城东一店', '城东二店']) await aSite(store.operator.id, { name })
  const sessionId = newSessionId(store.operator.id)
  const { body } = await authorize(server.url, store, { sessionId })
  const { page, complaints } = await signedIn('operator', store.operator.username, options)
  if (!hasBox) await page.locator('.search-link').click()
  const field = () => (hasBox ? page.locator('.topbar input[name=q]') : page.locator('main input[name=q]'))
  await field().fill('城东')
  await field().press('Enter')
  await page.waitForURL('**/operator/search?q=*')
  const results = page.locator('main tbody tr')
  expect(await results.count()).toBe(2)
  expect(await page.locator('main').textContent()).toContain('城东一店')
  expect(await page.locator('main input[name=q]').inputValue()).toBe('城东')
  if (!('javaScriptEnabled' in options)) expect(await axeFindings(page)).toEqual([])
  await field().fill(sessionId)
  await field().press('Enter')
  await page.waitForURL(`**/${body.data!.usage_id}`)
  expect(await page.locator('main').textContent()).toContain(String(body.data!.app_name))
  await page.goto('/operator/search?q=%3Cb%3Enothing%3C%2Fb%3E')
  expect(await page.locator('main').textContent()).toContain('没有找到')
  await page.goto('/operator/search')
  expect(await page.locator('main').textContent()).toContain('还没有输入')
  expect(complaints).toEqual([])
  await page.context().close()
})

test('an administrator comes to an operator by its id', async () => {
  const store = await aStore()
  const { page, complaints } = await signedIn('admin', (await aStaff('admin')).username, DESK)
  await page.locator('.topbar input[name=q]').fill(showId('operator', store.operator.id))
  await page.keyboard.press('Enter')
  await page.waitForURL(`**/admin/operators/${showId('operator', store.operator.id)}`)
  expect(await page.locator('main').textContent()).toContain(store.operator.username)
  expect(complaints).toEqual([])
  await page.context().close()
})
