import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import { operatorAccounts } from '#drizzle/schema'
import { changeKeyAddresses } from '#src/accounts/key-addresses'
import { endOverlap, type Overlap, regenerateApiKey } from '#src/accounts/renew-api-key'
import { scanForAnomalies } from '#src/authorize/anomaly'
import { flushRequestLog } from '#src/authorize/request-log'
import { newId } from '#src/core/ids'
import { addMs, addSeconds, type Instant, now, stopwatch, useClock } from '#src/core/time'
import { read } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { OperatorCaller } from '#src/platform/route'
import { anAddress, auditRows, operatorToken, staffToken, withServer } from '#tests/support/api'
import { authorize, signedCall } from '#tests/support/client'
import { aStaff, aStore, balanceOf, PASSWORD, type Store } from '#tests/support/factory'

const { started, call } = withServer()

/** The clock stands still where a test says so: an overlap ends at an instant, not about then. */
let at: Instant
let restore: () => void
beforeEach(() => {
  at = now()
  restore = useClock(() => at.getTime())
})
afterEach(() => restore())

const info = (ip = '127.0.0.1'): RequestInfo => ({
  id: newId(),
  ip,
  userAgent: 'test',
  language: 'zh',
  now: now(),
  elapsed: stopwatch(),
  route: 'test',
})
const callerOf = ({ operator }: Store): OperatorCaller => ({
  kind: 'operator',
  id: operator.id,
  username: operator.username,
  name: '星空乐园',
  sessionId: newId(),
})
const renew = async (store: Store, overlapSeconds: Overlap = 0): Promise<string> =>
  (await regenerateApiKey(callerOf(store), { password: PASSWORD, overlapSeconds }, info())).apiKey
/** From an address of its own, so that the limit for addresses ties no calls together. */
const own = () => ({ 'X-Forwarded-For': anAddress() })
const start = async (store: Store, apiKey: string, headers: Record<string, string> = own()) => {
  const { status, body } = await authorize(started.url, store, { apiKey, headers })
  return status === 200 ? 'charged' : body.error_code
}
/** A call that does not go through the charging transaction. */
const ask = async (apiKey: string, headers: Record<string, string> = own()) =>
  (await signedCall(started.url, { apiKey, method: 'GET', path: '/v1/game/sites', headers })).status

