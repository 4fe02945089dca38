import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { addSeconds, businessDay, now } from '#src/core/time'
import { useGateways } from '#src/payments/gateways/registry'
import { settleOrder } from '#src/payments/settle'
import { expireOrders } from '#src/payments/sync-pending'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, balanceOf, PASSWORD } from '#tests/support/factory'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { startServer } from '#tests/support/http'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { until } from '#tests/support/until'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
let bank: TestGateway
let away: () => void
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  bank = await startGateway({ notifyBase: server.url })
  away = useGateways(bank.env, server.url)
  browser = await launchBrowser()
})
afterAll(async () => {
  await browser.close()
  await bank.stop()
  away()
  await server.drain(1_000)
  await database.close()
})

const PHONE_AGENT = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1'

const signedIn = (username: string, options: BrowserContextOptions) => signedInPage(browser, server.url, 'operator', username, options)
async function visitorOf(username: string) {
  const visitor = newVisitor(server.url)
  await visitor.post('/operator/login', { username, password: PASSWORD })
  return { visitor, csrf: csrfIn((await visitor.get('/operator/recharge')).html) }
}
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
/** Our number, out of the address of the order's page. */
const numberIn = (page: Page): string => /ord_([0-9a-f-]{36})/.exec(page.url())![1]!.replaceAll('-', '')
const lastOrder = async (operatorId: string) =>
  (await database.owner`SELECT * FROM recharge_orders WHERE operator_id = ${operatorId} ORDER BY id DESC LIMIT 1`)[0]!

test('at a desk: 100 yuan by WeChat; the code is shown, and the balance rises without a reload', async () => {
  const operator = await anOperator()
  const { page, complaints } = await signedIn(operator.username, DESK)
  await page.click('.side a:has-text("充值")')
  expect(await main(page)).toContain('暂无充值订单')
  expect(await axeFindings(page)).toEqual([])
  await page.click('main button:has-text("去支付")')
  await page.waitForURL('**/operator/recharges/ord_*')
  await page.waitForSelector('.qr svg[role=img]')
  expect(await main(page)).toContain('剩余 14 分')
  expect(await axeFindings(page)).toEqual([])
  const loaded = await page.evaluate(() => performance.timeOrigin)
  await bank.control.pay('wechat', numberIn(page))
  await page.waitForSelector('#recharge-card :text("¥100.00 已到账")', { timeout: 20_000 })
  await page.waitForSelector('.topbar :text("¥100.00")', { timeout: 20_000 })
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
  expect(await page.locator('#recharge-card[hx-trigger]').count()).toBe(0)
  expect(await balanceOf(operator.id)).toBe(10_000n as never)
  expect(complaints).toEqual([])
  await page.context().close()
}, 60_000)

test('on a phone: three taps to Alipay, in a width of 390, and the same end', async () => {
  const operator = await anOperator()
  const { page, complaints } = await signedIn(operator.username, { ...PHONE, userAgent: PHONE_AGENT })
  await page.goto('/operator/recharge')
  await page.tap('label.choice:has-text("¥200")')
  await page.tap('label.choice:has-text("支付宝")')
  await page.tap('main button:has-text("去支付")')
  await page.waitForURL('**/operator/recharges/ord_*')
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(wide).toBeLessThanOrEqual(390)
  expect(await axeFindings(page)).toEqual([])
  const href = await page.getAttribute('a.recharge-open', 'href')
  expect(href).toStartWith('http')
  // Alipay hears of the trade when somebody goes there.
  await fetch(href!, { redirect: 'manual' })
  await bank.control.pay('alipay', numberIn(page))
  await page.waitForSelector('#recharge-card :text("¥200.00 已到账")', { timeout: 20_000 })
  expect(await balanceOf(operator.id)).toBe(20_000n as never)
  expect(complaints).toEqual([])
  await page.context().close()
}, 60_000)

