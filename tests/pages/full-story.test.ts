import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { findOperatorByName } from '#src/accounts/operators'
import { formatYuan } from '#src/core/money'
import { now } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { removeInvoiceFiles } from '#tests/invoices/money'
import { withBank } from '#tests/payments/scene'
import { removeReportFiles } from '#tests/reports/scene'
import { auditRows } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { anApplication, aStaff, balanceOf, PASSWORD } from '#tests/support/factory'
import { pdfText } from '#tests/support/pdf-text'
import { until } from '#tests/support/until'
import { DESK, signedInPage, watchedPage } from '#tests/support/watched-page'
import { spawnWorkers } from '#tests/support/workers'

// Before the server's own end, which takes the database away.
afterAll(async () => {
  await browser.close()
  await workers.stop()
  await removeInvoiceFiles(scene.started.database)
  await removeReportFiles(scene.started.database)
})
const scene = withBank({ told: true })
const { started } = scene
let browser: Browser
let workers: ReturnType<typeof spawnWorkers>
beforeAll(async () => {
  browser = await launchBrowser()
  workers = spawnWorkers(started.database.url, { ...scene.bank.env, PUBLIC_URL: started.url })
})

const NAME = '银河体验馆'
const GAME = '太空探险'
const TITLE = '杭州银河数字娱乐有限公司'

type Visitor = Awaited<ReturnType<typeof watchedPage>>
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const squeezed = (text: string): string => text.replace(/\s/g, '')

const signedIn = (door: 'admin' | 'finance', username: string): Promise<Visitor> => signedInPage(browser, started.url, door, username)

/** Looks again until the page says it: somebody else, or a worker, is at it. */
const says = (page: Page, words: string): Promise<true | undefined> =>
  until(words, async () => {
    if ((await main(page)).includes(words)) return true
    await page.reload()
    return undefined
  })

async function register(): Promise<Visitor & { apiKey: string }> {
  const watched = await watchedPage(browser, started.url, DESK)
  const { page } = watched
  await page.goto('/operator/register')
  const fields = {
    username: 'galaxy_hall',
    password: PASSWORD,
    password_repeat: PASSWORD,
    name: NAME,
    phone: '13900001111',
    email: 'hall@example.com',
  }
  for (const [field, value] of Object.entries(fields)) await page.fill(`[name=${field}]`, value)
  await page.click('main form button[type=submit]')
  await page.waitForSelector('main input[type=checkbox]')
  const apiKey = /[0-9a-f]{64}/.exec(await main(page))![0]
  await page.check('main input[type=checkbox]')
  await page.click('main form button')
  await page.waitForURL(/\/operator\/(\?.*)?$/)
  return { ...watched, apiKey }
}

async function download(page: Page, link: string): Promise<Uint8Array> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(link)])
  return Bun.file(await file.path()).bytes()
}

