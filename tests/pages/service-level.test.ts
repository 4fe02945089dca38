import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { businessDay, now, shanghaiClock } from '#src/core/time'
import { writeTally } from '#src/service-level/tally'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { aStaff, aStore, PASSWORD } from '#tests/support/factory'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

const { started } = withServer()
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

async function signedIn(role: 'super_admin' | 'admin' | 'operator', options: BrowserContextOptions) {
  const { username } = await aStaff(role)
  const { page, complaints } = await watchedPage(browser, started.url, options)
  await page.goto('/admin/login')
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', PASSWORD)
  await page.click('main form button[type=submit]')
  await page.waitForURL('**/admin/')
  complaints.length = 0
  const main = async (): Promise<string> => (await page.textContent('main')) ?? ''
  return { page, complaints, main }
}

describe.each([
  ['a desk', DESK],
  ['a phone without JavaScript', { ...PHONE, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('the service level at %s', (_, options) => {
  test('leads from four weeks to a day, an hour, a code, and the calls that were refused with it', async () => {
    const store = await aStore({ balance: '1.00', price: '0.50' })
    await authorize(started.url, store, { players: 2 })
    await authorize(started.url, store, { players: 2 })
    await writeTally()
    const { page, complaints, main } = await signedIn('operator', options)
    await page.goto('/admin/service-level')
    expect(await main()).toContain('100.000%')
    expect(await main()).toMatch(/剩余故障额度\s*100%/)
    if (options.javaScriptEnabled !== false) expect(await axeFindings(page)).toEqual([])

    const [day, { hour }] = [businessDay(now()), shanghaiClock(now())]
    await page.click(`a[href="/admin/service-level?day=${day}"]`)
    await page.waitForURL(`**/admin/service-level?day=${day}`)
    expect(await main()).toContain('INSUFFICIENT_BALANCE')
    await page.click(`a[href="/admin/service-level?day=${day}&hour=${hour}"]`)
    await page.waitForURL(`**&hour=${hour}`)
    await page.click('a:has-text("INSUFFICIENT_BALANCE")')
    await page.waitForURL('**&outcome=INSUFFICIENT_BALANCE#refusals')
    expect(await main()).toContain('星空乐园')
    if (options.javaScriptEnabled !== false) expect(await axeFindings(page)).toEqual([])
    await page.click('#refusals a:has-text("星空乐园")')
    await page.waitForURL('**/calls?result=refused')
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)
})

test('an address that is mistyped shows the usual view, and a day without calls says so', async () => {
  const { page, main } = await signedIn('admin', DESK)
  for (const query of ['?day=2026-02-30', '?day=..%2f', '?hour=99&outcome=%27']) {
    await page.goto(`/admin/service-level${query}`)
    expect(await main()).toContain('额度消耗速度')
  }
  await page.goto('/admin/service-level?day=2020-01-01&hour=30&outcome=%3Cb%3E')
  expect(await main()).toContain('这段时间没有开局请求')
  await page.context().close()
}, 60_000)
