import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { showId, type Uuid } from '#src/core/ids'
import { addDays, businessDay, now, startOfDay } from '#src/core/time'
import { proveAndKeep } from '#src/ledger/audit-job'
import { aPastGame, aPastRecharge } from '#tests/home/past'
import { aPaidOrder } from '#tests/refunds/scene'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { anOperator, aStaff, balanceOf, PASSWORD } from '#tests/support/factory'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'

const { started } = withServer()
const REASON = '设备故障补偿，工单 20260304-17'
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 7])
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const main = async (page: Page): Promise<string> => ((await page.textContent('main')) ?? '').replace(/\s+/g, ' ')
/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

const signIn = (door: 'operator' | 'finance', username: string, options: BrowserContextOptions) =>
  signedInPage(browser, started.url, door, username, options)

async function visitorOf(username: string, path: string) {
  const visitor = newVisitor(started.url)
  await visitor.post('/finance/login', { username, password: PASSWORD })
  return { visitor, csrf_token: csrfIn((await visitor.get(path)).html) }
}

const SIGHTS: [string, BrowserContextOptions][] = [
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
]

describe.each(SIGHTS)('at %s', (name, options) => {
  test('a credit above the limit: entered with its proof, looked at once more, agreed to by a second person, told to the operator', async () => {
    const operator = await anOperator({ name: `补偿乐园 ${name}`, balance: '12.00' })
    const entering = await signIn('finance', (await aStaff('finance', 'manager')).username, options)
    const { page } = entering
    await page.goto('/finance/adjustments')
    await page.click('a:has-text("新建调账")')
    await page.goto(`/finance/adjustments/new?keyword=${operator.username}`)
    await page.click(`main a:has-text("补偿乐园 ${name}")`)
    expect(await main(page)).toContain('¥12.00')
    await page.fill('[name=amount]', '6000')
    await page.fill('[name=reason]', '太短')
    await page.click('button:has-text("下一步：核对")')
    await page.waitForSelector('#reason-error')
    expect([await page.inputValue('[name=amount]'), await page.isVisible('#proof-error')]).toEqual(['6000', true])
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=reason]', REASON)
    await page.setInputFiles('[name=proof]', { name: 'proof.png', mimeType: 'image/png', buffer: PNG })
    await page.click('button:has-text("下一步：核对")')
    await page.waitForSelector('text=核对后提交')
    expect(await main(page)).toContain('¥12.00¥6,012.00')
    expect(await balanceOf(operator.id)).toBe(1_200n as never)
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("提交复核 ¥6,000.00")')
    await page.waitForSelector('text=录入人不能复核自己的调账')
    expect(await page.isVisible('button:has-text("同意加款")')).toBe(false)

    const second = await signIn('finance', (await aStaff('finance', 'manager')).username, options)
    expect(await main(second.page)).toContain('待复核调账')
    await second.page.click('a:has-text("待复核调账")')
    await second.page.click(`tr:has-text("补偿乐园 ${name}") a`)
    await second.page.click('button:has-text("同意加款 ¥6,000.00")')
    await second.page.waitForSelector('text=已入账，已通知运营商')
    expect(await findings(second.page, options)).toEqual([])
    expect(await balanceOf(operator.id)).toBe(601_200n as never)

    const own = await signIn('operator', operator.username, options)
    await own.page.goto('/operator/transactions')
    expect(await main(own.page)).toContain(`人工加款：${REASON}`)
    await own.page.goto('/operator/messages')
    expect(await main(own.page)).toContain('人工加款')
    const complaints = [...entering.complaints, ...second.complaints, ...own.complaints]
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    for (const watched of [entering, second, own]) await watched.page.context().close()
  }, 60_000)

  test('the figures of the first page are those of the books, and lead to their rows', async () => {
    const operator = await anOperator({ name: `大客户 ${name}`, category: 'vip' })
    const { page, complaints } = await signIn('finance', (await aStaff('finance', 'specialist')).username, options)
    const figureOf = async (label: string) =>
      fenOf((await page.textContent(`.tile:has(.tile-label:text-is("${label}")) .tile-figure`)) ?? '')
    const before = [await figureOf('今日充值'), await figureOf('今日消费'), await figureOf('未消费余额'), await figureOf('今日净收入')]
    await aPaidOrder(operator.id, { yuan: '123.45' })
    await aPastGame(operator.id, '20.00', now())
    await page.reload()
    const after = [await figureOf('今日充值'), await figureOf('今日消费'), await figureOf('未消费余额'), await figureOf('今日净收入')]
    expect(after.map((figure, at) => figure - before[at]!)).toEqual([12_345, 2_000, 10_345, 12_345])
    expect(await main(page)).toContain(`大客户 ${name}`)
    expect(await findings(page, options)).toEqual([])
    expect(await page.evaluate(() => window.innerWidth <= window.visualViewport!.width)).toBe(true)
    await page.click('a:has-text("今日充值")')
    await page.waitForURL('**/finance/transactions?type=recharge&range=today')
    expect(await main(page)).toContain(`大客户 ${name}`)
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)
})

