import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { actOn } from '#src/office/act'
import type { StaffCaller } from '#src/platform/route'
import { aCase, aMember, statusOf } from '#tests/office/scene'
import { anInfo, auditRows, browserHeaders } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
let [applicant, head, chief]: StaffCaller[] = []
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  browser = await launchBrowser()
  applicant = await aMember({ name: '陈晨', department: '运营部' })
  head = await aMember({ role: 'admin', name: '赵主管', department: '运营部', heads: true })
  chief = await aMember({ role: 'super_admin', name: '钱总' })
})
afterAll(async () => {
  await browser.close()
  await server.drain(1_000)
  await database.close()
})

const PLAIN = { ...DESK, javaScriptEnabled: false }

async function at(who: StaffCaller, options: BrowserContextOptions): Promise<{ page: Page; complaints: string[] }> {
  const { Cookie } = await browserHeaders({ adminId: who.id })
  const watched = await watchedPage(browser, server.url, options)
  await watched.page.context().addCookies([{ name: 'mr_session', value: Cookie!.slice('mr_session='.length), url: server.url }])
  return watched
}

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
const sent = (page: Page, selector: string) => Promise.all([page.waitForNavigation(), page.click(selector)])

test('on a phone one works off the list with a thumb: from each decision to the next that waits, the count beside it', async () => {
  const ids = [
    await aCase('baoxiao', applicant!, chief!.id),
    await aCase('qingjia', applicant!, chief!.id),
    await aCase('baoxiao', applicant!, chief!.id),
  ]
  const { page, complaints } = await at(head!, PHONE)
  await page.goto('/office/tasks')
  expect(await page.textContent('.tabs a[aria-current=page]')).toContain('3')
  await sent(page, 'main table a >> nth=0')
  const button = page.locator('button[value=approve]')
  const box = (await button.boundingBox())!
  expect(box.height).toBeGreaterThanOrEqual(44)
  // In reach without a scroll, above the bar at the bottom.
  expect(box.y + box.height).toBeLessThan(844)
  expect(await axeFindings(page)).toEqual([])
  for (let left = 3; left > 0; left--) {
    await sent(page, 'button[value=approve]')
    expect(page.url()).toMatch(left > 1 ? /\/office\/cases\/case_/ : /\/office\/tasks$/)
  }
  expect(await main(page)).toContain('没有等你处理的申请')
  for (const id of ids) expect((await statusOf(id)).status).toBe('approved')
  await page.goto('/office/done')
  expect(await page.locator('main tbody tr').count()).toBe(3)
  expect(complaints).toEqual([])
})

test('passed on, signed besides, copied, commented on, reminded of and withdrawn, each by the page that is meant for it', async () => {
  const second = await aMember({ role: 'admin', name: '吴副总' })
  const id = await aCase('baoxiao', applicant!, chief!.id)
  const path = `/office/cases/case_${id}`
  const { page } = await at(head!, PLAIN)
  await page.goto(path)
  await sent(page, 'a:has-text("加签")')
  await page.selectOption('[name=to]', second.id)
  await page.check('[name=where][value=after]')
  await sent(page, 'main .button.primary')
  await page.goto(`${path}/act?do=copy`)
  await page.selectOption('[name=to]', chief!.id)
  await sent(page, 'main .button.primary')
  await page.fill('[name=comment]', '已电话核实')
  await sent(page, 'button[value=comment]')
  expect(await main(page)).toContain('已电话核实')
  await sent(page, 'a:has-text("转交")')
  await page.selectOption('[name=to]', chief!.id)
  await sent(page, 'main .button.primary')
  const own = await at(applicant!, PLAIN)
  await own.page.goto(path)
  for (const words of ['后加签', '抄送', '转交', '吴副总']) expect(await main(own.page)).toContain(words)
  await sent(own.page, 'button[value=remind]')
  await sent(own.page, 'button[value=remind]')
  expect(await main(own.page)).toContain('半小时内已经催办过')
  await sent(own.page, 'a:has-text("撤回")')
  await sent(own.page, 'main button:has-text("撤回")')
  expect((await statusOf(id)).status).toBe('withdrawn')
  const operations = (await auditRows(database, id)).map(({ operation }) => operation)
  expect(operations).toEqual([
    'office_create',
    'office_submit',
    'office_add_signer',
    'office_copy',
    'office_comment',
    'office_transfer',
    'office_remind',
    'office_withdraw',
  ])
  const late = await at(second, PLAIN)
  await late.page.goto(path)
  expect(await late.page.locator('button[value=approve]').count()).toBe(0)
})

