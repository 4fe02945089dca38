import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import { auditRows } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize, signedCall } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStore, debit, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { csrfIn, newVisitor, type Visitor } from '#tests/support/pages'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'

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

const signedIn = (username: string, options: BrowserContextOptions, password = PASSWORD) =>
  signedInPage(browser, server.url, 'operator', username, options, { password })

/** Without a browser, where only the answers count. */
async function visitorOf(username: string): Promise<{ visitor: Visitor; csrf: string }> {
  const visitor = newVisitor(server.url)
  await visitor.post('/operator/login', { username, password: PASSWORD })
  return { visitor, csrf: csrfIn((await visitor.get('/operator/profile')).html) }
}

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''

/** axe is a script itself: a page without JavaScript is the same page. */
const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

describe.each([
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', PLAIN],
])('at %s', (_name, options) => {
  test('an operator corrects its contact details: errors stand at the fields, what was typed stays, then it is saved', async () => {
    const operator = await anOperator({ balance: '12.00' })
    const { page } = await signedIn(operator.username, options)
    await page.goto('/operator/profile')
    expect(await main(page)).toContain('¥12.00')
    expect(await main(page)).toContain('138****8000')
    await page.click('summary:has-text("修改联系信息")')
    await page.fill('[name=name]', '月光乐园')
    await page.fill('[name=phone]', '123')
    await page.click('main form button:has-text("保存联系信息")')
    await page.waitForSelector('#phone-error')
    expect([await page.inputValue('[name=name]'), await page.inputValue('[name=phone]')]).toEqual(['月光乐园', '123'])
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=phone]', '13700001234')
    await page.click('main form button:has-text("保存联系信息")')
    await page.waitForSelector('text=已保存联系信息')
    expect(await main(page)).toContain('月光乐园')
    expect(await main(page)).toContain('137****1234')
    await page.context().close()
  })

  test('an operator ends another sign-in after a question, and the other is out at once', async () => {
    const operator = await anOperator()
    const other = await signedIn(operator.username, { ...DESK, userAgent: 'Mozilla/5.0 (iPhone) Safari/605' })
    const { page } = await signedIn(operator.username, options)
    await page.goto('/operator/sessions')
    expect(await main(page)).toContain('Safari · iOS')
    await page.click('tr:has-text("Safari · iOS") a:has-text("下线")')
    await page.click('form.confirm:visible button:has-text("下线")')
    await page.waitForSelector('text=已下线该设备')
    expect(await page.locator('tbody tr').count()).toBe(1)
    await other.page.goto('/operator/')
    expect(other.page.url()).toContain('/operator/login')
    await other.page.context().close()
    await page.context().close()
  })

  test('an operator shows its key with the password, replaces it with an hour of overlap, and both start games', async () => {
    const store = await aStore({ balance: '100.00' })
    const { page } = await signedIn(store.operator.username, options)
    await page.goto('/operator/api-keys')
    const old = store.operator.apiKey
    expect(await main(page)).toContain(`${old.slice(0, 4)}…${old.slice(-4)}`)
    expect(await main(page)).not.toContain(old)
    await page.fill('[name=show_password]', PASSWORD)
    await page.click('button:has-text("显示密钥")')
    await page.waitForSelector('output')
    expect(await page.textContent('output')).toBe(old)
    await page.goto('/operator/api-keys')
    expect(await main(page)).not.toContain(old)
    await page.selectOption('[name=overlap]', '3600')
    await page.fill('[name=renew_password]', PASSWORD)
    await page.click('button:has-text("重新生成密钥")')
    await page.waitForSelector('text=新密钥已生成')
    const key = (await page.textContent('output'))!
    expect(await findings(page, options)).toEqual([])
    for (const apiKey of [old, key]) expect((await authorize(server.url, store, { apiKey })).status).toBe(200)
    await page.goto('/operator/api-keys')
    expect(await main(page)).toContain('仍可用')
    await page.click('a:has-text("立即停用")')
    await page.click('form.confirm:visible button:has-text("立即停用")')
    await page.waitForSelector('text=旧密钥已停用')
    expect((await authorize(server.url, store, { apiKey: old })).status).toBe(401)
    await page.goto('/operator/api-keys/calls')
    expect(await page.locator('tbody tr').count()).toBe(2)
    const audited = (await auditRows(database, store.operator.id)).map(({ operation }) => operation)
    expect(audited).toEqual(expect.arrayContaining(['view_api_key', 'api_key_regenerate', 'api_key_overlap_end']))
    await page.context().close()
  })

  test('the signature checker names the differing line and never shows a signature', async () => {
    const store = await aStore({ balance: '10.00' })
    const { page } = await signedIn(store.operator.username, options)
    await page.goto('/operator/api-keys/signing')
    expect(await main(page)).toContain(`op_${store.operator.id}`)
    expect(await main(page)).toContain(`site_${store.siteId}`)
    const body = '{"player_count":2}'
    const request = {
      apiKey: store.operator.apiKey,
      timestamp: '1767225600',
      method: 'POST',
      path: '/v1/auth/game/authorize',
      body: new TextEncoder().encode(body),
    }
    const right = signRequest(request)
    await page.fill('[name=timestamp]', request.timestamp)
    await page.fill('[name=body]', body)
    await page.fill('[name=signed]', `1767225600\nPOST\n/auth/game/authorize\n${body}`)
    await page.fill('[name=signature]', signRequest({ ...request, path: '/auth/game/authorize' }))
    await page.click('button:has-text("检查签名")')
    await page.waitForSelector('text=漏掉了开头的 /v1')
    expect(await page.locator('.signed-line.differs').allTextContents()).toEqual([expect.stringContaining('第 3 行')])
    expect(await page.content()).not.toContain(right)
    expect(await findings(page, options)).toEqual([])
    await page.fill('[name=signature]', right)
    await page.click('button:has-text("检查签名")')
    await page.waitForSelector('text=签名正确')
    await page.context().close()
  })
})

