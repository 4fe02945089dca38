import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { findOperatorByName } from '#src/accounts/operators'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aGrant, anApplication, aSite, aStaff, aStore, credit, PASSWORD } from '#tests/support/factory'
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

describe.each([
  ['a desk with JavaScript', 'shop_desk', DESK],
  ['a phone with JavaScript', 'shop_phone', PHONE],
  ['a desk without JavaScript', 'shop_plain', { ...DESK, javaScriptEnabled: false }],
])('at %s', (_name, username, options) => {
  test('a visitor registers, keeps the key, starts a game with it and sees it on the home page', async () => {
    const { page, complaints } = await watchedPage(browser, server.url, options)
    await page.goto('/')
    await page.getByRole('link', { name: /注册/ }).first().click()
    for (const [field, value] of Object.entries({
      username,
      password: PASSWORD,
      password_repeat: PASSWORD,
      name: '银河游乐厅',
      phone: '13900001111',
      email: 'shop@example.com',
    })) {
      await page.fill(`[name=${field}]`, value)
    }
    await page.click('main form button[type=submit], main form button:not([type])')
    await page.waitForSelector('main input[type=checkbox]')
    const apiKey = (await page.textContent('main'))!.match(/[0-9a-f]{64}/)![0]
    await page.check('main input[type=checkbox]')
    await page.click('main form button')
    await page.waitForURL('**/operator/**')
    expect(await page.textContent('main')).toContain('¥0.00')

    const operator = (await findOperatorByName(username))!
    const applicationId = await anApplication({ price: '12.50' })
    const siteId = await aSite(operator.id)
    await aGrant(operator.id, applicationId)
    await credit(operator.id, '60.00')
    expect(
      (await authorize(server.url, { operator: { id: operator.id, username, apiKey }, siteId, applicationId }, { players: 2 })).status,
    ).toBe(200)
    await page.reload()
    expect(await page.textContent('main')).toContain('¥35.00')
    expect(await page.textContent('main')).toContain('25.00')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a wrong password keeps the name and says so; the right one lets in, and out again', async () => {
    const { page } = await watchedPage(browser, server.url, options)
    await page.goto('/operator/login')
    await page.fill('[name=username]', username)
    await page.fill('[name=password]', 'Not-the-one1')
    await page.keyboard.press('Enter')
    await page.waitForSelector('text=用户名或密码错误')
    expect(await page.inputValue('[name=username]')).toBe(username)
    await page.fill('[name=password]', PASSWORD)
    await page.keyboard.press('Enter')
    await page.waitForURL('**/operator/')
    await page
      .locator('form[action="/operator/logout"] button')
      .first()
      .evaluate((button: HTMLButtonElement) => button.form!.submit())
    await page.waitForURL('**/operator/login')
    await page.goBack()
    await page.waitForURL('**/operator/login**')
    await page.context().close()
  })
})

test('every page of this release is clean for axe, in light and dark, empty and full', async () => {
  const store = await aStore({ balance: '500.00' })
  for (const players of [1, 2, 3]) await authorize(server.url, store, { players })
  const doors = [
    ['operator', store.operator.username, '/operator/'],
    ['admin', (await aStaff('super_admin')).username, '/admin/'],
    ['finance', (await aStaff('finance')).username, '/finance/'],
    ['admin', (await aStaff('analyst')).username, '/analytics/'],
  ] as const
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [door, username, home] of doors) {
      const { page, complaints } = await watchedPage(browser, server.url, { ...DESK, colorScheme })
      await page.goto(`/${door}/login`)
      expect([home, await axeFindings(page)]).toEqual([home, []])
      await page.fill('[name=username]', username)
      await page.fill('[name=password]', PASSWORD)
      await page.keyboard.press('Enter')
      await page.waitForURL(`**${home}`)
      expect([home, await axeFindings(page)]).toEqual([home, []])
      expect([home, complaints]).toEqual([home, []])
      await page.context().close()
    }
  }
}, 60_000)
