import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Uuid } from '#src/core/ids'
import { auditRows } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStaff, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { phoneOf } from '#tests/support/phone'
import { DESK, openFilters, PHONE, watchedPage } from '#tests/support/watched-page'

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

const PLAIN = { ...DESK, javaScriptEnabled: false }
const REASON = '本人离职，已完成工作交接'
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])
const rowOf = async (id: Uuid) => (await database.owner`SELECT * FROM admin_accounts WHERE id = ${id}`)[0]!

async function password(page: Page, door: 'admin' | 'finance', username: string, words = PASSWORD): Promise<void> {
  await page.goto(`/${door}/login`)
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', words)
  await page.click('main button[type=submit]')
}

async function signedIn(options: BrowserContextOptions, door: 'admin' | 'finance', username: string, home = `/${door}/`) {
  const watched = await watchedPage(browser, server.url, options)
  await password(watched.page, door, username)
  await watched.page.waitForURL(`**${home}`)
  return watched
}

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', PLAIN],
])('at %s', (_name, options) => {
  test('E43 an administrator turns on one-time codes, signs in with one, and with a recovery code when the phone is gone', async () => {
    const staff = await aStaff('admin')
    const { page } = await signedIn(options, 'admin', staff.username)
    await page.goto('/staff/security')
    expect(await main(page)).toContain('未启用')
    await page.click('a:has-text("启用动态验证码")')
    await page.waitForSelector('svg[role=img]')
    expect(await findings(page, options)).toEqual([])
    await page.click('summary:has-text("手动输入密钥")')
    const phone = phoneOf((await page.textContent('output'))!.replaceAll(' ', ''))
    await page.fill('[name=totp_code]', await phone.code(-30))
    await page.click('main form button[type=submit]')
    await page.waitForSelector('h1:has-text("保存恢复码")')
    expect(await findings(page, options)).toEqual([])
    const codes = await page.locator('.codes code').allTextContents()
    expect(codes).toHaveLength(10)
    await page.check('input[required]')
    await page.click('button:has-text("继续")')
    await page.waitForURL(/\/staff\/security\??$/)
    expect(await main(page)).toContain('剩余 10 个')
    await page.context().close()

    const next = await watchedPage(browser, server.url, options)
    await password(next.page, 'admin', staff.username)
    await next.page.waitForSelector('[name=totp_code]')
    expect(await findings(next.page, options)).toEqual([])
    await next.page.fill('[name=totp_code]', '12345')
    await next.page.click('main button[type=submit]')
    await next.page.waitForSelector('#totp_code-error')
    await next.page.fill('[name=totp_code]', await phone.code())
    await next.page.click('main button[type=submit]')
    await next.page.waitForURL('**/admin/')
    await next.page.context().close()

    const lost = await watchedPage(browser, server.url, options)
    await password(lost.page, 'admin', staff.username)
    await lost.page.click('summary:has-text("使用恢复码")')
    await lost.page.fill('[name=recovery_code]', codes[0]!)
    await lost.page.click('main button[type=submit]')
    await lost.page.waitForURL('**/admin/')
    await lost.page.goto('/staff/security')
    expect(await main(lost.page)).toContain('剩余 9 个')
    await lost.page.context().close()
  })

  test('E61 super_admin adds a specialist, grants the review of refunds, the person begins with an own password, and is disabled', async () => {
    const boss = await aStaff('super_admin')
    const { page } = await signedIn(options, 'admin', boss.username)
    const username = `zhou.min${Math.random().toString(36).slice(2, 8)}`
    await page.goto('/admin/staff')
    await page.click('a:has-text("新增员工")')
    await page.fill('[name=username]', 'x')
    await page.fill('[name=name]', '周敏')
    await page.selectOption('[name=seat]', 'specialist')
    await page.click('button:has-text("创建账号")')
    await page.waitForSelector('#username-error')
    expect([await page.inputValue('[name=name]'), await page.inputValue('[name=seat]')]).toEqual(['周敏', 'specialist'])
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=username]', username)
    await page.click('button:has-text("创建账号")')
    await page.waitForSelector('output')
    const given = (await page.textContent('output'))!
    await page.click('a:has-text("返回人员列表")')
    await page.waitForURL('**/admin/staff')
    await openFilters(page)
    await page.fill('search.filters [name=keyword]', username)
    await page.click('search.filters button[type=submit]')
    await page.waitForURL('**keyword=*')
    expect(await main(page)).toContain('待设密码')
    expect(await findings(page, options)).toEqual([])
    await page.click('tbody a:has-text("周敏")')
    await page.check('[name="grant-refund:review"]')
    await page.click('button:has-text("保存权限")')
    await page.waitForSelector('text=权限已保存')
    expect(await page.isChecked('[name="grant-refund:review"]')).toBe(true)
    expect(await findings(page, options)).toEqual([])
    const id = page.url().split('/').at(-1)!

    const own = await watchedPage(browser, server.url, options)
    await password(own.page, 'finance', username, given)
    await own.page.waitForURL('**/staff/security/password**')
    expect(await findings(own.page, options)).toEqual([])
    await own.page.fill('[name=old_password]', given)
    await own.page.fill('[name=new_password]', 'MyOwn-2026')
    await own.page.fill('[name=password_repeat]', 'MyOwn-2026')
    await own.page.click('button:has-text("修改密码")')
    await own.page.waitForURL('**/finance/')
    expect(await rowOf(id)).toMatchObject({ permissions: ['refund:review'], password_is_temporary: false })

    await page.goto(`/admin/staff/${id}`)
    await page.click('a:has-text("停用账号")')
    await page.fill('[name=reason]', REASON)
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("停用账号")')
    await page.waitForSelector('text=账号已停用')
    await own.page.goto('/finance/')
    expect(own.page.url()).toContain('/finance/login')
    const rows = await auditRows(database, id)
    expect(rows.filter(({ actor_id }) => actor_id === boss.id).map(({ operation }) => operation)).toEqual([
      'staff_create',
      'staff_grant',
      'staff_disable',
    ])
    await own.page.context().close()
    await page.context().close()
  })

  test('money asks for the password again after a while, and the form goes on as it was filled in', async () => {
    const [manager, operator] = [await aStaff('finance', 'manager'), await anOperator({ balance: '80.00' })]
    const [refund] = await database.owner<{ id: Uuid }[]>`
      INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
      VALUES (gen_random_uuid(), ${operator.id}, 5000, '门店停业，申请退回余额', now(), now()) RETURNING id`
    const { page } = await signedIn(options, 'finance', manager.username)
    await page.goto(`/finance/refunds/${refund!.id}`)
    await page.fill('[name=note]', '已电话核实')
    await database.owner`UPDATE auth_sessions SET created_at = created_at - interval '11 minutes' WHERE admin_id = ${manager.id}`
    await page.click('form[action$="/approval"] button[type=submit]')
    await page.waitForSelector('[name=step_up_password]')
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=step_up_password]', 'Wrong-1234')
    await page.click('button:has-text("验证并继续")')
    await page.waitForSelector('#step_up_password-error')
    await page.fill('[name=step_up_password]', PASSWORD)
    await page.click('button:has-text("验证并继续")')
    await page.waitForURL('**/finance/refunds**')
    const [row] = await database.owner`SELECT status, actual_fen FROM refund_records WHERE id = ${refund!.id}`
    expect(row).toMatchObject({ status: 'approved', actual_fen: 5000n })
    await page.context().close()
  })

  test('a person ends another of the own sign-ins', async () => {
    const staff = await aStaff('analyst')
    const other = await signedIn({ ...DESK, userAgent: 'Mozilla/5.0 (iPhone) Safari/605' }, 'admin', staff.username, '/analytics/')
    const { page } = await signedIn(options, 'admin', staff.username, '/analytics/')
    await page.goto('/staff/security')
    expect(await findings(page, options)).toEqual([])
    await page.click('tr:has-text("Safari · iOS") a:has-text("下线")')
    await page.click('form.confirm:visible button:has-text("下线")')
    await page.waitForSelector('text=已下线该设备')
    await other.page.goto('/analytics/')
    expect(other.page.url()).toContain('/admin/login')
    await other.page.context().close()
    await page.context().close()
  })
})

