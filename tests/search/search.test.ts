import { expect, test } from 'bun:test'
import { newId, showId, type Uuid } from '#src/core/ids'
import { browserHeaders, withServer } from '#tests/support/api'
import { authorize, newSessionId, signedCall } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStaff, aStore, credit, type Store } from '#tests/support/factory'
import { PAYLOADS } from '#tests/views/payloads'
import { tagsOf } from '#tests/views/shape'

const { started } = withServer()

type Shown = { status: number; location: string | null; html: string }

async function search(operatorId: Uuid, q: string): Promise<Shown> {
  return get(`/operator/search?${new URLSearchParams({ q })}`, await browserHeaders({ operatorId }))
}
async function staffSearch(role: Parameters<typeof aStaff>[0], q: string): Promise<Shown> {
  return get(`/staff/search?${new URLSearchParams({ q })}`, await browserHeaders({ adminId: (await aStaff(role)).id }))
}
async function get(path: string, headers: Record<string, string>): Promise<Shown> {
  const response = await fetch(started.url + path, { redirect: 'manual', headers })
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

/** A store that has played, with the ids of all that came of it. */
async function playedStore() {
  const store = await aStore({ balance: '100.00' })
  const sessionId = newSessionId(store.operator.id)
  const answer = await authorize(started.url, store, { sessionId })
  expect(answer.status).toBe(200)
  const usageId = String(answer.body.data!.usage_id).slice('usage_'.length)
  const [row] = await started.database.owner`SELECT id FROM transaction_records WHERE usage_id = ${usageId}`
  return { store, sessionId, usageId, transactionId: row!.id as Uuid, requestId: String(answer.headers.get('x-request-id')) }
}

async function aRequest(store: Store): Promise<Uuid> {
  const id = newId()
  await started.database.owner`
    INSERT INTO application_authorization_requests (id, operator_id, application_id, reason, created_at, updated_at)
    VALUES (${id}, ${store.operator.id}, ${await anApplication()}, '门店客流增加，希望开通', now(), now())`
  return id
}

async function anOrder(operatorId: Uuid, number: string): Promise<Uuid> {
  const id = newId()
  await started.database.owner`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, provider_txn_id, expires_at, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 10000, 'wechat', 'failed', ${number}, now() + interval '15 minutes', now(), now())`
  return id
}

test('each own id opens its page at once, with its prefix, bare, in capitals and with spaces around', async () => {
  const { store, usageId, transactionId, sessionId } = await playedStore()
  const requestId = await aRequest(store)
  const ids: [string, Uuid][] = [
    [showId('usage', usageId), usageId],
    [showId('site', store.siteId), store.siteId],
    [showId('application', store.applicationId), store.applicationId],
    [showId('transaction', transactionId), transactionId],
    [showId('request', requestId), requestId],
  ]
  for (const [shown, bare] of ids) {
    const opened = await search(store.operator.id, shown)
    expect({ shown, status: opened.status }).toEqual({ shown, status: 303 })
    const page = await get(opened.location!, await browserHeaders({ operatorId: store.operator.id }))
    expect({ location: opened.location, status: page.status }).toEqual({ location: opened.location, status: 200 })
    for (const form of [bare, `  ${shown}\t`, bare.toUpperCase()]) {
      expect({ form, location: (await search(store.operator.id, form)).location }).toEqual({ form, location: opened.location })
    }
  }
  const opened = (await search(store.operator.id, showId('usage', usageId))).location
  for (const form of [sessionId, sessionId.slice('op_'.length)]) expect((await search(store.operator.id, form)).location).toBe(opened)
})

test('an id under the prefix of another kind finds nothing', async () => {
  const { store, usageId } = await playedStore()
  const answer = await search(store.operator.id, showId('transaction', usageId))
  expect(answer.status).toBe(200)
  expect(answer.html).toContain('没有找到')
})

test('a call is found by its request id, refused or not, and the calls of a session that never became a game by the session id', async () => {
  const store = await aStore({ balance: '1.00' })
  const sessionId = newSessionId(store.operator.id)
  const refused = await authorize(started.url, store, { sessionId })
  expect(refused.status).toBe(402)
  await logged(String(refused.body.request_id))
  const byRequest = await search(store.operator.id, String(refused.body.request_id))
  expect(byRequest.status).toBe(303)
  expect(byRequest.location).toStartWith('/operator/explain?q=')
  expect((await search(store.operator.id, sessionId)).location).toStartWith('/operator/explain?q=')
  const sites = await signedCall(started.url, { apiKey: store.operator.apiKey, method: 'GET', path: '/v1/game/sites' })
  const requestId = sites.headers.get('x-request-id')!
  await logged(requestId)
  expect((await search(store.operator.id, requestId)).status).toBe(303)
})

/** The request log is written behind the answer. */
async function logged(requestId: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const [row] = await started.database.owner`SELECT FROM api_key_usage_logs WHERE request_id = ${requestId}`
    if (row) return
    await Bun.sleep(10)
  }
  throw new Error('the call was not logged')
}

