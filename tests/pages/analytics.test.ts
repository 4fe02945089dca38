import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { rmSync } from 'node:fs'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { showId } from '#src/core/ids'
import { formatYuan, money } from '#src/core/money'
import { addDays, addMs, businessDay, now, startOfDay } from '#src/core/time'
import { exportFolder } from '#src/exports/place'
import { csvRows, xlsxRows } from '#tests/exports/read'
import { browserHeaders, withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { anApplication, anOperator, aSite, aStaff, credit } from '#tests/support/factory'
import { DESK, openFilters, PHONE, signedInPage } from '#tests/support/watched-page'
import { type Played, play } from '#tests/usage/games'

/** E59 the transactions monitor, E80 the overview, E81 ranking by area, E82 cross analysis lines, E83 CSV. */
const { started } = withServer()
let browser: Browser
let folder: string
let world: Awaited<ReturnType<typeof aWorld>>

beforeAll(async () => {
  browser = await launchBrowser()
  folder = await exportFolder()
  world = await aWorld()
})
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Two operators with sites in two towns, two games, forty-eight starts within a minute. */
async function aWorld() {
  const [first, second] = [
    await anOperator({ name: '甲乐园', balance: '9000.00' }),
    await anOperator({ name: '乙体验馆', balance: '9000.00' }),
  ]
  await credit(first.id, '88.00')
  const sites = [
    await aSite(first.id, { name: '朝阳店' }),
    await aSite(first.id, { name: '浦东店' }),
    await aSite(second.id, { name: '西湖店' }),
  ]
  const { owner } = started.database
  for (const [at, address] of ['北京市朝阳区建国路', '上海市浦东新区世纪大道', '杭州市西湖区龙井路'].entries())
    await owner`UPDATE operation_sites SET address = ${address} WHERE id = ${sites[at]!}`
  const applications = [await anApplication(), await anApplication()]
  // The day before yesterday: in the last seven days, wherever midnight falls while this runs.
  const noon = addMs(startOfDay(businessDay(addDays(now(), -2))), 43_200_000)
  const game = (index: number) => ({
    siteId: sites[index % 3]!,
    applicationId: applications[index % 2]!,
    players: 1 + (index % 5),
    price: money(1_000 + index * 10),
    at: addMs(noon, index * 1_000),
  })
  const games = Array.from({ length: 48 }, (_, index) => game(index))
  const played: Played[] = [
    ...(await play(
      first.id,
      games.filter((_, index) => index % 3 !== 2),
    )),
    ...(await play(
      second.id,
      games.filter((_, index) => index % 3 === 2),
    )),
  ]
  return { first, second, sites, applications, played }
}

const totalOf = (games: readonly Played[]) => formatYuan(money(games.reduce((sum, { total }) => sum + total, 0n)))

async function signIn(role: 'analyst' | 'admin' | 'finance', options: BrowserContextOptions) {
  const staff = await aStaff(role)
  const door = role === 'finance' ? 'finance' : 'admin'
  const home = role === 'analyst' ? '/analytics/' : `/${door}/`
  return { ...(await signedInPage(browser, started.url, door, staff.username, options, { home })), staff }
}

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

async function download(page: Page, format: 'excel' | 'csv') {
  await page.click('.export-menu summary')
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(`.export-menu button[value=${format}]`)])
  return { name: file.suggestedFilename(), bytes: await Bun.file(await file.path()).bytes() }
}

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (_, options) => {
  test('an analyst goes from the whole platform to a town, to lines over time, and takes the figures out', async () => {
    const { page, complaints } = await signIn('analyst', options)
    await page.goto('/analytics/?range=week')
    const overview = await main(page)
    for (const words of [totalOf(world.played), '营收最高的运营商', '甲乐园', '乙体验馆']) expect(overview).toContain(words)
    expect(await findings(page, options)).toEqual([])

    await page.click('nav.tabs a:has-text("排行")')
    await page.click('a:has-text("按门店")')
    expect(page.url()).toContain('range=week')
    await openFilters(page)
    await page.fill('[name=area]', '浦东')
    await page.click('.filters button[type=submit]')
    await page.waitForURL('**area=*')
    const inPudong = world.played.filter(({ siteId }) => siteId === world.sites[1])
    const ranking = await main(page)
    expect(ranking).toContain('浦东店')
    expect(ranking).not.toContain('朝阳店')
    expect(ranking).toContain(totalOf(inPudong))
    expect(await findings(page, options)).toEqual([])
    await page.click('a.chip:has-text("浦东")')
    expect(await main(page)).toContain('朝阳店')

    await page.click('nav.tabs a:has-text("交叉分析")')
    await page.goto('/analytics/cross?range=week&rows=site&columns=period&measure=sessions')
    expect(await page.locator('.line-plot g.line').count()).toBe(3)
    expect(await findings(page, options)).toEqual([])
    const csv = await download(page, 'csv')
    const [head, ...rows] = csvRows(csv.bytes)
    expect(head!.slice(0, 3)).toEqual(['门店', '时间', '场次'])
    expect(rows.reduce((sum, row) => sum + Number(row[2]), 0)).toBe(48)
    expect(csv.name).toMatch(/^statistics_cross_\d{8}\.csv$/)

    await page.goto('/analytics/players?range=week')
    expect(await main(page)).toContain('3–4 人')
    expect(await page.locator('svg.pie path').count()).toBe(4)
    expect(await findings(page, options)).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('an administrator finds a game by its session, opens it, and takes the rows out', async () => {
    const { page, complaints } = await signIn('admin', options)
    await page.goto('/admin/transactions?range=week')
    expect(await main(page)).toContain('甲乐园')
    expect(await findings(page, options)).toEqual([])
    const [game] = world.played
    await openFilters(page)
    await page.fill('[name=keyword]', game!.sessionId)
    await page.click('.filters button[type=submit]')
    await page.waitForURL('**keyword=*')
    expect(await page.locator('main table tbody tr').count()).toBe(1)
    await page.click('main table tbody a:has-text("游戏")')
    await page.waitForURL('**/admin/transactions/txn_*')
    const detail = await main(page)
    for (const words of ['来源：一场游戏', '朝阳店', formatYuan(game!.total), showId('usage', game!.id).slice(0, 8)])
      expect(detail).toContain(words)
    expect(await findings(page, options)).toEqual([])
    await page.goto(`/admin/transactions?range=week&type=adjustment&keyword=${world.first.username}`)
    const file = await download(page, 'excel')
    const [, ...rows] = await xlsxRows(file.bytes)
    expect(rows.map((row) => [row[1], row[4]])).toEqual([
      ['甲乐园', 88],
      ['甲乐园', 9000],
    ])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

test('an amount among too many rows is refused above the list, with what to do', async () => {
  const { page } = await signIn('finance', DESK)
  const { owner } = started.database
  await owner`INSERT INTO usage_days VALUES (${world.first.id}, '2025-01-01', 200000, 200000, 200000)`
  const response = await page.goto('/finance/transactions?range=all&min_amount=10')
  expect(response!.status()).toBe(400)
  expect(await main(page)).toContain('没有查找')
  expect((await page.goto(`/finance/transactions?range=all&min_amount=10&keyword=${world.second.username}`))!.status()).toBe(200)
  await owner`DELETE FROM usage_days WHERE day = '2025-01-01'`
  await page.context().close()
})

test('who may not see the figures has no way to them: neither pages nor rows of the navigation', async () => {
  const paths = ['/analytics/', '/analytics/ranking', '/analytics/players', '/analytics/cross', '/admin/transactions', '/staff/exports']
  const opened = async (role: 'analyst' | 'admin' | 'operator' | 'finance') => {
    const headers = await browserHeaders({ adminId: (await aStaff(role)).id })
    const answers = await Promise.all(paths.map(async (path) => (await fetch(started.url + path, { headers, redirect: 'manual' })).status))
    const home = role === 'analyst' ? '/analytics/' : role === 'finance' ? '/finance/' : '/admin/'
    const html = await (await fetch(started.url + home, { headers })).text()
    return { answers, shown: paths.filter((path) => html.includes(`href="${path}"`) && path !== home) }
  }
  expect(await opened('admin')).toEqual({
    answers: [200, 200, 200, 200, 200, 200],
    shown: ['/analytics/', '/admin/transactions', '/staff/exports'],
  })
  expect((await opened('analyst')).answers).toEqual([200, 200, 200, 200, 403, 200])
  expect(await opened('operator')).toEqual({ answers: [403, 403, 403, 403, 403, 200], shown: ['/staff/exports'] })
  expect((await opened('finance')).answers).toEqual([403, 403, 403, 403, 403, 200])
})
