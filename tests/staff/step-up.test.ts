import { expect, test } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { routes } from '#src/routes'
import { auditRows, browserHeaders, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff, balanceOf, PASSWORD } from '#tests/support/factory'
import { givePhone } from '#tests/support/phone'

const { started, call } = withServer()

const OLD = 11
const age = (staffId: Uuid, minutes: number) => started.database.owner`
  UPDATE auth_sessions SET created_at = created_at - make_interval(mins => ${minutes}), proved_at = proved_at - make_interval(mins => ${minutes})
  WHERE admin_id = ${staffId}`

async function aRefund(): Promise<{ id: Uuid; operatorId: Uuid }> {
  const [operator, id] = [await anOperator({ balance: '80.00' }), newId()]
  await started.database.owner`
    INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
    VALUES (${id}, ${operator.id}, 5000, '门店停业，申请退回余额', now(), now())`
  return { id, operatorId: operator.id }
}

/** A manager of finance whose sign-in is some minutes old, and what they send. */
async function aManager(minutes: number) {
  const staff = await aStaff('finance', 'manager')
  const headers = await browserHeaders({ adminId: staff.id })
  await age(staff.id, minutes)
  const send = async (path: string, form?: Record<string, string>, more: Record<string, string> = {}) => {
    const posted = form ? { method: 'POST', body: new URLSearchParams(form) } : {}
    const answer = await fetch(started.url + path, { redirect: 'manual', headers: { ...headers, ...more }, ...posted })
    return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() }
  }
  return { staff, send }
}

const hiddenIn = (html: string): Record<string, string> =>
  Object.fromEntries([...html.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))

test('a recent sign-in is proof enough for money', async () => {
  const [{ send }, refund] = [await aManager(9), await aRefund()]
  expect((await send(`/finance/refunds/${refund.id}/approval`, { note: '' })).status).toBe(303)
  expect(await balanceOf(refund.operatorId)).toBe(3000n as never)
})

test('an old sign-in is asked for the password, keeps what was filled in, and goes on with it', async () => {
  const [{ staff, send }, refund] = [await aManager(OLD), await aRefund()]
  const path = `/finance/refunds/${refund.id}/approval`
  const asked = await send(path, { note: '已电话核实 <b>' })
  expect(asked.status).toBe(403)
  expect(asked.html).toContain('已电话核实 &lt;b>')
  expect(asked.html).toContain(`action="${path}"`)
  expect(asked.html).not.toContain('name="step_up_code"')
  expect(await balanceOf(refund.operatorId)).toBe(8000n as never)

  const wrong = await send(path, { note: '已电话核实 <b>', step_up_password: 'Wrong-1234' })
  expect(wrong.status).toBe(401)
  expect(wrong.html).toContain('密码验证失败')
  expect(wrong.html).toContain('已电话核实 &lt;b>')
  expect(wrong.html).not.toContain('Wrong-1234')
  expect(await balanceOf(refund.operatorId)).toBe(8000n as never)

  expect((await send(path, { note: '已电话核实', step_up_password: PASSWORD })).status).toBe(303)
  expect(await balanceOf(refund.operatorId)).toBe(3000n as never)
  const rows = await auditRows(started.database, staff.id)
  expect(rows.map((row) => row.operation)).toEqual(['step_up', 'refund_approve'])
  expect(JSON.stringify(rows)).not.toContain(PASSWORD)

  const another = await aRefund()
  expect((await send(`/finance/refunds/${another.id}/approval`, { note: '' })).status).toBe(303)
})

test('who has a phone proves it by its code, each good once, or by the password', async () => {
  const [{ staff, send }, refund] = [await aManager(OLD), await aRefund()]
  const phone = await givePhone(staff.id)
  const path = `/finance/refunds/${refund.id}/approval`
  expect((await send(path, { note: '' })).html).toContain('name="step_up_code"')
  const code = await phone.code()
  const wrong = await send(path, { note: '', step_up_code: code === '000000' ? '000001' : '000000', step_up_password: '' })
  expect([wrong.status, wrong.html.includes('动态验证码错误或已用过')]).toEqual([401, true])
  expect((await send(path, { note: '', step_up_code: code, step_up_password: '' })).status).toBe(303)
  await age(staff.id, OLD)
  const next = await aRefund()
  expect((await send(`/finance/refunds/${next.id}/approval`, { step_up_code: code })).status).toBe(401)
  expect((await send(`/finance/refunds/${next.id}/approval`, { step_up_code: '', step_up_password: PASSWORD })).status).toBe(303)
})

test('without a proof nothing is asked of the server but the question', async () => {
  const [{ send }, refund] = [await aManager(OLD), await aRefund()]
  const empty = await send(`/finance/refunds/${refund.id}/approval`, { note: '', step_up_password: '' })
  expect([empty.status, empty.html.includes('请填写')]).toEqual([400, true])
})

