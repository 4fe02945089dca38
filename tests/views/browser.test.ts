import { expect, test } from 'bun:test'
import { axeFindings } from '#tests/support/browser'
import { PAYLOADS } from './payloads'
import { DESK, hostile, open, PHONE, received, sideways, withBrowser } from './sample-browser'

withBrowser()

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
  received.length = 0
  await Promise.all([page.waitForURL('**/admin/login'), page.getByRole('button', { name: '登录' }).dblclick()])
  expect([...new Set(received)]).toEqual(['csrf_token=csrf-0123456789abcdef&username=li.wei&password=Secret123'])
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
