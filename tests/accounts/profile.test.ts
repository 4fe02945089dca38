import { expect, test } from 'bun:test'
import { instant } from '#src/core/time'
import { auditRows, comparable, faultyFields, ISO_TIME, operatorToken, staffToken, UUID_TEXT, withServer } from '#tests/support/api'
import { authorize, signedCall } from '#tests/support/client'
import { anOperator, aStaff, aStore, credit, PASSWORD } from '#tests/support/factory'

const { started, call } = withServer()

const login = (username: string, password: string) => call('POST /v1/auth/operators/login', { body: { username, password } })
const anOperatorWithToken = async (options: Parameters<typeof anOperator>[0] = {}) => {
  const operator = await anOperator(options)
  return { operator, token: await operatorToken(operator.id) }
}

test('an operator sees its profile', async () => {
  const { operator, token } = await anOperatorWithToken({ balance: '12.30', category: 'vip' })
  const answer = await call('GET /v1/operators/me', { token })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    success: true,
    data: {
      operator_id: `op_${operator.id}`,
      username: operator.username,
      name: '星空乐园',
      phone: '13800138000',
      email: 'a@example.com',
      category: 'vip',
      balance: '12.30',
      created_at: expect.stringMatching(ISO_TIME),
      updated_at: expect.stringMatching(ISO_TIME),
    },
  } as never)
})

test('an operator changes name, phone and e-mail, one or all', async () => {
  const { operator, token } = await anOperatorWithToken()
  const one = await call('PUT /v1/operators/me', { token, body: { name: '  月光乐园 ' } })
  expect(one.status).toBe(200)
  expect(one.body).toMatchObject({ success: true, message: '信息更新成功', data: { name: '月光乐园', phone: '13800138000' } } as never)
  const all = await call('PUT /v1/operators/me', { token, body: { name: '星光', phone: '13900139000', email: 'New@example.com' } })
  expect(all.body.data).toMatchObject({ name: '星光', phone: '13900139000', email: 'New@example.com' })
  expect((await call('GET /v1/operators/me', { token })).body.data).toEqual(all.body.data)
  const [, last] = await auditRows(started.database, operator.id)
  expect(last).toMatchObject({
    operation: 'operator_update',
    details: { before: { name: '月光乐园', phone: '13800138000' }, after: { name: '星光' } },
  })
})

test('a change of nothing, or of nothing that is ours to change, is refused', async () => {
  const { token } = await anOperatorWithToken()
  for (const body of [{}, { username: 'other_name', balance: '100.00' }]) {
    const answer = await call('PUT /v1/operators/me', { token, body })
    expect(answer.status).toBe(400)
    expect(answer.body.details).toEqual([{ field: 'body', message: '至少需要一个要修改的字段' }] as never)
  }
})

test('all faulty fields of a change are named and nothing changes', async () => {
  const { token } = await anOperatorWithToken()
  const answer = await call('PUT /v1/operators/me', { token, body: { name: '一', phone: '110', email: '@' } })
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual(['name', 'phone', 'email'])
  expect((await call('GET /v1/operators/me', { token })).body.data.name).toBe('星空乐园')
})

test('role, tier, balance, state and owner cannot be slipped into a change', async () => {
  const { operator, token } = await anOperatorWithToken()
  const other = await anOperator()
  const body = {
    name: '改名',
    username: 'admin',
    category: 'vip',
    balance: '9999.00',
    balance_fen: 999900,
    role: 'admin',
    operator_id: `op_${other.id}`,
    id: other.id,
    is_locked: true,
    api_key: 'f'.repeat(64),
    password_hash: 'x',
  }
  const answer = await call('PUT /v1/operators/me', { token, body })
  expect(answer.body.data).toMatchObject({
    operator_id: `op_${operator.id}`,
    username: operator.username,
    category: 'trial',
    balance: '0.00',
  })
  expect((await login(operator.username, PASSWORD)).status).toBe(200)
  const [untouched] = await started.database.owner`SELECT name FROM operator_accounts WHERE id = ${other.id}`
  expect(untouched!.name).toBe('星空乐园')
})

