import { beforeAll, expect, test } from 'bun:test'
import { auditRows, comparable, faultyFields, ISO_TIME, operatorToken, staffToken, wireId, withServer } from '#tests/support/api'
import { authorize, signedCall } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStaff, aStore, credit, debit } from '#tests/support/factory'

const { started, call } = withServer()
const UNKNOWN = '019b7a00-0000-7000-8000-000000000001'
const reasoned = { reason: '客户来电要求的处理操作' }
let admin: string
let boss: string
beforeAll(async () => {
  admin = await staffToken((await aStaff('admin')).id)
  boss = await staffToken((await aStaff('super_admin')).id)
})

let counter = 0
const newcomer = (more: object = {}) => ({
  username: `newcomer_${++counter}`,
  password: 'Passw0rd-1',
  name: '晨光乐园',
  phone: '13700137000',
  email: 'm@example.com',
  category: 'normal',
  ...more,
})
const create = (body: unknown, token = admin) => call('POST /v1/admin/operators', { token, body })
const list = (query: string) => call(`GET /v1/admin/operators?${query}`, { token: admin })
const ask = (apiKey: string) => signedCall(started.url, { apiKey, method: 'GET', path: '/v1/game/sites' })

test('an administrator makes an account, its tier pinned', async () => {
  const person = newcomer()
  const answer = await create(person)
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    success: true,
    message: '运营商账户创建成功',
    data: {
      operator_id: expect.stringMatching(wireId('op')),
      username: person.username,
      api_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      category: 'normal',
      balance: '0.00',
      created_at: expect.stringMatching(ISO_TIME),
    },
  } as never)
  expect((await ask(String(answer.body.data.api_key))).status).toBe(200)
  const details = await call(`GET /v1/admin/operators/${answer.body.data.operator_id}`, { token: admin })
  expect(details.body.data).toMatchObject({ category: 'normal', category_pinned: true })
})

test('an initial balance is one adjustment row in the ledger and an audit row', async () => {
  const answer = await create(newcomer({ initial_balance: '888.8' }), boss)
  expect(answer.status).toBe(201)
  expect(answer.body.data.balance).toBe('888.80')
  const id = String(answer.body.data.operator_id).slice(3)
  const rows = await started.database.owner`
    SELECT seq, type, debit_account, credit_account, amount_fen, balance_before_fen, balance_after_fen FROM transaction_records WHERE operator_id = ${id}`
  expect([...rows]).toEqual([
    {
      seq: 1n,
      type: 'adjustment',
      debit_account: 'adjustments',
      credit_account: 'operator',
      amount_fen: 88880n,
      balance_before_fen: 0n,
      balance_after_fen: 88880n,
    },
  ])
  const audit = await auditRows(started.database, id)
  expect(audit.map((row) => row.operation)).toEqual(['operator_create', 'adjustment'])
  expect(audit[1]).toMatchObject({ actor_kind: 'staff', actor_role: 'super_admin', details: { direction: 'in', amount: '888.80' } })
  expect((await call(`GET /v1/admin/operators/op_${id}`, { token: admin })).body.data).toMatchObject({
    balance: '888.80',
    total_recharged: '0.00',
  })
})

test('an initial balance needs the permission of its own, and then nothing is made', async () => {
  const person = newcomer({ initial_balance: '0.01' })
  const answer = await create(person)
  expect(answer.status).toBe(403)
  expect(answer.body).toMatchObject({ error_code: 'PERMISSION_DENIED', details: { required: 'operator:grant' } } as never)
  expect((await list(`keyword=${person.username}`)).body.total).toBe(0)
  expect((await create({ ...person, initial_balance: '0.00' })).status).toBe(201)
})

test('all faulty fields of a new account are named, unknown ones included: there is money in it', async () => {
  const answer = await create({
    username: 'x',
    password: 'weak',
    name: '',
    phone: '1',
    email: 'e',
    category: 'gold',
    initial_balance: 5,
    balance: '10.00',
  })
  expect(answer.status).toBe(400)
  expect(faultyFields(answer).sort()).toEqual(['balance', 'category', 'email', 'initial_balance', 'name', 'password', 'phone', 'username'])
})

test.each(['-1.00', '1.234', '1e3', '0x10', '１２', ' 1', '1,000.00', '100000000.00', ''])(
  'an initial balance of %p is refused',
  async (initial_balance) => {
    const answer = await create(newcomer({ initial_balance }), boss)
    expect(answer.status).toBe(400)
    expect(faultyFields(answer)).toEqual(['initial_balance'])
  },
)

