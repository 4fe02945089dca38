import { describe, expect, test } from 'bun:test'
import { showId } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import { exchange, jsonBody } from '#tests/http/exchange'
import { type Answer, authorize, newSessionId, startBody } from '#tests/support/client'
import { aStore, balanceOf, type Store } from '#tests/support/factory'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene()
const PATH = '/v1/auth/game/authorize'

/** A body with `player_count` as raw JSON text, or without it. */
const withPlayers = (store: Store, raw: string | undefined): string =>
  `{"app_id":"${showId('application', store.applicationId)}","site_id":"${showId('site', store.siteId)}"${raw === undefined ? '' : `,"player_count":${raw}`}}`

async function expectNothingStored(answer: Answer, code: string): Promise<void> {
  expect(answer.body.error_code).toBe(code)
  expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([{ result: 'refused', code }])
}

describe('player_count', () => {
  test.each([
    '0',
    '-1',
    '-0',
    '3.5',
    '"3"',
    '"0x10"',
    '""',
    'true',
    'false',
    'null',
    '[]',
    '[3]',
    '{}',
    '101',
    '1e3',
    '2147483648',
    '9007199254740993',
    '1e308',
    '-9007199254740993',
    '1e-7',
    '0.1e1000',
    undefined,
  ])('%p is a faulty field', async (raw) => {
    const store = await aStore({ balance: '100.00' })
    const before = await countRows(scene.owner)
    const answer = await authorize(scene.url, store, { body: withPlayers(store, raw) })
    expect(answer.status).toBe(400)
    expect((answer.body.details as { field: string }[]).map(({ field }) => field)).toEqual(['player_count'])
    await expectNothingStored(answer, 'INVALID_PARAMS')
    expect(await countRows(scene.owner)).toEqual(before)
  })

  test.each(['0x10', '03', '+3', '.5', '3.', 'NaN', 'Infinity', '1_0', "'3'", '3n', '三'])('%s is not JSON', async (raw) => {
    const store = await aStore({ balance: '100.00' })
    const answer = await authorize(scene.url, store, { body: withPlayers(store, raw) })
    expect([answer.status, answer.body.details]).toEqual([400, [{ field: 'body', message: '请求体须为JSON对象' }]])
    await expectNothingStored(answer, 'INVALID_PARAMS')
  })

  test('1e2 is the legal integer 100', async () => {
    const store = await aStore({ balance: '100.00', price: '1.00', max: 100 })
    const answer = await authorize(scene.url, store, { body: withPlayers(store, '1e2') })
    expect([answer.status, answer.body.data?.player_count, answer.body.data?.total_cost]).toEqual([200, 100, '100.00'])
  })

  test('every legal count charges exactly players × price, 0.29 included', async () => {
    const store = await aStore({ balance: '1464.50', price: '0.29', max: 100 })
    for (const players of [1, 7, 33, 99, 100]) {
      const { body } = await authorize(scene.url, store, { players })
      expect(body.data?.total_cost).toBe((Math.round(29 * players) / 100).toFixed(2))
    }
    expect(await balanceOf(store.operator.id)).toBe((146_450n - 29n * 240n) as never)
  })

  test('the dearest game that can exist is charged exactly', async () => {
    const store = await aStore({ balance: '999999.00', price: '9999.99', max: 100 })
    const { body } = await authorize(scene.url, store, { players: 100 })
    expect([body.data?.total_cost, body.data?.balance_after]).toEqual(['999999.00', '0.00'])
  })
})