const fenOf = (shown: string): number => Math.round(Number(shown.replace(/[¥,\s]/g, '').replace('−', '-')) * 100)

test('a small debit is booked at once; more than there is is refused on its page; a mistake is put right by another that names it', async () => {
  const operator = await anOperator({ balance: '50.00' })
  const { visitor, csrf_token } = await visitorOf((await aStaff('finance', 'manager')).username, '/finance/adjustments/new')
  const cookie = [...visitor.cookies].map(([key, value]) => `${key}=${value}`).join('; ')
  const enter = async (fields: Record<string, string>, proof: Buffer | null = PNG) => {
    const form = new FormData()
    const all = {
      csrf_token,
      key: crypto.randomUUID(),
      operator: showId('operator', operator.id),
      direction: 'out',
      reason: REASON,
      ...fields,
    }
    for (const [key, value] of Object.entries(all)) form.set(key, value)
    if (proof) form.set('proof', new Blob([new Uint8Array(proof)]), 'proof.png')
    const headers = { Origin: started.url, Cookie: cookie }
    const answer = await fetch(`${started.url}/finance/adjustments/new`, { method: 'POST', body: form, redirect: 'manual', headers })
    return { status: answer.status, at: answer.headers.get('location') ?? '', html: await answer.text() }
  }
  expect(await enter({ amount: '10.00' }, null)).toMatchObject({ status: 400, html: expect.stringContaining('请上传凭证') })
  const script = Buffer.from('<script>alert(1)</script>')
  expect(await enter({ amount: '10.00' }, script)).toMatchObject({ status: 400, html: expect.stringContaining('须为 PNG') })
  const strangers = await enter({ amount: '10.00', corrects: `txn_${crypto.randomUUID()}` })
  expect([strangers.status, strangers.html.includes('corrects-error')]).toEqual([400, true])

  const much = await enter({ amount: '50.01' })
  expect((await visitor.get(much.at)).html).toContain('余额不够扣')
  const refused = await visitor.post(`${much.at}/submission`, { csrf_token })
  expect([refused.status, refused.html.includes('账户余额不足，当前余额: 50.00元，需要: 50.01元')]).toEqual([402, true])
  expect((await visitor.post(`${much.at}/withdrawal`, { csrf_token })).status).toBe(303)
  expect((await visitor.get(much.at)).html).toContain('已撤回，没有动账')

  const { at } = await enter({ amount: '20.00' })
  expect((await visitor.post(`${at}/submission`, { csrf_token })).status).toBe(303)
  expect(await balanceOf(operator.id)).toBe(3_000n as never)
  const again = await visitor.post(`${at}/submission`, { csrf_token })
  expect([again.status, again.html.includes('该申请已处理，无法重复操作')]).toEqual([400, true])
  const booked = (await visitor.get(at)).html
  const correction = /\/finance\/adjustments\/new\?operator=op_[0-9a-f-]{36}&amp;corrects=(txn_[0-9a-f-]{36})/.exec(booked)!
  expect((await visitor.get(correction[0].replace('&amp;', '&'))).html).toContain(correction[1]!)
  const put = await enter({ amount: '20.00', direction: 'in', corrects: correction[1]! })
  await visitor.post(`${put.at}/submission`, { csrf_token })
  const [row] = await started.database.owner`
    SELECT corrects_id FROM transaction_records WHERE operator_id = ${operator.id} AND credit_account = 'operator' ORDER BY seq DESC LIMIT 1`
  expect([row!.corrects_id, await balanceOf(operator.id)]).toEqual([correction[1]!.slice(4), 5_000n as never])
  const id = at.split('/').at(-1)!
  for (const typed of [id, id.slice(4)]) expect((await visitor.get(`/staff/search?q=${typed}`)).location).toBe(at)
  const proof = await visitor.get(`${at}/proof`)
  expect([proof.status, proof.headers.get('content-type')]).toEqual([200, 'image/png'])
})

