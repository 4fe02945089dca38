import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { addDays, now } from '#src/core/time'
import { openPort } from '#src/http-server'
import { deliverMail } from '#src/notifications/mail'
import { type Message, notify } from '#src/notifications/messages'
import { simulateMail } from '#src/notifications/simulated-mails'
import { transaction } from '#src/platform/database'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aGrant, anApplication, anOperator, aStore, PASSWORD, type TestOperator } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { DESK, openFilters, PHONE, signedInPage, watchedPage } from '#tests/support/watched-page'

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

const tell = ({ id }: Pick<TestOperator, 'id'>, message: Partial<Message>) =>
  transaction((tx) => notify(tx, [id], { type: 'security', title: '标题', content: '内容', ...message }, now()))

const signedIn = (operator: TestOperator, options: BrowserContextOptions = DESK) =>
  signedInPage(browser, server.url, 'operator', operator.username, options)

describe.each([
  ['a desk with JavaScript', DESK],
  ['a phone with JavaScript', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
])('at %s', (_name, options) => {
  test('the inbox is filtered, a message is opened and read, the rest is read at once', async () => {
    const operator = await anOperator()
    await tell(operator, { title: '密钥已更换', content: '第一行\n第二行' })
    await tell(operator, { type: 'price_change', title: '价格调整' })
    await tell(operator, { type: 'refund', title: '退款到账', priority: 'high' })
    const { page, complaints } = await signedIn(operator, options)
    expect(await page.getAttribute('#bell', 'data-unread')).toBe('3')
    await page.click('#bell')
    await page.waitForURL('**/operator/messages')
    expect(await page.locator('.message-title').allTextContents()).toEqual(['未读 退款到账', '未读 价格调整', '未读 密钥已更换'])

    await openFilters(page)
    await page.selectOption('[name=type]', 'security')
    await page.click('.filters-form button')
    await page.waitForURL('**/operator/messages?type=security**')
    expect(await page.locator('.message-title').allTextContents()).toEqual(['未读 密钥已更换'])
    await page.click('.message-title')
    await page.waitForURL('**/operator/messages/msg_*')
    expect(await page.locator('h1').textContent()).toBe('密钥已更换')
    expect(await page.textContent('.message-whole')).toBe('第一行\n第二行')
    expect(await page.getAttribute('#bell', 'data-unread')).toBe('2')

    await page.goto('/operator/messages?unread=true')
    expect(await page.locator('.message-title').allTextContents()).toEqual(['未读 退款到账', '未读 价格调整'])
    await page.getByRole('button', { name: '全部已读' }).click()
    await page.waitForSelector('text=全部消息已标为已读')
    expect(await page.locator('.message.unread').count()).toBe(0)
    expect(await page.locator('.message').count()).toBe(3)
    expect(await page.getAttribute('#bell', 'data-unread')).toBe('0')
    await page.goto('/operator/messages?unread=true')
    expect(await page.textContent('main')).toContain('没有符合条件的消息')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('which kinds also come by mail is chosen, kept and in force', async () => {
    const operator = await anOperator()
    const { page, complaints } = await signedIn(operator, options)
    await page.goto('/operator/messages')
    expect(await page.textContent('main')).toContain('还没有消息')
    await page.getByRole('link', { name: '通知设置' }).click()
    await page.waitForURL('**/preferences')
    expect(await page.isDisabled('[name=security]')).toBe(true)
    expect([await page.isChecked('[name=balance_low]'), await page.isChecked('[name=price_change]')]).toEqual([true, false])
    await page.uncheck('[name=balance_low]')
    await page.check('[name=price_change]')
    await page.getByRole('button', { name: '保存设置' }).click()
    await page.waitForSelector('text=通知设置已保存')
    await page.goto('/operator/messages/preferences')
    expect([await page.isChecked('[name=balance_low]'), await page.isChecked('[name=price_change]')]).toEqual([false, true])
    await tell(operator, { type: 'balance_low' })
    await tell(operator, { type: 'price_change' })
    const rows = await database.owner`
      SELECT m.type FROM mail_deliveries d JOIN message_notifications m ON m.id = d.message_id WHERE d.operator_id = ${operator.id}`
    expect(rows.map(({ type }) => type)).toEqual(['price_change'])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

test('a message leads to what it is about, and to more time while that may be asked for', async () => {
  const operator = await anOperator()
  const [ending, lasting] = [await anApplication({ name: '将到期游戏' }), await anApplication({ name: '长期游戏' })]
  const grants = [await aGrant(operator.id, ending, { expiresAt: addDays(now(), 5) }), await aGrant(operator.id, lasting)]
  await tell(operator, { type: 'authorization', title: '即将到期', relatedId: grants[0]! })
  await tell(operator, { type: 'authorization', title: '已生效', relatedId: grants[1]! })
  await tell(operator, { type: 'price_change', title: '调价', relatedId: lasting })
  await tell(operator, { type: 'authorization', title: '未通过', relatedId: lasting, relatedKind: 'request' })
  const { page, complaints } = await signedIn(operator)
  const linksOf = async (title: string) => {
    await page.goto('/operator/messages')
    await page.click(`.message-title:has-text("${title}")`)
    await page.waitForSelector('.message-one')
    const links = page.locator('.message-one a:not([href="/operator/messages"])')
    return links.evaluateAll((found) => found.map((link) => [link.textContent, link.getAttribute('href')]))
  }
  const held = '/operator/applications'
  expect(await linksOf('即将到期')).toEqual([
    ['将到期游戏', held],
    ['申请续期', `${held}/app_${ending}/request`],
  ])
  expect(await linksOf('已生效')).toEqual([['长期游戏', held]])
  expect(await linksOf('调价')).toEqual([['长期游戏', held]])
  expect(await linksOf('未通过')).toEqual([[`req_${lasting}`, `${held}/requests/req_${lasting}`]])
  expect(complaints).toEqual([])
  await page.context().close()
})

test('while a page is open its bell and balance follow, and its time goes on', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const { page, complaints } = await signedIn(store.operator)
  const before = await page.textContent('#live-time')
  await tell(store.operator, { title: '刚刚发生' })
  expect((await authorize(server.url, store, { players: 3 })).status).toBe(200)
  await page.waitForSelector('#bell[data-unread="1"]')
  await page.waitForSelector('#topbar-balance:text("¥70.00")')
  await page.waitForFunction((words) => document.querySelector('#live-time')?.textContent !== words, before)
  expect(await page.textContent('#announcer')).toContain('消息：1 条未读')
  expect(await page.getAttribute('[data-live]', 'data-state')).toBe('live')
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a page whose server went away says so, and follows again when it is back', async () => {
  const operator = await anOperator()
  const own = openPort(0, '127.0.0.1')
  const { page } = await watchedPage(browser, own.url, DESK)
  await page.goto('/operator/login')
  await page.fill('[name=username]', operator.username)
  await page.fill('[name=password]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForSelector('[data-live][data-state=live]')
  await own.drain(1_000)
  await page.waitForSelector('[data-live][data-state=lost]', { timeout: 30_000 })
  expect(await page.isVisible('.live-lost')).toBe(true)
  await tell(operator, { title: '在断线时发生' })
  const again = openPort(own.port, '127.0.0.1')
  await page.waitForSelector('#bell[data-unread="1"]', { timeout: 30_000 })
  await page.waitForSelector('[data-live][data-state=live]', { timeout: 30_000 })
  expect(await page.isVisible('.live-lost')).toBe(false)
  await page.context().close()
  // Draining is a matter of the whole process: the server of the other tests begins anew.
  await again.drain(1_000)
  await server.drain(1_000)
  server = startServer()
}, 90_000)

test('a session that ends under an open page is said there, and what was typed stays', async () => {
  const operator = await anOperator()
  const { page, complaints } = await signedIn(operator)
  await page.goto('/operator/messages/preferences')
  await page.waitForSelector('[data-live][data-state=live]')
  await page.check('[name=system]')
  await database.owner`UPDATE auth_sessions SET revoked_at = now() WHERE operator_id = ${operator.id}`
  await page.waitForSelector('#flash >> text=登录已失效')
  expect(await page.isChecked('[name=system]')).toBe(true)
  expect(await axeFindings(page)).toEqual([])
  expect(complaints).toEqual([])
  await page.context().close()
})

test('titles that are markup, endless or turned round are words', async () => {
  const operator = await anOperator()
  const titles = ['<img src=x onerror=alert(1)>', '"><script>alert(2)</script>', '\u202eكتاب elbisrever', '长'.repeat(10_000), '🎮👨‍👩‍👧‍👦']
  for (const title of titles) await tell(operator, { title, content: title })
  const { page, complaints } = await signedIn(operator)
  await page.goto('/operator/messages')
  expect(await page.locator('.message').count()).toBe(5)
  expect(await page.locator('main img, main script').count()).toBe(0)
  for (const link of await page.locator('.message-title').evaluateAll((links) => links.map((one) => (one as HTMLAnchorElement).href))) {
    await page.goto(link)
    expect(titles).toContain((await page.locator('h1').textContent())!)
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true)
  }
  expect(complaints).toEqual([])
  await page.context().close()
})

test('a long inbox is paged by key, and the way back shows the same messages', async () => {
  const operator = await anOperator()
  for (let n = 1; n <= 45; n++) await tell(operator, { title: `第${n}条` })
  const { page } = await signedIn(operator)
  await page.goto('/operator/messages')
  const shown = () => page.locator('.message-title bdi').allTextContents()
  const first = await shown()
  expect([first.length, first[0], first.at(-1)]).toEqual([20, '第45条', '第26条'])
  await page.click('a[rel=next]')
  expect((await shown())[0]).toBe('第25条')
  await page.click('a[rel=next]')
  expect((await shown()).length).toBe(5)
  await page.click('a[rel=prev]')
  expect((await shown())[0]).toBe('第25条')
  await page.context().close()
})

test('a mail that a machine without a mail server kept is found by the strip and read', async () => {
  const operator = await anOperator({ name: '<b>本机</b>' })
  await tell(operator, { title: '密钥 <script>alert(1)</script>', content: '内容在这里' })
  const [{ message_id: messageId }] = (await database.owner`
    SELECT message_id FROM mail_deliveries WHERE operator_id = ${operator.id}`) as [{ message_id: string }]
  await deliverMail({ messageId, operatorId: operator.id }, simulateMail, { at: now(), isLast: false })
  await deliverMail({ messageId, operatorId: operator.id }, simulateMail, { at: now(), isLast: false })
  const { page, complaints } = await watchedPage(browser, server.url, PHONE)
  await page.goto('/')
  await page.getByRole('link', { name: '模拟邮箱' }).click()
  await page.waitForURL('**/simulator/mails')
  expect(await axeFindings(page)).toEqual([])
  const mail = page.getByRole('link', { name: '密钥 <script>alert(1)</script>' })
  expect(await mail.count()).toBe(1)
  await mail.click()
  await page.waitForURL('**/simulator/mails/*')
  expect(await page.textContent('main')).toContain('<b>本机</b> <a@example.com>')
  expect(await page.textContent('.message-whole')).toContain('内容在这里')
  expect(await axeFindings(page)).toEqual([])
  expect(complaints).toEqual([])
  await page.goto('/simulator/mails/nonsense')
  expect(await page.textContent('h1')).toContain('不存在')
  await page.context().close()
})