test('E04 everybody is kept to the own console, without a dead link or button', async () => {
  const people = [
    [await aStaff('admin'), 'admin', '/admin/', ['/finance/', '/finance/refunds', '/finance/staff', '/admin/staff']],
    [await aStaff('operator'), 'admin', '/admin/', ['/finance/', '/admin/staff', '/admin/staff/roles']],
    [await aStaff('finance', 'specialist'), 'finance', '/finance/', ['/admin/', '/admin/staff', '/finance/staff']],
    [await aStaff('finance', 'auditor'), 'finance', '/finance/', ['/admin/', '/finance/staff']],
    [await aStaff('analyst'), 'admin', '/analytics/', ['/admin/', '/finance/', '/admin/staff']],
  ] as const
  for (const [{ username }, door, home, closed] of people) {
    const { page } = await signedIn(DESK, door, username, home)
    for (const path of closed) expect([username, path, (await page.goto(path))!.status()]).toEqual([username, path, 403])
    await page.goto(home)
    const links = await page.locator('nav.side a.side-link').evaluateAll((found) => found.map((link) => link.getAttribute('href')!))
    for (const href of links) expect([username, href, (await page.goto(href))!.status()]).toEqual([username, href, 200])
    await page.context().close()
  }
})

test('E05 a session ends at once when the account is disabled, and its password changed', async () => {
  const staff = await aStaff('finance', 'auditor')
  const boss = await signedIn(DESK, 'admin', (await aStaff('super_admin')).username)
  const { page } = await signedIn(DESK, 'finance', staff.username)
  await boss.page.goto(`/admin/staff/${staff.id}/password`)
  await boss.page.fill('[name=reason]', REASON)
  await boss.page.click('button:has-text("重置密码")')
  await boss.page.waitForSelector('output')
  await page.goto('/finance/refunds')
  expect(page.url()).toContain('/finance/login?next=')
  await page.context().close()
  await boss.page.context().close()
})