test('an auditor and a specialist see everything and may do nothing; what one entered another does not hand in', async () => {
  const operator = await anOperator()
  const manager = await aStaff('finance', 'manager')
  const [waiting, draft] = [await anEntered(operator.id, manager.id, 'waiting'), await anEntered(operator.id, manager.id, 'draft')]
  for (const grade of ['auditor', 'specialist'] as const) {
    const { visitor, csrf_token } = await visitorOf((await aStaff('finance', grade)).username, '/finance/')
    const list = await visitor.get('/finance/adjustments')
    expect([list.status, list.html.includes('新建调账')]).toEqual([200, false])
    const page = await visitor.get(`/finance/adjustments/adj_${waiting}`)
    expect([page.status, page.html.includes('/confirmation'), page.html.includes('/rejection')]).toEqual([200, false, false])
    for (const act of ['confirmation', 'rejection', 'submission', 'withdrawal'])
      expect((await visitor.post(`/finance/adjustments/adj_${waiting}/${act}`, { csrf_token, reason: REASON })).status).toBe(403)
    expect((await visitor.get('/finance/adjustments/new')).status).toBe(403)
    const yesterday = businessDay(addDays(now(), -1))
    expect((await visitor.get(`/finance/closing/days/${yesterday}`)).html).not.toContain(`/days/${yesterday}/closing`)
    expect((await visitor.post(`/finance/closing/days/${yesterday}/closing`, { csrf_token })).status).toBe(403)
    expect((await visitor.post('/finance/closing/proofs', { csrf_token })).status).toBe(403)
  }
  const { visitor, csrf_token } = await visitorOf((await aStaff('finance', 'manager')).username, '/finance/')
  expect((await visitor.get(`/finance/adjustments/adj_${draft}`)).html).not.toContain('/submission')
  expect((await visitor.post(`/finance/adjustments/adj_${draft}/submission`, { csrf_token })).status).toBe(404)
  const short = await visitor.post(`/finance/adjustments/adj_${waiting}/rejection`, { csrf_token, reason: '短' })
  expect([short.status, short.html.includes('reason-error')]).toEqual([400, true])
  expect(
    (await visitor.post(`/finance/adjustments/adj_${waiting}/rejection`, { csrf_token, reason: '凭证与金额不符，请重新上传' })).status,
  ).toBe(303)
  const rejected = await visitor.get(`/finance/adjustments/adj_${waiting}`)
  expect(rejected.html).toContain('凭证与金额不符，请重新上传')
  expect(await balanceOf(operator.id)).toBe(0n as never)
})

async function anEntered(operatorId: Uuid, creator: Uuid, status: 'draft' | 'waiting'): Promise<Uuid> {
  const [row] = await started.database.owner<{ id: Uuid }[]>`
    INSERT INTO balance_adjustments (id, operator_id, direction, amount_fen, reason, idempotency_key, request_hash, status, needs_second, created_by,
      created_at, submitted_at)
    VALUES (gen_random_uuid(), ${operatorId}, 'in', 600000, ${REASON}, gen_random_uuid()::text, decode(repeat('00', 32), 'hex'), ${status}, true, ${creator},
      now(), CASE WHEN ${status} = 'waiting' THEN now() END) RETURNING id`
  return row!.id
}

test('a day is closed in the browser, once, and prints without the shell', async () => {
  const yesterday = businessDay(addDays(now(), -1))
  const noon = addDays(startOfDay(yesterday), 0.5)
  const operator = await anOperator()
  await aPastRecharge(operator.id, '88.00', noon)
  const { page, complaints } = await signIn('finance', (await aStaff('finance', 'manager')).username, DESK)
  await page.goto(`/finance/closing/days/${yesterday}`)
  expect(await main(page)).toContain('还不能日结')
  expect(await page.isVisible('button:has-text("日结")')).toBe(false)
  await started.database.owner`
    INSERT INTO provider_bills (id, channel, bill_date, state, created_at, imported_at, matched_at, closed_at)
    VALUES (gen_random_uuid(), 'wechat', ${yesterday}, 'closed', now(), now(), now(), now())`
  await proveAndKeep(now())
  const other = await visitorOf((await aStaff('finance', 'manager')).username, `/finance/closing/days/${yesterday}`)
  await page.goto('/finance/closing')
  expect(await axeFindings(page)).toEqual([])
  await page.click(`main a:text-is("${yesterday}")`)
  expect(await main(page)).toContain('¥88.00')
  expect(await axeFindings(page)).toEqual([])
  await page.click(`button:has-text("日结 ${yesterday}")`)
  await page.waitForSelector('text=已日结，当天的账已锁定')
  expect(await main(page)).toContain('校验值相符')
  expect(await axeFindings(page)).toEqual([])
  const late = await other.visitor.post(`/finance/closing/days/${yesterday}/closing`, { csrf_token: other.csrf_token })
  expect([late.status, late.html.includes('该申请已处理，无法重复操作')]).toEqual([400, true])
  await page.emulateMedia({ media: 'print' })
  expect([await page.isVisible('.side'), await page.isVisible('.topbar'), await page.isVisible('#accounts')]).toEqual([false, false, true])
  await page.emulateMedia({ media: 'screen' })
  await page.goto('/finance/closing/proofs')
  expect(await main(page)).toContain('账实相符')
  expect(await axeFindings(page)).toEqual([])
  await started.database.owner`
    INSERT INTO scheduled_jobs (name, cron, timeout_seconds, announced_at) VALUES ('ledger-audit', '0 0 4 * * *', 3600, now()) ON CONFLICT DO NOTHING`
  expect((await other.visitor.post('/finance/closing/proofs', { csrf_token: other.csrf_token })).status).toBe(303)
  const twice = await other.visitor.post('/finance/closing/proofs', { csrf_token: other.csrf_token })
  expect([twice.status, twice.html.includes('notice warn')]).toEqual([400, true])
  expect(await started.database.owner`SELECT FROM job_runs WHERE job = 'ledger-audit' AND status = 'requested'`).toHaveLength(1)
  expect((await other.visitor.get('/finance/closing/days/2999-01-01')).status).toBe(404)
  expect(complaints).toEqual([])
  await page.context().close()
}, 60_000)