test('a customer’s whole way, with operator, administrator and finance signed in at once: register, recharge, request, approve, play, refund, invoice, report', async () => {
  const applicationId = await anApplication({ name: GAME, price: '10.00', min: 2, max: 8 })
  const [admin, finance, asker] = await Promise.all([
    signedIn('admin', (await aStaff('admin')).username),
    signedIn('finance', (await aStaff('finance', 'manager')).username),
    register(),
  ])
  const own = asker.page
  const operator = (await findOperatorByName('galaxy_hall'))!
  await own.goto('/operator/sites')
  await own.click('main a:has-text("新建门店"), main a:has-text("创建")')
  await own.fill('[name=name]', '西湖银泰店')
  await own.fill('[name=address]', '杭州市延安路 98 号')
  await own.click('main form button:has-text("新建门店")')
  await own.waitForURL('**/operator/sites/site_*')
  const siteId = /site_([0-9a-f-]{36})/.exec(own.url())![1]!

  // Recharge: 200 yuan by WeChat; the bank tells, the page follows.
  await own.goto('/operator/recharge')
  await own.click('label.choice:has-text("¥200")')
  await own.click('main button:has-text("去支付")')
  await own.waitForURL('**/operator/recharges/ord_*')
  await scene.bank.control.pay('wechat', /ord_([0-9a-f-]{36})/.exec(own.url())![1]!.replaceAll('-', ''))
  await own.waitForSelector('#recharge-card :text("¥200.00 已到账")', { timeout: 20_000 })

  // Request and approval: the game is refused before and starts at once after.
  const store = { operator: { id: operator.id, username: 'galaxy_hall', apiKey: asker.apiKey }, siteId, applicationId }
  expect((await authorize(started.url, store, { players: 5 })).status).toBe(403)
  await own.goto(`/operator/applications/app_${applicationId}/request`)
  await own.fill('[name=reason]', '新店开业，希望上线这款游戏')
  await own.click('button:has-text("提交申请")')
  await admin.page.goto('/admin/app-requests')
  await admin.page.click(`main a:has-text("${NAME}")`)
  await admin.page.click('button:has-text("批准申请")')
  await admin.page.waitForSelector('text=申请已批准，运营商可立即使用')

  // Play: five players at ten yuan, charged once.
  expect((await authorize(started.url, store, { players: 5 })).status).toBe(200)
  expect(await balanceOf(operator.id)).toBe(15_000n as never)
  await own.goto('/operator/usage')
  expect(await main(own)).toContain('¥50.00')

  // Refund: asked for, approved, paid back the way it came.
  await own.goto('/operator/refunds/new')
  await own.fill('[name=amount]', '60')
  await own.fill('[name=reason]', '门店装修暂停营业，申请退回部分余额')
  await own.click('button:has-text("提交退款申请")')
  await own.waitForSelector('text=等待财务审核')
  await finance.page.goto('/finance/refunds')
  await finance.page.click(`main a:has-text("${NAME}")`)
  await finance.page.click('button:has-text("批准退款 ¥60.00")')
  await finance.page.waitForSelector('text=退款已批准，正在退出')
  await says(own, '已经微信支付退出')
  expect(await balanceOf(operator.id)).toBe(9_000n as never)

  // Invoice: what is left of the recharge, not a fen more.
  await own.goto('/operator/invoices')
  expect(await own.textContent('#invoiceable')).toBe('¥140.00')
  await own.click('main a:has-text("申请开票")')
  await own.fill('[name=amount]', '140')
  await own.fill('[name=invoice_title]', TITLE)
  await own.fill('[name=tax_id]', '91110000802100433B')
  await own.click('button:has-text("提交开票申请")')
  await own.waitForSelector('text=等待财务审核')
  await finance.page.goto('/finance/invoices')
  await finance.page.click(`main a:has-text("${NAME}")`)
  await finance.page.click('button:has-text("批准并开具 ¥140.00")')
  await finance.page.waitForSelector('text=发票已批准并生成')
  await own.reload()
  const paper = squeezed(pdfText(await download(own, 'a:has-text("下载开票凭证")')))
  for (const fact of [TITLE, '¥140.00', '壹佰肆拾元整', '¥132.08', '¥7.92', '6%']) expect(paper).toContain(fact)

  // Report: the day as PDF, made by a worker while finance waits.
  await finance.page.goto('/finance/reports/new')
  await finance.page.selectOption('[name=format]', 'pdf')
  await finance.page.click('main button:has-text("生成报表")')
  await finance.page.waitForURL('**/finance/reports/rpt_*')
  await says(finance.page, '已完成')
  await finance.page.reload()
  const report = squeezed(pdfText(await download(finance.page, '.heading a.primary:has-text("下载"), main a:has-text("下载")')))
  for (const fact of ['¥200.00', '¥50.00', '¥60.00', '¥140.00', NAME, GAME]) expect(report).toContain(fact)

  await booksAgree(operator.id, [asker, admin, finance])
  await keptApart([asker, admin, finance])
  for (const { page } of [asker, admin, finance]) await page.context().close()
}, 120_000)

/** Balance = ledger = statistics = what each of them sees; who did what is on record. */
async function booksAgree(operatorId: string, [asker, admin, finance]: [Visitor, Visitor, Visitor]): Promise<void> {
  expect((await proveLedger({ now: now() })).findings).toEqual([])
  const balance = await balanceOf(operatorId)
  const [sums] = await started.database.owner`
    SELECT total_recharged_fen - total_consumed_fen - total_refunded_fen AS books,
      (SELECT sum(total_fen)::bigint FROM usage_days WHERE operator_id = ${operatorId}) AS played, total_consumed_fen AS consumed
    FROM operator_accounts WHERE id = ${operatorId}`
  expect(sums as object).toEqual({ books: balance, played: 5_000n, consumed: 5_000n })
  for (const [visitor, address] of [
    [asker, '/operator/'],
    [admin, `/admin/operators/op_${operatorId}`],
    [finance, `/finance/customers/op_${operatorId}`],
  ] as const) {
    await visitor.page.goto(address)
    expect([address, (await main(visitor.page)).includes(formatYuan(balance))]).toEqual([address, true])
    expect([address, await axeFindings(visitor.page)]).toEqual([address, []])
    expect([address, visitor.complaints]).toEqual([address, []])
  }
  const told = await started.database.owner`SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id`
  expect(told.map(({ title }) => title)).toEqual(expect.arrayContaining(['游戏授权已生效', '退款申请已通过', '发票已开具']))
  const recorded = await started.database.owner`SELECT operation FROM audit_logs WHERE actor_kind = 'staff' ORDER BY seq`
  expect(recorded.map(({ operation }) => operation)).toEqual(
    expect.arrayContaining(['refund_approve', 'invoice_approve', 'report_generate']),
  )
  expect((await auditRows(started.database, operatorId)).length).toBeGreaterThan(3)
}

/** Each of them is signed in and stands before the others' doors. */
async function keptApart(visitors: [Visitor, Visitor, Visitor]): Promise<void> {
  const doors = ['/operator/invoices', '/admin/app-requests', '/finance/invoices']
  for (const [who, { page }] of visitors.entries())
    for (const [whose, door] of doors.entries()) {
      const answer = await page.goto(door)
      expect([door, answer!.status()]).toEqual([door, who === whose ? 200 : 403])
    }
}
