import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { addDays, now } from '#src/core/time'
import { csvRows, xlsxRows } from '#tests/exports/read'
import { aPaidOrder, DAY, NEXT_DAY, providerNumber, reconcile, SECOND_MORNING } from '#tests/reconciliation/day'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, PASSWORD, type TestOperator } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
let operator: TestOperator
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  browser = await launchBrowser()
  operator = await anOperator({ name: '星空乐园' })
  const [good, unequal, wrong] = [await aPaidOrder(operator.id), await aPaidOrder(operator.id), await aPaidOrder(operator.id)]
  await aPaidOrder(operator.id, { amount: '88.00' })
  const stray = () => ({
    at: '2026-03-05 13:00:00',
    ourNo: `SHOP-${providerNumber().slice(-4)}`,
    providerNo: providerNumber(),
    amount: '66.00',
  })
  const bill = [good, { ...unequal, amount: '90.00' }, { ...wrong, amount: '95.00' }, stray(), stray(), stray()]
  await reconcile({ [DAY]: bill, [NEXT_DAY]: [] }, SECOND_MORNING)
})
afterAll(async () => {
  await browser.close()
  await server.drain(1_000)
  await database.close()
})

const signedIn = (username: string, options: BrowserContextOptions) => signedInPage(browser, server.url, 'finance', username, options)
async function visitorOf(username: string) {
  const visitor = newVisitor(server.url)
  await visitor.post('/finance/login', { username, password: PASSWORD })
  return { visitor, csrf: csrfIn((await visitor.get('/finance/reconciliation')).html) }
}
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const differenceOf = async (kind: string): Promise<string> => {
  const [row] = await database.owner`SELECT id FROM bill_differences WHERE kind = ${kind} AND state = 'open' ORDER BY id LIMIT 1`
  return `/finance/reconciliation/differences/diff_${row!.id}`
}

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
])('at %s', (_name, options) => {
  test('one of finance finds what differs and proposes, another one confirms, and the books have it', async () => {
    const [first, second] = [await aStaff('finance'), await aStaff('finance')]
    const { page, complaints } = await signedIn(first.username, options)
    await page.goto('/finance/reconciliation?month=2026-03')
    expect(await main(page)).toContain('分毫不差')
    expect(await axeFindings(page)).toEqual([])
    await page.click(`main a:has-text("${DAY}")`)
    expect(await page.textContent('h1')).toBe(`${DAY} 微信`)
    expect(await main(page)).toContain('长款')
    expect(await axeFindings(page)).toEqual([])
    await page.goto(await differenceOf('amount'))
    const words = await main(page)
    for (const side of ['订单', '账本', '账单行', '¥100.00', '微信支付待清算']) expect(words).toContain(side)
    expect(await axeFindings(page)).toEqual([])
    await page.fill('form[action$="/proposal"] [name=reason]', '短')
    await page.click('button:has-text("提交处理方案")')
    await page.waitForSelector('#reason-error')
    await page.fill('form[action$="/proposal"] [name=reason]', '渠道确认只收到这么多，按账单更正')
    await page.click('button:has-text("提交处理方案")')
    await page.waitForSelector('text=方案已提交')
    expect(await main(page)).toContain('须由另一位财务人员复核')
    expect(await page.locator('button:has-text("复核通过并执行")').count()).toBe(0)
    expect(complaints.filter((line) => !line.includes('400'))).toEqual([])
    const path = new URL(page.url()).pathname
    await page.context().close()

    const other = await signedIn(second.username, options)
    await other.page.goto(path)
    await other.page.click('button:has-text("复核通过并执行")')
    await other.page.waitForSelector('text=已执行并结清')
    const after = await main(other.page)
    expect(after).toContain('复核并执行')
    expect(after).toMatch(/[借贷]调账/)
    expect(await axeFindings(other.page)).toEqual([])
    expect(other.complaints).toEqual([])
    await other.page.context().close()
  })

  test('money without an order is given to an operator by name', async () => {
    const [first, second] = [await aStaff('finance'), await aStaff('finance')]
    const { page } = await signedIn(first.username, options)
    const path = await differenceOf('long')
    await page.goto(path)
    await page.selectOption('[name=action]', 'credit')
    await page.fill('[name=operator]', 'nobody')
    await page.fill('form[action$="/proposal"] [name=reason]', '客户出示付款凭证，金额时间一致')
    await page.click('button:has-text("提交处理方案")')
    await page.waitForSelector('#operator-error')
    expect(await page.inputValue('form[action$="/proposal"] [name=reason]')).toBe('客户出示付款凭证，金额时间一致')
    await page.fill('[name=operator]', operator.username)
    await page.click('button:has-text("提交处理方案")')
    await page.waitForSelector('text=方案已提交')
    await page.context().close()
    const { visitor, csrf } = await visitorOf(second.username)
    expect((await visitor.post(`${path}/approval`, { csrf_token: csrf })).status).toBe(303)
    expect((await visitor.get(path)).html).toContain('已处理')
  })
})

