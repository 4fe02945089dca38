import { expect, test } from 'bun:test'
import { anAddress, auditRows, faultyFields, ISO_TIME, wireId, withServer } from '#tests/support/api'
import { signedCall } from '#tests/support/client'

const { started, call } = withServer()

let counter = 0
const visitor = (more: object = {}) => ({
  username: `visitor_${++counter}`,
  password: 'Passw0rd-1',
  name: '星空乐园',
  phone: '13800138000',
  email: 'boss@example.com',
  ...more,
})
const register = (body: unknown, headers: Record<string, string> = {}) => call('POST /v1/auth/operators/register', { body, headers })

test('a visitor gets an account in tier trial with balance 0 and a key that works at once', async () => {
  const person = visitor()
  const answer = await register(person)
  expect(answer.status).toBe(201)
  expect(answer.body).toEqual({
    success: true,
    message: '注册成功',
    data: {
      operator_id: expect.stringMatching(wireId('op')),
      username: person.username,
      api_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      category: 'trial',
      balance: '0.00',
      created_at: expect.stringMatching(ISO_TIME),
    },
  } as never)
  const signed = await signedCall(started.url, { apiKey: String(answer.body.data.api_key), method: 'GET', path: '/v1/game/sites' })
  expect(signed.status).toBe(200)
})

test('the API key is kept encrypted and the password hashed with argon2id of 19 MiB', async () => {
  const person = visitor()
  const { body } = await register(person)
  const [row] = await started.database.owner`
    SELECT password_hash, encode(api_key_cipher, 'escape') AS cipher, operator_accounts::text AS everything
    FROM operator_accounts WHERE username = ${person.username}`
  expect(row!.password_hash).toStartWith('$argon2id$v=19$m=19456,t=2')
  expect(row!.everything).not.toContain(String(body.data.api_key))
  expect(row!.everything).not.toContain(person.password)
})

test('registering is written to the audit log without secrets', async () => {
  const person = visitor()
  const { body } = await register(person)
  const rows = await auditRows(started.database, String(body.data.operator_id).slice(3))
  expect(rows).toMatchObject([{ operation: 'register', actor_kind: 'operator', details: { username: person.username } }])
  expect(JSON.stringify(rows)).not.toContain(person.password)
  expect(JSON.stringify(rows)).not.toContain(String(body.data.api_key))
})

test('all faulty fields are named at once', async () => {
  const answer = await register({ username: 'ab', password: 'weak', name: 'x', phone: '12345', email: 'nobody' })
  expect(answer.status).toBe(400)
  expect(answer.body.error_code).toBe('INVALID_PARAMS')
  expect(faultyFields(answer)).toEqual(['username', 'password', 'name', 'phone', 'email'])
  expect(answer.body.message).toStartWith('请求参数验证失败：username')
  expect(answer.body.request_id).toBe(answer.headers.get('x-request-id')!)
})

test('missing fields are named too, an empty call names all of them', async () => {
  const answer = await register({})
  expect(faultyFields(answer)).toEqual(['username', 'password', 'name', 'phone', 'email'])
  expect(answer.body.details[0]!.message).toBe('不能为空')
})

test.each([
  ['username', 'ab'],
  ['username', 'a'.repeat(21)],
  ['username', '有汉字'],
  ['username', 'with space'],
  ['username', 12345],
  ['password', 'Sh0rt'],
  ['password', 'nouppercase1'],
  ['password', 'NOLOWERCASE1'],
  ['password', 'NoDigitsHere'],
  ['password', `Aa1${'x'.repeat(30)}`],
  ['name', ' x '],
  ['name', '名'.repeat(51)],
  ['name', 'bell\u0007'],
  ['name', null],
  ['phone', '12800138000'],
  ['phone', '1380013800'],
  ['phone', '+8613800138000'],
  ['email', 'a@b'],
  ['email', 'a b@example.com'],
  ['email', `${'a'.repeat(60)}@${'b'.repeat(63)}.${'c'.repeat(10)}.com`],
])('%s %p is refused', async (field, value) => {
  const answer = await register(visitor({ [field]: value }))
  expect(answer.status).toBe(400)
  expect(faultyFields(answer)).toEqual([field])
})