test('names find sites and games, a page is found by its name in both languages, and what is meant opens', async () => {
  const operator = await anOperator()
  for (const name of ['海淀旗舰店', '海淀二店']) await aSite(operator.id, { name })
  const applicationId = await anApplication({ name: '海底两万里' })
  await aGrant(operator.id, applicationId)
  const many = await search(operator.id, '海')
  expect(many.status).toBe(200)
  for (const name of ['海淀旗舰店', '海淀二店', '海底两万里']) expect(many.html).toContain(name)
  expect((await search(operator.id, '海淀二店')).location).toMatch(/^\/operator\/sites\/site_/)
  expect((await search(operator.id, '门店')).location).toBe('/operator/sites')
  expect((await search(operator.id, 'home')).location).toBe('/operator/')
})

/** A refund with a slice under a number of its own, and an invoice that was issued. */
async function aRefund(operatorId: Uuid, number: string): Promise<Uuid> {
  const id = newId()
  await started.database.owner`
    INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 5000, '门店装修暂停营业申请退款', now(), now())`
  await started.database.owner`
    INSERT INTO refund_payouts (id, operator_id, refund_id, out_refund_no, amount_fen, channel, created_at, updated_at)
    VALUES (${newId()}, ${operatorId}, ${id}, ${number}, 5000, 'bank', now(), now())`
  return id
}
async function anInvoice(operatorId: Uuid, number: string): Promise<Uuid> {
  const [id, reviewer] = [newId(), (await aStaff('finance')).id]
  await started.database.owner`
    INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, status, number, pdf_path, pdf_sha256,
      reviewed_by, reviewed_at, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 'vat_normal', 10000, '杭州幻境数字娱乐有限公司', '91110000802100433B', 'a@example.com', 'approved', ${number},
      'x.pdf', sha256('x'), ${reviewer}, now(), now(), now())`
  return id
}
const digits = (count: number): string => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('')