describe('a replaced key', () => {
  test('is dead at once unless an overlap was chosen, through the API and with none chosen', async () => {
    const store = await aStore({ balance: '100.00' })
    const first = store.operator.apiKey
    const second = await renew(store)
    expect([await start(store, first), await ask(first), await start(store, second)]).toEqual(['INVALID_API_KEY', 401, 'charged'])
    const token = await operatorToken(store.operator.id)
    const answer = await call('POST /v1/operators/me/api-key/regenerate', {
      token,
      body: { password: PASSWORD, overlap: 3600, overlapSeconds: 3600 },
    })
    expect(answer.status).toBe(200)
    expect([await start(store, second), await ask(second)]).toEqual(['INVALID_API_KEY', 401])
    expect(await start(store, String(answer.body.data.api_key))).toBe('charged')
  })

  test('is good to the last millisecond of its overlap and not one more, for every call', async () => {
    const store = await aStore({ balance: '100.00' })
    const first = store.operator.apiKey
    const made = at
    const second = await renew(store, 3_600)
    expect([await start(store, first), await start(store, second)]).toEqual(['charged', 'charged'])
    at = addMs(addSeconds(made, 3_600), -1)
    expect([await start(store, first), await ask(first)]).toEqual(['charged', 200])
    at = addSeconds(made, 3_600)
    expect([await start(store, first), await ask(first)]).toEqual(['INVALID_API_KEY', 401])
    expect(await start(store, second)).toBe('charged')
  })

  test('of a replaced key is dead: there are never more than two', async () => {
    const store = await aStore({ balance: '100.00' })
    const first = store.operator.apiKey
    const second = await renew(store, 86_400)
    const third = await renew(store, 604_800)
    expect([await start(store, first), await start(store, second), await start(store, third)]).toEqual([
      'INVALID_API_KEY',
      'charged',
      'charged',
    ])
    const fourth = await renew(store)
    expect([await start(store, second), await start(store, third), await start(store, fourth)]).toEqual([
      'INVALID_API_KEY',
      'INVALID_API_KEY',
      'charged',
    ])
  })

  test('ends at once when its operator says so', async () => {
    const store = await aStore({ balance: '100.00' })
    const second = await renew(store, 604_800)
    await endOverlap(callerOf(store), info())
    expect([await start(store, store.operator.apiKey), await start(store, second)]).toEqual(['INVALID_API_KEY', 'charged'])
  })

  test('and the present one both die when an administrator resets, and nothing of the old remains', async () => {
    const store = await aStore({ balance: '100.00' })
    const first = store.operator.apiKey
    const second = await renew(store, 604_800)
    const admin = await staffToken((await aStaff('admin')).id)
    const answer = await call(`POST /v1/admin/operators/${store.operator.id}/api-key/reset`, {
      token: admin,
      body: { reason: '密钥疑似泄露，立即更换' },
    })
    expect(answer.status).toBe(200)
    const third = String(answer.body.data.api_key)
    expect([await start(store, first), await start(store, second), await ask(first), await ask(second)]).toEqual([
      'INVALID_API_KEY',
      'INVALID_API_KEY',
      401,
      401,
    ])
    expect(await start(store, third)).toBe('charged')
    const [row] = await read().select().from(operatorAccounts).where(eq(operatorAccounts.id, store.operator.id))
    expect([row!.previousApiKeySha256, row!.previousApiKeyValidUntil]).toEqual([null, null])
  })

  test('of a locked account opens nothing, however long its overlap', async () => {
    const store = await aStore({ balance: '100.00' })
    const second = await renew(store, 604_800)
    const admin = await staffToken((await aStaff('admin')).id)
    await call(`POST /v1/admin/operators/${store.operator.id}/lock`, { token: admin, body: { reason: '连续验签失败，先行锁定' } })
    expect([await start(store, store.operator.apiKey), await start(store, second)]).toEqual(['ACCOUNT_LOCKED', 'ACCOUNT_LOCKED'])
  })

  test('spends the same balance as the new one: calls under both at once never overdraw', async () => {
    const store = await aStore({ balance: '60.00', price: '10.00' })
    const second = await renew(store, 3_600)
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, n) => start(store, n % 2 === 0 ? store.operator.apiKey : second)))
    expect(outcomes.toSorted()).toEqual([...Array(7).fill('INSUFFICIENT_BALANCE'), ...Array(3).fill('charged')])
    expect(await balanceOf(store.operator.id)).toBe(0n as never)
  })

  test('and the new one know each other’s sessions: a retry under the new key is the same receipt', async () => {
    const store = await aStore({ balance: '100.00' })
    const sessionId = `op_${store.operator.id}_${at.getTime()}_abcdefgh12345678`
    const first = await authorize(started.url, store, { sessionId, headers: own() })
    const second = await renew(store, 3_600)
    const again = await authorize(started.url, store, { apiKey: second, sessionId, headers: own() })
    expect([again.status, again.body.replayed, again.body.data]).toEqual([200, true, first.body.data] as never)
  })

  test('is replaced once by a form that was sent twice', async () => {
    const store = await aStore()
    const [before] = await read().select().from(operatorAccounts).where(eq(operatorAccounts.id, store.operator.id))
    at = addSeconds(at, 5)
    const send = () => regenerateApiKey(callerOf(store), { password: PASSWORD, replaces: before!.apiKeyGeneratedAt }, info())
    const outcomes = await Promise.allSettled([send(), send()])
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const rows = await auditRows(started.database, store.operator.id)
    expect(rows.filter(({ operation }) => operation === 'api_key_regenerate')).toHaveLength(1)
  })

  test('belongs to one operator only, whichever column it stands in', async () => {
    const [one, other] = [await aStore(), await aStore()]
    const steal = started.database.owner`
      UPDATE operator_accounts SET previous_api_key_sha256 = (SELECT api_key_sha256 FROM operator_accounts WHERE id = ${other.operator.id}),
        previous_api_key_valid_until = api_key_generated_at + interval '1 hour'
      WHERE id = ${one.operator.id}`
    expect(steal).rejects.toMatchObject({ constraint_name: 'operator_keys_apart' })
    const tooLong = started.database.owner`
      UPDATE operator_accounts SET previous_api_key_sha256 = decode(repeat('ab', 32), 'hex'),
        previous_api_key_valid_until = api_key_generated_at + interval '8 days'
      WHERE id = ${one.operator.id}`
    expect(tooLong).rejects.toMatchObject({ constraint_name: 'operator_previous_api_key' })
  })
})

