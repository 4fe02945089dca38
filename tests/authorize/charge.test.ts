import { describe, expect, test } from 'bun:test'
import { newId, showId } from '#src/core/ids'
import { addSeconds, instant, now, nowMs } from '#src/core/time'
import { bookFaults } from '#tests/ledger/books'
import { addressOf, authorize, newSessionId, startBody } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStore, balanceOf } from '#tests/support/factory'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene()
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

test('a charged game answers with exactly the fields of the contract, and with what is stored', async () => {
  const store = await aStore({ balance: '100.00', price: '12.30' })
  const [{ app_name }] = (await scene.owner`SELECT app_name FROM applications WHERE id = ${store.applicationId}`) as unknown as [
    { app_name: string },
  ]
  const sessionId = newSessionId(store.operator.id)
  const answer = await authorize(scene.url, store, { sessionId, players: 5 })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.body).toEqual({
    success: true,
    data: {
      authorization_token: expect.stringMatching(new RegExp(`^${UUID}$`)),
      session_id: sessionId,
      usage_id: expect.stringMatching(new RegExp(`^usage_${UUID}$`)),
      app_name,
      player_count: 5,
      unit_price: '12.30',
      total_cost: '61.50',
      balance_after: '38.50',
      authorized_at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
    },
  })
  expect(Object.keys(answer.body.data!)).toEqual([
    'authorization_token',
    'session_id',
    'usage_id',
    'app_name',
    'player_count',
    'unit_price',
    'total_cost',
    'balance_after',
    'authorized_at',
  ])
  const [row] = await scene.owner`
    SELECT u.total_fen, u.unit_price_fen, u.player_count, u.session_id, u.site_id, u.client_ip, encode(u.request_hash, 'hex') AS hash, t.amount_fen, t.balance_after_fen, t.seq
    FROM usage_records u JOIN transaction_records t ON t.usage_id = u.id WHERE u.operator_id = ${store.operator.id}`
  expect(row).toEqual({
    total_fen: 6150n,
    unit_price_fen: 1230n,
    player_count: 5,
    session_id: sessionId,
    site_id: store.siteId,
    client_ip: addressOf(store.operator.apiKey),
    hash: new Bun.CryptoHasher('sha256').update(`${store.applicationId}|${store.siteId}|5`).digest('hex'),
    amount_fen: 6150n,
    balance_after_fen: 3850n,
    seq: 2n,
  })
  expect(Math.abs(instant(answer.body.data!.authorized_at as string).getTime() - nowMs())).toBeLessThan(5_000)
  expect(await bookFaults(scene.owner)).toEqual([])
})

test('a new price counts from the next game on; games before it keep theirs', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const prices: unknown[] = []
  for (const fen of [1000, 1, 999_999, 2500]) {
    await scene.owner`UPDATE applications SET unit_price_fen = ${fen} WHERE id = ${store.applicationId}`
    const { body } = await authorize(scene.url, store, { players: 1 })
    prices.push(body.data?.total_cost ?? body.error_code)
  }
  expect(prices).toEqual(['10.00', '0.01', 'INSUFFICIENT_BALANCE', '25.00'])
  const stored = await scene.owner`SELECT unit_price_fen FROM usage_records WHERE operator_id = ${store.operator.id} ORDER BY ledger_seq`
  expect(stored.map((row) => row.unit_price_fen)).toEqual([1000n, 1n, 2500n])
})

test('a balance may be used up to the last fen, never beyond', async () => {
  const store = await aStore({ balance: '20.00', price: '10.00' })
  expect((await authorize(scene.url, store, { players: 2 })).body.data?.balance_after).toBe('0.00')
  const refused = await authorize(scene.url, store, { players: 1 })
  expect([refused.status, refused.body.details]).toEqual([402, { current_balance: '0.00', required_amount: '10.00', shortage: '10.00' }])
})

