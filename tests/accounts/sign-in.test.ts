import { expect, test } from 'bun:test'
import { anAddress, auditRows, faultyFields, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff, PASSWORD } from '#tests/support/factory'

const { started, call } = withServer()

const login = (username: string, password: string, headers: Record<string, string> = {}) =>
  call('POST /v1/auth/operators/login', { body: { username, password }, headers })
const signedIn = async (username: string) => String((await login(username, PASSWORD)).body.data.access_token)
const reasoned = { reason: '测试人员要求的操作说明' }

test('the right password gives a token for 30 days that opens the own account', async () => {
  const operator = await anOperator()
  const answer = await login(operator.username, PASSWORD)
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    success: true,
    data: {
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 2_592_000,
      operator: { operator_id: `op_${operator.id}`, username: operator.username, name: '星空乐园', category: 'trial' },
    },
  } as never)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const claims = JSON.parse(Buffer.from(String(answer.body.data.access_token).split('.')[1]!, 'base64url').toString())
  expect(Object.keys(claims).sort()).toEqual(['exp', 'iat', 'jti', 'role', 'sid', 'sub'])
  expect(claims).toMatchObject({ sub: operator.id, role: 'operator' })
  expect(claims.exp - claims.iat).toBe(2_592_000)
  const me = await call('GET /v1/operators/me', { token: String(answer.body.data.access_token) })
  expect(me.body.data.operator_id).toBe(`op_${operator.id}`)
})

test('two logins never share a token, and the name counts without regard to case', async () => {
  const operator = await anOperator()
  const [first, second] = await Promise.all([login(operator.username, PASSWORD), login(operator.username.toUpperCase(), PASSWORD)])
  expect(first.status).toBe(200)
  expect(second.status).toBe(200)
  expect(first.body.data.access_token).not.toBe(second.body.data.access_token)
})

test('the session keeps only a hash of what the token carries', async () => {
  const operator = await anOperator()
  const token = await signedIn(operator.username)
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
  const [row] = await started.database.owner`SELECT auth_sessions::text AS everything FROM auth_sessions WHERE operator_id = ${operator.id}`
  expect(row!.everything).not.toContain(jti)
  expect(row!.everything).not.toContain(Buffer.from(jti).toString('hex'))
})

