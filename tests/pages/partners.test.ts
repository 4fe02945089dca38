import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { aStaff } from '#tests/support/factory'
import { DESK, PHONE, signedInPage, watchedPage } from '#tests/support/watched-page'
import { aPartner, aUser, partnerCall } from '#tests/wallets/partner'
import { WALLET_CHECKS } from '#views/assets/wallet-check-flow.js'

const { started } = withServer()
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])
const isNotWide = (page: Page) => page.evaluate(() => window.innerWidth <= window.visualViewport!.width)

const signIn = async (options: BrowserContextOptions) =>
  signedInPage(browser, started.url, 'admin', (await aStaff('super_admin')).username, options)

const statesOf = (page: Page) =>
  page.$$eval('[data-step]', (steps) => steps.map((step) => [(step as HTMLElement).dataset.step, (step as HTMLElement).dataset.state]))

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (name, options) => {
  test('a partner is made, its key is shown once and works; it is changed, gets another key and is shut out', async () => {
    const { page, complaints } = await signIn(options)
    const platform = `market_${name.length}`
    await page.goto('/admin/partners')
    expect(await findings(page, options)).toEqual([])
    await page.click('a:has-text("新建合作平台")')
    await page.fill('[name=platform]', 'Wrong!')
    await page.fill('[name=name]', '星光集市')
    await page.click('button:has-text("建立并生成密钥")')
    await page.waitForSelector('#platform-error')
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=platform]', platform)
    await page.fill('[name=origins]', 'https://market.example')
    await page.click('button:has-text("建立并生成密钥")')
    const key = (await page.textContent('output.secret-value'))!
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(await findings(page, options)).toEqual([])
    expect(await isNotWide(page)).toBe(true)
    const user = aUser()
    expect((await partnerCall(started.url, { platform, key }, user)).status).toBe(200)

    await page.goto('/admin/partners')
    expect(await main(page)).not.toContain(key)
    await page.fill('[name=user]', user)
    await page.selectOption('#platform', platform)
    await page.click('#find button[type=submit]')
    expect(await main(page)).toContain('开户赠送')
    expect(await findings(page, options)).toEqual([])
    expect(await isNotWide(page)).toBe(true)

    await page.goto('/admin/partners')
    await page.click('a:has-text("星光集市") >> nth=0')
    await page.click('a:has-text("修改平台")')
    await page.uncheck('[name="scope.wallet:debit"]')
    await page.click('button:has-text("保存修改")')
    await page.waitForURL('**/admin/partners/ptn_*')
    const debit = { body: { currency: 'gameCoins', amount: 1, reason: '开箱' } }
    await Bun.sleep(1_050)
    expect((await partnerCall(started.url, { platform, key }, `${user}/debit`, debit)).status).toBe(403)

    await page.click('a:has-text("更换密钥")')
    await page.selectOption('[name=overlap]', '0')
    await page.click('button:has-text("更换密钥")')
    const fresh = (await page.textContent('output.secret-value'))!
    expect(fresh).not.toBe(key)
    await Bun.sleep(1_050)
    expect((await partnerCall(started.url, { platform, key }, user)).status).toBe(401)
    expect((await partnerCall(started.url, { platform, key: fresh }, user)).status).toBe(200)

    await page.click('a:has-text("停用平台")')
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=reason]', '合同到期，暂停该平台的合作')
    await page.click('button:has-text("停用平台")')
    await page.waitForURL('**/admin/partners/ptn_*')
    expect(await main(page)).toContain('已停用')
    await Bun.sleep(1_050)
    expect((await partnerCall(started.url, { platform, key: fresh }, user)).status).toBe(401)
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 90_000)
})

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
] as [string, BrowserContextOptions][])('the integration check at %s', (_, options) => {
  test('E89 our own people start it with one button and every step turns green, with requests and answers', async () => {
    const { page, complaints } = await signIn(options)
    await page.goto('/admin/wallet-check')
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("开始测试")')
    await page.waitForSelector('[data-verdict=passed]:not([hidden])')
    expect(await statesOf(page)).toEqual(WALLET_CHECKS.map((step) => [step, 'passed']))
    expect((await started.database.owner`SELECT FROM audit_logs WHERE operation = 'wallet_check'`).length).toBeGreaterThan(0)
    await page.click('[data-step=conflict] summary')
    expect(await page.textContent('[data-step=conflict] pre')).toContain('IDEMPOTENCY_KEY_CONFLICT')
    expect(await findings(page, options)).toEqual([])
    expect(await isNotWide(page)).toBe(true)
    // The refusals that it provokes are told by the browser as failed requests.
    expect(complaints.filter((complaint) => !/40[0-9]/.test(complaint))).toEqual([])
    await page.context().close()
  }, 60_000)

  test('E90 a partner tries its own key: green with the right one, red with a wrong one', async () => {
    const { page } = await watchedPage(browser, started.url, options)
    const partner = await aPartner()
    await page.goto('/integration/wallet-check')
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=key]', 'f'.repeat(64))
    await page.click('button:has-text("开始测试")')
    await page.waitForSelector('[data-verdict=failed]:not([hidden])')
    const red = (await statesOf(page)).filter(([, state]) => state === 'failed').map(([step]) => step)
    expect(red).toContain('create')
    expect(await page.textContent('[data-step=create] pre')).toContain('INVALID_PARTNER_KEY')
    await page.fill('[name=key]', partner.key)
    await page.click('button:has-text("开始测试")')
    await page.waitForSelector('[data-verdict=passed]:not([hidden])')
    expect(await statesOf(page)).toEqual(WALLET_CHECKS.map((step) => [step, 'passed']))
    expect(await page.content()).not.toContain(partner.key)
    expect(await findings(page, options)).toEqual([])
    await page.context().close()
  }, 60_000)
})