test('orders, refunds and invoices open by their id, by our number and by the provider’s', async () => {
  const operator = await anOperator()
  const [provider, refundNumber, number] = [`42000${digits(12)}`, `R${digits(20)}`, `FP203003-${digits(6)}`]
  const orderId = await anOrder(operator.id, provider)
  const [refundId, invoiceId] = [await aRefund(operator.id, refundNumber), await anInvoice(operator.id, number)]
  const expected: [string, string[]][] = [
    [`/operator/recharges/${showId('order', orderId)}`, [showId('order', orderId), orderId, provider, orderId.replaceAll('-', '')]],
    [`/operator/refunds/${showId('refund', refundId)}`, [showId('refund', refundId), refundId, refundNumber]],
    [`/operator/invoices/${showId('invoice', invoiceId)}`, [showId('invoice', invoiceId), invoiceId, number]],
  ]
  const stranger = await anOperator()
  for (const [location, typed] of expected)
    for (const q of typed) {
      expect({ q, location: (await search(operator.id, q)).location }).toEqual({ q, location })
      expect((await search(stranger.id, q)).html).toContain('没有找到')
      const desk = await staffSearch('finance', q)
      expect(desk.location).toBe(location.replace('/operator/recharges', '/finance/recharge-orders').replace('/operator/', '/finance/'))
      expect((await staffSearch('analyst', q)).html).toContain('没有找到')
    }
  expect((await staffSearch('admin', number)).html).toContain('没有找到')
  expect((await staffSearch('admin', provider)).location).toBe(`/admin/operators/${showId('operator', operator.id)}/timeline?chapter=money`)
})

test('nothing of anybody else is found, by no id, no session, no number and no name', async () => {
  const { store, usageId, transactionId, sessionId, requestId } = await playedStore()
  await logged(requestId)
  const number = `77000${Math.random().toString().slice(2, 18)}`
  const orderId = await anOrder(store.operator.id, number)
  const siteId = await aSite(store.operator.id, { name: '别人家的秘密门店' })
  const withdrawn = await anApplication({ active: false, name: `已下架的${newId()}` })
  await aGrant(store.operator.id, withdrawn)
  const stranger = await anOperator()
  const unknown = comparable(await search(stranger.id, newId()), '')
  const theirs = [usageId, transactionId, requestId, orderId, siteId, withdrawn, await aRequest(store), store.operator.id]
  for (const id of theirs) expect(comparable(await search(stranger.id, id), id)).toBe(unknown)
  for (const q of [sessionId, number, '别人家的秘密门店', store.operator.username]) {
    const answer = await search(stranger.id, q)
    expect({ q, status: answer.status }).toEqual({ q, status: 200 })
    expect(answer.html).toContain('没有找到')
  }
})

/** A page without what differs from visit to visit: ids, tokens, times and what was typed. */
const comparable = ({ html }: Shown, typed: string): string =>
  html
    .replaceAll(typed || '\u0000', '')
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '')
    .replace(/[0-9a-f]{64}/g, '')
    .replace(/\d{2}:\d{2}:\d{2}(\.\d+Z)?/g, '')

test('hostile words find nothing, break nothing and are shown as text', async () => {
  const operator = await anOperator()
  const usual = tagNames((await search(operator.id, 'nothing at all')).html)
  for (const payload of [
    ...PAYLOADS.map((one) => one.slice(0, 300)),
    '%',
    '_',
    '\\',
    "' OR 1=1 --",
    '\u0000',
    '\ud800',
    'x'.repeat(10_000),
    'usage_',
    'site_x',
    '¥',
    '..%2f',
  ]) {
    const answer = await search(operator.id, payload)
    expect([200, 303]).toContain(answer.status)
    if (answer.status === 200) expect(tagNames(answer.html)).toEqual(usual)
  }
  await aSite(operator.id, { name: '普通门店' })
  for (const wildcard of ['%', '_']) expect((await search(operator.id, wildcard)).html).not.toContain('普通门店')
})

/** Which tags a page has, in order: words never become tags. */
const tagNames = (html: string): string[] => tagsOf(html).map(({ name }) => name)

test('our people find operators by id, name, username and phone, and open them; each kind only who may view it', async () => {
  const { store } = await playedStore()
  const { operator } = store
  await started.database.owner`UPDATE operator_accounts SET phone = '13712345678', name = '独一无二乐园' WHERE id = ${operator.id}`
  const shown = showId('operator', operator.id)
  for (const q of [operator.id, shown, operator.username, '13712345678']) {
    expect({ q, location: (await staffSearch('admin', q)).location }).toEqual({ q, location: `/admin/operators/${shown}` })
    expect({ q, location: (await staffSearch('finance', q)).location }).toEqual({ q, location: `/finance/customers/${shown}` })
    expect((await staffSearch('analyst', q)).html).toContain('没有找到')
  }
  const like = await staffSearch('admin', '独一无')
  expect([like.status, like.html.includes(`/admin/operators/${shown}"`)]).toEqual([200, true])
})