describe('bodies that are not exactly the three fields', () => {
  const given = (store: Store) => JSON.parse(startBody(store)) as Record<string, unknown>
  const rows: [string, (store: Store) => string, string[]][] = [
    ['an unknown field', (store) => JSON.stringify({ ...given(store), is_admin: true }), ['is_admin']],
    [
      'a price of its own',
      (store) => JSON.stringify({ ...given(store), unit_price: '0.01', total_cost: '0.01' }),
      ['unit_price', 'total_cost'],
    ],
    ['an operator of its own', (store) => JSON.stringify({ ...given(store), operator_id: store.operator.id }), ['operator_id']],
    ['__proto__', (store) => startBody(store).replace('{', '{"__proto__":{"player_count":1},'), ['__proto__']],
    ['constructor', (store) => startBody(store).replace('{', '{"constructor":{"prototype":{"x":1}},'), ['constructor']],
    ['a field name of 100 kB', (store) => JSON.stringify({ ...given(store), ['n'.repeat(100_000)]: 1 }), ['n'.repeat(64)]],
    ['nothing', () => '{}', ['app_id', 'site_id', 'player_count']],
    ['null', () => 'null', ['body']],
    ['a list', (store) => `[${startBody(store)}]`, ['body']],
    ['a string', (store) => JSON.stringify(startBody(store)), ['body']],
    ['a number', () => '3', ['body']],
    ['no body at all', () => '', ['body']],
    ['text behind the object', (store) => `${startBody(store)}x`, ['body']],
    ['two objects', (store) => startBody(store) + startBody(store), ['body']],
    ['half an object', (store) => startBody(store).slice(0, 60), ['body']],
    ['a comment', (store) => `${startBody(store)}// ok`, ['body']],
    ['single quotes', (store) => startBody(store).replaceAll('"', "'"), ['body']],
    ['the same key twice', (store) => startBody(store).replace('}', ',"player_count":1}'), ['body']],
    ['the same key twice, once escaped', (store) => startBody(store).replace('}', ',"player\\u005fcount":1}'), ['body']],
    ['NUL in a value', (store) => JSON.stringify({ ...given(store), app_id: 'app_\0' }), ['body']],
    ['a lone surrogate', (store) => startBody(store).replace('"app_', '"\\ud800app_'), ['body']],
    ['20,000 nested lists', () => '['.repeat(20_000) + ']'.repeat(20_000), ['body']],
    ['20,000 nested objects', () => '{"a":'.repeat(20_000), ['body']],
    ['ids as numbers', () => '{"app_id":1,"site_id":2,"player_count":3}', ['app_id', 'site_id']],
    ['ids as lists', (store) => JSON.stringify({ ...given(store), app_id: [store.applicationId] }), ['app_id']],
    ['a wrong prefix', (store) => JSON.stringify({ ...given(store), app_id: showId('site', store.applicationId) }), ['app_id']],
    [
      'ids swapped',
      (store) => JSON.stringify({ ...given(store), app_id: given(store).site_id, site_id: given(store).app_id }),
      ['app_id', 'site_id'],
    ],
    ['SQL', (store) => JSON.stringify({ ...given(store), app_id: "'; DROP TABLE usage_records; --" }), ['app_id']],
    ['an id with a blank behind it', (store) => JSON.stringify({ ...given(store), site_id: `${store.siteId} ` }), ['site_id']],
    ['an id with a line end behind it', (store) => JSON.stringify({ ...given(store), site_id: `${store.siteId}\n` }), ['site_id']],
    ['an id with other hyphens', (store) => JSON.stringify({ ...given(store), site_id: store.siteId.replaceAll('-', '‐') }), ['site_id']],
    [
      'everything wrong at once',
      () => '{"app_id":null,"site_id":"","player_count":"3","extra":1}',
      ['app_id', 'site_id', 'player_count', 'extra'],
    ],
  ]
  test.each(rows)('%s: INVALID_PARAMS that names the fields; nothing is stored', async (_, write, fields) => {
    const store = await aStore({ balance: '100.00' })
    const before = await countRows(scene.owner)
    const answer = await authorize(scene.url, store, { body: write(store) })
    expect(answer.status).toBe(400)
    expect((answer.body.details as { field: string }[]).map(({ field }) => field).toSorted()).toEqual(fields.toSorted())
    await expectNothingStored(answer, 'INVALID_PARAMS')
    expect(await countRows(scene.owner)).toEqual(before)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
})

/** The head of a game start written by hand, signed over `body`. */
function signedHead(store: Store, body: Uint8Array, more: string): string {
  const timestamp = String(Math.floor(nowMs() / 1000))
  const signature = signRequest({ apiKey: store.operator.apiKey, timestamp, method: 'POST', path: PATH, body })
  return `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: ${store.operator.apiKey}\r\nX-Timestamp: ${timestamp}\r\nX-Signature: ${signature}\r\nX-Session-ID: ${newSessionId(store.operator.id)}\r\n${more}\r\n\r\n`
}
const bytes = (text: string) => new TextEncoder().encode(text)

describe('size', () => {
  const LIMIT = 1_048_576
  test('1 MiB is taken, one byte more is 413; spaces count', async () => {
    const store = await aStore({ balance: '100.00' })
    const body = startBody(store)
    expect((await authorize(scene.url, store, { body: body.padEnd(LIMIT) })).status).toBe(200)
    const answer = await authorize(scene.url, store, { body: body.padEnd(LIMIT + 1) })
    expect([answer.status, answer.body.details]).toEqual([413, { max_bytes: LIMIT }])
    await expectNothingStored(answer, 'PAYLOAD_TOO_LARGE')
  })

  test('a chunked body is counted as it comes: 1 MiB is taken, one byte more is 413', async () => {
    for (const [length, status] of [
      [LIMIT, 200],
      [LIMIT + 1, 413],
    ] as const) {
      const store = await aStore({ balance: '100.00' })
      const body = bytes(startBody(store).padEnd(length))
      const chunk = `${length.toString(16)}\r\n${new TextDecoder().decode(body)}\r\n0\r\n\r\n`
      const head = signedHead(store, body, 'Content-Type: application/json\r\nTransfer-Encoding: chunked')
      const answer = await exchange(scene.url, head + chunk)
      expect(answer.statuses).toEqual([status])
      expect(jsonBody(answer.text).error_code).toBe(status === 413 ? 'PAYLOAD_TOO_LARGE' : undefined)
    }
  })

  test('a body announced as too large is refused before it is sent', async () => {
    const store = await aStore({ balance: '100.00' })
    const answer = await exchange(scene.url, signedHead(store, bytes(''), 'Content-Type: application/json\r\nContent-Length: 5000000'))
    expect([answer.statuses, jsonBody(answer.text).error_code]).toEqual([[413], 'PAYLOAD_TOO_LARGE'])
  })

  test('a body beyond what the server ever reads is 413 without an answer of ours, and no failure', async () => {
    const store = await aStore({ balance: '100.00' })
    const size = 7 * LIMIT
    const chunked = signedHead(store, bytes(''), 'Content-Type: application/json\r\nTransfer-Encoding: chunked')
    expect((await exchange(scene.url, `${chunked}${size.toString(16)}\r\n${'a'.repeat(size)}\r\n0\r\n\r\n`)).statuses).toEqual([413])
    const [failures] = await scene.owner`SELECT count(*) FROM api_key_usage_logs WHERE code = 'INTERNAL_ERROR'`
    expect(failures!.count).toBe(0n)
  })

  test('a client that leaves at any byte is charged nothing or once', async () => {
    const store = await aStore({ balance: '100.00', price: '1.00' })
    const body = startBody(store, 1)
    const whole = signedHead(store, bytes(body), `Content-Type: application/json\r\nContent-Length: ${body.length}`) + body
    const cuts = Array.from({ length: 30 }, (_, part) => Math.floor((whole.length * part) / 29))
    await Promise.all(cuts.map((cut) => exchange(scene.url, whole.slice(0, cut), { end: true })))
    const sessionId = /X-Session-ID: (\S+)/.exec(whole)![1]!
    expect((await authorize(scene.url, store, { sessionId, body })).status).toBe(200)
    expect(await balanceOf(store.operator.id)).toBe(9_900n as never)
    const failures = await scene.owner`SELECT code FROM api_key_usage_logs WHERE code IN ('INTERNAL_ERROR', 'SERVICE_UNAVAILABLE')`
    expect(failures).toHaveLength(0)
  })
})

describe('media type', () => {
  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
    'application/json, text/plain',
    'application',
    ';',
  ])('%s is 415', async (type) => {
    const store = await aStore({ balance: '100.00' })
    const answer = await authorize(scene.url, store, { headers: { 'Content-Type': type } })
    expect(answer.status).toBe(415)
    await expectNothingStored(answer, 'UNSUPPORTED_MEDIA_TYPE')
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8', 'application/json ; x=y'])(
    '%s is taken',
    async (type) => {
      const store = await aStore({ balance: '100.00' })
      expect((await authorize(scene.url, store, { headers: { 'Content-Type': type } })).status).toBe(200)
    },
  )

  test('bytes that are not UTF-8 are not JSON', async () => {
    const store = await aStore({ balance: '100.00' })
    for (const wrong of [
      [0xff, 0xfe],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xf5, 0x80, 0x80, 0x80],
    ]) {
      const body = Buffer.concat([Buffer.from('{"app_id":"'), Buffer.from(wrong), Buffer.from('"}')])
      const head = signedHead(store, body, `Content-Type: application/json\r\nContent-Length: ${body.length}`)
      const answer = await exchange(scene.url, Buffer.concat([Buffer.from(head), body]))
      expect([answer.statuses, jsonBody(answer.text).error_code]).toEqual([[400], 'INVALID_PARAMS'])
    }
  })
})
