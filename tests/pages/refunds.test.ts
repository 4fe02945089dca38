import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { now } from '#src/core/time'
import { settleOrder } from '#src/payments/settle'
import { anOrder, withBank } from '#tests/payments/scene'
import { aPaidOrder, doors, REASON } from '#tests/refunds/scene'
import { operatorToken } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { anOperator, aStaff, balanceOf, PASSWORD } from '#tests/support/factory'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'
import { spawnWorkers } from '#tests/support/workers'

const scene = withBank({ told: true })
const { started } = scene
const { asked } = doors(scene)
let browser: Browser
let workers: ReturnType<typeof spawnWorkers>
beforeAll(async () => {
  browser = await launchBrowser()
  workers = spawnWorkers(started.database.url, { ...scene.bank.env, PUBLIC_URL: started.url })
})
afterAll(async () => {
  await browser.close()
  await workers.stop()
})

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

const signIn = (door: 'operator' | 'finance', username: string, options: BrowserContextOptions) =>
  signedInPage(browser, started.url, door, username, options)

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (name, options) => {
  test('a refund from asking to the money: the operator asks, finance approves, the bank pays, the operator sees it', async () => {
    const operator = await anOperator({ name: `退款乐园 ${name}` })
    const { order } = await anOrder({ operator })
    await scene.bank.control.pay('wechat', order.outTradeNo)
    await settleOrder({ orderId: order.id }, now())
    expect(await balanceOf(operator.id)).toBe(10_000n as never)

    const asker = await signIn('operator', operator.username, options)
    const { page } = asker
    await page.goto('/operator/refunds')
    expect(await findings(page, options)).toEqual([])
    await page.click('a:has-text("申请退款")')
    await page.fill('[name=amount]', '60')
    await page.fill('[name=reason]', '太短')
    await page.click('button:has-text("提交退款申请")')
    await page.waitForSelector('#reason-error')
    expect(await page.inputValue('[name=amount]')).toBe('60')
    await page.fill('[name=reason]', REASON)
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("提交退款申请")')
    await page.waitForSelector('text=等待财务审核，一般在 24 小时内完成')
    expect(await findings(page, options)).toEqual([])

    const finance = await signIn('finance', (await aStaff('finance', 'manager')).username, options)
    const desk = finance.page
    await desk.goto('/finance/refunds')
    await desk.click(`a:has-text("退款乐园 ${name}")`)
    await desk.waitForSelector('text=现在批准将退')
    // Nothing sticks out at the side: a page that does is scaled, and what is touched is not what is seen.
    expect(await desk.evaluate(() => window.innerWidth <= window.visualViewport!.width)).toBe(true)
    expect(await main(desk)).toContain('已退 0/50 次')
    expect(await findings(desk, options)).toEqual([])
    await desk.click('button:has-text("批准退款 ¥60.00")')
    await desk.waitForSelector('text=退款已批准，正在退出')

    for (let look = 0; look < 60 && !(await main(page)).includes('已经微信支付退出'); look++) {
      await Bun.sleep(250)
      await page.reload()
    }
    expect(await main(page)).toContain('¥60.00 已经微信支付退出')
    expect(await findings(page, options)).toEqual([])
    expect(await balanceOf(operator.id)).toBe(4_000n as never)
    expect(await scene.bank.control.trade('wechat', order.outTradeNo)).toMatchObject({ refunds: [{ amount: 6_000, state: 'success' }] })
    const complaints = [...asker.complaints, ...finance.complaints]
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
    await desk.context().close()
  }, 60_000)
})

async function visitorOf(door: 'operator' | 'finance', username: string, path: string) {
  const visitor = newVisitor(started.url)
  await visitor.post(`/${door}/login`, { username, password: PASSWORD })
  return { visitor, csrf_token: csrfIn((await visitor.get(path)).html) }
}

test('an operator takes its request back; without a balance there is nothing to ask for', async () => {
  const operator = await anOperator({ balance: '20.00' })
  const { visitor, csrf_token } = await visitorOf('operator', operator.username, '/operator/refunds/new')
  const made = await visitor.post('/operator/refunds/new', { csrf_token, amount: '', reason: REASON })
  expect([made.status, made.location]).toEqual([303, expect.stringMatching(/^\/operator\/refunds\/refund_/)])
  const more = await visitor.post('/operator/refunds/new', { csrf_token, amount: '20.01', reason: REASON })
  expect([more.status, more.html.includes('退款金额不能超过当前余额')]).toEqual([400, true])
  expect((await visitor.get(`${made.location}/withdrawal`)).html).toContain('撤回 ¥20.00 的退款申请')
  expect((await visitor.post(`${made.location}/withdrawal`, { csrf_token })).status).toBe(303)
  expect((await visitor.get(made.location!)).html).toContain('已撤回申请')
  expect((await visitor.get('/operator/refunds?status=pending')).html).toContain('没有符合条件的退款申请')
  const poor = await anOperator()
  const other = await visitorOf('operator', poor.username, '/operator/refunds')
  expect((await other.visitor.get('/operator/refunds/new')).html).toContain('无法申请退款')
  expect((await other.visitor.get(made.location!)).status).toBe(404)
})

