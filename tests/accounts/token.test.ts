import { beforeAll, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { liveSessions, openSession } from '#src/accounts/sessions'
import { newId } from '#src/core/ids'
import { addSeconds, now, nowMs, stopwatch } from '#src/core/time'
import { config } from '#src/platform/config'
import { transaction } from '#src/platform/database'
import { anInfo, operatorToken, staffToken, withServer } from '#tests/support/api'
import { anOperator, aStaff, type TestOperator } from '#tests/support/factory'

const { started, call } = withServer()
let operator: TestOperator
let good: string
beforeAll(async () => {
  operator = await anOperator()
  good = await operatorToken(operator.id)
})

type Part = Record<string, unknown>
const encoded = (part: Part): string => Buffer.from(JSON.stringify(part)).toString('base64url')
const decoded = (token: string, index: number): Part => JSON.parse(Buffer.from(token.split('.')[index]!, 'base64url').toString())

/** A token of the given parts, truly signed with the HMAC its header names; with HS256 when it names another kind. */
function forged(header: Part, claims: Part, secret: string = config().JWT_SECRET): string {
  const text = `${encoded(header)}.${encoded(claims)}`
  return `${text}.${createHmac(header.alg === 'HS512' ? 'sha512' : 'sha256', secret)
    .update(text)
    .digest('base64url')}`
}
const HEADER = { alg: 'HS256', typ: 'JWT' }
const without = (claim: string): Part => Object.fromEntries(Object.entries(decoded(good, 1)).filter(([key]) => key !== claim))

async function refusalOf(authorization: string | undefined): Promise<unknown> {
  const answer = await call('GET /v1/operators/me', { headers: authorization === undefined ? {} : { Authorization: authorization } })
  expect(answer.status).toBe(401)
  expect(answer.body).toMatchObject({ success: false, error_code: 'UNAUTHORIZED', message: '认证失败，请重新登录' })
  return answer.body.details.reason
}

test('a token of ours is good', async () => {
  expect((await call('GET /v1/operators/me', { token: good })).status).toBe(200)
  expect((await call('GET /v1/operators/me', { token: forged(HEADER, decoded(good, 1)) })).status).toBe(200)
})

test('no token at all is missing', async () => expect(await refusalOf(undefined)).toBe('missing'))

test.each([
  ['no token', () => 'Bearer'],
  ['two parts', () => `Bearer ${good.split('.').slice(0, 2).join('.')}`],
  ['another scheme', () => `Basic ${good}`],
  ['no scheme', () => good],
  ['letters behind it', () => `Bearer ${good} x`],
  ['words instead', () => 'Bearer not-a-token'],
  ['alg none without signature', () => `Bearer ${encoded({ alg: 'none' })}.${encoded(decoded(good, 1))}.`],
  ['alg none with its old signature', () => `Bearer ${encoded({ alg: 'none' })}.${good.split('.')[1]}.${good.split('.')[2]}`],
  ['alg HS512 in the header', () => `Bearer ${forged({ alg: 'HS512' }, decoded(good, 1))}`],
  ['alg RS256 in the header', () => `Bearer ${forged({ alg: 'RS256' }, decoded(good, 1))}`],
  ['a kid that is a path', () => `Bearer ${forged({ ...HEADER, kid: '../../dev/null' }, decoded(good, 1), '')}`],
  ['another secret', () => `Bearer ${forged(HEADER, decoded(good, 1), 'another-secret-of-at-least-32-bytes!')}`],
  ['a changed subject', () => `Bearer ${good.split('.')[0]}.${encoded({ ...decoded(good, 1), sub: newId() })}.${good.split('.')[2]}`],
  ['a changed role', () => `Bearer ${good.split('.')[0]}.${encoded({ ...decoded(good, 1), role: 'admin' })}.${good.split('.')[2]}`],
  ['no exp', () => `Bearer ${forged(HEADER, without('exp'))}`],
  ['no jti', () => `Bearer ${forged(HEADER, without('jti'))}`],
  ['no sid', () => `Bearer ${forged(HEADER, without('sid'))}`],
  ['no sub', () => `Bearer ${forged(HEADER, without('sub'))}`],
  ['an exp that is text', () => `Bearer ${forged(HEADER, { ...decoded(good, 1), exp: '9999999999' })}`],
])('a token with %s is malformed', async (_, authorization) => {
  expect(await refusalOf(authorization())).toBe('malformed')
})

test('a token past its time is expired', async () => {
  const seconds = Math.floor(nowMs() / 1000)
  expect(await refusalOf(`Bearer ${forged(HEADER, { ...decoded(good, 1), exp: seconds - 1 })}`)).toBe('expired')
})

test('a session past its time is expired even if the token claims more', async () => {
  const info = {
    id: newId(),
    ip: '127.0.0.1',
    userAgent: 'test',
    language: 'zh',
    now: addSeconds(now(), -31 * 86_400),
    elapsed: stopwatch(),
    route: 'test',
  } as const
  const session = await transaction((tx) => openSession(tx, { operatorId: operator.id }, 'api', info))
  const claims = { ...decoded(good, 1), sid: session.sessionId, jti: session.secret }
  expect(await refusalOf(`Bearer ${forged(HEADER, claims)}`)).toBe('expired')
})

test('a revoked session, or one that never was, is revoked', async () => {
  const token = await operatorToken(operator.id)
  await call('POST /v1/auth/operators/logout', { token })
  expect(await refusalOf(`Bearer ${token}`)).toBe('revoked')
  expect(await refusalOf(`Bearer ${forged(HEADER, { ...decoded(good, 1), jti: 'f'.repeat(64) })}`)).toBe('revoked')
})

test("a token that claims another person or role is still its session's: claims open nothing", async () => {
  const other = await anOperator()
  const claims = { ...decoded(good, 1), sub: other.id, role: 'admin' }
  const me = await call('GET /v1/operators/me', { token: forged(HEADER, claims) })
  expect(me.body.data.operator_id).toBe(`op_${operator.id}`)
  expect((await call('GET /v1/admin/operators', { token: forged(HEADER, claims) })).status).toBe(403)
})

test('the secret of a cookie session is no bearer token, nor the other way round', async () => {
  const info = { id: newId(), ip: '127.0.0.1', userAgent: 'test', language: 'zh', now: now(), elapsed: stopwatch(), route: 'test' } as const
  const session = await transaction((tx) => openSession(tx, { operatorId: operator.id }, 'pages', info))
  expect(await refusalOf(`Bearer ${forged(HEADER, { ...decoded(good, 1), jti: session.secret })}`)).toBe('revoked')
  const cookie = await call('GET /v1/operators/me', { headers: { Cookie: `mr_session=${session.secret}` } })
  expect(cookie.status).toBe(401)
})

test.each(['is_locked = true, locked_at = now(), locked_reason = $$x$$', 'deactivated_at = now()'])(
  'an account with %s is out on the next call, whoever set it',
  async (change) => {
    const other = await anOperator()
    const token = await operatorToken(other.id)
    await started.database.owner.unsafe(`UPDATE operator_accounts SET ${change} WHERE id = '${other.id}'`)
    expect(await refusalOf(`Bearer ${token}`)).toBe('revoked')
  },
)

test('a disabled member of staff is out on the next call', async () => {
  const staff = await aStaff('admin')
  const token = await staffToken(staff.id)
  expect((await call('GET /v1/admin/operators', { token })).status).toBe(200)
  await started.database.owner`UPDATE admin_accounts SET is_active = false WHERE id = ${staff.id}`
  const next = await call('GET /v1/admin/operators', { token })
  expect(next.status).toBe(401)
  expect(next.body.details).toEqual({ reason: 'revoked' } as never)
})

test('of logins in one millisecond the later one stands first', async () => {
  const { id } = await anOperator()
  const info = anInfo()
  const opened: string[] = []
  for (let login = 0; login < 5; login++)
    opened.push((await transaction((tx) => openSession(tx, { operatorId: id }, 'api', info))).sessionId)
  expect((await liveSessions({ operatorId: id }, info.now)).map((session) => session.id)).toEqual(opened.reverse())
})
