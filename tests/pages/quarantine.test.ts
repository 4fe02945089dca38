import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { newId } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { businessDay, now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { announceTransfer } from '#src/payments/bank-transfers/transfers'
import { useGateways } from '#src/payments/gateways/registry'
import { settleOrder } from '#src/payments/settle'
import { anOrder, operatorAct } from '#tests/payments/scene'
import { browserHeaders } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, balanceOf, PASSWORD } from '#tests/support/factory'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import { startServer } from '#tests/support/http'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
let bank: TestGateway
let away: () => void
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  bank = await startGateway({ pace: 0 })
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

async function finance(grade: 'manager' | 'auditor' = 'manager', options = DESK) {
  const staff = await aStaff('finance', grade)
  const watched = await watchedPage(browser, server.url, options)
  await watched.page.goto('/finance/login')
  await watched.page.fill('[name=username]', staff.username)
  await watched.page.fill('[name=password]', PASSWORD)
  await watched.page.keyboard.press('Enter')
  await watched.page.waitForURL('**/finance/')
  return watched
}
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''

async function aKept() {
  const placed = await anOrder()
  await bank.control.chaos('trade.wrong_amount', { outTradeNo: placed.order.outTradeNo })
  await bank.control.pay('wechat', placed.order.outTradeNo)
  await settleOrder({ orderId: placed.order.id }, now())
  const [row] = await database.owner`SELECT id, amount_fen AS fen FROM payment_quarantine WHERE order_id = ${placed.order.id}`
  return { ...placed, id: row!.id as string, fen: row!.fen as bigint }
}

test.each([
  ['a desk', DESK],
  ['a phone', PHONE],
])(
  'at %s finance finds a payment that did not fit, is asked for a reason, and credits it',
  async (_name, options) => {
    const kept = await aKept()
    const { page } = await finance('manager', options)
    await page.goto('/finance/quarantine')
    expect(await axeFindings(page)).toEqual([])
    await page.click(`a[href$="${kept.id}"]`)
    expect(await main(page)).toContain('金额不符')
    await page.fill('[name=reason]', '太短')
    await page.click('button:has-text("确认处理")')
    await page.waitForSelector('#reason-error')
    expect(await axeFindings(page)).toEqual([])
    await page.fill('[name=reason]', '与运营商核对，付款属实，按实收金额入账')
    await page.click('button:has-text("确认处理")')
    await page.waitForSelector('text=款项已处理')
    expect(await main(page)).toContain('已入账')
    expect(BigInt(await balanceOf(kept.operator.id))).toBe(kept.fen)
    expect((await proveLedger({ now: now() })).findings).toEqual([])
    await page.context().close()
  },
  60_000,
)

test('an auditor looks and cannot decide', async () => {
  const kept = await aKept()
  const { page } = await finance('auditor')
  await page.goto(`/finance/quarantine/${kept.id}`)
  expect(await page.locator('button:has-text("确认处理")').count()).toBe(0)
  expect(await main(page)).toContain('处理需要财务经理')
  await page.context().close()
}, 60_000)

test('a payment that nobody finds is asked for at the provider by its number', async () => {
  const placed = await anOrder({ yuan: '66.00' })
  const { provider_no } = await bank.control.pay('wechat', placed.order.outTradeNo)
  const { page } = await finance()
  await page.goto('/finance/recharge-orders')
  await page.fill('[name=number]', '4200009999999999999999')
  await page.click('button:has-text("向渠道核对")')
  await page.waitForSelector('text=渠道没有这笔付款')
  await page.fill('[name=number]', provider_no!)
  await page.click('button:has-text("向渠道核对")')
  await page.waitForSelector('text=付款已找到并入账')
  expect(await axeFindings(page)).toEqual([])
  expect(await balanceOf(placed.operator.id)).toBe(6_600n as never)
  await page.goto(`/finance/recharge-orders?keyword=${provider_no}`)
  expect(await main(page)).toContain('¥66.00')
  await page.context().close()
}, 60_000)

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3])
async function aTransfer(yuan: string) {
  const operator = await anOperator()
  const input = { amount: parseYuan(yuan)!, payer_name: '杭州幻境数字娱乐有限公司', transferred_on: businessDay(now()) }
  const id = await announceTransfer(operator.id, input, { bytes: PNG, idempotencyKey: newId() }, operatorAct(operator))
  return { operator, id }
}

test('a bank transfer is credited once under its reference; above the limit by two persons; or given back with a reason', async () => {
  const [small, other, large, refused] = [
    await aTransfer('300.00'),
    await aTransfer('300.00'),
    await aTransfer('50000.00'),
    await aTransfer('20.00'),
  ]
  const { page } = await finance()
  await page.goto('/finance/bank-transfers')
  expect(await axeFindings(page)).toEqual([])
  const confirm = async (target: Page, id: string, reference: string) => {
    await target.goto(`/finance/bank-transfers/ord_${id}`)
    await target.fill('[name=bank_reference]', reference)
    await target.click('button:has-text("确认到账")')
  }
  await confirm(page, small.id, 'B2026030500001')
  await page.waitForSelector('text=转账已入账')
  expect(await balanceOf(small.operator.id)).toBe(30_000n as never)
  await confirm(page, other.id, 'B2026030500001')
  await page.waitForSelector('text=该流水号已用于另一笔转账')
  expect(await balanceOf(other.operator.id)).toBe(0n as never)

  await confirm(page, large.id, 'B2026030500002')
  await page.waitForSelector('text=等待另一名财务人员复核')
  await confirm(page, large.id, 'B2026030500002')
  await page.waitForSelector('text=该金额需由另一名财务人员复核')
  expect(await balanceOf(large.operator.id)).toBe(0n as never)
  const second = await finance()
  await confirm(second.page, large.id, 'B2026030500099')
  await second.page.waitForSelector('text=与第一位复核人填写的流水号不一致')
  await confirm(second.page, large.id, 'B2026030500002')
  await second.page.waitForSelector('text=转账已入账')
  expect(await balanceOf(large.operator.id)).toBe(5_000_000n as never)

  await page.goto(`/finance/bank-transfers/ord_${refused.id}`)
  expect(await axeFindings(page)).toEqual([])
  await page.fill('[name=reason]', '银行账户没有收到这笔款项')
  await page.click('button:has-text("不予入账")')
  await page.waitForSelector('text=转账已退回运营商')
  const [order] = await database.owner`SELECT status, error_message FROM recharge_orders WHERE id = ${refused.id}`
  expect(order).toMatchObject({ status: 'failed', error_message: '银行账户没有收到这笔款项' })
  const messages = await database.owner`SELECT title FROM message_notifications WHERE target_operator_id = ${refused.operator.id}`
  expect(messages.map(({ title }) => title)).toEqual(['转账充值未通过'])
  expect((await proveLedger({ now: now() })).findings).toEqual([])
  await page.context().close()
  await second.page.context().close()
}, 120_000)

test('a voucher opens for finance, as the picture it is', async () => {
  const { id } = await aTransfer('40.00')
  const headers = await browserHeaders({ adminId: (await aStaff('finance', 'auditor')).id })
  const answer = await fetch(`${server.url}/finance/bank-transfers/ord_${id}/voucher`, { headers })
  expect([answer.status, answer.headers.get('content-type'), (await answer.arrayBuffer()).byteLength]).toEqual([
    200,
    'image/png',
    PNG.length,
  ])
})