test('E06 after signing out the back button shows nothing', async () => {
  const { page } = await signedIn(DESK, 'admin', (await aStaff('super_admin')).username)
  await page.goto('/admin/staff')
  await page.click('.menu summary')
  await page.click('button:has-text("退出登录")')
  await page.waitForURL('**/admin/login')
  await page.goBack()
  await page.waitForURL('**/admin/login**')
  expect(await main(page)).not.toContain('新增员工')
  await page.context().close()
})

test('E65 a manager of finance looks after its specialists, and E75 an auditor has no such page', async () => {
  const [manager, specialist] = [await aStaff('finance', 'manager'), await aStaff('finance', 'specialist')]
  const { page } = await signedIn(DESK, 'finance', manager.username)
  await page.goto('/finance/')
  await page.click('nav.side a:has-text("财务人员")')
  await page.click(`tr:has-text("${specialist.username}") a`)
  await page.check('[name="grant-invoice:review"]')
  expect(await page.locator('[name="grant-refund:review"]').count()).toBe(0)
  await page.click('button:has-text("保存权限")')
  await page.waitForSelector('text=权限已保存')
  expect((await rowOf(specialist.id)).permissions).toEqual(['invoice:review'])
  await page.goto('/finance/staff/roles')
  expect(await axeFindings(page)).toEqual([])
  expect(await main(page)).not.toContain('管理员')
  await page.context().close()
  const auditor = await signedIn(DESK, 'finance', (await aStaff('finance', 'auditor')).username)
  expect(await auditor.page.locator('nav.side a:has-text("财务人员")').count()).toBe(0)
  await auditor.page.context().close()
})