describe('without JavaScript', () => {
  test('the code is a picture in the page, the button asks the provider, and the order says what became of it', async () => {
    const operator = await anOperator()
    await bank.control.chaos('notify.drop', {})
    const { page } = await signedIn(operator.username, { ...DESK, javaScriptEnabled: false })
    await page.goto('/operator/recharge')
    await page.fill('[name=own]', '12.34')
    await page.click('main button:has-text("去支付")')
    await page.waitForSelector('.qr svg')
    await page.click('button:has-text("我已支付")')
    expect(await main(page)).toContain('充值处理中')
    expect(await main(page)).toContain('还没有收到付款')
    await bank.control.pay('wechat', numberIn(page))
    await page.click('button:has-text("我已支付")')
    expect(await main(page)).toContain('¥12.34 已到账')
    await bank.control.clearChaos()
    await page.context().close()
  }, 60_000)

  test('an order is given up after a question', async () => {
    const operator = await anOperator()
    const { page } = await signedIn(operator.username, { ...DESK, javaScriptEnabled: false })
    await page.goto('/operator/recharge')
    await page.click('main button:has-text("去支付")')
    await page.click('a:has-text("取消订单")')
    expect(await main(page)).toContain('取消这笔 ¥100.00 的充值？')
    await page.click('form.confirm button:has-text("取消订单")')
    await page.waitForSelector('text=订单已取消')
    expect(await main(page)).toContain('充值失败')
    expect(await main(page)).toContain('重新充值 ¥100.00')
    expect((await bank.control.trade('wechat', numberIn(page))).state).toBe('closed')
    await page.context().close()
  }, 60_000)
})

test('amounts outside the limits come back with their words and what was filled in', async () => {
  const operator = await anOperator()
  const { visitor, csrf } = await visitorOf(operator.username)
  for (const [own, words] of [
    ['9.99', '充值金额必须在10-10000元之间'],
    ['10000.01', '充值金额必须在10-10000元之间'],
    ['1.234', '须为最多两位小数的金额字符串'],
  ]) {
    const answer = await visitor.post('/operator/recharges', { csrf_token: csrf, own: own!, method: 'wechat', key: crypto.randomUUID() })
    expect([answer.status, answer.html.includes(words!), answer.html.includes(`value="${own}"`)]).toEqual([400, true, true])
  }
  const count = await database.owner`SELECT FROM recharge_orders WHERE operator_id = ${operator.id}`
  expect(count).toHaveLength(0)
})

test('a second sending of the same form is the same order', async () => {
  const operator = await anOperator()
  const { visitor, csrf } = await visitorOf(operator.username)
  const form = { csrf_token: csrf, preset: '500.00', own: '', method: 'alipay', key: crypto.randomUUID() }
  const [one, other] = [await visitor.post('/operator/recharges', form), await visitor.post('/operator/recharges', form)]
  expect([one.status, one.location]).toEqual([303, other.location])
})

test('a provider that refuses is said on the form; the order has failed and the balance stands', async () => {
  const operator = await anOperator()
  const { visitor, csrf } = await visitorOf(operator.username)
  const form = { csrf_token: csrf, preset: '100.00', own: '', method: 'wechat', key: crypto.randomUUID() }
  away = useGateways({ ...bank.env, WECHAT_APP_ID: 'wx0000000000000000' }, server.url)
  const answer = await visitor.post('/operator/recharges', form)
  away = useGateways(bank.env, server.url)
  const order = await lastOrder(operator.id)
  expect([answer.status, answer.html.includes('支付下单失败'), order.status]).toEqual([502, true, 'failed'])
  expect(await balanceOf(operator.id)).toBe(0n as never)
})

test('a provider that is too busy leaves the order open: what the payer is shown is asked for again', async () => {
  const operator = await anOperator()
  const { visitor, csrf } = await visitorOf(operator.username)
  await bank.control.chaos('call.429', { count: 1 })
  const form = { csrf_token: csrf, preset: '100.00', own: '', method: 'wechat', key: crypto.randomUUID() }
  const answer = await visitor.post('/operator/recharges', form)
  await bank.control.clearChaos()
  expect([answer.status, (await lastOrder(operator.id)).status]).toEqual([303, 'pending'])
  expect((await visitor.get(answer.location!)).html).toContain('<svg')
})

