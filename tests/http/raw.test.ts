import { beforeAll, describe, expect, test } from 'bun:test'
import { aScene } from '#tests/authorize/scene'
import { type Exchange, exchange, jsonBody } from './exchange'

const scene = aScene()
const HOST = 'Host: localhost\r\n'
const SITES = '/v1/game/sites'
const AUTHORIZE = '/v1/auth/game/authorize'
const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\n${HOST}${headers}\r\n`
const post = (headers: string, body: string | Uint8Array) =>
  `POST ${AUTHORIZE} HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n${headers}\r\n${body}`
const body = (text: string, type = 'application/json') =>
  `POST ${AUTHORIZE} HTTP/1.1\r\n${HOST}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
/** What a smuggled second request would ask for: nothing else here is answered 405. */
const SMUGGLED = `DELETE ${SITES} HTTP/1.1\r\n${HOST}\r\n`

/** Bytes that no honest client sends, and the statuses that may answer them; none at all means the connection is closed. */
const HOSTILE: [string, string, number[]][] = [
  ['a chunk that does not end, then a request', post('Transfer-Encoding: chunked\r\n', `3\r\nabc\r\n0\r\nXX${SMUGGLED}`), [400]],
  ['a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${SMUGGLED}`), [400]],
  ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', `0\r\n\r\n${SMUGGLED}`), [400]],
  ['two lengths', post('Content-Length: 3\r\nContent-Length: 500\r\n', `abc${SMUGGLED}`), [400]],
  ['two lengths in one', post('Content-Length: 3, 500\r\n', `abc${SMUGGLED}`), [400]],
  ['an unknown transfer encoding', post('Transfer-Encoding: xchunked\r\n', `3\r\nabc\r\n0\r\n\r\n${SMUGGLED}`), [400, 501]],
  ['chunked twice', post('Transfer-Encoding: chunked, chunked\r\n', `0\r\n\r\n${SMUGGLED}`), [400, 501]],
  ['chunked behind a blank', post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${SMUGGLED}`), [400]],
  ['a negative length', post('Content-Length: -1\r\n', SMUGGLED), [400]],
  ['a length with a sign', post('Content-Length: +3\r\n', `abc${SMUGGLED}`), [400]],
  ['a hexadecimal length', post('Content-Length: 0x3\r\n', `abc${SMUGGLED}`), [400]],
  ['a length beyond numbers', post('Content-Length: 99999999999999999999\r\n', SMUGGLED), [400, 413]],
  ['a chunk size beyond numbers', post('Transfer-Encoding: chunked\r\n', `ffffffffffffffffff\r\nabc\r\n0\r\n\r\n${SMUGGLED}`), [400, 413]],
  ['a negative chunk', post('Transfer-Encoding: chunked\r\n', `-1\r\nabc\r\n0\r\n\r\n${SMUGGLED}`), [400]],
  ['a folded header', get(SITES, 'X-A: 1\r\n  folded: 2\r\n'), [400]],
  ['a header without a name', get(SITES, ': x\r\n'), [400]],
  ['a NUL in a header', get(SITES, 'X-A: a\0b\r\n'), [400]],
  ['line ends without CR', `GET ${SITES} HTTP/1.1\nHost: localhost\n\n`, [400, 505]],
  ['no host', `GET ${SITES} HTTP/1.1\r\n\r\n`, [400]],
  ['a host that is markup', `GET ${SITES} HTTP/1.1\r\nHost: a b"><c\r\n\r\n`, [400, 404]],
  ['a host with a path', `GET ${SITES} HTTP/1.1\r\nHost: localhost/../../x?\r\n\r\n`, [400, 404]],
  ['two hosts', `GET ${SITES} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n`, [400, 404]],
  ['another host in the request line', `GET http://[ HTTP/1.1\r\n${HOST}\r\n`, [200, 400, 404]],
  ['a header of 40 kB', get(SITES, `X-A: ${'a'.repeat(40_000)}\r\n`), [431]],
  ['1,000 headers', get(SITES, Array.from({ length: 1_000 }, (_, number) => `X${number}: 1\r\n`).join('')), [431]],
  ['a URL of 100 kB', get(`${SITES}?a=${'b'.repeat(100_000)}`), [414, 431]],
  ['a query that would pollute', get(`${SITES}?__proto__[polluted]=1&__proto__=x&constructor[prototype][polluted]=1&page=1&page=2`), [400]],
  ['half a percent sign in the query', get(`${SITES}?a=%E0%A4%A&b=%`), [400]],
  ['half a percent sign in the path', get('/v1/x/%E0%A4%A'), [400, 404]],
  ['half a percent sign in a parameter', `POST /v1/auth/game/sessions/%E0%A4%A/end HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['dots and slashes, escaped', get('/v1/..%2f..%2fetc%2fpasswd'), [400, 404]],
  ['dots and slashes to a file', get('/assets/..%2f..%2fpackage.json'), [400, 404]],
  ['NUL in the path', get('/v1/a%00b'), [400, 404]],
  ['a cookie of rubbish', get(SITES, 'Cookie: a=%E0%A4%A; __proto__=x; b="q\r\n'), [400]],
  ['an Authorization of rubbish', get(SITES, 'Authorization: Bearer \x80\xff\r\n'), [400]],
  ['JSON with __proto__', body('{"app_id":"a","__proto__":{"polluted":1}}'), [400]],
  ['JSON 20,000 deep', body('['.repeat(20_000) + ']'.repeat(20_000)), [400]],
  ['a form', body('app_id=1&player_count=3', 'application/x-www-form-urlencoded'), [415]],
  ['a body that is no gzip', post('Content-Encoding: gzip\r\nContent-Length: 2\r\n', '{}'), [400]],
  ['a GET with a body', `GET ${SITES} HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`, [400]],
  ['HTTP/0.9', `GET ${SITES}\r\n\r\n`, [400, 505]],
  ['HTTP/1.0', `GET ${SITES} HTTP/1.0\r\n${HOST}\r\n`, [400, 505]],
  ['HTTP/3.7', `GET ${SITES} HTTP/3.7\r\n${HOST}\r\n`, [400, 505]],
  ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505]],
  ['a TLS hello', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
  [
    'an upgrade to a web socket',
    get(SITES, 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n'),
    [400, 426],
  ],
  [
    'an upgrade to HTTP/2',
    get(SITES, 'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n'),
    [400],
  ],
  ['a method nobody knows', `BREW ${SITES} HTTP/1.1\r\n${HOST}\r\n`, [400, 405, 501]],
  ['CONNECT', `CONNECT localhost:80 HTTP/1.1\r\n${HOST}\r\n`, [400, 404, 405]],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, [400, 404, 405]],
]

let answers = new Map<string, Exchange>()
beforeAll(async () => {
  const asked = HOSTILE.map(async ([name, bytes]) => [name, await exchange(scene.url, Buffer.from(bytes, 'latin1'))] as const)
  answers = new Map(await Promise.all(asked))
})

test.each(HOSTILE)('%s: refused at once, nothing smuggled, no failure of ours', (name, _, allowed) => {
  const { statuses, text, closed, hung } = answers.get(name)!
  expect(hung).toBe(false)
  expect(closed || statuses.length > 0).toBe(true)
  for (const status of statuses) expect(allowed).toContain(status)
  // What stands behind the first answer may only be the parser's own refusal of the rest.
  expect(statuses.slice(1).every((status) => status === 400)).toBe(true)
  expect(text).not.toContain('"allowed":["GET"]}')
  expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  expect(text).not.toMatch(/at .*\.ts:|SELECT |node_modules|postgres/i)
})

test('after all of them an ordinary call is answered in milliseconds', async () => {
  const started = performance.now()
  const { statuses, text } = await exchange(scene.url, get('/v1/nothing'))
  expect([statuses, jsonBody(text).error_code]).toEqual([[404], 'ROUTE_NOT_FOUND'])
  expect(performance.now() - started).toBeLessThan(1_000)
})

describe('two honest requests on one connection', () => {
  test('get two answers in order', async () => {
    const { statuses, text } = await exchange(scene.url, `${get('/v1/one')}${get(SITES)}DELETE ${SITES} HTTP/1.1\r\n${HOST}\r\n`)
    expect(statuses).toEqual([404, 400, 405])
    expect(new Set([...text.matchAll(/x-request-id: (\S+)/gi)].map(([, id]) => id)).size).toBe(3)
  })
})