test('a username is taken without regard to case', async () => {
  const person = visitor({ username: 'Star_Land' })
  expect((await register(person)).status).toBe(201)
  const answer = await register(visitor({ username: 'sTAR_lAND' }))
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({ error_code: 'USERNAME_EXISTS', message: '用户名已被注册，请更换' })
})

test('of ten who register the same name at once, one gets it', async () => {
  const person = visitor()
  const answers = await Promise.all(Array.from({ length: 10 }, () => register(person)))
  expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(400)])
})

test('fields that are not ours to give never take effect', async () => {
  const person = visitor({
    role: 'admin',
    balance: '1000.00',
    balance_fen: 100000,
    category: 'vip',
    operator_id: 'op_x',
    is_locked: true,
    api_key: 'f'.repeat(64),
  })
  const answer = await register(person)
  expect(answer.status).toBe(201)
  expect(answer.body.data).toMatchObject({ category: 'trial', balance: '0.00' })
  const [row] = await started.database.owner`
    SELECT balance_fen, category, is_locked, category_pinned FROM operator_accounts WHERE username = ${person.username}`
  expect(row).toEqual({ balance_fen: 0n, category: 'trial', is_locked: false, category_pinned: false })
})

test.each([
  ['no JSON', '{"username":', 400, 'INVALID_PARAMS'],
  ['a list', '[]', 400, 'INVALID_PARAMS'],
  ['a duplicate key', '{"username":"a_b_c","username":"d_e_f"}', 400, 'INVALID_PARAMS'],
  ['a NUL', '{"username":"abc\\u0000"}', 400, 'INVALID_PARAMS'],
  ['a lone surrogate', '{"name":"\\ud800"}', 400, 'INVALID_PARAMS'],
  ['20,000 levels', `${'['.repeat(20_000)}`, 400, 'INVALID_PARAMS'],
  ['more than 1 MiB', `{"name":"${'x'.repeat(1_048_577)}"}`, 413, 'PAYLOAD_TOO_LARGE'],
])('a body with %s is refused and nothing is stored', async (_, raw, status, code) => {
  const before = await started.database.owner`SELECT count(*) AS n FROM operator_accounts`
  const answer = await call('POST /v1/auth/operators/register', { raw })
  expect(answer.status).toBe(status)
  expect(answer.body.error_code).toBe(code)
  expect(await started.database.owner`SELECT count(*) AS n FROM operator_accounts`).toEqual(before)
})

test('another media type is refused', async () => {
  const answer = await register(visitor(), { 'Content-Type': 'text/plain' })
  expect(answer.status).toBe(415)
  expect(answer.body.error_code).toBe('UNSUPPORTED_MEDIA_TYPE')
})

test('an address may ask 100 times a minute, faulty calls included; another address is not held up', async () => {
  const headers = { 'X-Forwarded-For': anAddress() }
  const answers = await Promise.all(Array.from({ length: 101 }, () => register({}, headers)))
  const refused = answers.filter((answer) => answer.status === 429)
  expect(refused).toHaveLength(1)
  expect(refused[0]!.body).toMatchObject({
    error_code: 'RATE_LIMIT_EXCEEDED',
    details: { scope: 'ip', limit: 100, window_seconds: 60 },
  } as never)
  expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await register({})).status).toBe(400)
})

test('messages are English for those who ask for English', async () => {
  const answer = await register(visitor({ phone: '1' }), { 'Accept-Language': 'en-GB,en' })
  expect(answer.body).toMatchObject({ message: 'Invalid request: phone must be an 11-digit mobile number' })
})

test('/api/v1 is the same place', async () => {
  const answer = await call('POST /api/v1/auth/operators/register', { body: visitor() })
  expect(answer.status).toBe(201)
})