test('a short is carried with an owner and a day, and the list, its filter and both files say the same', async () => {
  const staff = await aStaff('finance')
  const { visitor, csrf } = await visitorOf(staff.username)
  const path = await differenceOf('short')
  const wrong = await visitor.post(`${path}/carrying`, {
    csrf_token: csrf,
    owner: 'nobody',
    due_on: '2020-02-30',
    carry_reason: '客户承诺月底补足这笔款',
  })
  expect(wrong.status).toBe(400)
  expect(wrong.html).toContain('请填写日期')
  const form = {
    csrf_token: csrf,
    owner: staff.username,
    due_on: addDays(now(), 20).toISOString().slice(0, 10),
    carry_reason: '客户承诺月底补足这笔款',
  }
  expect((await visitor.post(`${path}/carrying`, form)).status).toBe(303)
  const list = await visitor.get('/finance/reconciliation/differences?state=carried')
  expect(list.html).toContain('共 1 笔，我方合计 ¥88.00')
  const files = await Promise.all(
    ['csv', 'excel'].map((format) =>
      fetch(`${server.url}/finance/reconciliation/differences/export`, {
        method: 'POST',
        headers: {
          Origin: server.url,
          'Content-Type': 'application/x-www-form-urlencoded',
          Cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        },
        body: new URLSearchParams({ csrf_token: csrf, state: 'carried', format }).toString(),
      }).then(async (answer) => new Uint8Array(await answer.arrayBuffer())),
    ),
  )
  const [head, row] = csvRows(files[0]!)
  expect(head!.slice(0, 5)).toEqual(['账单日', '渠道', '类型', '状态', '单号'])
  expect(row!.slice(0, 4)).toEqual([DAY, '微信', '短款', '挂账'])
  expect(row!.slice(7, 10)).toEqual(['88.00', '', '-88'])
  expect((await xlsxRows(files[1]!))[1]!.slice(7, 10)).toEqual([88, null, -88] as never)
})

test('the original file comes back byte for byte, and that somebody took it is written down', async () => {
  const { visitor } = await visitorOf((await aStaff('finance', 'auditor')).username)
  const { html } = await visitor.get(`/finance/reconciliation/days/wechat/${DAY}`)
  expect(html).toContain('下载原始账单')
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${server.url}/finance/reconciliation/days/wechat/${DAY}/file`, { headers: { Cookie: cookie } })
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="wechat_20260305.csv"')
  const digest = new Bun.CryptoHasher('sha256').update(await answer.bytes()).digest('hex')
  const [bill] = await database.owner`SELECT encode(file_sha256, 'hex') AS digest FROM provider_bills WHERE bill_date = ${DAY}`
  expect(digest).toBe(bill!.digest)
  expect(
    (await database.owner`SELECT details FROM audit_logs WHERE operation = 'export' ORDER BY seq DESC LIMIT 1`)[0]!.details,
  ).toMatchObject({ kind: 'provider_bill' })
  expect((await visitor.get('/finance/reconciliation/days/wechat/2026-02-30')).status).toBe(404)
  expect((await visitor.get('/finance/reconciliation/days/bank/2026-03-05')).status).toBe(404)
})

test('an auditor sees and acts on nothing, nor does a specialist, whatever was granted; a manager does not approve alone', async () => {
  const auditor = await visitorOf((await aStaff('finance', 'auditor')).username)
  const path = await differenceOf('long')
  const seen = await auditor.visitor.get(path)
  expect(seen.status).toBe(200)
  expect(seen.html).not.toContain('提交处理方案')
  const form = { action: 'quarantine', operator: operator.username, reason: '先转待查，等客户来电核实' }
  expect((await auditor.visitor.post(`${path}/proposal`, { ...form, csrf_token: auditor.csrf })).status).toBe(403)
  const specialist = await aStaff('finance', 'specialist')
  const before = await visitorOf(specialist.username)
  expect((await before.visitor.post(`${path}/proposal`, { ...form, csrf_token: before.csrf })).status).toBe(403)
  await database.owner`UPDATE admin_accounts SET permissions = ARRAY['recharge:resolve'] WHERE id = ${specialist.id}`
  const granted = await visitorOf(specialist.username)
  expect((await granted.visitor.post(`${path}/proposal`, { ...form, csrf_token: granted.csrf })).status).toBe(403)
  const manager = await visitorOf((await aStaff('finance', 'manager')).username)
  expect((await manager.visitor.post(`${path}/proposal`, { ...form, csrf_token: manager.csrf })).status).toBe(303)
  const own = await manager.visitor.post(`${path}/approval`, { csrf_token: manager.csrf })
  expect(own.status).toBe(403)
  expect(own.html).toContain('复核')
})