test('a taken username is refused', async () => {
  const person = newcomer()
  await create(person)
  expect((await create({ ...person, username: person.username.toUpperCase() })).body.error_code).toBe('USERNAME_EXISTS')
})

test('the details show the summary and what stands beside it', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  await aSite(store.operator.id, { deleted: true })
  await aGrant(store.operator.id, await anApplication({ active: false }))
  await authorize(started.url, store, { players: 2 })
  const answer = await call(`GET /v1/admin/operators/op_${store.operator.id}`, { token: admin })
  expect(answer.body).toEqual({
    success: true,
    data: {
      operator_id: `op_${store.operator.id}`,
      username: store.operator.username,
      name: '星空乐园',
      phone: '13800138000',
      email: 'a@example.com',
      category: 'trial',
      balance: '80.00',
      total_consumed: '20.00',
      is_deactivated: false,
      is_locked: false,
      created_at: expect.stringMatching(ISO_TIME),
      total_recharged: '0.00',
      total_sessions: 1,
      last_transaction_at: expect.stringMatching(ISO_TIME),
      authorized_apps_count: 1,
      sites_count: 1,
      updated_at: expect.stringMatching(ISO_TIME),
      category_pinned: false,
      locked_reason: null,
      locked_at: null,
    },
  } as never)
})

test('an id may be bare; another prefix is malformed, an unknown one not found', async () => {
  const operator = await anOperator()
  expect((await call(`GET /v1/admin/operators/${operator.id}`, { token: admin })).status).toBe(200)
  for (const id of [`site_${operator.id}`, 'op_', 'me', '1', `op_${operator.id}x`]) {
    const answer = await call(`GET /v1/admin/operators/${id}`, { token: admin })
    expect(answer.status).toBe(400)
    expect(faultyFields(answer)).toEqual(['operator_id'])
  }
  const unknown = await call(`GET /v1/admin/operators/op_${UNKNOWN}`, { token: admin })
  expect(unknown.status).toBe(404)
  expect(unknown.body).toMatchObject({ error_code: 'OPERATOR_NOT_FOUND', message: '运营商不存在' })
})

test('a lock is in force on the next headset call and session, and unlocking takes it back', async () => {
  const store = await aStore({ balance: '100.00' })
  const session = await operatorToken(store.operator.id)
  const locked = await call(`POST /v1/admin/operators/op_${store.operator.id}/lock`, { token: admin, body: reasoned })
  expect(locked.status).toBe(200)
  expect(locked.body).toMatchObject({
    message: '运营商账户已锁定',
    data: { is_locked: true, locked_reason: reasoned.reason, locked_at: expect.stringMatching(ISO_TIME) },
  } as never)
  const refused = await authorize(started.url, store)
  expect(refused.status).toBe(403)
  expect(refused.body.error_code).toBe('ACCOUNT_LOCKED')
  expect((await call('GET /v1/operators/me', { token: session })).status).toBe(401)
  const unlocked = await call(`POST /v1/admin/operators/op_${store.operator.id}/unlock`, { token: admin, body: reasoned })
  expect(unlocked.body).toMatchObject({
    message: '运营商账户已解锁',
    data: { is_locked: false, locked_reason: null, locked_at: null },
  } as never)
  expect((await authorize(started.url, store)).status).toBe(200)
  const rows = await auditRows(started.database, store.operator.id)
  expect(rows.map((row) => row.operation)).toEqual(['operator_lock', 'operator_unlock'])
  const messages = await started.database
    .owner`SELECT type, title FROM message_notifications WHERE target_operator_id = ${store.operator.id} ORDER BY id`
  expect(messages.map((message) => message.title)).toEqual(['账户已锁定', '账户已解锁'])
})

test('locking twice or unlocking what is open is refused and changes nothing', async () => {
  const operator = await anOperator()
  const state = (verb: string) => call(`POST /v1/admin/operators/op_${operator.id}/${verb}`, { token: admin, body: reasoned })
  expect((await state('unlock')).body.details).toMatchObject([{ field: 'operator_id', reason: 'ALREADY_PROCESSED' }])
  await state('lock')
  const twice = await state('lock')
  expect(twice.status).toBe(400)
  expect(twice.body.error_code).toBe('INVALID_PARAMS')
})

