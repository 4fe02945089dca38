import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { PERMISSIONS } from '#src/permissions/permissions'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { aSite, aStaff, aStore, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { DESK, watchedPage } from '#tests/support/watched-page'
import { goKey, navigationFor } from '#views/navigation'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
let page: Page
let complaints: string[]
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  browser = await launchBrowser()
  const { operator } = await aStore({ balance: '10.00' })
  for (const name of ['一店', '二店']) await aSite(operator.id, { name })
  ;({ page, complaints } = await watchedPage(browser, server.url, DESK))
  await page.goto('/operator/login')
  await page.fill('[name=username]', operator.username)
  await page.fill('[name=password]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/operator/')
})
afterAll(async () => {
  await browser.close()
  await server.drain(1_000)
  await database.close()
})

const focused = () => page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.tagName)

test.each(['Control+k', 'Meta+k', '/'])('%s goes to the search box of a page without filters', async (keys) => {
  await page.goto('/operator/')
  await page.keyboard.press(keys)
  expect(await focused()).toBe('q')
})

test('/ goes to the filter of a page that has one, and the slash is not typed', async () => {
  await page.goto('/operator/sites')
  await page.keyboard.press('/')
  expect(await focused()).toBe('keyword')
  expect(await page.inputValue('[name=keyword]')).toBe('')
})

test('every page of the navigation has its letter, each letter is one page', () => {
  for (const kind of ['operator', 'admin', 'finance', 'analyst'] as const) {
    const letters = navigationFor({ kind, permissions: Object.keys(PERMISSIONS) }).map(({ href }) => goKey(href))
    expect(letters).not.toContain(undefined)
    expect(new Set(letters).size).toBe(letters.length)
  }
})

test('g and a letter go to each page of the navigation', async () => {
  for (const { href } of navigationFor({ kind: 'operator' })) {
    await page.goto('/operator/search')
    await page.keyboard.press('g')
    await page.keyboard.press(goKey(href)!)
    await page.waitForURL(`**${href}`)
  }
})

test('j and k walk the rows of a table, Enter opens the one reached', async () => {
  await page.goto('/operator/sites')
  const names = await page.locator('main tbody tr td:first-child a').allInnerTexts()
  const walked = async (key: string) => {
    await page.keyboard.press(key)
    return page.evaluate(() => (document.activeElement as HTMLElement).textContent)
  }
  expect([await walked('j'), await walked('j'), await walked('k'), await walked('k')]).toEqual([names[0]!, names[1]!, names[0]!, names[0]!])
  await walked('j')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/operator/sites/site_*')
  expect(await page.locator('h1').textContent()).toBe(names[1]!)
})

test('? lists the shortcuts, Escape closes the list and gives the focus back', async () => {
  await page.goto('/operator/')
  await page.keyboard.press('?')
  const list = page.locator('#shortcuts')
  await list.waitFor({ state: 'visible' })
  expect(await list.textContent()).toContain('门店')
  expect(await axeFindings(page)).toEqual([])
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  expect(new URL(page.url()).pathname).toBe('/operator/')
  await page.keyboard.press('Escape')
  await list.waitFor({ state: 'hidden' })
})

test('while somebody types, letters are letters', async () => {
  await page.goto('/operator/sites')
  await page.fill('[name=keyword]', '')
  await page.locator('[name=keyword]').focus()
  await page.keyboard.type('gs/?jk')
  expect(await page.inputValue('[name=keyword]')).toBe('gs/?jk')
  expect(await page.locator('#shortcuts').isVisible()).toBe(false)
  expect(new URL(page.url()).pathname).toBe('/operator/sites')
})

test('they can be switched off and on again, and stay so', async () => {
  await page.goto('/operator/')
  await page.keyboard.press('?')
  await page.locator('[data-keys-switch]').uncheck()
  await page.keyboard.press('Escape')
  await page.reload()
  for (const key of ['?', 'g', 's', '/']) await page.keyboard.press(key)
  expect(await page.locator('#shortcuts').isVisible()).toBe(false)
  expect(await focused()).not.toBe('q')
  await page.locator('[data-menu] summary').click()
  await page.locator('[data-keys-list]').click()
  await page.locator('[data-keys-switch]').check()
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  expect(await focused()).toBe('q')
  expect(complaints).toEqual([])
})

test('our people have them too', async () => {
  const other = await watchedPage(browser, server.url, DESK)
  await other.page.goto('/admin/login')
  await other.page.fill('[name=username]', (await aStaff('admin')).username)
  await other.page.fill('[name=password]', PASSWORD)
  await other.page.keyboard.press('Enter')
  await other.page.waitForURL('**/admin/')
  await other.page.keyboard.press('Control+k')
  await other.page.keyboard.type('nobody')
  await other.page.keyboard.press('Enter')
  await other.page.waitForURL('**/staff/search?q=nobody')
  await other.page.keyboard.press('g')
  await other.page.keyboard.press('h')
  await other.page.waitForURL('**/admin/')
  expect(other.complaints).toEqual([])
  await other.page.context().close()
})
