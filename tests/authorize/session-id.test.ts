import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseSessionId } from '#src/authorize/session-id'
import { newId } from '#src/core/ids'
import { iso, nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import { exchange, jsonBody } from '#tests/http/exchange'
import { authorize, newSessionId, startBody } from '#tests/support/client'
import { aStore, balanceOf } from '#tests/support/factory'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene()
const OPERATOR = '019b7a00-0000-7000-8000-000000000001'
const RANDOM = 'a1B2c3D4e5F6g7H8'

describe('the parser', () => {
  test.each([
    [`op_${OPERATOR}_1767225600000_${RANDOM}`, '2026-01-01T00:00:00.000Z'],
    [`${OPERATOR}_1767225600000_${RANDOM}`, '2026-01-01T00:00:00.000Z'],
    [`op_${OPERATOR}_1767225600_${RANDOM}`, '2026-01-01T00:00:00.000Z'],
    [`op_${OPERATOR.toUpperCase()}_1767225600_${RANDOM}`, '2026-01-01T00:00:00.000Z'],
  ])('takes %s', (text, time) => {
    const session = parseSessionId(text)
    expect(session?.operatorId).toBe(OPERATOR)
    expect(session && iso(session.time)).toBe(time)
    expect(session?.text.startsWith(`op_${OPERATOR}_`)).toBe(true)
  })

  test('10 and 13 digits are two different ids, even of the same second', () => {
    const [short, long] = [parseSessionId(`op_${OPERATOR}_1767225600_${RANDOM}`), parseSessionId(`op_${OPERATOR}_1767225600000_${RANDOM}`)]
    expect(short?.time).toEqual(long!.time)
    expect(short?.text).not.toBe(long!.text)
  })

  test('never throws and never takes what it would not write the same way again', () => {
    const part = fc.constantFrom('op_', OPERATOR, '_', '1767225600', RANDOM, 'é', '\n', ' ', "'", '../')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const session = parseSessionId(text)
          if (session) expect(session.text.replace('op_', '')).toBe(text.replace('op_', ''))
        },
      ),
      { seed: 2026, numRuns: 2_000 },
    )
  })
})

/** Text that a headset server could send instead of a session id; `operator` is the caller's own id. */
const MALFORMED: [string, (operator: string) => string][] = [
  ['a word', () => 'session'],
  ['blank inside', (operator) => `op_${operator}_1767225600000_a1B2c3D4 5F6g7H8`],
  ['10 kB', (operator) => `op_${operator}_1767225600000_${'a'.repeat(10_000)}`],
  ['129 characters', (operator) => newSessionId(operator).padEnd(129, 'a')],
  ['a path', (operator) => `op_${operator}_1767225600000_../../etc/passwd`],
  ['SQL', (operator) => `op_${operator}_1767225600000_' OR '1'='1' --`],
  ['two random parts', (operator) => `${newSessionId(operator)}_${RANDOM}`],
  ['15 random characters', (operator) => newSessionId(operator).slice(0, -1)],
  ['17 random characters', (operator) => `${newSessionId(operator)}x`],
  ['11 digits', (operator) => `op_${operator}_17672256000_${RANDOM}`],
  ['9 digits', (operator) => `op_${operator}_176722560_${RANDOM}`],
  ['a negative time', (operator) => `op_${operator}_-767225600_${RANDOM}`],
  ['a wrong prefix', (operator) => `site_${operator}_1767225600000_${RANDOM}`],
  ['two prefixes', (operator) => `op_op_${operator}_1767225600000_${RANDOM}`],
  ['a prefix in upper case', (operator) => `OP_${operator}_1767225600000_${RANDOM}`],
  ['no hyphens in the operator', (operator) => `op_${operator.replaceAll('-', '')}_1767225600000_${RANDOM}`],
  ['braces', (operator) => `op_{${operator}}_1767225600000_${RANDOM}`],
  ['a bare UUID', () => newId()],
  ['percent signs', (operator) => newSessionId(operator).replaceAll('_', '%5F')],
  ['Latin-1 letters', (operator) => `op_${operator}_1767225600000_é1B2c3D4e5F6g7H8`],
  ['a tab', (operator) => `op_${operator}_1767225600000\t_${RANDOM}`],
]

