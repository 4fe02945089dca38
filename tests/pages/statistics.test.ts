import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { showId } from '#src/core/ids'
import { formatYuan, money } from '#src/core/money'
import { addSeconds, instant } from '#src/core/time'
import { browserHeaders, withServer } from '#tests/support/api'
import { launchBrowser } from '#tests/support/browser'
import { anApplication, anOperator, aSite } from '#tests/support/factory'
import { DESK, watchedPage } from '#tests/support/watched-page'
import { play } from '#tests/usage/games'

const { started } = withServer()
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const MONTH = 'from=2026-03-01&to=2026-03-31'
const TABS = ['trend', 'apps', 'sites', 'compare', 'players', 'hours'] as const

/** Sixty games over March 2026 at three sites, three games, all hours and odd prices. */
async function aPlayer() {
  const operator = await anOperator({ balance: '90000.00' })
  const sites = [
    await aSite(operator.id, { name: '北京门店' }),
    await aSite(operator.id, { name: '上海门店' }),
    await aSite(operator.id, { name: '广州门店' }),
  ]
  const applications = [await anApplication(), await anApplication()]
  const games = Array.from({ length: 60 }, (_, index) => ({
    siteId: sites[index % 3]!,
    applicationId: applications[index % 2]!,
    players: 1 + ((index * 7) % 5),
    price: money(333 + index * 17),
    at: addSeconds(instant('2026-03-01T00:00:00.000+08:00'), index * 40_211),
  }))
  const played = await play(operator.id, games)
  const total = money(played.reduce((sum, game) => sum + game.total, 0n))
  const headers = await browserHeaders({ operatorId: operator.id })
  const get = async (path: string) => {
    const response = await fetch(started.url + path, { headers })
    return { status: response.status, html: (await response.text()).replaceAll('&amp;', '&') }
  }
  return { operator, sites, played, total, headers, get }
}

const sumsOf = (html: string) => ({
  sessions: Number(/id="usage-sessions">([\d,]+)</.exec(html)?.[1]?.replaceAll(',', '') ?? 0),
  total: /id="usage-total">.*?([\d,]+\.\d\d)/.exec(html)?.[1] ?? '0.00',
})

test.each(TABS)(
  '%s: every figure leads to exactly its games, to the fen',
  async (tab) => {
    const { get } = await aPlayer()
    for (const query of [MONTH, `${MONTH}&dimension=week`, 'from=2026-03-05&to=2026-03-06']) {
      const { status, html } = await get(`/operator/statistics?tab=${tab}&measure=total&${query}`)
      expect(status).toBe(200)
      const links = [...html.matchAll(/<a href="(\/operator\/usage\?[^"]*)"[^>]*>(?:<span class="money">)?¥?([\d,]+\.\d\d)</g)]
      expect(links.length).toBeGreaterThan(tab === 'hours' ? -1 : 0)
      for (const [, href, amount] of links) expect([href, sumsOf((await get(href!)).html).total]).toEqual([href, amount!])
    }
  },
  60_000,
)

test('each cell of the heat map says its figure and leads to its games', async () => {
  const { get } = await aPlayer()
  const { html } = await get(`/operator/statistics?tab=hours&measure=sessions&${MONTH}`)
  const cells = [...html.matchAll(/<a href="(\/operator\/usage\?[^"]*)" title="[^"]* (\d+)">(\d+)</g)]
  expect(cells.length).toBeGreaterThan(20)
  for (const [, href, said, shown] of cells)
    expect([sumsOf((await get(href!)).html).sessions, Number(said)]).toEqual([Number(shown), Number(shown)])
  expect(cells.reduce((sum, [, , , shown]) => sum + Number(shown), 0)).toBe(60)
}, 60_000)

test('a site that is chosen narrows every tab, and the tiles compare with as many days before', async () => {
  const { get, sites, played } = await aPlayer()
  const own = played.filter((game) => game.siteId === sites[1])
  const total = formatYuan(money(own.reduce((sum, game) => sum + game.total, 0n))).slice(1)
  for (const tab of TABS.filter((one) => one !== 'compare')) {
    const { html } = await get(`/operator/statistics?tab=${tab}&${MONTH}&site=${showId('site', sites[1]!)}`)
    expect([tab, html.includes(total)]).toEqual([tab, true])
  }
  const half = await get('/operator/statistics?from=2026-03-16&to=2026-03-30')
  expect(half.html).toContain('2026-03-01 至 2026-03-15')
})

test('chosen sites are compared, at most six, and told apart without colour', async () => {
  const { get, sites } = await aPlayer()
  const { html } = await get(
    `/operator/statistics?tab=compare&${MONTH}&sites=${showId('site', sites[0]!)}&sites=${showId('site', sites[2]!)}&sites=nonsense`,
  )
  const heads = [...html.matchAll(/class="name"[^>]*>(.*?)</g)].map(([, name]) => name)
  expect(heads).toEqual(expect.arrayContaining(['北京门店', '广州门店']))
  expect(heads).not.toContain('上海门店')
  const css = await Bun.file(new URL('../../views/assets/statistics.css', import.meta.url)).text()
  const looks = [0, 1, 2, 3, 4, 5].map((order) => {
    const rules = [...css.matchAll(new RegExp(`\\.line-${order} (polyline|path)[^{]*\\{([^}]*)\\}`, 'g'))].map(
      ([, part, rule]) => part! + rule!.trim(),
    )
    return rules.filter((rule) => !rule.includes('color')).join()
  })
  expect(new Set(looks).size).toBe(6)
})

test('what cannot be read shows the usual view; too long a range is refused; a long one by day is drawn by week', async () => {
  const { get } = await aPlayer()
  expect((await get('/operator/statistics?tab=pie&measure=money&dimension=hour&range=never')).status).toBe(200)
  expect((await get('/operator/statistics?from=0001-01-01&to=9999-12-31')).status).toBe(400)
  expect((await get('/operator/statistics?dimension=day&from=2025-01-01&to=2026-12-31')).html).toContain('已改为按周显示')
  expect((await get('/operator/statistics?range=all')).status).toBe(200)
  expect((await get('/operator/statistics?from=2019-01-01&to=2019-01-02')).html).toContain('所选时间内没有场次')
})

test.each([
  ['with JavaScript', DESK],
  ['without JavaScript', { ...DESK, javaScriptEnabled: false }],
])('from the home page any figure is three clicks away, %s', async (_, options) => {
  const { headers, total } = await aPlayer()
  const { page, complaints } = await watchedPage(browser, started.url, options)
  const [name, value] = headers.Cookie!.split('=') as [string, string]
  await page.context().addCookies([{ name, value, url: started.url }])
  await page.goto('/operator/')
  await page.locator('.side a[href="/operator/statistics"]').click()
  await page.goto(`/operator/statistics?${MONTH}`)
  expect(await page.textContent('.tiles')).toContain(formatYuan(total).slice(1))
  await page.locator('.tabs a', { hasText: '按门店' }).click()
  await page.waitForURL('**tab=sites**')
  expect(await page.textContent('tbody')).toContain('广州门店')
  await page.locator('tbody a', { hasText: '广州门店' }).click()
  await page.waitForURL('**/operator/usage?**')
  expect(await page.textContent('#usage-sessions')).toBe('20')
  expect(complaints).toEqual([])
  await page.context().close()
})