test('guesses count with those at the sign-in', async () => {
  const [{ send }, refund] = [await aManager(OLD), await aRefund()]
  const statuses: number[] = []
  for (let guess = 0; guess < 7; guess++) {
    statuses.push((await send(`/finance/refunds/${refund.id}/approval`, { step_up_password: `Wrong-123${guess}` })).status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
})

test('a form with a file is proved first and filled in again', async () => {
  const { staff } = await aManager(OLD)
  const headers = await browserHeaders({ adminId: staff.id })
  await age(staff.id, OLD)
  const body = new FormData()
  body.set('reference', '流水号')
  const path = `/finance/refunds/abnormal/${newId()}`
  const answer = await fetch(`${started.url}${path}/transfer`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...headers, Referer: started.url + path },
    body,
  })
  const html = await answer.text()
  expect(answer.status).toBe(403)
  expect(html).toContain('action="/staff/step-up"')
  expect(hiddenIn(html).next).toBe(path)
})

test('the page of its own leads on to our own pages only', async () => {
  const { staff, send } = await aManager(OLD)
  expect((await send('/staff/step-up?next=/finance/refunds')).html).toContain('value="/finance/refunds"')
  const proved = await send('/staff/step-up', { next: '//evil.example', step_up_password: PASSWORD })
  expect([proved.status, proved.location]).toEqual([303, '/'])
  await age(staff.id, OLD)
  expect((await send('/staff/step-up', { next: '/finance/refunds', step_up_password: PASSWORD })).location).toBe('/finance/refunds')
})

test('a program signs in again: its old token opens neither money nor keys, and everything else', async () => {
  const [manager, admin, refund] = [await aStaff('finance', 'manager'), await aStaff('admin'), await aRefund()]
  const [financeToken, adminToken] = [await staffToken(manager.id), await staffToken(admin.id)]
  await age(manager.id, OLD)
  await age(admin.id, OLD)
  const refused = await call(`POST /v1/finance/refunds/${refund.id}/approve`, { token: financeToken, body: {} })
  expect(refused.status).toBe(403)
  expect(refused.body).toMatchObject({ error_code: 'STEP_UP_REQUIRED', details: { minutes: 10 } } as never)
  expect(await balanceOf(refund.operatorId)).toBe(8000n as never)
  expect((await call('GET /v1/finance/refunds', { token: financeToken })).status).toBe(200)
  const key = await call(`GET /v1/admin/operators/${refund.operatorId}/api-key`, { token: adminToken })
  expect([key.status, key.body.error_code]).toEqual([403, 'STEP_UP_REQUIRED'])
  const again = await call('POST /v1/auth/finance/login', { body: { username: manager.username, password: PASSWORD } })
  const approved = await call(`POST /v1/finance/refunds/${refund.id}/approve`, { token: String(again.body.data.access_token), body: {} })
  expect(approved.status).toBe(200)
})

test('money, keys and the rights of staff ask for a proof, at the pages and at the API', () => {
  const asking = routes.filter(({ stepUp }) => stepUp).map(({ door, method, path }) => `${door} ${method} ${path}`)
  expect(asking).toEqual(expect.arrayContaining(MUST_ASK))
  const people = routes.filter(({ method, permission }) => method === 'POST' && /staff:manage$/.test(permission ?? ''))
  expect(people.filter(({ stepUp }) => !stepUp).map(({ path }) => path)).toEqual([])
})

const MUST_ASK = [
  'api POST /finance/refunds/:refund_id/approve',
  'pages POST /finance/refunds/:refund_id/approval',
  'pages POST /finance/refunds/abnormal/:payout_id/retry',
  'pages POST /finance/refunds/abnormal/:payout_id/reroute',
  'pages POST /finance/refunds/abnormal/:payout_id/return',
  'pages POST /finance/refunds/abnormal/:payout_id/transfer',
  'pages POST /finance/refunds/transfers/:transfer_id/confirmation',
  'api POST /finance/invoices/:invoice_id/approve',
  'pages POST /finance/invoices/:invoice_id/approval',
  'api POST /finance/quarantine/:quarantine_id/resolve',
  'pages POST /finance/quarantine/:quarantine_id/resolution',
  'pages POST /finance/bank-transfers/:order_id/confirmation',
  'pages POST /finance/reconciliation/differences/:difference_id/proposal',
  'pages POST /finance/reconciliation/differences/:difference_id/approval',
  'pages POST /finance/reconciliation/differences/:difference_id/settlement',
  'api POST /finance/adjustments',
  'api POST /finance/adjustments/:adjustment_id/confirm',
  'api POST /admin/operators',
  'api GET /admin/operators/:operator_id/api-key',
  'api POST /admin/operators/:operator_id/api-key/reset',
  'pages POST /admin/operators/:operator_id/api-key',
  'pages POST /admin/operators/:operator_id/api-key/reset',
  'pages POST /staff/security/totp',
  'pages POST /staff/security/removal',
  'pages POST /staff/security/recovery-codes',
]
