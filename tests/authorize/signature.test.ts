import { describe, expect, test } from 'bun:test'
import { createHash, createHmac } from 'node:crypto'
import { newId } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { isSignedBy, signRequest } from '#src/platform/client-signature'
import { exchange } from '#tests/http/exchange'
import { type Answer, authorize, newSessionId, type SignedOptions, signedCall, startBody } from '#tests/support/client'
import { aStore, type Store } from '#tests/support/factory'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene()
const PATH = '/v1/auth/game/authorize'
const bytes = (text: string) => new TextEncoder().encode(text)

describe('the worked example of API 1.1', () => {
  const apiKey = '8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca'
  const body =
    '{"app_id":"app_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55","site_id":"site_019b7a10-6000-7c3d-8e52-7a9b0c1d2e3f","player_count":5}'
  const start = { apiKey, timestamp: '1767225600', method: 'POST', path: PATH, body: bytes(body) }
  const list = { ...start, method: 'GET', path: '/v1/game/sites?page_size=50', body: bytes('') }

  test('has the sizes and the digest of the document', () => {
    const text = `1767225600\nPOST\n${PATH}\n${body}`
    expect(start.body).toHaveLength(124)
    expect(bytes(text)).toHaveLength(164)
    expect(createHash('sha256').update(text).digest('hex')).toBe('c3f4bb8a7f6338c68d9e63337fcbe31dc10bc16ed023d145448a2d38e9460374')
  })

  test('is signed as the document says, for a body and for an empty one', () => {
    expect(signRequest(start)).toBe('hlhVsjEqBWYUGfjw9f/V5FKrvPjw6iuG1F1qB+dJ2xI=')
    expect(signRequest(list)).toBe('m4t+ygb0Li0XpEndYw9EUgcpMZGgnggr7ZOHyq8wf2E=')
  })

  test('is recognised, and nothing near it is', () => {
    expect(isSignedBy(start, 'hlhVsjEqBWYUGfjw9f/V5FKrvPjw6iuG1F1qB+dJ2xI=')).toBe(true)
    for (const wrong of [
      '',
      'x',
      'hlhVsjEqBWYUGfjw9f/V5FKrvPjw6iuG1F1qB+dJ2xI',
      'hlhVsjEqBWYUGfjw9f/V5FKrvPjw6iuG1F1qB+dJ2xJ=',
      '签'.repeat(44),
    ]) {
      expect(isSignedBy(start, wrong)).toBe(false)
    }
  })
})

/** A game start whose signature is made by `sign` from what is really sent. */
type Signing = { apiKey: string; timestamp: string; method: string; path: string; body: Uint8Array }
async function signedAs(store: Store, sign: (sent: Signing) => string, options: Partial<SignedOptions> = {}): Promise<Answer> {
  const timestamp = String(Math.floor(nowMs() / 1000))
  const body = startBody(store)
  const sent = { apiKey: store.operator.apiKey, timestamp, method: 'POST', path: PATH, body: bytes(body) }
  return authorize(scene.url, store, { timestamp, body, signature: sign(sent), ...options })
}
const hmac = ({ apiKey, timestamp, method, path, body }: Signing) =>
  createHmac('sha256', apiKey).update(`${timestamp}\n${method}\n${path}\n`).update(body)

const WRONG: [string, (sent: Signing) => string][] = [
  ['in hex', (sent) => hmac(sent).digest('hex')],
  ['in hex, upper case', (sent) => hmac(sent).digest('hex').toUpperCase()],
  ['in the URL alphabet', (sent) => hmac({ ...sent, path: PATH }).digest('base64url')],
  ['without padding', (sent) => signRequest(sent).slice(0, 43)],
  ['cut to one character', (sent) => signRequest(sent).slice(0, 1)],
  ['with a byte behind it', (sent) => `${signRequest(sent)}A`],
  ['with a second signature behind it', (sent) => `${signRequest(sent)}, ${signRequest(sent)}`],
  ['of 10,000 characters', (sent) => signRequest(sent).repeat(227)],
  ['by another key', (sent) => signRequest({ ...sent, apiKey: newId().replaceAll('-', '').repeat(2) })],
  [
    'by the key decoded from hex',
    (sent) =>
      createHmac('sha256', Buffer.from(sent.apiKey, 'hex')).update(`${sent.timestamp}\nPOST\n${PATH}\n`).update(sent.body).digest('base64'),
  ],
  ['by the key in upper case', (sent) => signRequest({ ...sent, apiKey: sent.apiKey.toUpperCase() })],
  ['with SHA-512', (sent) => createHmac('sha512', sent.apiKey).update(sent.body).digest('base64').slice(0, 44)],
  ['over another path', (sent) => signRequest({ ...sent, path: '/v1/auth/game/pre-authorize' })],
  ['over the alias path', (sent) => signRequest({ ...sent, path: `/api${PATH}` })],
  ['over a query that was not sent', (sent) => signRequest({ ...sent, path: `${PATH}?a=1` })],
  ['over the whole URL', (sent) => signRequest({ ...sent, path: scene.url + PATH })],
  ['over another method', (sent) => signRequest({ ...sent, method: 'GET' })],
  ['over the method in lower case', (sent) => signRequest({ ...sent, method: 'post' })],
  ['over another timestamp', (sent) => signRequest({ ...sent, timestamp: String(Number(sent.timestamp) - 1) })],
  ['over an empty body', (sent) => signRequest({ ...sent, body: bytes('') })],
  ['over the body with a line end behind it', (sent) => signRequest({ ...sent, body: bytes(`${new TextDecoder().decode(sent.body)}\n`) })],
  [
    'over the body written anew',
    (sent) => signRequest({ ...sent, body: bytes(JSON.stringify(JSON.parse(new TextDecoder().decode(sent.body)), null, 1)) }),
  ],
  [
    'with CR LF between the parts',
    (sent) => createHmac('sha256', sent.apiKey).update(`${sent.timestamp}\r\nPOST\r\n${PATH}\r\n`).update(sent.body).digest('base64'),
  ],
]

