import { expect, test } from 'bun:test'
import { generate, generateSecret } from 'otplib'
import { nowMs } from '#src/core/time'
import { seal } from '#src/platform/secrets'
import { totpContext } from '#src/staff/second-factor'
import { auditRows, faultyFields, wireId, withServer } from '#tests/support/api'
import { aStaff, PASSWORD } from '#tests/support/factory'

const { started, call } = withServer()

type Door = 'admin' | 'finance'
const login = (door: Door, username: string, more: object = {}) =>
  call(`POST /v1/auth/${door}/login`, { body: { username, password: PASSWORD, ...more } })

/** A member of staff with a phone that makes codes. */
async function withPhone(role: Parameters<typeof aStaff>[0]) {
  const staff = await aStaff(role)
  const secret = generateSecret()
  const { cipher, version } = seal(secret, totpContext(staff.id))
  await started.database
    .owner`UPDATE admin_accounts SET totp_cipher = ${cipher as Buffer}, totp_version = ${version} WHERE id = ${staff.id}`
  const code = (secondsFromNow = 0) => generate({ secret, epoch: Math.floor(nowMs() / 1000) + secondsFromNow })
  return { staff, code }
}

test.each([
  ['super_admin', 'admin'],
  ['admin', 'admin'],
  ['operator', 'admin'],
  ['analyst', 'analyst'],
] as const)('%s signs in at the administrators’ door and gets a token of role %s for 24 hours', async (role, tokenRole) => {
  const staff = await aStaff(role)
  const answer = await login('admin', staff.username)
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({
    success: true,
    data: {
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_400,
      admin: {
        admin_id: expect.stringMatching(wireId('admin')),
        username: staff.username,
        name: '张发财',
        role,
        permissions: expect.any(Array),
      },
    },
  } as never)
  const claims = JSON.parse(Buffer.from(String(answer.body.data.access_token).split('.')[1]!, 'base64url').toString())
  expect(claims).toMatchObject({ sub: staff.id, role: tokenRole })
  expect(claims.exp - claims.iat).toBe(86_400)
  const { permissions } = answer.body.data.admin as { permissions: string[] }
  expect(permissions.includes('operator:view')).toBe(tokenRole === 'admin')
  expect(permissions.includes('operator:grant')).toBe(role === 'super_admin')
})

test.each(['specialist', 'manager', 'auditor'] as const)('a finance %s signs in at the door of finance', async (grade) => {
  const staff = await aStaff('finance', grade)
  const answer = await login('finance', staff.username)
  expect(answer.status).toBe(200)
  expect(answer.body.data).toEqual({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 86_400,
    finance: { finance_id: `fin_${staff.id}`, username: staff.username, name: '张发财', role: grade },
  } as never)
})

test('the wrong door is named only after the right password', async () => {
  const [finance, admin] = [await aStaff('finance'), await aStaff('admin')]
  for (const [door, staff] of [['admin', finance] as const, ['finance', admin] as const]) {
    expect((await login(door, staff.username, { password: 'Wrong-1234' })).status).toBe(401)
    const right = await login(door, staff.username)
    expect(right.status).toBe(403)
    expect(right.body).toMatchObject({ error_code: 'PERMISSION_DENIED', details: { required: door } } as never)
  }
})

test('a disabled account is refused after the right password', async () => {
  const staff = await aStaff('admin')
  await started.database.owner`UPDATE admin_accounts SET is_active = false WHERE id = ${staff.id}`
  expect((await login('admin', staff.username, { password: 'Wrong-1234' })).status).toBe(401)
  const right = await login('admin', staff.username)
  expect(right.status).toBe(403)
  expect(right.body.error_code).toBe('PERMISSION_DENIED')
})

