import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { assetUrls, serveAsset } from '#src/platform/assets'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import type { PageContext } from '#views/page-context'
import { renderPage } from '#views/render'
import { PAYLOADS } from './payloads'
import { asIs, contextOf, samples } from './samples'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const usual = samples(asIs)
const hostile = new Map(PAYLOADS.map((payload, at) => [String(at), samples(() => payload)]))
const received: string[] = []

/** Serves `/<sample>/<language>/<theme>[/<payload>]` under the strict policy, as the product does. */
const server = Bun.serve({
  port: 0,
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const asset = serveAsset(pathname, request.headers.get('accept-encoding'))
    if (asset) return asset
    // Samples have nothing new to tell; as the product does, it is answered that there is no stream.
    if (pathname === '/operator/events') return new Response(null, { status: 204 })
    if (request.method === 'POST') received.push(await request.text())
    const [, name, language, theme, payload] = pathname.split('/')
    const sample = (payload ? hostile.get(payload)! : usual).find((one) => one.name === name)
    if (!sample || !theme) return new Response('done', { headers: { 'content-type': 'text/html', 'content-security-policy': POLICY } })
    const choice = { language, theme } as Pick<PageContext, 'language' | 'theme'>
    return new Response(renderPage(contextOf(sample, choice, assetUrls), sample.page), {
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY },
    })
  },
})

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await server.stop(true)
})

const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }

/** A fresh page and everything it complained about: console, errors, dialogs, requests to other hosts. */
async function open(options: BrowserContextOptions, path: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: server.url.href, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url.href)) complaints.push(`asked ${request.url()}`)
  })
  await page.goto(path)
  return { page, complaints }
}

const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

/** The problem pages differ in words alone; two of them stand for all. */
const looked = usual.map((sample) => sample.name).filter((name) => !/^problem-(?!404|500|signed)/.test(name))