test.each(MALFORMED)('a session id that is %s is INVALID_SESSION_ID_FORMAT; nothing is stored', async (_, write) => {
  const store = await aStore({ balance: '100.00' })
  const before = await countRows(scene.owner)
  const sessionId = write(store.operator.id)
  const answer = await authorize(scene.url, store, { sessionId })
  expect(answer.status).toBe(400)
  expect(answer.body.error_code).toBe('INVALID_SESSION_ID_FORMAT')
  expect((answer.body.details as { session_id: string }).session_id.length).toBeLessThanOrEqual(128)
  expect({ ...(await countRows(scene.owner)), buckets: before.buckets }).toEqual(before)
  expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([
    { code: 'INVALID_SESSION_ID_FORMAT', sessionId: null },
  ])
})

test.each([
  ['an emoji', '😀'],
  ['e with a combining accent (NFD)', 'e\u0301'],
  ['e with an accent (NFC)', '\u00e9'],
  ['a zero-width space', '\u200b'],
  ['full-width digits', '１２３'],
  ['a lone surrogate in UTF-8', Buffer.from([0xed, 0xa0, 0x80]).toString('latin1')],
])('a session id with raw bytes of %s is refused in well-formed JSON', async (_, text) => {
  const store = await aStore({ balance: '100.00' })
  const raw =
    text.charCodeAt(0) > 0xff || text.length > 1 ? Buffer.from(text, text.charCodeAt(0) === 0xed ? 'latin1' : 'utf8') : Buffer.from(text)
  const body = startBody(store)
  const timestamp = String(Math.floor(nowMs() / 1000))
  const signature = signRequest({
    apiKey: store.operator.apiKey,
    timestamp,
    method: 'POST',
    path: '/v1/auth/game/authorize',
    body: new TextEncoder().encode(body),
  })
  const head = `POST /v1/auth/game/authorize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Api-Key: ${store.operator.apiKey}\r\nX-Timestamp: ${timestamp}\r\nX-Signature: ${signature}\r\nX-Session-ID: op_${store.operator.id}_${nowMs()}_a1B2c3D4`
  const answer = await exchange(
    scene.url,
    Buffer.concat([Buffer.from(head), raw, Buffer.from(`\r\nContent-Length: ${body.length}\r\n\r\n${body}`)]),
  )
  expect(answer.statuses).toEqual([400])
  expect(jsonBody(answer.text).error_code).toBe('INVALID_SESSION_ID_FORMAT')
})

test.each(['', '   '])('a session id that is missing (%p) is a missing field', async (sessionId) => {
  const store = await aStore({ balance: '100.00' })
  const answer = await authorize(scene.url, store, { sessionId })
  expect([answer.status, answer.body.details]).toEqual([400, [{ field: 'X-Session-ID', message: '不能为空' }]])
  expect((await authorize(scene.url, store, { sessionId: undefined as never })).body.details).toEqual(answer.body.details)
})

test("another operator's id in the session id is SESSION_ID_OPERATOR_MISMATCH, also when that operator has used it", async () => {
  const [store, other] = [await aStore({ balance: '100.00', price: '10.00' }), await aStore({ balance: '100.00', price: '10.00' })]
  const sessionId = newSessionId(other.operator.id)
  expect((await authorize(scene.url, store, { sessionId })).body.error_code).toBe('SESSION_ID_OPERATOR_MISMATCH')
  expect((await authorize(scene.url, other, { sessionId, players: 1 })).status).toBe(200)
  expect((await authorize(scene.url, store, { sessionId })).body.error_code).toBe('SESSION_ID_OPERATOR_MISMATCH')
  expect(await balanceOf(store.operator.id)).toBe(10_000n as never)
})

test.each([
  [-302, 'SESSION_ID_EXPIRED'],
  [302, 'SESSION_ID_EXPIRED'],
  [-298, undefined],
  [298, undefined],
])('a new session id that is %d s away from now: %p', async (seconds, code) => {
  const store = await aStore({ balance: '100.00', price: '1.00' })
  for (const time of [nowMs() + seconds * 1000, Math.floor(nowMs() / 1000) + seconds]) {
    const answer = await authorize(scene.url, store, { sessionId: newSessionId(store.operator.id, time) })
    expect([answer.status, answer.body.error_code]).toEqual(code ? [400, code] : [200, undefined])
  }
})

test('the same random part at two operators is two games', async () => {
  const stores = [await aStore({ balance: '100.00', price: '10.00' }), await aStore({ balance: '100.00', price: '10.00' })]
  const tail = newSessionId(OPERATOR).slice(`op_${OPERATOR}`.length)
  for (const store of stores) {
    expect((await authorize(scene.url, store, { sessionId: `op_${store.operator.id}${tail}`, players: 1 })).status).toBe(200)
    expect(await balanceOf(store.operator.id)).toBe(9_000n as never)
  }
})