test('a flow is changed without JavaScript: nodes come, move and go, what leads nowhere is named, a saved one is a new version', async () => {
  const { page } = await at(chief!, PLAIN)
  await page.goto('/office/flows/baoxiao')
  await sent(page, 'button[value=add-approval]')
  await page.fill('[name="n3.name"]', '财务复核')
  await sent(page, 'button[value="up:3"]')
  expect(await page.inputValue('[name="n2.name"]')).toBe('财务复核')
  await sent(page, 'button[value=save]')
  expect(await main(page)).toContain('财务复核：找不到能审批的人')
  await page.selectOption('[name="n2.a0"]', `person:${head!.id}`)
  await page.selectOption('[name="n1.w0.to"]', 'n4')
  await page.fill('[name="n1.w0.over"]', '800')
  await page.selectOption('[name="n1.otherwise"]', '')
  await sent(page, 'button[value=save]')
  expect(await main(page)).toContain('没有设置其他情况的去向')
  await page.selectOption('[name="n1.otherwise"]', 'end')
  await page.selectOption('[name=sample_applicant]', applicant!.id)
  await page.fill('[name=sample_amount]', '801')
  await sent(page, '.form-actions button[value=preview]')
  expect(await page.textContent('#way')).toContain('财务复核')
  await page.fill('[name=sample_amount]', '800')
  await sent(page, '.form-actions button[value=preview]')
  expect(await page.textContent('#way')).not.toContain('财务复核')
  await sent(page, 'button[value=save]')
  expect(page.url()).toEndWith('/office/flows/baoxiao')
  const rows = await database.owner`SELECT version FROM office_flows WHERE form = 'baoxiao' ORDER BY version DESC`
  expect(rows.map(({ version }) => version)).toEqual([2, 1])
  await page.goto('/office/flows/baoxiao?version=1')
  expect(await page.locator('fieldset.office-node').count()).toBe(3)
  await sent(page, 'button[value="remove:2"]')
  expect(await page.locator('fieldset.office-node').count()).toBe(2)
})

test('whoever manages staff says where a person works; a department has one head', async () => {
  const { page } = await at(chief!, PLAIN)
  const member = await aMember({ role: 'admin', name: '新主管' })
  await page.goto(`/admin/staff/${member.id}`)
  await sent(page, 'a:has-text("任职信息")')
  await page.fill('[name=department]', '运营部')
  await page.check('[name=heads]')
  await page.selectOption('[name=deputy]', head!.id)
  await page.fill('[name=email]', 'not an address')
  await sent(page, 'main .button.primary')
  expect(await main(page)).toContain('邮箱格式错误')
  await page.fill('[name=email]', 'new@example.com')
  await sent(page, 'main .button.primary')
  expect(await main(page)).toContain('该部门已有负责人')
  await page.fill('[name=department]', '市场部')
  await sent(page, 'main .button.primary')
  expect(await main(page)).toContain('市场部')
  const [row] = await database.owner`SELECT department, heads_department, deputy_id, email FROM admin_accounts WHERE id = ${member.id}`
  expect(row).toEqual({ department: '市场部', heads_department: true, deputy_id: head!.id, email: 'new@example.com' })
  expect((await auditRows(database, member.id)).map(({ operation }) => operation)).toContain('staff_place')
})

test('statistics and all requests of a form are for those who hold the key, with a file of exactly what is filtered', async () => {
  const id = await aCase('caigou', applicant!, chief!.id)
  await actOn(id, { do: 'reject', comment: '超出预算了' }, head!, anInfo())
  await aCase('caigou', applicant!, chief!.id)
  const { page } = await at(chief!, DESK)
  await page.goto('/office/statistics')
  expect(await page.textContent('#forms')).toContain('采购申请')
  await page.goto('/office/all/caigou?status=rejected')
  expect(await page.locator('main tbody tr').count()).toBe(1)
  const headers = await browserHeaders({ adminId: chief!.id })
  const file = await (await fetch(`${server.url}/office/all/caigou/list.csv?status=rejected`, { headers })).text()
  expect(file.trim().split('\n')).toHaveLength(2)
  expect(file).toContain('已拒绝')
  const theirs = await browserHeaders({ adminId: applicant!.id })
  for (const path of ['/office/all/caigou', '/office/all/caigou/list.csv', '/office/statistics', '/office/flows'])
    expect([path, (await fetch(server.url + path, { headers: theirs })).status]).toEqual([path, 403])
})
