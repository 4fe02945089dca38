import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { until } from '#tests/support/until'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'
import { alipayForm, createNative, isFormOfAlipay, nativeOrder, openShop, precreate, queryWechat, wechat } from './merchant'

let gateway: TestGateway
let shop: ReturnType<typeof openShop>
let browser: Browser
beforeAll(async () => {
  shop = openShop()
  ;[gateway, browser] = await Promise.all([startGateway({ notifyBase: shop.url }), launchBrowser()])
})
afterAll(async () => {
  await browser.close()
  await gateway.stop()
  shop.close()
})

let count = 0
const anOrderNumber = () => `PG${String(++count).padStart(12, '0')}`
const phone = () => watchedPage(browser, gateway.url, PHONE)

describe('the phone', () => {
  test('scans a code, thinks it over, and pays', async () => {
    const number = anOrderNumber()
    await createNative(gateway, number, 10_000)
    const { page, complaints } = await phone()
    await page.goto('/phone')
    await page.getByRole('link', { name: '¥100.00' }).click()
    expect(await page.locator('h1').textContent()).toBe('等待付款')
    expect(await page.locator('.phone-amount').textContent()).toBe('¥100.00')
    expect(await page.locator('.phone-pay').evaluate((button) => getComputedStyle(button).backgroundColor)).toBe('rgb(6, 122, 62)')
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: '取消支付' }).click()
    expect(await page.locator('h1').textContent()).toBe('已取消支付')
    expect((await queryWechat(gateway, number)).body.trade_state).toBe('NOTPAY')
    await page.getByRole('button', { name: '立即支付' }).click()
    expect(await page.locator('h1').textContent()).toBe('支付成功')
    expect(await axeFindings(page)).toEqual([])
    expect((await queryWechat(gateway, number)).body.trade_state).toBe('SUCCESS')
    await until('the notification', () => shop.letters.length === 1)
    await page.reload()
    expect(await page.locator('h1').textContent()).toBe('支付成功')
    expect(complaints).toEqual([])
  })

  test('pays too late when it was already at the till', async () => {
    const number = anOrderNumber()
    await precreate(gateway, number)
    const { page, complaints } = await phone()
    await gateway.control.advance(3 * 3_600_000)
    await page.goto(`/pay/alipay/${number}`)
    expect(await page.locator('h1').textContent()).toBe('二维码已过期')
    expect(await page.getByRole('button', { name: '立即支付' }).count()).toBe(0)
    await page.getByRole('button', { name: '仍然支付（超时到账）' }).click()
    expect(await page.locator('h1').textContent()).toBe('支付成功')
    expect(await gateway.control.trade('alipay', number)).toMatchObject({ state: 'paid' })
    expect(complaints).toEqual([])
    await gateway.control.setAhead(0)
  })

  test('goes back to the shop with signed words', async () => {
    const number = anOrderNumber()
    const content = { out_trade_no: number, total_amount: '1.00', subject: '充值', product_code: 'FAST_INSTANT_TRADE_PAY' }
    const form = alipayForm(gateway, 'alipay.trade.page.pay', content, { return_url: `${shop.url}/done` })
    const { page } = await phone()
    await page.goto(`/gateway.do?${new URLSearchParams(form)}`)
    await page.getByRole('button', { name: '立即支付' }).click()
    const href = await page.getByRole('link', { name: '返回商家' }).getAttribute('href')
    expect(href).toStartWith(`${shop.url}/done?`)
    expect(isFormOfAlipay(gateway, new URL(href!).search.slice(1))).toBe(true)
  })

  test('opens the page of a phone’s browser and comes back', async () => {
    const number = anOrderNumber()
    const scene_info = { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } }
    const order = { ...nativeOrder(gateway, number), scene_info }
    const { body } = await wechat(gateway, 'POST /v3/pay/transactions/h5', order)
    const { page } = await phone()
    await page.goto(`${body.h5_url}&redirect_url=${encodeURIComponent(`${shop.url}/back`)}`)
    await page.getByRole('button', { name: '立即支付' }).click()
    expect(await page.getByRole('link', { name: '返回商家' }).getAttribute('href')).toBe(`${shop.url}/back`)
  })

  test('knows no code that nobody made, and runs no words of a shop', async () => {
    const { page } = await phone()
    expect((await page.goto('/pay/wechat/NOBODY'))!.status()).toBe(404)
    expect(await page.locator('h1').textContent()).toBe('无法识别的二维码')
    const number = anOrderNumber()
    await wechat(gateway, 'POST /v3/pay/transactions/native', { ...nativeOrder(gateway, number), description: '<script>alert(1)</script>' })
    const html = await (await fetch(`${gateway.url}/pay/wechat/${number}?return_to=javascript:alert(1)`)).text()
    expect(html).not.toContain('<script')
    await gateway.control.pay('wechat', number)
    expect(await (await fetch(`${gateway.url}/pay/wechat/${number}?return_to=javascript:alert(1)`)).text()).not.toContain('javascript:')
  })
})

describe('the desk', () => {
  test('shows orders, notifications with their answers, switches, bills and calls', async () => {
    const number = anOrderNumber()
    await createNative(gateway, number)
    await gateway.control.pay('wechat', number)
    await until('the notification', async () => (await gateway.control.notifications()).at(-1)!.deliveries.length > 0)
    const { page, complaints } = await watchedPage(browser, gateway.url, DESK)
    await page.goto('/desk')
    expect(await page.getByRole('link', { name: number }).getAttribute('href')).toBe(`/pay/wechat/${number}`)
    for (const tab of ['退款', '通知', '故障开关', '账单', '调用日志']) {
      await page.getByRole('link', { name: tab, exact: true }).click()
      expect(await axeFindings(page)).toEqual([])
    }
    expect(await page.locator('table').textContent()).toContain('create')
    await page.getByRole('link', { name: '通知', exact: true }).click()
    expect(await page.locator('tbody tr').first().textContent()).toContain('SUCCESS')
    expect(complaints).toEqual([])
  })

  test('turns switches, the clock and bills', async () => {
    const { page } = await watchedPage(browser, gateway.url, DESK)
    await page.goto('/desk?tab=chaos')
    await page.getByRole('combobox', { name: '故障' }).selectOption('notify.duplicate')
    await page.getByLabel('次数（可空）').fill('2')
    await page.getByRole('button', { name: '打开开关' }).click()
    expect(await gateway.control.switches()).toMatchObject([{ name: 'notify.duplicate', options: { count: 2 }, remaining: 2 }])
    await page.getByRole('button', { name: '关闭全部开关' }).click()
    expect(await gateway.control.switches()).toEqual([])
    await page.getByRole('button', { name: '拨快时钟' }).click()
    expect(await page.locator('body').textContent()).toContain('比本机快 24 小时')
    await gateway.control.setAhead(0)
    await page.goto('/desk?tab=bills')
    await page.getByRole('button', { name: '加入差异' }).click()
    expect(await page.getByRole('status').textContent()).toBe('输入有误，未作改动')
  })

  test('takes no form of another site, and control no form at all', async () => {
    const form = { method: 'POST', body: new URLSearchParams({ action: 'switches-off' }) }
    expect((await fetch(`${gateway.url}/desk`, { ...form, headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403)
    expect((await fetch(`${gateway.url}/desk`, { ...form, headers: { Origin: 'https://evil.example' } })).status).toBe(403)
    expect((await fetch(`${gateway.url}/control/chaos-clear`, form)).status).toBe(415)
  })
})