describe.each([
  ['zh light 1440', DESK, 'zh/light'],
  ['en dark 390', PHONE, 'en/dark'],
] as const)('%s', (_, options, choice) => {
  test.each(looked)('%s: axe finds nothing, nothing complains, nothing runs off sideways', async (name) => {
    const { page, complaints } = await open(options, `/${name}/${choice}`)
    expect(await axeFindings(page)).toEqual([])
    expect(await sideways(page)).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

test.each([320, 768, 1100, 1280])('nothing runs off sideways at %p px', async (width) => {
  const { page } = await open({ viewport: { width, height: 800 } }, '/home/en/light')
  for (const name of looked) {
    await page.goto(`/${name}/en/light`)
    expect([name, await sideways(page)]).toEqual([name, 0])
  }
  await page.context().close()
})

test.each([768, 1100, 1440])('ids in tables stay on one line at %p px', async (width) => {
  const { page } = await open({ viewport: { width, height: 800 } }, '/home/zh/light')
  for (const name of ['usage', 'api-key-calls', 'search', 'transactions', 'admin']) {
    await page.goto(`/${name}/zh/light`)
    const heights = await page.locator('.table td .short-id').evaluateAll((ids) => ids.map((id) => id.getBoundingClientRect().height))
    expect([name, heights.length > 0, heights.filter((height) => height > 36)]).toEqual([name, true, []])
  }
  await page.context().close()
})

test('hostile strings run nothing and ask nobody in a real browser', async () => {
  const { page, complaints } = await open(DESK, '/home/zh/light')
  const names = ['operator', 'admin', 'finance', 'register-refused', 'sign-in-refused', 'api-key']
  for (const at of hostile.keys()) await page.goto(`/${names[Number(at) % names.length]}/zh/light/${at}`)
  for (const name of names) {
    await page.goto(`/${name}/zh/light/${PAYLOADS.indexOf('A'.repeat(10_000))}`)
    expect([name, await sideways(page)]).toEqual([name, 0])
  }
  expect(complaints).toEqual([])
  await page.context().close()
}, 60_000)

test.each([true, false])('the drawer opens and closes, with JavaScript %p', async (javaScriptEnabled) => {
  const { page } = await open({ ...PHONE, javaScriptEnabled, reducedMotion: 'reduce' }, '/operator/zh/light')
  const drawer = page.locator('#navigation')
  expect(await drawer.isVisible()).toBe(false)
  await page.locator('.bottom-bar a[href="#navigation"]').click()
  await drawer.waitFor({ state: 'visible' })
  await page.getByLabel('关闭菜单').click()
  await drawer.waitFor({ state: 'hidden' })
  await page.context().close()
})

test.each([true, false])('on a phone filters wait behind a button that counts them, with JavaScript %p', async (javaScriptEnabled) => {
  const { page } = await open({ ...PHONE, javaScriptEnabled }, '/usage-nothing-found/zh/light')
  const [toggle, form] = [page.locator('.filters-toggle summary'), page.locator('.filters-form')]
  expect([await form.isVisible(), await page.locator('.chips').isVisible()]).toEqual([false, true])
  expect(await toggle.locator('.tab-count').textContent()).toBe(String((await page.locator('.chip').count()) || 'none'))
  await toggle.click()
  expect(await form.isVisible()).toBe(true)
  await page.setViewportSize({ width: 768, height: 800 })
  expect([await toggle.isVisible(), await form.isVisible()]).toEqual([false, true])
  await page.reload()
  expect([await toggle.isVisible(), await form.isVisible()]).toEqual([false, true])
  await page.context().close()
})

test('the drawer takes the focus, Escape closes it and gives the focus back', async () => {
  const { page } = await open({ ...PHONE, reducedMotion: 'reduce' }, '/operator/zh/light')
  await page.locator('.bottom-bar a[href="#navigation"]').press('Enter')
  await page.waitForFunction(() => document.activeElement?.id === 'navigation')
  expect(await axeFindings(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.activeElement?.getAttribute('href') === '#navigation')
  await page.context().close()
})

test.each([true, false])('sign-in is sent with what was typed, once, with JavaScript %p', async (javaScriptEnabled) => {
  const { page } = await open({ ...DESK, javaScriptEnabled }, '/sign-in-admin/zh/light')
  await page.getByLabel('用户名').fill('li.wei')
  await page.getByLabel('密码', { exact: true }).fill('Secret123')
  await page.getByLabel('动态验证码').fill('123456')
  received.length = 0
  await Promise.all([page.waitForURL('**/admin/login'), page.getByRole('button', { name: '登录' }).dblclick()])
  expect([...new Set(received)]).toEqual(['csrf_token=csrf-0123456789abcdef&username=li.wei&password=Secret123&totp_code=123456'])
  if (javaScriptEnabled) expect(received).toHaveLength(1)
  await page.context().close()
})

test('signing out is a POST with the token', async () => {
  const { page } = await open({ ...DESK, javaScriptEnabled: false }, '/operator/zh/light')
  received.length = 0
  await page.locator('.menu summary').click()
  await Promise.all([page.waitForURL('**/operator/logout'), page.getByRole('button', { name: '退出登录' }).click()])
  expect(received).toEqual(['csrf_token=csrf-0123456789abcdef'])
  await page.context().close()
})

test.each([true, false])('nobody goes on before ticking that the key is kept, with JavaScript %p', async (javaScriptEnabled) => {
  const { page } = await open({ ...DESK, javaScriptEnabled }, '/api-key/zh/light')
  await page.getByRole('button', { name: '进入运营商首页' }).click()
  expect(new URL(page.url()).pathname).toBe('/api-key/zh/light')
  await page.getByLabel('我已将密钥保存在安全的地方').check()
  await Promise.all([page.waitForURL('**/operator/**'), page.getByRole('button', { name: '进入运营商首页' }).click()])
  await page.context().close()
})

test('copying puts the whole key on the clipboard and says so', async () => {
  const { page } = await open({ ...DESK, permissions: ['clipboard-read', 'clipboard-write'] }, '/api-key/zh/light')
  await page.getByRole('button', { name: '复制' }).click()
  await page.locator('#announcer', { hasText: '已复制' }).waitFor({ state: 'attached' })
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^[0-9a-f]{64}$/)
  await page.context().close()
})

test('a refused form opens with the focus on what is wrong, and its links lead to the fields', async () => {
  const { page } = await open(DESK, '/register-refused/zh/light')
  expect(await page.evaluate(() => document.activeElement?.className)).toStartWith('notice bad')
  await page.locator('.notice a[href="#phone"]').click()
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('phone')
  await page.context().close()
})

test('by keyboard: the skip link comes first, and each stop shows where it is', async () => {
  const { page } = await open(DESK, '/operator/zh/light')
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.className)).toBe('skip-link')
  for (let stop = 0; stop < 25; stop++) {
    await page.keyboard.press('Tab')
    const seen = await page.evaluate(() => {
      const style = document.activeElement ? getComputedStyle(document.activeElement) : null
      return document.activeElement === document.body || (style?.outlineStyle === 'solid' && Number.parseFloat(style.outlineWidth) >= 2)
    })
    expect(seen).toBe(true)
  }
  await page.context().close()
})

test('the appearance changes at once and is told to the server', async () => {
  const { page } = await open(DESK, '/operator/zh/light')
  const asked = page.waitForRequest((request) => request.url().includes('/theme?to=dark&next=%2Foperator%2F'))
  await page.locator('.topbar [data-theme-choice="dark"]').click()
  await asked
  expect(await page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).backgroundColor])).toEqual([
    'dark',
    'rgb(15, 19, 24)',
  ])
  await page.context().close()
})