test('any id, session or request of an operator opens the page where our people look at it', async () => {
  const { store, usageId, transactionId, sessionId, requestId } = await playedStore()
  await logged(requestId)
  const operator = `/admin/operators/${showId('operator', store.operator.id)}`
  const row = `/admin/transactions/${showId('transaction', transactionId)}`
  const asked = await aRequest(store)
  const [grant] = await started.database.owner`SELECT id FROM operator_app_authorizations WHERE operator_id = ${store.operator.id}`
  const expected: [string, string[]][] = [
    [`/admin/sites/${showId('site', store.siteId)}`, [store.siteId, showId('site', store.siteId)]],
    [`/admin/applications/${showId('application', store.applicationId)}`, [showId('application', store.applicationId)]],
    [`/admin/authorizations/${showId('authorization', grant!.id)}`, [grant!.id, showId('authorization', grant!.id)]],
    [`/admin/app-requests/${showId('request', asked)}`, [asked]],
    [row, [usageId, showId('usage', usageId), sessionId, transactionId]],
    [`${operator}/calls`, [requestId]],
  ]
  for (const [location, typed] of expected)
    for (const q of typed) expect({ q, location: (await staffSearch('admin', q)).location }).toEqual({ q, location })
  expect((await staffSearch('finance', store.siteId)).html).toContain('没有找到')
  for (const q of [usageId, sessionId]) expect((await staffSearch('finance', q)).location).toBe(row.replace('/admin/', '/finance/'))
  expect((await staffSearch('analyst', store.applicationId)).html).toContain(showId('application', store.applicationId))
  expect((await staffSearch('analyst', sessionId)).html).toContain('没有找到')
})

test('a search among a hundred thousand calls and a thousand sites stays quick', async () => {
  const operator = await anOperator()
  await credit(operator.id, '1.00')
  await started.database.owner`
    INSERT INTO operation_sites (id, operator_id, name, address, created_at, updated_at)
    SELECT gen_random_uuid(), ${operator.id}, '连锁门店' || n, '北京市朝阳区建国路' || n || '号', now(), now() FROM generate_series(1, 1000) n`
  await started.database.owner`
    INSERT INTO api_key_usage_logs (at, request_id, operation, operator_id, result, ip, user_agent, duration_us)
    SELECT now() - n * interval '1 second', gen_random_uuid(), 'authorize', ${operator.id}, 'accepted', '192.0.2.1', 'load', 900
    FROM generate_series(1, 100000) n`
  await started.database.owner`ANALYZE api_key_usage_logs`
  const took: number[] = []
  for (const q of [newId(), newId(), '连锁门店 99', '建国路999', newId()]) {
    const start = performance.now()
    await search(operator.id, q)
    took.push(performance.now() - start)
  }
  expect(took.sort((a, b) => a - b)[2]!).toBeLessThan(100)
})

test('finance opens a report by its id; who may not download reports finds none', async () => {
  const reportId = newId()
  await started.database.owner`
    INSERT INTO finance_reports (id, report_type, start_date, end_date, format, language, sections, steps_total, file_name, created_at)
    VALUES (${reportId}, 'daily', '2026-01-31', '2026-01-31', 'pdf', 'zh', '{income_summary}', 3, 'finance_daily_20260131_20260131.pdf', now())`
  const shown = showId('report', reportId)
  for (const typed of [shown, reportId]) expect((await staffSearch('finance', typed)).location).toBe(`/finance/reports/${shown}`)
  expect((await staffSearch('analyst', shown)).html).not.toContain('finance_daily_20260131')
})