test('the worked example is a true game start of this operator', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const { visitor } = await visitorOf(store.operator.username)
  const { html } = await visitor.get('/operator/api-keys/signing')
  const example = html.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&amp;', '&')
  const [, body] = /BODY='([^']*)'/.exec(example)!
  const [, session] = /SESSION="([^$]*)\$/.exec(example)!
  const [, path] = /"\$TIME" POST (\S+) "\$BODY"/.exec(example)!
  expect(example).not.toContain(store.operator.apiKey)
  const seconds = Math.floor(nowMs() / 1000)
  const sessionId = `${session}${seconds}_abcdefgh12345678`
  const answer = await signedCall(server.url, {
    apiKey: store.operator.apiKey,
    path: path!,
    body: body!,
    sessionId,
    timestamp: String(seconds),
  })
  expect([answer.status, answer.body.data?.total_cost]).toEqual([200, '10.00'])
})

describe('the password', () => {
  test('is changed with the old one; other sign-ins end, this one stays', async () => {
    const operator = await anOperator()
    const other = await visitorOf(operator.username)
    const { visitor, csrf } = await visitorOf(operator.username)
    const send = (form: Record<string, string>) => visitor.post('/operator/password', { csrf_token: csrf, ...form })
    const wrong = await send({ old_password: 'Wrong-pass1', new_password: 'Another-1pass', password_repeat: 'Another-1pass' })
    expect([wrong.status, wrong.html.includes('id="old_password-error"'), wrong.html.includes('Another-1pass')]).toEqual([401, true, false])
    const differs = await send({ old_password: PASSWORD, new_password: 'Another-1pass', password_repeat: 'Another-2pass' })
    expect([differs.status, differs.html.includes('id="password_repeat-error"')]).toEqual([400, true])
    const done = await send({ old_password: PASSWORD, new_password: 'Another-1pass', password_repeat: 'Another-1pass' })
    expect([done.status, done.location]).toEqual([303, '/operator/password'])
    expect((await visitor.get('/operator/password')).html).toContain('密码已修改，其他设备已下线')
    expect((await other.visitor.get('/operator/profile')).status).toBe(303)
  })
})

describe('the key', () => {
  test('is not shown, replaced or fenced in without the right password', async () => {
    const store = await aStore({ balance: '100.00' })
    const { visitor, csrf } = await visitorOf(store.operator.username)
    const attempts: [string, Record<string, string>][] = [
      ['show', { show_password: 'Wrong-pass1' }],
      ['renew', { renew_password: 'Wrong-pass1', overlap: '0', replaces: '2026-01-01T00:00:00.000Z' }],
      ['addresses', { addresses_password: 'Wrong-pass1', addresses: '203.0.113.7' }],
    ]
    for (const [form, fields] of attempts) {
      const answer = await visitor.post(`/operator/api-keys/${form}`, { csrf_token: csrf, ...fields })
      expect([form, answer.status, answer.html.includes(`id="${form}_password-error"`)]).toEqual([form, 401, true])
      expect(answer.html).not.toContain(store.operator.apiKey)
    }
    expect((await authorize(server.url, store)).status).toBe(200)
    const rows = (await auditRows(database, store.operator.id)).map(({ operation }) => operation)
    expect(rows.filter((operation) => /key/.test(operation))).toEqual([])
  })

  test('an address list with a mistake comes back as it was typed, a good one is in force', async () => {
    const store = await aStore({ balance: '100.00' })
    const { visitor, csrf } = await visitorOf(store.operator.username)
    const send = (addresses: string) =>
      visitor.post('/operator/api-keys/addresses', { csrf_token: csrf, addresses_password: PASSWORD, addresses })
    const bad = await send('10.0.0.0/33\n203.0.113.7')
    expect([bad.status, bad.html.includes('10.0.0.0/33'), bad.html.includes('id="addresses-error"')]).toEqual([400, true, true])
    expect((await send('203.0.113.7')).status).toBe(303)
    expect((await authorize(server.url, store)).status).toBe(401)
    const page = await visitor.get('/operator/api-keys')
    expect(page.html).toContain('203.0.113.7/32')
  })
})

describe('closing the account', () => {
  test('says what stands in the way, wants name and password, and ends everything', async () => {
    const operator = await anOperator({ balance: '3.00' })
    const { page, complaints } = await signedIn(operator.username, DESK)
    await page.goto('/operator/close')
    expect(await main(page)).toContain('账户还有余额 ¥3.00')
    expect(await page.locator('main form').count()).toBe(0)
    await debit(operator.id, '3.00')
    await page.reload()
    await page.fill('[name=username]', 'somebody_else')
    await page.fill('[name=password]', PASSWORD)
    await page.fill('[name=reason]', '门店停业')
    await page.click('button:has-text("永久注销账户")')
    await page.waitForSelector('#username-error')
    expect(await page.inputValue('[name=reason]')).toBe('门店停业')
    await page.fill('[name=username]', operator.username.toUpperCase())
    await page.fill('[name=password]', PASSWORD)
    await page.click('button:has-text("永久注销账户")')
    await page.waitForSelector('h1:has-text("账户已注销")')
    expect(await axeFindings(page)).toEqual([])
    await page.goto('/operator/')
    expect(page.url()).toContain('/operator/login')
    expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    await page.context().close()
  })
})