test.each(WRONG)('a signature %s is INVALID_SIGNATURE, charges nothing and is logged once', async (_, sign) => {
  const store = await aStore({ balance: '100.00' })
  const before = await countRows(scene.owner)
  const answer = await signedAs(store, sign)
  expect(answer.status).toBe(400)
  expect(answer.body.error_code).toBe('INVALID_SIGNATURE')
  expect(await countRows(scene.owner)).toEqual(before)
  expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([
    { operatorId: store.operator.id, code: 'INVALID_SIGNATURE' },
  ])
})

test('a missing or blank signature is a missing field', async () => {
  const store = await aStore({ balance: '100.00' })
  for (const sign of [() => '', () => '   ']) {
    const answer = await signedAs(store, sign)
    expect([answer.status, answer.body.details]).toEqual([400, [{ field: 'X-Signature', message: '不能为空' }]])
  }
})

test.each([
  ['the alias prefix', `/api${PATH}`],
  ['a query', `${PATH}?from=headset&b=%20x`],
  ['an empty query', `${PATH}?`],
])('what is signed is the path as it was sent: with %s', async (_, path) => {
  const store = await aStore({ balance: '100.00', price: '1.00' })
  expect((await authorize(scene.url, store, { path })).status).toBe(200)
  const overThePlainPath = await signedAs(store, (sent) => signRequest(sent), { path })
  expect(overThePlainPath.body.error_code).toBe('INVALID_SIGNATURE')
})

test('what is signed is the body as it was sent: spaces, order, escapes and a byte order mark count', async () => {
  const store = await aStore({ balance: '100.00', price: '1.00' })
  const { app_id, site_id } = JSON.parse(startBody(store))
  const bodies = [
    `{ "player_count" : 2,\r\n\t"site_id":"${site_id}",  "app_id":"${app_id}" }\n`,
    `{"app_id":"${app_id}","site_id":"${site_id}","player_count":2.0}`,
    `{"\\u0061pp_id":"${app_id}","site_id":"${site_id}","player_count":0.2e1}`,
    `\ufeff${startBody(store)}`,
  ]
  for (const body of bodies) expect((await authorize(scene.url, store, { body })).status).toBe(200)
})

test('names of headers are read in any case; a header sent twice is refused', async () => {
  const store = await aStore({ balance: '100.00', price: '1.00' })
  const timestamp = String(Math.floor(nowMs() / 1000))
  const body = startBody(store)
  const signature = signRequest({ apiKey: store.operator.apiKey, timestamp, method: 'POST', path: PATH, body: bytes(body) })
  const request = (more: string) =>
    `POST ${PATH} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nx-aPI-kEY: ${store.operator.apiKey}\r\nX-TIMESTAMP: ${timestamp}\r\n` +
    `x-signature: ${signature}\r\nX-SESSION-id: ${newSessionId(store.operator.id)}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`
  expect((await exchange(scene.url, request(''))).statuses).toEqual([200])
  for (const twice of [
    'X-Timestamp: 1\r\n',
    `X-Timestamp: ${timestamp}\r\n`,
    'X-Api-Key: 0\r\n',
    `X-Signature: ${signature}\r\n`,
    'X-Session-ID: a\r\n',
  ]) {
    expect((await exchange(scene.url, request(twice))).statuses).toEqual([400])
  }
})

test.each([
  ['upper case', (key: string) => key.toUpperCase()],
  ['one character short', (key: string) => key.slice(1)],
  ['one character long', (key: string) => `${key}0`],
  ['not hex', (key: string) => `${key.slice(1)}g`],
  ['empty', () => ''],
  ['SQL', () => `' OR 1=1 --`],
])('an API key that is %s is malformed, whoever signed with it', async (_, spoil) => {
  const store = await aStore({ balance: '100.00' })
  const answer = await signedCall(scene.url, {
    apiKey: spoil(store.operator.apiKey),
    path: PATH,
    body: startBody(store),
    sessionId: newSessionId(store.operator.id),
    signature: 'x',
  })
  expect(answer.status).toBe(400)
  expect(answer.body.details).toEqual([{ field: 'X-Api-Key', message: '须为64位小写十六进制字符' }])
})

test('an unknown key and a wrong signature take the same time', async () => {
  const store = await aStore({ balance: '100.00' })
  const unknown = newId().replaceAll('-', '').repeat(2)
  const times: Record<'key' | 'signature', number[]> = { key: [], signature: [] }
  for (let turn = 0; turn < 150; turn++) {
    for (const kind of ['key', 'signature'] as const) {
      const started = performance.now()
      const answer = await signedAs(store, () => `${'A'.repeat(43)}=`, kind === 'key' ? { apiKey: unknown } : {})
      times[kind].push(performance.now() - started)
      expect(answer.status).toBe(kind === 'key' ? 401 : 400)
    }
  }
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
  const [key, signature] = [median(times.key), median(times.signature)]
  expect(Math.abs(key - signature)).toBeLessThan(0.5 * Math.max(key, signature))
})
