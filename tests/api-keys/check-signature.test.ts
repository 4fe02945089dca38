import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { checkSignature, type Finding, type SignedAttempt } from '#src/api-keys/check-signature'
import { signRequest } from '#src/platform/client-signature'

/** The worked example of the contract. */
const KEY = '8ddb986e358afe4fcc7e37d553375230d9aa4b4c1fbb83293de6e95d5d4efaca'
const NOW = 1_767_225_600
const ATTEMPT: SignedAttempt = {
  timestamp: '1767225600',
  method: 'POST',
  path: '/v1/auth/game/authorize',
  body: '{"app_id":"app_019b7a10-5c00-7a2e-9b41-2f6d3c8e1a55","site_id":"site_019b7a10-6000-7c3d-8e52-7a9b0c1d2e3f","player_count":5}',
  signed: '',
  signature: 'hlhVsjEqBWYUGfjw9f/V5FKrvPjw6iuG1F1qB+dJ2xI=',
}
const check = (change: Partial<SignedAttempt>, now = NOW) => checkSignature({ ...ATTEMPT, ...change }, KEY, now)
const textOf = ({ timestamp, method, path, body }: SignedAttempt) => `${timestamp}\n${method}\n${path}\n${body}`
const hmac = (text: string, key: string | Buffer = KEY) => createHmac('sha256', key).update(text)
const signed = (change: Partial<SignedAttempt>) => {
  const { timestamp, method, path, body } = { ...ATTEMPT, ...change }
  return signRequest({ apiKey: KEY, timestamp, method, path, body: new TextEncoder().encode(body) })
}

test('the contract’s example is right, and stale five minutes and a second later', () => {
  expect(check({})).toMatchObject({ finding: 'right', isStale: false })
  expect(check({}, NOW + 300).isStale).toBe(false)
  expect(check({}, NOW + 301).isStale).toBe(true)
  expect(
    check({ method: 'GET', path: '/v1/game/sites?page_size=50', body: '', signature: 'm4t+ygb0Li0XpEndYw9EUgcpMZGgnggr7ZOHyq8wf2E=' })
      .finding,
  ).toBe('right')
})

describe('each common mistake is named', () => {
  const text = textOf(ATTEMPT)
  const raw = () => hmac(text).digest()
  const cases: [Finding, string, Partial<SignedAttempt>?][] = [
    ['key_decoded', hmac(text, Buffer.from(KEY, 'hex')).digest('base64')],
    ['hex', raw().toString('hex')],
    ['hex', Buffer.from(raw().toString('hex')).toString('base64')],
    ['url_alphabet', ATTEMPT.signature.replaceAll('+', '-').replaceAll('/', '_')],
    ['no_padding', ATTEMPT.signature.slice(0, -1)],
    ['newline_at_end', hmac(`${text}\n`).digest('base64')],
    ['carriage_returns', hmac(text.replaceAll('\n', '\r\n')).digest('base64')],
    ['method_case', signed({ method: 'post' })],
    ['path_without_version', signed({ path: '/auth/game/authorize' })],
    ['body_left_out', signed({ body: '' })],
    ['timestamp_ms', signed({ timestamp: '1767225600000' })],
    [
      'path_without_query',
      signed({ path: '/v1/game/sites', method: 'GET', body: '' }),
      { method: 'GET', path: '/v1/game/sites?page=2', body: '' },
    ],
  ]
  test.each(cases)('%s', (finding, signature, change = {}) => {
    expect(check({ ...change, signature }).finding).toBe(finding)
  })
})

test('with the text that was signed, the differing line is named and no other', () => {
  const wrong = textOf({ ...ATTEMPT, path: '/v1/auth/game/authorise' })
  const { finding, lines } = check({ signed: wrong, signature: hmac(wrong).digest('base64') })
  expect(finding).toBe('lines_differ')
  expect(lines.map(({ name, same }) => [name, same])).toEqual([
    ['timestamp', true],
    ['method', true],
    ['path', false],
    ['body', true],
  ])
  expect(check({ signed: textOf({ ...ATTEMPT, body: '{}' }), signature: 'x' }).lines[3]).toMatchObject({ given: '{}', same: false })
})

test('a signature of another key is unknown, and the right one is never told', () => {
  const answer = check({ signature: hmac(textOf(ATTEMPT), 'f'.repeat(64)).digest('base64') })
  expect(answer.finding).toBe('unknown')
  expect(JSON.stringify(answer)).not.toContain(ATTEMPT.signature)
  expect(JSON.stringify(answer)).not.toContain(KEY)
})
