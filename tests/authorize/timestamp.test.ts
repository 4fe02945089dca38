import { describe, expect, test } from 'bun:test'
import { instant, nowMs } from '#src/core/time'
import { authorize, newSessionId } from '#tests/support/client'
import { aStore, balanceOf } from '#tests/support/factory'
import { aScene, countRows } from './scene'

const scene = aScene()
const at = (offsetSeconds: number) => () => String(Math.floor(nowMs() / 1000) + offsetSeconds)

const MALFORMED: [string, () => string][] = [
  ['empty', () => ''],
  ['blank', () => '   '],
  ['negative', () => `-${at(0)()}`],
  ['with a sign', () => `+${at(0)()}`],
  ['a float', () => `${at(0)()}.5`],
  ['with an exponent', () => '1.7e9'],
  ['1e309', () => '1e309'],
  ['hexadecimal', () => '0x6592'],
  ['a word', () => 'now'],
  ['NaN', () => 'NaN'],
  ['an ISO time', () => instant(nowMs()).toISOString()],
  ['in microseconds', () => `${nowMs()}000`],
  ['of 40 digits', () => '9'.repeat(40)],
  ['of 8,000 digits', () => '1'.repeat(8_000)],
  ['with a separator', () => '1_767_225_600'],
  ['with SQL behind it', () => `${at(0)()}; DROP TABLE usage_records`],
]

test.each(MALFORMED)('a timestamp that is %s is malformed; nothing is stored', async (_, timestamp) => {
  const store = await aStore({ balance: '100.00' })
  const before = await countRows(scene.owner)
  const answer = await authorize(scene.url, store, { timestamp: timestamp() })
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({ error_code: 'INVALID_PARAMS', details: [{ field: 'X-Timestamp', message: '须为Unix时间戳（秒）' }] })
  expect(await countRows(scene.owner)).toEqual(before)
})

const EXPIRED: [string, () => string][] = [
  ['zero', () => '0'],
  ['one digit', () => '7'],
  ['301 s old', at(-302)],
  ['301 s ahead', at(302)],
  ['a day old', at(-86_400)],
  ['in milliseconds', () => String(nowMs())],
  ['the last of 13 digits', () => '9999999999999'],
]

test.each(EXPIRED)('a timestamp that is %s is TIMESTAMP_EXPIRED and told our time', async (_, timestamp) => {
  const store = await aStore({ balance: '100.00' })
  const answer = await authorize(scene.url, store, { timestamp: timestamp() })
  expect(answer.status).toBe(400)
  expect(answer.body.error_code).toBe('TIMESTAMP_EXPIRED')
  const details = answer.body.details as { server_time: string; request_time: string; max_diff_seconds: number }
  expect(Object.keys(details)).toEqual(['server_time', 'request_time', 'max_diff_seconds'])
  expect(Math.abs(instant(details.server_time).getTime() - nowMs())).toBeLessThan(5_000)
  expect(details.max_diff_seconds).toBe(300)
})

describe('the window has two sides', () => {
  test.each([
    ['298 s old', at(-298)],
    ['298 s ahead', at(298)],
    ['leading zeros', () => `000${at(0)()}`],
  ])('a timestamp %s is fresh', async (_, timestamp) => {
    const store = await aStore({ balance: '100.00' })
    expect((await authorize(scene.url, store, { timestamp: timestamp() })).status).toBe(200)
  })
})

test('a known session with a stale timestamp is TIMESTAMP_EXPIRED, and charged once only', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  expect((await authorize(scene.url, store, { sessionId, players: 1 })).status).toBe(200)
  expect((await authorize(scene.url, store, { sessionId, players: 1, timestamp: at(-400)() })).body.error_code).toBe('TIMESTAMP_EXPIRED')
  expect((await authorize(scene.url, store, { sessionId, players: 1 })).body.replayed).toBe(true)
  expect(await balanceOf(store.operator.id)).toBe(9_000n as never)
})