test('an order that nobody pays ends by itself and says so; late money is credited and flagged', async () => {
  const operator = await anOperator()
  const { visitor, csrf } = await visitorOf(operator.username)
  const { location } = await visitor.post('/operator/recharges', { csrf_token: csrf, preset: '100.00', own: '', method: 'alipay' })
  const { id, out_trade_no } = await lastOrder(operator.id)
  await database.owner`UPDATE recharge_orders SET expires_at = created_at + interval '1 second', next_check_at = created_at WHERE id = ${id}`
  await expireOrders({ now: addSeconds(now(), 60) })
  const expired = await visitor.get(location!)
  for (const words of ['已过期', '订单已过期，余额没有变动', '重新充值']) expect(expired.html).toContain(words)
  expect(expired.html).not.toContain('hx-trigger')
  await bank.control.pay('alipay', out_trade_no, { late: true })
  await settleOrder({ orderId: id }, now())
  expect((await visitor.get(location!)).html).toContain('订单过期后到账')
})

test('the list filters, sums over the filter, pages by key and can be taken out', async () => {
  const operator = await anOperator()
  await database.owner`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, expires_at, created_at, updated_at)
    SELECT gen_random_uuid(), ${operator.id}, 1000 * n, 'wechat', CASE WHEN n % 2 = 0 THEN 'failed' ELSE 'pending' END, now() + interval '1 hour', now(), now()
    FROM generate_series(1, 45) n`
  const { visitor, csrf } = await visitorOf(operator.username)
  let [path, rows]: [string | undefined, number] = ['/operator/recharges?status=failed', 0]
  while (path) {
    const { html } = await visitor.get(path)
    rows += [...html.matchAll(/href="\/operator\/recharges\/ord_/g)].length
    path = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(rows).toBe(22)
  expect((await visitor.get('/operator/recharges?method=bank')).html).toContain('没有符合条件的订单')
  const file = await visitor.post('/operator/exports', { csrf_token: csrf, kind: 'recharges', format: 'csv', status: 'failed' })
  expect(file.status).toBe(200)
  expect(file.html.trim().split('\n')).toHaveLength(23)
})

test('a bank transfer: the voucher is looked at, kept outside what is served, and shown to its owner alone', async () => {
  const [operator, other] = [await anOperator(), await anOperator()]
  const { page } = await signedIn(operator.username, DESK)
  await page.goto('/operator/recharge')
  await page.click('main a:has-text("银行转账充值")')
  await page.fill('[name=amount]', '20000')
  await page.fill('[name=payer_name]', '杭州幻境数字娱乐有限公司')
  await page.fill('[name=transferred_on]', businessDay(now()))
  await page.setInputFiles('[name=voucher]', {
    name: 'voucher.png',
    mimeType: 'image/png',
    buffer: Buffer.from('<script>alert(1)</script>'),
  })
  await page.click('button:has-text("提交转账凭证")')
  await page.waitForSelector('#voucher-error')
  expect(await page.inputValue('[name=payer_name]')).toBe('杭州幻境数字娱乐有限公司')
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(64)])
  await page.setInputFiles('[name=voucher]', { name: '../../evil.svg', mimeType: 'image/svg+xml', buffer: png })
  await page.click('button:has-text("提交转账凭证")')
  await page.waitForSelector('text=凭证已提交，等待财务核对')
  expect(await axeFindings(page)).toEqual([])
  const { id } = await lastOrder(operator.id)
  const path = `/operator/recharges/ord_${id}/voucher`
  const own = await (await visitorOf(operator.username)).visitor.get(path)
  expect([own.status, own.headers.get('content-type'), own.headers.get('x-content-type-options')]).toEqual([200, 'image/png', 'nosniff'])
  expect((await (await visitorOf(other.username)).visitor.get(path)).status).toBe(404)
  await until('the order waits', async () => (await lastOrder(operator.id)).status === 'pending')
  await page.context().close()
}, 60_000)