test('the balance page adds up and is null-safe before the first movement', async () => {
  const { token } = await anOperatorWithToken()
  const answer = await call('GET /v1/operators/me/balance', { token })
  expect(answer.body).toEqual({
    success: true,
    data: {
      balance: '0.00',
      total_recharged: '0.00',
      total_consumed: '0.00',
      total_refunded: '0.00',
      last_transaction_at: null,
      category: 'trial',
    },
  } as never)
})

test('the balance follows a game at once', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const token = await operatorToken(store.operator.id)
  const game = await authorize(started.url, store, { players: 3 })
  const { data } = (await call('GET /v1/operators/me/balance', { token })).body
  expect(data).toMatchObject({
    balance: '70.00',
    total_consumed: '30.00',
    total_recharged: '0.00',
    last_transaction_at: game.body.data!.authorized_at,
  })
})

test('a new API key works and the old one is refused on the next call', async () => {
  const { operator, token } = await anOperatorWithToken()
  const ask = (apiKey: string) => signedCall(started.url, { apiKey, method: 'GET', path: '/v1/game/sites' })
  expect((await ask(operator.apiKey)).status).toBe(200)
  const answer = await call('POST /v1/operators/me/api-key/regenerate', { token, body: { password: PASSWORD } })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    success: true,
    data: { api_key: expect.stringMatching(/^[0-9a-f]{64}$/), generated_at: expect.stringMatching(ISO_TIME) },
  } as never)
  const old = await ask(operator.apiKey)
  expect(old.status).toBe(401)
  expect(old.body.error_code).toBe('INVALID_API_KEY')
  expect((await ask(String(answer.body.data.api_key))).status).toBe(200)
  const [message] = await started.database
    .owner`SELECT type, title, content FROM message_notifications WHERE target_operator_id = ${operator.id}`
  expect(message).toMatchObject({ type: 'security', title: 'API Key已更换' })
  expect(JSON.stringify([message, await auditRows(started.database, operator.id)])).not.toContain(String(answer.body.data.api_key))
})

test('without the right password the key stays as it is, and guessing is slowed down', async () => {
  const { operator, token } = await anOperatorWithToken()
  const regenerate = (body: unknown) => call('POST /v1/operators/me/api-key/regenerate', { token, body })
  expect(faultyFields(await regenerate({}))).toEqual(['password'])
  for (let guess = 0; guess < 5; guess++) {
    const wrong = await regenerate({ password: 'Wrong-1234' })
    expect(wrong.status).toBe(401)
    expect(wrong.body).toMatchObject({ error_code: 'UNAUTHORIZED', message: '密码验证失败', details: { reason: 'credentials' } } as never)
  }
  expect((await regenerate({ password: PASSWORD })).status).toBe(429)
  expect((await signedCall(started.url, { apiKey: operator.apiKey, method: 'GET', path: '/v1/game/sites' })).status).toBe(200)
})

test('a new password ends all other sessions and keeps this one', async () => {
  const { operator, token } = await anOperatorWithToken()
  const other = await operatorToken(operator.id)
  const answer = await call('POST /v1/auth/password', { token, body: { old_password: PASSWORD, new_password: 'N3w-Passw0rd' } })
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({ success: true, message: '密码已修改', data: null } as never)
  expect((await call('GET /v1/operators/me', { token })).status).toBe(200)
  expect((await call('GET /v1/operators/me', { token: other })).body.details).toEqual({ reason: 'revoked' } as never)
  expect((await login(operator.username, PASSWORD)).status).toBe(401)
  expect((await login(operator.username, 'N3w-Passw0rd')).status).toBe(200)
  expect((await auditRows(started.database, operator.id)).map((row) => row.operation)).toEqual(['password_change', 'login'])
})

test('our people change their password the same way', async () => {
  const staff = await aStaff('finance', 'auditor')
  const [token, other] = [await staffToken(staff.id), await staffToken(staff.id)]
  const answer = await call('POST /v1/auth/password', { token, body: { old_password: PASSWORD, new_password: 'N3w-Passw0rd' } })
  expect(answer.status).toBe(200)
  expect((await call('POST /v1/auth/finance/logout', { token: other })).status).toBe(401)
  expect((await call('POST /v1/auth/finance/login', { body: { username: staff.username, password: 'N3w-Passw0rd' } })).status).toBe(200)
})