test('a wrong password and an unknown name are answered alike', async () => {
  const staff = await aStaff('admin')
  const [wrong, unknown] = [
    await login('admin', staff.username, { password: 'Wrong-1234' }),
    await login('admin', 'nobody_here', { password: 'Wrong-1234' }),
  ]
  expect(wrong.status).toBe(401)
  expect(wrong.body.message).toBe('用户名或密码错误')
  expect({ ...wrong.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' })
})

test.each(['admin', 'finance'] as const)('all faulty fields at the door of %s are named at once', async (door) => {
  const missing = await call(`POST /v1/auth/${door}/login`, { body: {} })
  expect(missing.status).toBe(400)
  expect(faultyFields(missing)).toEqual(['username', 'password'])
  const faulty = await call(`POST /v1/auth/${door}/login`, { body: { username: 'ab', password: 'short', totp_code: '12345' } })
  expect(faultyFields(faulty)).toEqual(['username', 'password', 'totp_code'])
})

test('who has a phone needs its code, and each code is good once', async () => {
  const { staff, code } = await withPhone('super_admin')
  const missing = await login('admin', staff.username)
  expect(missing.status).toBe(401)
  expect(missing.body).toMatchObject({ error_code: 'TOTP_REQUIRED', message: '请输入动态验证码' })
  const current = await code()
  expect((await login('admin', staff.username, { totp_code: current })).status).toBe(200)
  const again = await login('admin', staff.username, { totp_code: current })
  expect(again.status).toBe(401)
  expect(again.body.error_code).toBe('UNAUTHORIZED')
})

test('a phone half a minute off still works, two minutes off does not; an older code than the last is dead', async () => {
  const { staff, code } = await withPhone('admin')
  expect((await login('admin', staff.username, { totp_code: await code(-120) })).status).toBe(401)
  expect((await login('admin', staff.username, { totp_code: await code(30) })).status).toBe(200)
  expect((await login('admin', staff.username, { totp_code: await code() })).status).toBe(401)
})

test('one code opens one session, however many ask at once', async () => {
  const { staff, code } = await withPhone('admin')
  const current = await code()
  const answers = await Promise.all(Array.from({ length: 4 }, () => login('admin', staff.username, { totp_code: current })))
  expect(answers.filter((answer) => answer.status === 200).length).toBeLessThanOrEqual(1)
  const [row] = await started.database.owner`SELECT count(*)::int AS n FROM auth_sessions WHERE admin_id = ${staff.id}`
  expect(row!.n).toBe(answers.filter((answer) => answer.status === 200).length)
})

test('codes cannot be guessed without end, not even by way of the other door', async () => {
  const { staff } = await withPhone('finance')
  const statuses: number[] = []
  for (let guess = 0; guess < 8; guess++) {
    statuses.push((await login('finance', staff.username, { totp_code: String(100_000 + guess) })).status)
    statuses.push((await login('admin', staff.username)).status)
  }
  expect(statuses.filter((status) => status !== 429).length).toBeLessThanOrEqual(5)
})

test('after 5 failures our people wait too', async () => {
  const staff = await aStaff('admin')
  for (let failure = 0; failure < 5; failure++) await login('admin', staff.username, { password: 'Wrong-1234' })
  const answer = await login('admin', staff.username)
  expect(answer.status).toBe(429)
  expect(answer.body).toMatchObject({ error_code: 'RATE_LIMIT_EXCEEDED', details: { scope: 'login' } } as never)
})

test('an operator of the same name is another account: its failures are its own', async () => {
  const staff = await aStaff('admin')
  for (let failure = 0; failure < 5; failure++) {
    await call('POST /v1/auth/operators/login', { body: { username: staff.username, password: 'Wrong-1234' } })
  }
  expect((await login('admin', staff.username)).status).toBe(200)
})

test.each([
  ['admin', 'admin'],
  ['analyst', 'admin'],
  ['finance', 'finance'],
] as const)('%s signs out at once and for good, both on record', async (role, door) => {
  const staff = await aStaff(role, 'auditor')
  const { body } = await login(door, staff.username)
  const token = String(body.data.access_token)
  const out = await call(`POST /v1/auth/${door}/logout`, { token })
  expect(out.status).toBe(200)
  expect(out.body).toEqual({ success: true, message: '已退出登录', data: null } as never)
  expect((await call(`POST /v1/auth/${door}/logout`, { token })).status).toBe(401)
  const rows = await auditRows(started.database, staff.id)
  expect(rows.map((row) => [row.operation, row.actor_kind])).toEqual([
    ['login', 'staff'],
    ['logout', 'staff'],
  ])
})