test('after a decision the case that has waited longest opens; a second person finds what the first one did', async () => {
  const rich = await anOperator({ name: '大额乐园' })
  await aPaidOrder(rich.id, { yuan: '9000.00' })
  const refundId = await asked(await operatorToken(rich.id))
  const next = await asked(await operatorToken((await anOperator({ balance: '5.00' })).id))
  const path = `/finance/refunds/${refundId}`
  const one = await visitorOf('finance', (await aStaff('finance', 'manager')).username, path)
  expect((await one.visitor.get(path)).html).toContain('超过 ¥5,000.00，需要两名财务人员')
  const begun = await one.visitor.post(`${path}/approval`, { csrf_token: one.csrf_token, note: '' })
  expect([begun.status, begun.location]).toEqual([303, `/finance/refunds/${next}`])
  const own = await one.visitor.get(path)
  expect([own.html.includes('您已初审'), own.html.includes('/approval')]).toEqual([true, false])
  expect((await one.visitor.post(`${path}/approval`, { csrf_token: one.csrf_token, note: '' })).status).toBe(403)
  const short = await one.visitor.post(`${path}/rejection`, { csrf_token: one.csrf_token, reason: '短' })
  expect([short.status, short.html.includes('reason-error')]).toEqual([400, true])
  const other = await visitorOf('finance', (await aStaff('finance', 'manager')).username, path)
  expect((await other.visitor.get(path)).html).toContain('初审通过')
  expect((await other.visitor.post(`${path}/approval`, { csrf_token: other.csrf_token, note: '已核实' })).status).toBe(303)
  expect(await balanceOf(rich.id)).toBe(0n as never)
  const auditor = await visitorOf('finance', (await aStaff('finance', 'auditor')).username, path)
  expect((await auditor.visitor.get(`/finance/refunds/${next}`)).html).not.toContain('/approval')
})

test('a transfer by hand: entered with its proof, masked in the page, its proof for finance and its owner only', async () => {
  const operator = await anOperator({ balance: '88.00' })
  const token = await operatorToken(operator.id)
  const refundId = await asked(token)
  const { visitor, csrf_token } = await visitorOf('finance', (await aStaff('finance', 'manager')).username, `/finance/refunds/${refundId}`)
  await visitor.post(`/finance/refunds/${refundId}/approval`, { csrf_token, note: '' })
  const desk = /\/finance\/refunds\/abnormal\/[0-9a-f-]{36}/.exec((await visitor.get(`/finance/refunds/${refundId}`)).html)![0]
  expect((await visitor.get('/finance/refunds/abnormal')).html).toContain(desk)
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const send = (fields: Record<string, string>, proof: Uint8Array<ArrayBuffer>) => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ csrf_token, ...fields })) form.set(name, value)
    form.set('proof', new Blob([proof]), 'proof.png')
    return fetch(`${started.url}${desk}/transfer`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
      headers: { Origin: started.url, Cookie: cookie },
    })
  }
  const fields = { payee_name: '星空乐园', bank_name: '招商银行', bank_account: '6225 8801 2345 6789', bank_reference: 'CMB20260305001' }
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 7])
  const wrong = await send({ ...fields, bank_account: '12' }, png)
  expect([wrong.status, (await wrong.text()).includes('bank_account-error')]).toEqual([400, true])
  const page = await send(fields, new TextEncoder().encode('<script>alert(1)</script>'))
  expect([page.status, (await page.text()).includes('proof-error')]).toEqual([400, true])
  expect((await send(fields, png)).status).toBe(303)
  const { html } = await visitor.get(desk)
  expect([html.includes('…6789'), html.includes('6225880123456789')]).toEqual([true, false])
  const own = await visitorOf('operator', operator.username, '/operator/refunds')
  const proof = /\/operator\/refunds\/refund_[0-9a-f-]{36}\/proofs\/[0-9a-f-]{36}/.exec(
    (await own.visitor.get(`/operator/refunds/${refundId}`)).html,
  )![0]
  const shown = await own.visitor.get(proof)
  expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/png'])
  const stranger = await visitorOf('operator', (await anOperator()).username, '/operator/refunds')
  expect((await stranger.visitor.get(proof)).status).toBe(404)
  const item = (await scene.call('GET /v1/operators/me/refunds', { token })).body.items[0]!
  expect(item.payout_status).toBe('completed')
})