describe('an address list', () => {
  const HOME = { 'X-Forwarded-For': '203.0.113.7' }
  const AWAY = { 'X-Forwarded-For': '198.51.100.9' }
  const allow = (store: Store, addresses: string[]) => changeKeyAddresses(callerOf(store), addresses, PASSWORD, info())

  test('lets the key in from its ranges and refuses it elsewhere like no key at all', async () => {
    const store = await aStore({ balance: '100.00' })
    await allow(store, ['203.0.113.99/24', '2001:db8::1'])
    expect([await start(store, store.operator.apiKey, HOME), await ask(store.operator.apiKey, HOME)]).toEqual(['charged', 200])
    const refused = await authorize(started.url, store, { headers: AWAY })
    const unknown = await authorize(started.url, store, { apiKey: 'f'.repeat(64), headers: AWAY })
    const shape = ({ status, body }: typeof refused) => ({ ...body, status, request_id: null })
    expect(shape(refused)).toEqual(shape(unknown))
    expect(refused.status).toBe(401)
    expect(await ask(store.operator.apiKey, AWAY)).toBe(401)
    expect(await balanceOf(store.operator.id)).toBe(8_000n as never)
  })

  test('holds for a replaced key too, and an emptied list for none', async () => {
    const store = await aStore({ balance: '100.00' })
    await allow(store, ['203.0.113.0/24'])
    const second = await renew(store, 3_600)
    expect([await start(store, store.operator.apiKey, AWAY), await start(store, second, AWAY)]).toEqual([
      'INVALID_API_KEY',
      'INVALID_API_KEY',
    ])
    await allow(store, [])
    expect([await start(store, store.operator.apiKey, AWAY), await start(store, second, AWAY)]).toEqual(['charged', 'charged'])
  })

  test('is kept as ranges, audited, and leaves each refusal in its operator’s log', async () => {
    const store = await aStore({ balance: '100.00' })
    await allow(store, ['10.1.2.3/8', '10.9.9.9/8', '203.0.113.7'])
    await start(store, store.operator.apiKey, AWAY)
    await ask(store.operator.apiKey, AWAY)
    await flushRequestLog()
    const logged = await started.database.owner`
      SELECT operation, code, ip FROM api_key_usage_logs WHERE operator_id = ${store.operator.id} ORDER BY operation`
    expect([...logged]).toEqual([
      { operation: 'authorize', code: 'INVALID_API_KEY', ip: '198.51.100.9' },
      { operation: 'game_sites', code: 'INVALID_API_KEY', ip: '198.51.100.9' },
    ])
    const audited = (await auditRows(started.database, store.operator.id)).find(({ operation }) => operation === 'api_key_addresses')
    expect(audited!.details).toEqual({ before: [], after: ['10.0.0.0/8', '203.0.113.7/32'] })
  })

  test('keeps its operator from being locked by calls it has kept out', async () => {
    const store = await aStore({ balance: '100.00' })
    await allow(store, ['203.0.113.0/24'])
    for (let n = 0; n < 25; n++) await start(store, store.operator.apiKey, AWAY)
    await scanForAnomalies({ now: now() })
    expect(await start(store, store.operator.apiKey, HOME)).toBe('charged')
  })

  test('is not changed without the password', async () => {
    const store = await aStore()
    expect(changeKeyAddresses(callerOf(store), ['10.0.0.0/8'], 'Wrong-pass1', info('10.77.1.1'))).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    })
  })
})
