import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { showId } from '#src/core/ids'
import { auditRows, withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { addressOf, authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStaff, aStore, PASSWORD } from '#tests/support/factory'
import { until } from '#tests/support/until'
import { DESK, openFilters, PHONE, signedInPage } from '#tests/support/watched-page'

const { started } = withServer()
const REASON = '电话核实后的处理原因'
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const operatorPath = (id: string): string => `/admin/operators/${showId('operator', id)}`
const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''
/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

const signIn = (username: string, options: BrowserContextOptions) => signedInPage(browser, started.url, 'admin', username, options)

const lastAudit = async (id: string) => (await auditRows(started.database, id)).at(-1)!

let serial = 0
describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (name, options) => {
  test('E46, E45, E47: an administrator creates an operator, finds it, edits it and pins its tier', async () => {
    const { page, complaints } = await signIn((await aStaff('super_admin')).username, options)
    const username = `park_${process.pid}_${++serial}`
    await page.goto('/admin/operators')
    await page.click('a:has-text("新建运营商")')
    await page.fill('[name=username]', username)
    await page.fill('[name=password]', PASSWORD)
    await page.fill('[name=password_repeat]', PASSWORD)
    await page.fill('[name=name]', `银河乐园 ${name}`)
    await page.fill('[name=phone]', '123')
    await page.fill('[name=email]', 'shop@example.com')
    await page.fill('[name=initial_balance]', '66.00')
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("新建运营商")')
    await page.waitForSelector('#phone-error')
    expect(await page.inputValue('[name=name]')).toBe(`银河乐园 ${name}`)
    await page.fill('[name=phone]', '13900001111')
    await page.fill('[name=password]', PASSWORD)
    await page.fill('[name=password_repeat]', PASSWORD)
    await page.click('button:has-text("新建运营商")')
    await page.waitForSelector('text=接口密钥只在这里显示一次')
    const apiKey = (await page.textContent('output'))!.trim()
    expect(apiKey).toMatch(/^[0-9a-f]{64}$/)
    expect(await main(page)).toContain('初始余额 ¥66.00 已入账')
    expect(await findings(page, options)).toEqual([])
    await page.check('input[type=checkbox]')
    await page.click('button:has-text("打开运营商详情")')
    await page.waitForSelector(`h1:has-text("银河乐园 ${name}")`)
    expect(await main(page)).not.toContain(apiKey)
    expect(await findings(page, options)).toEqual([])

    const [operator] = await started.database
      .owner`SELECT id, balance_fen, category, category_pinned FROM operator_accounts WHERE username = ${username}`
    expect(operator).toMatchObject({ balance_fen: 6_600n, category: 'normal', category_pinned: true })
    expect((await auditRows(started.database, operator!.id)).map(({ operation }) => operation)).toEqual(['operator_create', 'adjustment'])
    // The key that was shown is the key that plays.
    const store = {
      operator: { id: operator!.id, username, apiKey },
      siteId: await aSite(operator!.id),
      applicationId: await anApplication({ price: '10.00' }),
    }
    await aGrant(store.operator.id, store.applicationId)
    expect((await authorize(started.url, store)).status).toBe(200)

    await page.goto('/admin/operators')
    await openFilters(page)
    await page.fill('#filter-keyword', username.toUpperCase())
    await page.selectOption('#filter-category', 'normal')
    await page.click('.filters-form button[type=submit]')
    await page.waitForURL('**keyword=**')
    expect(await main(page)).toContain('共 1 家')
    await page.click(`main table a:has-text("银河乐园 ${name}")`)
    await page.click('a:has-text("编辑资料")')
    await page.fill('[name=name]', `改名乐园 ${name}`)
    await page.click('button:has-text("保存资料")')
    await page.waitForSelector('text=运营商资料已保存')
    await page.click('a:has-text("调整客户分类")')
    await page.selectOption('[name=category]', 'vip')
    await page.fill('[name=reason]', '季度评定')
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("保存客户分类")')
    await page.waitForSelector('text=客户分类已调整')
    expect(await main(page)).toMatch(/VIP\s*固定/)
    expect(await lastAudit(operator!.id)).toMatchObject({
      operation: 'operator_category',
      details: { before: { category: 'normal', pinned: true }, after: { category: 'vip', pinned: true }, reason: '季度评定' },
    })
    await page.click('nav.tabs a:has-text("时间线")')
    const story = await main(page)
    for (const word of ['调整客户分类', '修改运营商资料', '新建运营商', '调账', '季度评定', '1 场']) expect(story).toContain(word)
    expect(await findings(page, options)).toEqual([])
    for (const tab of ['授权', '门店', '资金', '请求', '员工操作']) {
      await page.click(`nav.tabs a:has-text("${tab}")`)
      await page.waitForSelector(`nav.tabs a[aria-current=page]:has-text("${tab}")`)
      expect([tab, await findings(page, options)]).toEqual([tab, []])
      expect([tab, await page.evaluate(() => window.innerWidth <= window.visualViewport!.width)]).toEqual([tab, true])
    }
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 60_000)

  test('E48, E49, E50: lock with evidence and unlock, look at the key with a reason, reset it', async () => {
    const { page, complaints } = await signIn((await aStaff('admin')).username, options)
    const store = await aStore({ balance: '500.00' })
    const { operator } = store
    expect((await authorize(started.url, store, { signature: 'wrong' })).body.error_code).toBe('INVALID_SIGNATURE')
    await until('the call in the log', async () => {
      const [logged] = await started.database.owner`SELECT FROM api_key_usage_logs WHERE operator_id = ${operator.id}`
      return logged !== undefined
    })
    await page.goto(operatorPath(operator.id))
    await page.click('a:has-text("锁定账户")')
    await page.fill('[name=reason]', '太短')
    await page.click('button:has-text("锁定账户")')
    await page.waitForSelector('#reason-error')
    expect(await page.inputValue('[name=reason]')).toBe('太短')
    await page.fill('[name=reason]', REASON)
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("锁定账户")')
    await page.waitForSelector('text=账户已锁定，登录与密钥已停用')
    expect(await main(page)).toContain(REASON)
    expect((await authorize(started.url, store)).body.error_code).toBe('ACCOUNT_LOCKED')
    await page.goto('/admin/operators?state=locked')
    expect(await main(page)).toContain(operator.username)
    await page.goto(`${operatorPath(operator.id)}/unlock`)
    for (const word of ['锁定前的调用', 'INVALID_SIGNATURE', addressOf(operator.apiKey)]) expect(await main(page)).toContain(word)
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=reason]', REASON)
    await page.click('button:has-text("解锁账户")')
    await page.waitForSelector('text=账户已解锁')
    expect((await authorize(started.url, store)).status).toBe(200)

    await page.click('a:has-text("查看密钥")')
    expect(await main(page)).not.toContain(operator.apiKey)
    await page.click('button:has-text("查看密钥")')
    if (options.javaScriptEnabled !== false) expect(await page.isVisible('text=当前的接口密钥')).toBe(false)
    await page.fill('[name=reason]', REASON)
    await page.click('button:has-text("查看密钥")')
    await page.waitForSelector('output')
    expect(await page.textContent('output')).toBe(operator.apiKey)
    expect(await findings(page, options)).toEqual([])
    expect(await lastAudit(operator.id)).toMatchObject({ operation: 'view_api_key', actor_kind: 'staff', details: { reason: REASON } })
    await page.click('a:has-text("隐藏密钥")')
    await page.click('a:has-text("重置密钥")')
    await page.fill('[name=reason]', REASON)
    await page.click('button:has-text("重置密钥")')
    await page.waitForSelector('output')
    const fresh = (await page.textContent('output'))!
    expect(fresh).not.toBe(operator.apiKey)
    expect((await authorize(started.url, store)).body.error_code).toBe('INVALID_API_KEY')
    expect((await authorize(started.url, { ...store, operator: { ...operator, apiKey: fresh } })).status).toBe(200)
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 60_000)

  test('E51: sites of everybody, one made for an operator and changed', async () => {
    const { page, complaints } = await signIn((await aStaff('operator')).username, options)
    const operator = await anOperator({ name: `门店主人 ${name}` })
    await aSite(operator.id, { name: '旧的门店', deleted: true })
    await page.goto('/admin/sites')
    await page.click('a:has-text("新建门店")')
    await page.fill('[name=operator]', 'nobody_here')
    await page.fill('[name=name]', `滨江店 ${name}`)
    await page.fill('[name=address]', '杭州市滨江区江南大道1号')
    await page.click('button:has-text("新建门店")')
    await page.waitForSelector('#operator-error')
    await page.fill('[name=operator]', operator.username)
    expect(await findings(page, options)).toEqual([])
    await page.click('button:has-text("新建门店")')
    await page.waitForSelector('text=门店已创建')
    expect(await main(page)).toContain(`门店主人 ${name}`)
    expect(await findings(page, options)).toEqual([])
    await page.click('a:has-text("编辑门店")')
    await page.fill('[name=address]', '杭州市滨江区江南大道2号')
    await page.click('button:has-text("保存门店")')
    await page.waitForSelector('text=江南大道2号')
    const [site] = await started.database.owner`SELECT id, operator_id, address FROM operation_sites WHERE name = ${`滨江店 ${name}`}`
    expect(site).toMatchObject({ operator_id: operator.id, address: '杭州市滨江区江南大道2号' })
    expect(await lastAudit(site!.id)).toMatchObject({
      operation: 'site_update',
      actor_kind: 'staff',
      details: { operator_id: operator.id },
    })
    await page.goto(`/admin/sites?operator=${showId('operator', operator.id)}`)
    expect(await main(page)).not.toContain('旧的门店')
    await openFilters(page)
    await page.check('[name=deleted]')
    await page.click('.filters-form button[type=submit]')
    await page.waitForSelector('main table :text("旧的门店")')
    expect(await findings(page, options)).toEqual([])
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  }, 60_000)
})
