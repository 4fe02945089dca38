import { describe, expect, test } from 'bun:test'
import { newId } from '#src/core/ids'
import { auditRows, operatorToken, staffToken, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { anOperator, aSite, aStaff, aStore, credit, debit, PASSWORD } from '#tests/support/factory'

const { started, call } = withServer()
const close = (token: string, body: unknown = { password: PASSWORD }) => call('DELETE /v1/operators/me', { token, body })

const OPEN = {
  refund: (operatorId: string, id: string) => started.database.owner`
    INSERT INTO refund_records (id, operator_id, requested_fen, reason, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 100, '门店停业，申请退回余额', now(), now())`,
  invoice: (operatorId: string, id: string) => started.database.owner`
    INSERT INTO invoice_records (id, operator_id, invoice_type, amount_fen, invoice_title, tax_id, email, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 'vat_normal', 100, '星空乐园', '91310000MA1FL0000X', 'a@example.com', now(), now())`,
  order: (operatorId: string, id: string) => started.database.owner`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, expires_at, created_at, updated_at)
    VALUES (${id}, ${operatorId}, 1000, 'wechat', now() + interval '15 minutes', now(), now())`,
}

describe('an operator closes its own account', () => {
  test('login, session and key are dead with it; name, site and history stay', async () => {
    const store = await aStore({ balance: '10.00', price: '10.00' })
    await authorize(started.url, store, { players: 1 })
    const token = await operatorToken(store.operator.id)
    const answer = await close(token, { password: PASSWORD, reason: '门店停业' })
    expect([answer.status, answer.body as unknown]).toEqual([200, { success: true, message: '账户已注销', data: null }])
    expect((await call('GET /v1/operators/me', { token })).status).toBe(401)
    const login = await call('POST /v1/auth/operators/login', { body: { username: store.operator.username, password: PASSWORD } })
    expect([login.status, login.body.error_code]).toEqual([403, 'ACCOUNT_DEACTIVATED'])
    expect((await authorize(started.url, store)).body.error_code).toBe('ACCOUNT_DEACTIVATED')
    const admin = await staffToken((await aStaff('admin')).id)
    const details = await call(`GET /v1/admin/operators/${store.operator.id}`, { token: admin })
    expect(details.body.data).toMatchObject({ name: '星空乐园', is_deactivated: true, total_sessions: 1, sites_count: 1 })
    const [audited] = (await auditRows(started.database, store.operator.id)).filter(({ operation }) => operation === 'operator_deactivate')
    expect(audited).toMatchObject({ actor_kind: 'operator', details: { reason: '门店停业' } })
  })

  test('a wrong password changes nothing', async () => {
    const operator = await anOperator()
    const token = await operatorToken(operator.id)
    const answer = await close(token, { password: 'Wrong-pass1' })
    expect([answer.status, answer.body.error_code, answer.body.message]).toEqual([401, 'UNAUTHORIZED', '密码验证失败'])
    expect((await close(token, {})).status).toBe(400)
    expect((await call('GET /v1/operators/me', { token })).status).toBe(200)
  })

  test('money in it keeps it open, to the last fen', async () => {
    const operator = await anOperator({ balance: '0.01' })
    const token = await operatorToken(operator.id)
    const answer = await close(token)
    expect([answer.status, answer.body.error_code, answer.body.details as unknown]).toEqual([400, 'BALANCE_NOT_ZERO', { balance: '0.01' }])
    await debit(operator.id, '0.01')
    expect((await close(token)).status).toBe(200)
  })

  test.each(Object.entries(OPEN))('an open %s keeps it open and is named', async (kind, make) => {
    const operator = await anOperator()
    const id = newId()
    await make(operator.id, id)
    const answer = await close(await operatorToken(operator.id))
    expect([answer.status, answer.body.error_code, answer.body.message]).toEqual([409, 'OPEN_ITEMS', '存在未完结的业务，无法注销'])
    const prefix = { refund: 'refund', invoice: 'inv', order: 'ord' }[kind]
    expect(answer.body.details as unknown).toEqual({ items: [{ type: kind, id: `${prefix}_${id}` }] })
  })

  test('what is unfinished answers before the balance, somebody else’s matters to nobody', async () => {
    const [operator, other] = [await anOperator({ balance: '5.00' }), await anOperator()]
    await OPEN.refund(operator.id, newId())
    expect((await close(await operatorToken(operator.id))).body.error_code).toBe('OPEN_ITEMS')
    expect((await close(await operatorToken(other.id))).status).toBe(200)
  })

  test('money that arrives at the same moment is either in an open account or refused', async () => {
    for (let round = 0; round < 5; round++) {
      const operator = await anOperator()
      await aSite(operator.id)
      const [closed, credited] = await Promise.allSettled([close(await operatorToken(operator.id)), credit(operator.id, '9.00')])
      expect(closed.status).toBe('fulfilled')
      const [row] = await started.database.owner`SELECT balance_fen, deactivated_at FROM operator_accounts WHERE id = ${operator.id}`
      expect(row!.deactivated_at === null || row!.balance_fen === 0n).toBe(true)
      expect(credited.status === 'fulfilled').toBe(row!.balance_fen === 900n)
    }
  })
})

describe('administrators edit an operator', () => {
  test('name, phone and e-mail, one or all, audited', async () => {
    const operator = await anOperator()
    const token = await staffToken((await aStaff('operator')).id)
    const answer = await call(`PUT /v1/admin/operators/op_${operator.id}`, { token, body: { name: '月光乐园' } })
    expect([answer.status, answer.body.message, answer.body.data.name, answer.body.data.phone]).toEqual([
      200,
      '运营商信息已更新',
      '月光乐园',
      '13800138000',
    ])
    const empty = await call(`PUT /v1/admin/operators/${operator.id}`, { token, body: {} })
    expect([empty.status, empty.body.error_code]).toEqual([400, 'INVALID_PARAMS'])
    const unknown = await call(`PUT /v1/admin/operators/${newId()}`, { token, body: { name: '月光乐园' } })
    expect([unknown.status, unknown.body.error_code]).toEqual([404, 'OPERATOR_NOT_FOUND'])
    const [row] = (await auditRows(started.database, operator.id)).filter(({ operation }) => operation === 'operator_update')
    expect(row).toMatchObject({ actor_kind: 'staff', details: { before: { name: '星空乐园' }, after: { name: '月光乐园' } } })
  })

  test('the tier, pinned unless handed back; our operations staff may not', async () => {
    const operator = await anOperator()
    const token = await staffToken((await aStaff('admin')).id)
    const put = (body: unknown, as = token) => call(`PUT /v1/admin/operators/${operator.id}/category`, { token: as, body })
    const vip = await put({ category: 'vip', reason: '战略客户' })
    expect([vip.status, vip.body.message]).toEqual([200, '客户分类已调整为VIP'])
    expect(vip.body.data).toMatchObject({ category: 'vip', category_pinned: true })
    expect((await put({ category: 'normal', pinned: false })).body.data).toMatchObject({ category: 'normal', category_pinned: false })
    expect((await put({ category: 'gold' })).status).toBe(400)
    expect((await put({ category: 'vip' }, await staffToken((await aStaff('operator')).id))).status).toBe(403)
    const rows = (await auditRows(started.database, operator.id)).filter(({ operation }) => operation === 'operator_category')
    expect(rows[0]!.details).toEqual({
      before: { category: 'trial', pinned: false },
      after: { category: 'vip', pinned: true },
      reason: '战略客户',
    })
  })
})