test('a wrong password and an unknown name are answered alike', async () => {
  const operator = await anOperator()
  const wrong = await login(operator.username, 'Wrong-1234')
  const unknown = await login('nobody_here', 'Wrong-1234')
  expect(wrong.status).toBe(401)
  expect(wrong.body).toMatchObject({ error_code: 'UNAUTHORIZED', message: '用户名或密码错误', details: { reason: 'credentials' } } as never)
  expect({ ...wrong.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' })
})

test('a wrong password and an unknown name take the same time', async () => {
  const names = await Promise.all(Array.from({ length: 5 }, () => anOperator()))
  const timed = async (username: string) => {
    const start = performance.now()
    await login(username, 'Wrong-1234')
    return performance.now() - start
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!
  const [known, unknown]: [number[], number[]] = [[], []]
  await timed('warm_up')
  for (let round = 0; round < 4; round++) {
    for (const [index, { username }] of names.entries()) {
      known.push(await timed(username))
      unknown.push(await timed(`ghost_${index}`))
    }
  }
  // A look-up alone takes about 1 ms, a password check more than 10: leaving the check out would show at once.
  expect(median(unknown)).toBeGreaterThan(median(known) / 2)
  expect(median(unknown)).toBeLessThan(median(known) * 2)
})

test.each([
  [{}, ['username', 'password']],
  [{ username: '', password: '' }, ['username', 'password']],
  [{ username: 'someone' }, ['password']],
  [{ username: 7, password: null }, ['username', 'password']],
])('login with %j names every faulty field', async (body, fields) => {
  const answer = await call('POST /v1/auth/operators/login', { body })
  expect(answer.status).toBe(400)
  expect(answer.body.error_code).toBe('INVALID_PARAMS')
  expect(faultyFields(answer)).toEqual(fields)
})

test('a locked account is named only after the right password', async () => {
  const operator = await anOperator()
  const token = await staffToken((await aStaff('admin')).id)
  await call(`POST /v1/admin/operators/op_${operator.id}/lock`, { token, body: reasoned })
  expect((await login(operator.username, 'Wrong-1234')).body).toMatchObject({ error_code: 'UNAUTHORIZED' })
  const right = await login(operator.username, PASSWORD)
  expect(right.status).toBe(403)
  expect(right.body).toMatchObject({
    error_code: 'ACCOUNT_LOCKED',
    message: '账户已锁定，请联系管理员',
    details: { reason: reasoned.reason },
  } as never)
})

test('a closed account is named only after the right password', async () => {
  const operator = await anOperator()
  const token = await staffToken((await aStaff('admin')).id)
  await call(`POST /v1/admin/operators/op_${operator.id}/deactivate`, { token, body: reasoned })
  expect((await login(operator.username, 'Wrong-1234')).body).toMatchObject({ error_code: 'UNAUTHORIZED' })
  const right = await login(operator.username, PASSWORD)
  expect(right.status).toBe(403)
  expect(right.body).toMatchObject({ error_code: 'ACCOUNT_DEACTIVATED', message: '账户已注销，无法登录' })
})

test('logout ends the session at once, on the server; the other logins go on', async () => {
  const operator = await anOperator()
  const [first, second] = [await signedIn(operator.username), await signedIn(operator.username)]
  const out = await call('POST /v1/auth/operators/logout', { token: first })
  expect(out.status).toBe(200)
  expect(out.body).toEqual({ success: true, message: '已退出登录', data: null } as never)
  const again = await call('POST /v1/auth/operators/logout', { token: first })
  expect(again.status).toBe(401)
  expect(again.body).toMatchObject({ error_code: 'UNAUTHORIZED', message: '认证失败，请重新登录', details: { reason: 'revoked' } } as never)
  expect((await call('GET /v1/operators/me', { token: first })).status).toBe(401)
  expect((await call('GET /v1/operators/me', { token: second })).status).toBe(200)
})

test('login and logout are in the audit log with the address', async () => {
  const operator = await anOperator()
  const address = anAddress()
  const { body } = await login(operator.username, PASSWORD, { 'X-Forwarded-For': address })
  await call('POST /v1/auth/operators/logout', { token: String(body.data.access_token) })
  const rows = await auditRows(started.database, operator.id)
  expect(rows.map((row) => row.operation)).toEqual(['login', 'logout'])
  expect(rows[0]).toMatchObject({ actor_kind: 'operator', actor_role: 'operator', ip: address, details: { door: 'api' } })
})

test('a lock acts on the next call of every session', async () => {
  const operator = await anOperator()
  const session = await signedIn(operator.username)
  const admin = await staffToken((await aStaff('operator')).id)
  expect((await call('GET /v1/operators/me', { token: session })).status).toBe(200)
  await call(`POST /v1/admin/operators/op_${operator.id}/lock`, { token: admin, body: reasoned })
  const next = await call('GET /v1/operators/me', { token: session })
  expect(next.status).toBe(401)
  expect(next.body.details).toEqual({ reason: 'revoked' } as never)
  await call(`POST /v1/admin/operators/op_${operator.id}/unlock`, { token: admin, body: reasoned })
  expect((await call('GET /v1/operators/me', { token: session })).status).toBe(401)
  expect((await login(operator.username, PASSWORD)).status).toBe(200)
})

test('after 5 failures even the right password has to wait, wherever it comes from', async () => {
  const operator = await anOperator()
  for (let failure = 0; failure < 5; failure++) expect((await login(operator.username, 'Wrong-1234')).status).toBe(401)
  const answer = await login(operator.username, PASSWORD)
  expect(answer.status).toBe(429)
  expect(answer.body).toMatchObject({
    error_code: 'RATE_LIMIT_EXCEEDED',
    details: { scope: 'login', limit: 5, window_seconds: 900 },
  } as never)
  const wait = Number(answer.headers.get('retry-after'))
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(15)
  expect(answer.body.message).toBe(`登录失败次数过多，请${wait}秒后再试`)
})

test('an unknown name waits like a known one', async () => {
  for (let failure = 0; failure < 5; failure++) await login('no_such_name', 'Wrong-1234')
  expect((await login('no_such_name', 'Wrong-1234')).status).toBe(429)
})

test('the right password ends the count of failures', async () => {
  const operator = await anOperator()
  for (let round = 0; round < 3; round++) {
    for (let failure = 0; failure < 4; failure++) expect((await login(operator.username, 'Wrong-1234')).status).toBe(401)
    expect((await login(operator.username, PASSWORD)).status).toBe(200)
  }
})

test('of 50 guesses sent at once at most 5 are looked at', async () => {
  const operator = await anOperator()
  const answers = await Promise.all(Array.from({ length: 50 }, (_, guess) => login(operator.username, `Guess-${1000 + guess}`)))
  const looked = answers.filter((answer) => answer.status === 401)
  expect(looked.length).toBeLessThanOrEqual(5)
  expect(answers.filter((answer) => answer.status === 429)).toHaveLength(50 - looked.length)
})

test('20 failures from one address make that address wait, whatever names it tries', async () => {
  const headers = { 'X-Forwarded-For': anAddress() }
  for (let name = 0; name < 20; name++) expect((await login(`spray_${name}`, 'Wrong-1234', headers)).status).toBe(401)
  const operator = await anOperator()
  expect((await login(operator.username, PASSWORD, headers)).status).toBe(429)
  expect((await login(operator.username, PASSWORD)).status).toBe(200)
})

test('an operator cannot sign in at the doors of our people', async () => {
  const operator = await anOperator()
  for (const door of ['admin', 'finance']) {
    const answer = await call(`POST /v1/auth/${door}/login`, { body: { username: operator.username, password: PASSWORD } })
    expect(answer.status).toBe(401)
    expect(answer.body.error_code).toBe('UNAUTHORIZED')
  }
})