describe('what may not be used', () => {
  test("another operator's site is 404 as if it did not exist, and tells nothing about it", async () => {
    const [store, other] = [await aStore({ balance: '100.00' }), await anOperator({ name: '秘密乐园' })]
    const siteId = await aSite(other.id, { name: '秘密门店' })
    const foreign = await authorize(scene.url, store, { body: startBody({ ...store, siteId }) })
    const unknown = await authorize(scene.url, store, { body: startBody({ ...store, siteId: newId() }) })
    for (const { status, body } of [foreign, unknown])
      expect([status, body.error_code, body.message]).toEqual([404, 'SITE_NOT_FOUND', '运营点不存在'])
    expect(JSON.stringify(foreign.body)).not.toMatch(/秘密|deleted/)
    expect(foreign.body.details).toEqual({ site_id: showId('site', siteId) })
  })

  test("another operator's grant does not open the game", async () => {
    const [store, other] = [await aStore({ balance: '100.00' }), await aStore({ balance: '100.00' })]
    const answer = await authorize(scene.url, store, { body: startBody({ ...store, applicationId: other.applicationId }) })
    expect([answer.status, answer.body.error_code]).toEqual([403, 'APP_NOT_AUTHORIZED'])
  })

  test('a grant ends with its last millisecond', async () => {
    const store = await aStore({ balance: '100.00', price: '1.00' })
    const grantUntil = (at: Date) =>
      scene.owner`UPDATE operator_app_authorizations SET expires_at = ${at} WHERE operator_id = ${store.operator.id}`
    await grantUntil(addSeconds(now(), 60))
    expect((await authorize(scene.url, store)).status).toBe(200)
    await grantUntil(now())
    expect((await authorize(scene.url, store)).body.error_code).toBe('AUTHORIZATION_EXPIRED')
  })

  test('a grant that was revoked and given again counts', async () => {
    const store = await aStore({ balance: '100.00', price: '1.00' })
    await scene.owner`UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = authorized_by WHERE operator_id = ${store.operator.id}`
    expect((await authorize(scene.url, store)).body.error_code).toBe('APP_NOT_AUTHORIZED')
    await aGrant(store.operator.id, store.applicationId)
    expect((await authorize(scene.url, store)).status).toBe(200)
  })

  test('a replaced API key is dead at once, the new one counts', async () => {
    const store = await aStore({ balance: '100.00', price: '1.00' })
    const digest = new Bun.CryptoHasher('sha256').update('f'.repeat(64)).digest('hex')
    await scene.owner`UPDATE operator_accounts SET api_key_sha256 = decode(${digest}, 'hex') WHERE id = ${store.operator.id}`
    expect((await authorize(scene.url, store)).body.error_code).toBe('INVALID_API_KEY')
    expect((await authorize(scene.url, store, { apiKey: 'f'.repeat(64) })).status).toBe(200)
  })
})

test('every outcome leaves exactly one row in api_key_usage_logs, with who, where, what and how it ended', async () => {
  const store = await aStore({ balance: '10.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const known = { operatorId: store.operator.id, sessionId }
  const rows: [Parameters<typeof authorize>[2], object][] = [
    [{ players: 2 }, { ...known, result: 'refused', code: 'INSUFFICIENT_BALANCE' }],
    [{ players: 1 }, { ...known, result: 'accepted', code: null }],
    [{ players: 1 }, { ...known, result: 'replayed', code: null }],
    [{ players: 2 }, { ...known, result: 'refused', code: 'SESSION_ID_CONFLICT' }],
    [{ signature: 'x' }, { operatorId: store.operator.id, result: 'refused', code: 'INVALID_SIGNATURE' }],
    [{ timestamp: '1' }, { operatorId: store.operator.id, result: 'refused', code: 'TIMESTAMP_EXPIRED' }],
    [{ apiKey: '0'.repeat(64) }, { operatorId: null, result: 'refused', code: 'INVALID_API_KEY' }],
    [{ body: '{' }, { operatorId: null, result: 'refused', code: 'INVALID_PARAMS' }],
    [{ headers: { 'Content-Type': 'text/plain' } }, { operatorId: null, result: 'refused', code: 'UNSUPPORTED_MEDIA_TYPE' }],
  ]
  for (const [options, expected] of rows) {
    const answer = await authorize(scene.url, store, { sessionId, players: 1, ...options })
    const logged = await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({ operation: 'authorize', ip: addressOf(options?.apiKey ?? store.operator.apiKey), ...expected })
  }
})

test('a game on the 999th site of an operator with 999 grants is charged like any other', async () => {
  const store = await aStore({ balance: '100.00', price: '1.00' })
  const before = await countRows(scene.owner)
  await scene.owner`INSERT INTO operation_sites SELECT gen_random_uuid(), operator_id, name || n, address, description, deleted_at, created_at, updated_at
    FROM operation_sites, generate_series(1, 999) n WHERE id = ${store.siteId}`
  const applicationId = await anApplication({ price: '1.00' })
  await aGrant(store.operator.id, applicationId)
  const [{ id }] =
    (await scene.owner`SELECT id FROM operation_sites WHERE operator_id = ${store.operator.id} ORDER BY id DESC LIMIT 1`) as unknown as [
      { id: string },
    ]
  expect((await authorize(scene.url, store, { body: startBody({ siteId: id, applicationId }) })).status).toBe(200)
  expect((await countRows(scene.owner)).usages).toBe(before.usages + 1n)
  expect(await balanceOf(store.operator.id)).toBe(9_800n as never)
})