test('a change of password needs the old one and a good new one', async () => {
  const { operator, token } = await anOperatorWithToken()
  const change = (body: unknown) => call('POST /v1/auth/password', { token, body })
  expect(faultyFields(await change({}))).toEqual(['old_password', 'new_password'])
  expect(faultyFields(await change({ old_password: PASSWORD, new_password: 'weak' }))).toEqual(['new_password'])
  const wrong = await change({ old_password: 'Wrong-1234', new_password: 'N3w-Passw0rd' })
  expect(wrong.status).toBe(401)
  expect(wrong.body.message).toBe('密码验证失败')
  expect((await login(operator.username, PASSWORD)).status).toBe(200)
})

test('of logins and a change of password at the same moment no session of the old password stays', async () => {
  const { operator, token } = await anOperatorWithToken()
  const [logins] = await Promise.all([
    Promise.all(Array.from({ length: 4 }, () => login(operator.username, PASSWORD))),
    call('POST /v1/auth/password', { token, body: { old_password: PASSWORD, new_password: 'N3w-Passw0rd' } }),
  ])
  for (const answer of logins) {
    if (answer.status !== 200) continue
    expect((await call('GET /v1/operators/me', { token: String(answer.body.data.access_token) })).status).toBe(401)
  }
  expect((await call('GET /v1/operators/me', { token })).status).toBe(200)
})

test('an operator lists its logins and ends one of them', async () => {
  const { operator, token } = await anOperatorWithToken()
  const lost = await operatorToken(operator.id)
  await operatorToken((await anOperator()).id)
  const answer = await call('GET /v1/operators/me/sessions', { token })
  expect(answer.status).toBe(200)
  const sessions = answer.body.data.sessions as Record<string, unknown>[]
  expect(sessions).toHaveLength(2)
  expect(sessions[1]).toEqual({
    session_id: expect.stringMatching(new RegExp(`^${UUID_TEXT}$`)),
    door: 'api',
    ip: '127.0.0.1',
    user_agent: 'test',
    created_at: expect.stringMatching(ISO_TIME),
    expires_at: expect.stringMatching(ISO_TIME),
    is_current: true,
  } as never)
  expect(instant(String(sessions[1]!.expires_at)) > instant(String(sessions[1]!.created_at))).toBe(true)
  const ended = await call(`DELETE /v1/operators/me/sessions/${sessions[0]!.session_id}`, { token })
  expect(ended.status).toBe(200)
  expect(ended.body).toEqual({ success: true, message: '登录已下线', data: null } as never)
  expect((await call('GET /v1/operators/me', { token: lost })).status).toBe(401)
  expect((await call(`DELETE /v1/operators/me/sessions/${sessions[0]!.session_id}`, { token })).status).toBe(404)
})

test("somebody else's session is answered like one that never was, and goes on", async () => {
  const mine = await anOperatorWithToken()
  const theirs = await anOperatorWithToken()
  const [session] = (await call('GET /v1/operators/me/sessions', { token: theirs.token })).body.data.sessions as { session_id: string }[]
  const foreign = await call(`DELETE /v1/operators/me/sessions/${session!.session_id}`, { token: mine.token })
  const unknown = await call('DELETE /v1/operators/me/sessions/019b7a00-0000-7000-8000-000000000001', { token: mine.token })
  expect(foreign.status).toBe(404)
  expect(foreign.body.error_code).toBe('SESSION_NOT_FOUND')
  expect(comparable(foreign)).toBe(comparable(unknown))
  expect((await call('GET /v1/operators/me', { token: theirs.token })).status).toBe(200)
})

test('a malformed session id is a faulty field', async () => {
  const { token } = await anOperatorWithToken()
  const answer = await call('DELETE /v1/operators/me/sessions/..%2f..%2fetc%2fpasswd', { token })
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual(['session_id'])
})

test('a credit is no recharge: the totals tell them apart', async () => {
  const { operator, token } = await anOperatorWithToken()
  await credit(operator.id, '5.00')
  const { data } = (await call('GET /v1/operators/me/balance', { token })).body
  expect(data).toMatchObject({ balance: '5.00', total_recharged: '0.00' })
  expect(data.last_transaction_at).toMatch(ISO_TIME)
})
