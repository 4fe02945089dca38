import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { showId } from '#src/core/ids'
import { addDays, businessDay, now } from '#src/core/time'
import { browserHeaders, withServer } from '#tests/support/api'
import { launchBrowser } from '#tests/support/browser'
import { authorize, newSessionId } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStore, type Store } from '#tests/support/factory'
import { DESK, openFilters, PHONE, watchedPage } from '#tests/support/watched-page'
import { type PastGame, play } from '#tests/usage/games'

const { started } = withServer()
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

/** A page of somebody who is signed in already. */
async function signedIn(store: Pick<Store, 'operator'>, options: BrowserContextOptions) {
  const { Cookie } = await browserHeaders({ operatorId: store.operator.id })
  const watched = await watchedPage(browser, started.url, options)
  const [name, value] = Cookie!.split('=') as [string, string]
  await watched.page.context().addCookies([{ name, value, url: started.url }])
  return watched
}

const WAYS = [
  ['a desk with JavaScript', DESK],
  ['a phone with JavaScript', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as const

test.each(WAYS)('at %s: a game is found by site and session, and its page shows the row of the ledger', async (_, options) => {
  const store = await aStore({ balance: '500.00', price: '12.50' })
  const other = await aSite(store.operator.id, { name: '上海门店' })
  const sessionId = newSessionId(store.operator.id)
  await authorize(started.url, store, { players: 3, sessionId })
  await authorize(started.url, { ...store, siteId: other }, { players: 1 })
  const { page, complaints } = await signedIn(store, options)
  await page.goto('/operator/usage')
  expect(await page.textContent('#usage-total')).toContain('50.00')
  await openFilters(page)
  await page.selectOption('[name=site]', showId('site', store.siteId))
  await page.click('.filters-form button[type=submit]')
  await page.waitForURL('**site=site_**')
  expect([await page.textContent('#usage-sessions'), await page.textContent('#usage-total')]).toEqual([
    '1',
    expect.stringContaining('37.50'),
  ])
  await openFilters(page)
  await page.fill('[name=keyword]', sessionId.slice(-10))
  await page.click('.filters-form button[type=submit]')
  await page.waitForURL('**keyword=**')
  await page.getByRole('link', { name: sessionId }).click()
  await page.waitForURL('**/operator/usage/usage_**')
  const [row] = await started.database.owner`
    SELECT encode(hash, 'hex') AS hash, seq::text AS seq FROM transaction_records WHERE operator_id = ${store.operator.id} AND type = 'consumption' ORDER BY seq LIMIT 1`
  expect(await page.textContent('#ledger-hash')).toBe(row!.hash)
  expect(await page.textContent('#ledger-seq')).toBe(row!.seq)
  expect(await page.textContent('#formula')).toMatch(/3 人 × .12\.50 = .37\.50/)
  expect(await page.textContent('#receipt pre')).toContain(sessionId)
  expect(await page.locator('.rung.passed').count()).toBe(12)
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a refused start is explained by the id that its answer carried', async () => {
  const store = await aStore({ balance: '5.00', price: '10.00' })
  const refused = await authorize(started.url, store, { players: 2 })
  const { page } = await signedIn(store, DESK)
  await page.goto('/operator/explain')
  await page.fill('#explain-q', refused.headers.get('x-request-id')!)
  await page.keyboard.press('Enter')
  await page.waitForSelector('.rung.refused')
  expect(await page.textContent('.rung.refused')).toContain('余额足够')
  expect(await page.textContent('main')).toContain('充值后用新的会话 ID 重新开局')
  await page.fill('#explain-q', 'no id at all')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#explain-q-error')
  expect(await page.inputValue('#explain-q')).toBe('no id at all')
  await page.context().close()
})

test('pages of a long list go on by key and back again, at any size', async () => {
  const store = await aStore({ balance: '90000.00' })
  const games: PastGame[] = Array.from({ length: 45 }, (_, index) => ({
    siteId: store.siteId,
    applicationId: store.applicationId,
    players: 1 + (index % 5),
    at: addDays(now(), -1 - Math.floor(index / 4)),
  }))
  const ids = (await play(store.operator.id, games)).map(({ id }) => id)
  const { page } = await signedIn(store, DESK)
  await page.goto('/operator/usage')
  const shown = () =>
    page.$$eval('tbody a[href*="/operator/usage/usage_"]', (links) => links.map((link) => link.getAttribute('href')!.slice(-36)))
  const first = await shown()
  expect(first).toHaveLength(20)
  await page.click('a[rel=next]')
  const second = await shown()
  await page.click('a[rel=next]')
  const third = await shown()
  expect([...first, ...second, ...third].toSorted()).toEqual(ids.toSorted())
  await page.click('a[rel=prev]')
  expect(await shown()).toEqual(second)
  await page.click('.pager-sizes a:has-text("50")')
  expect((await shown()).toSorted()).toEqual(ids.toSorted())
  await page.goto('/operator/usage?after=not-an-id&size=7')
  expect(await shown()).toEqual(first)
  await page.context().close()
})

test('a game that starts elsewhere comes to the top of the home page while it is open', async () => {
  const store = await aStore({ balance: '500.00' })
  const { page, complaints } = await signedIn(store, DESK)
  await page.goto('/operator/')
  await page.waitForSelector('[data-live-empty]')
  for (const players of [2, 5]) {
    const answer = await authorize(started.url, store, { players })
    await page.waitForSelector(`#game-${String(answer.body.data!.usage_id).slice(6)}`)
  }
  expect(await page.locator('[data-live-games] tr').count()).toBe(2)
  expect(await page.locator('[data-live-games] tr').first().textContent()).toContain('50.00')
  expect(await page.locator('[data-live-empty]').count()).toBe(0)
  expect(complaints).toEqual([])
  await page.context().close()
}, 30_000)

test('nothing yet and nothing for this filter are told apart; a foreign game and an unknown one look the same', async () => {
  const [mine, theirs] = [await anOperator(), await aStore({ balance: '500.00' })]
  const game = await authorize(started.url, theirs, { players: 2 })
  const headers = await browserHeaders({ operatorId: mine.id })
  const get = async (path: string) => {
    const response = await fetch(started.url + path, { headers })
    return { status: response.status, html: await response.text() }
  }
  expect((await get('/operator/usage')).html).toContain('还没有场次')
  const filtered = await get(`/operator/usage?range=today&players=3&from=${businessDay(now())}`)
  expect(filtered.html).toContain('没有符合条件的场次')
  expect((await get('/operator/usage?site=app_1')).status).toBe(400)
  const foreign = await get(`/operator/usage/${String(game.body.data!.usage_id)}`)
  expect(foreign.status).toBe(404)
  expect(foreign.html).not.toContain('北京门店')
  const applicationId = await anApplication()
  await aGrant(mine.id, applicationId)
  expect((await get('/operator/usage')).html).toContain(showId('application', applicationId))
})
