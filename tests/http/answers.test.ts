import { describe, expect, test } from 'bun:test'
import { aScene, loggedCalls } from '#tests/authorize/scene'
import { authorize } from '#tests/support/client'
import { aStore } from '#tests/support/factory'
import { exchange, jsonBody } from './exchange'

const scene = aScene({})
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test('every answer carries its request id in header and body, security headers and no-store', async () => {
  const store = await aStore({ balance: '10.00', price: '1.00' })
  const answers = [
    await authorize(scene.url, store),
    await authorize(scene.url, store, { signature: 'x' }),
    await authorize(scene.url, store, { path: '/v1/nothing' }),
    await authorize(scene.url, store, { method: 'PUT' }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 404, 405])
  for (const { headers, body } of answers) {
    expect(headers.get('x-request-id')).toMatch(UUID_V7)
    if (!body.success) expect(body.request_id).toBe(headers.get('x-request-id')!)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).not.toContain('unsafe')
    expect(headers.get('server') ?? headers.get('x-powered-by')).toBeNull()
  }
  expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(4)
})

test('a request id that a client brings is not taken over', async () => {
  const mine = '00000000-0000-7000-8000-000000000000'
  const { headers } = await authorize(scene.url, await aStore({}), { headers: { 'X-Request-Id': mine } })
  expect(headers.get('x-request-id')).not.toBe(mine)
})

test.each([
  ['en', 'No such endpoint'],
  ['en-GB,en;q=0.9,zh;q=0.8', 'No such endpoint'],
  ['EN', 'No such endpoint'],
  ['zh-CN,zh;q=0.9,en;q=0.8', '接口不存在'],
  ['fr', '接口不存在'],
  ['english', '接口不存在'],
  ['*', '接口不存在'],
  ['', '接口不存在'],
  ['x'.repeat(4_000), '接口不存在'],
])('Accept-Language %p is answered in its language', async (language, message) => {
  const response = await fetch(`${scene.url}/v1/nothing`, { headers: { 'Accept-Language': language } })
  expect(((await response.json()) as { message: string }).message).toBe(message)
})

describe('paths and methods', () => {
  test.each([
    ['DELETE', '/v1/auth/game/authorize', ['POST']],
    ['GET', '/api/v1/auth/game/authorize', ['POST']],
    ['POST', '/v1/game/sites', ['GET']],
    ['TRACE', '/v1/game/applications', ['GET']],
    ['OPTIONS', '/v1/auth/game/sessions/x/end', ['POST']],
  ])('%s %s is 405 and names what is allowed', async (method, path, allowed) => {
    const { statuses, text } = await exchange(scene.url, `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    expect(statuses).toEqual([405])
    expect(jsonBody(text)).toMatchObject({ error_code: 'METHOD_NOT_ALLOWED', message: '不支持的请求方法', details: { allowed } })
    expect(text).toContain(`\r\nAllow: ${allowed.join(', ')}\r\n`)
  })

  test.each(['/v1', '/v1/', '/api/v1/v1/game/sites', '/v1/game/sites/x', '/v1/__proto__', '/v1/constructor', '/v1/..%2fadmin'])(
    '%s is 404',
    async (path) => {
      const response = await fetch(scene.url + path, { method: 'POST' })
      expect([response.status, ((await response.json()) as { error_code: string }).error_code]).toEqual([404, 'ROUTE_NOT_FOUND'])
    },
  )

  test.each(['/v2/game/sites', '/V1/game/sites', '/game/sites', '/api/game/sites'])('%s is not the API', async (path) => {
    expect((await fetch(scene.url + path)).status).toBe(404)
  })
})

describe('the host', () => {
  test.each(['localhost', 'localhost:8000', '127.0.0.1', '127.0.0.1:1', '[::1]:80'])('%s is us', async (host) => {
    expect((await exchange(scene.url, `GET /v1/game/sites HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).statuses).toEqual([400])
  })
  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost:8000@evil.example', '10.0.0.1', 'LOCALHOST.'])(
    '%s is not',
    async (host) => {
      const { statuses, text } = await exchange(
        scene.url,
        `GET /v1/game/sites HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: localhost\r\n\r\n`,
      )
      expect([statuses, jsonBody(text).error_code]).toEqual([[404], 'ROUTE_NOT_FOUND'])
      expect(text).not.toContain('evil')
    },
  )
})

test('a long name with control characters in a header is cut and cleaned before it is stored', async () => {
  const store = await aStore({ balance: '10.00' })
  const agent = `a\t\u009b31m\u007f${'ü'.repeat(6_000)}`
  const id = (await authorize(scene.url, store, { signature: 'x', headers: { 'User-Agent': agent } })).headers.get('x-request-id')!
  expect(await loggedCalls(scene.owner, id)).toHaveLength(1)
  const [{ user_agent }] = (await scene.owner`SELECT user_agent FROM api_key_usage_logs WHERE request_id = ${id}`) as unknown as [
    { user_agent: string },
  ]
  expect(user_agent).toHaveLength(256)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  expect(user_agent).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
})

test('an unexpected failure is 500 with an id to ask for, and nothing about how we are made', async () => {
  const store = await aStore({ balance: '10.00', price: '1.00' })
  await scene.owner`ALTER TABLE usage_records ADD CONSTRAINT nothing_goes CHECK (false) NOT VALID`
  const answer = await authorize(scene.url, store)
  await scene.owner`ALTER TABLE usage_records DROP CONSTRAINT nothing_goes`
  expect(answer.status).toBe(500)
  expect(answer.body).toEqual({
    success: false,
    error_code: 'INTERNAL_ERROR',
    message: '服务器内部错误，请稍后重试',
    request_id: answer.headers.get('x-request-id')!,
  })
  expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([{ result: 'refused', code: 'INTERNAL_ERROR' }])
})