test('an account is closed only at balance 0, and then everything is dead but its history', async () => {
  const store = await aStore({ balance: '10.00' })
  const session = await operatorToken(store.operator.id)
  const close = () => call(`POST /v1/admin/operators/op_${store.operator.id}/deactivate`, { token: admin, body: reasoned })
  const refused = await close()
  expect(refused.status).toBe(400)
  expect(refused.body).toMatchObject({
    error_code: 'BALANCE_NOT_ZERO',
    message: '账户余额为10.00元，请先申请退款后再注销',
    details: { balance: '10.00' },
  } as never)
  expect((await call('GET /v1/operators/me', { token: session })).status).toBe(200)
  await debit(store.operator.id, '10.00')
  const closed = await close()
  expect(closed.status).toBe(200)
  expect(closed.body).toMatchObject({ message: '运营商账户已注销', data: { is_deactivated: true, name: '星空乐园' } } as never)
  expect((await call('GET /v1/operators/me', { token: session })).status).toBe(401)
  expect((await authorize(started.url, store)).body.error_code).toBe('ACCOUNT_DEACTIVATED')
  expect((await close()).body.details).toMatchObject([{ reason: 'ALREADY_PROCESSED' }])
  expect((await call(`POST /v1/admin/operators/op_${store.operator.id}/lock`, { token: admin, body: reasoned })).status).toBe(400)
})

test('money that arrives while an account is being closed is never shut in', async () => {
  for (let round = 0; round < 5; round++) {
    const operator = await anOperator()
    const [closed, credited] = await Promise.allSettled([
      call(`POST /v1/admin/operators/op_${operator.id}/deactivate`, { token: admin, body: reasoned }),
      credit(operator.id, '1.00'),
    ])
    const [row] = await started.database.owner`SELECT balance_fen, deactivated_at FROM operator_accounts WHERE id = ${operator.id}`
    expect(row!.deactivated_at === null || row!.balance_fen === 0n).toBe(true)
    expect([closed.status, credited.status]).toContain('fulfilled')
  }
})

test('a look at the key is in the audit log before the answer', async () => {
  const operator = await anOperator()
  const answer = await call(`GET /v1/admin/operators/op_${operator.id}/api-key`, { token: admin })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({ success: true, data: { api_key: operator.apiKey, generated_at: expect.stringMatching(ISO_TIME) } } as never)
  const rows = await auditRows(started.database, operator.id)
  expect(rows).toMatchObject([{ operation: 'view_api_key', actor_kind: 'staff', actor_role: 'admin', target_id: operator.id }])
})

test('a key that was reset is refused at once; the operator is told, the reason is on record', async () => {
  const operator = await anOperator()
  const answer = await call(`POST /v1/admin/operators/op_${operator.id}/api-key/reset`, { token: admin, body: reasoned })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    success: true,
    message: 'API Key已重置，请通知运营商更新配置',
    data: { api_key: expect.stringMatching(/^[0-9a-f]{64}$/), generated_at: expect.stringMatching(ISO_TIME) },
  } as never)
  expect((await ask(operator.apiKey)).body.error_code).toBe('INVALID_API_KEY')
  expect((await ask(String(answer.body.data.api_key))).status).toBe(200)
  const [message] = await started.database
    .owner`SELECT type, priority, content FROM message_notifications WHERE target_operator_id = ${operator.id}`
  expect(message).toMatchObject({ type: 'security', priority: 'high', content: expect.stringContaining(reasoned.reason) } as never)
  expect(await auditRows(started.database, operator.id)).toMatchObject([{ operation: 'api_key_reset', details: reasoned }])
  const shown = await call(`GET /v1/admin/operators/op_${operator.id}/api-key`, { token: admin })
  expect(shown.body.data.api_key).toBe(answer.body.data.api_key)
})

test.each(['lock', 'unlock', 'deactivate', 'api-key/reset'])(
  '%s needs a reason of 10 to 200 characters and a known operator',
  async (verb) => {
    const operator = await anOperator()
    for (const reason of [undefined, '太短', ' 九个字符的原因呀 ', '长'.repeat(201), 7]) {
      const answer = await call(`POST /v1/admin/operators/op_${operator.id}/${verb}`, { token: admin, body: { reason } })
      expect(answer.status).toBe(400)
      expect(faultyFields(answer)).toEqual(['reason'])
    }
    const unknown = await call(`POST /v1/admin/operators/op_${UNKNOWN}/${verb}`, { token: admin, body: reasoned })
    expect(unknown.status).toBe(404)
    expect(unknown.body.error_code).toBe('OPERATOR_NOT_FOUND')
    expect(comparable(unknown)).not.toContain(operator.username)
  },
)
