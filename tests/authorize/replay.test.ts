import { afterEach, describe, expect, test } from 'bun:test'
import { showId } from '#src/core/ids'
import { nowMs, useClock } from '#src/core/time'
import { bookFaults } from '#tests/ledger/books'
import { type Answer, authorize, newSessionId, signedCall, startBody } from '#tests/support/client'
import { aGrant, anApplication, aSite, aStore, balanceOf, credit, debit, type Store } from '#tests/support/factory'
import { aScene, countRows, loggedCalls } from './scene'

const scene = aScene()
let realClock = () => {}
afterEach(() => realClock())

const wait = (hours: number): void => {
  const start = nowMs()
  realClock = useClock(() => start + hours * 3_600_000)
}

/** The bytes of `data` in an answer, as far as JSON keeps them: order of keys included. */
const dataOf = (answer: Answer): string => JSON.stringify(answer.body.data)

/** One game of 3 players at 10.00, charged; gives what is needed to send it again. */
async function aChargedGame(): Promise<{ store: Store; sessionId: string; first: Answer }> {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const first = await authorize(scene.url, store, { sessionId, players: 3 })
  expect(first.status).toBe(200)
  expect(first.body.replayed).toBeUndefined()
  expect(first.headers.get('idempotency-replayed')).toBeNull()
  return { store, sessionId, first }
}

async function expectReplay(answer: Answer, first: Answer, store: Store): Promise<void> {
  expect(answer.status).toBe(200)
  expect(Object.keys(answer.body)).toEqual(['success', 'data', 'replayed'])
  expect(answer.body.replayed).toBe(true)
  expect(answer.headers.get('idempotency-replayed')).toBe('true')
  expect(dataOf(answer)).toBe(dataOf(first))
  expect(await balanceOf(store.operator.id)).toBe(7_000n as never)
  expect(await loggedCalls(scene.owner, answer.headers.get('x-request-id')!)).toMatchObject([{ result: 'replayed', code: null }])
}

test('an exact copy of a call gives the first receipt byte for byte and charges nothing', async () => {
  const { store, sessionId, first } = await aChargedGame()
  const timestamp = String(Math.floor(nowMs() / 1000))
  for (let copy = 0; copy < 3; copy++)
    await expectReplay(await authorize(scene.url, store, { sessionId, players: 3, timestamp }), first, store)
  expect(await bookFaults(scene.owner)).toEqual([])
})

test.each([
  [
    'keys in another order and spaces',
    (app: string, site: string) => `{ "player_count": 3,\n "site_id": "site_${site}", "app_id": "app_${app}" }`,
  ],
  ['ids without prefix', (app: string, site: string) => JSON.stringify({ app_id: app, site_id: site, player_count: 3 })],
  [
    'ids in upper case',
    (app: string, site: string) => JSON.stringify({ app_id: `app_${app.toUpperCase()}`, site_id: site.toUpperCase(), player_count: 3 }),
  ],
  ['the number written as 3.0', (app: string, site: string) => `{"app_id":"${app}","site_id":"${site}","player_count":3.0}`],
  ['the number written as 30e-1', (app: string, site: string) => `{"app_id":"${app}","site_id":"${site}","player_count":30e-1}`],
])('the same game start written with %s is the same request', async (_, write) => {
  const { store, sessionId, first } = await aChargedGame()
  await expectReplay(await authorize(scene.url, store, { sessionId, body: write(store.applicationId, store.siteId) }), first, store)
})

test.each([
  ['without op_', (id: string) => id.slice(3)],
  ['with the operator in upper case', (id: string) => id.replace(/^op_[^_]+/, (head) => `op_${head.slice(3).toUpperCase()}`)],
])('the session id %s is the same id', async (_, write) => {
  const { store, sessionId, first } = await aChargedGame()
  await expectReplay(await authorize(scene.url, store, { sessionId: write(sessionId), players: 3 }), first, store)
})

test('a session first sent without op_ replays with it, and is shown in the normal form', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const first = await authorize(scene.url, store, { sessionId: sessionId.slice(3), players: 3 })
  expect(first.body.data?.session_id).toBe(sessionId)
  await expectReplay(await authorize(scene.url, store, { sessionId, players: 3 }), first, store)
})

test('through the alias path it is the same session', async () => {
  const { store, sessionId, first } = await aChargedGame()
  await expectReplay(await authorize(scene.url, store, { sessionId, players: 3, path: '/api/v1/auth/game/authorize' }), first, store)
})

test('a session signed anew replays hours after its own time has gone', async () => {
  const { store, sessionId, first } = await aChargedGame()
  wait(30)
  await expectReplay(await authorize(scene.url, store, { sessionId, players: 3 }), first, store)
  const fresh = await authorize(scene.url, store, { sessionId: newSessionId(store.operator.id, nowMs() - 30 * 3_600_000), players: 3 })
  expect(fresh.body.error_code).toBe('SESSION_ID_EXPIRED')
})

test('a receipt stays as it was when price, name, grant, site and balance have changed', async () => {
  const { store, sessionId, first } = await aChargedGame()
  await scene.owner`UPDATE applications SET unit_price_fen = 1, app_name = ${`新名字${sessionId.slice(-8)}`}, is_active = false WHERE id = ${store.applicationId}`
  await scene.owner`UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = authorized_by WHERE operator_id = ${store.operator.id}`
  await scene.owner`UPDATE operation_sites SET deleted_at = now() WHERE id = ${store.siteId}`
  await debit(store.operator.id, '70.00')
  await credit(store.operator.id, '70.00')
  await expectReplay(await authorize(scene.url, store, { sessionId, players: 3 }), first, store)
})

describe('a known session with other content is SESSION_ID_CONFLICT', () => {
  test('and names every field that differs, in the order of the request; nothing changes', async () => {
    const { store, sessionId, first } = await aChargedGame()
    const application = await anApplication({ price: '1.00' })
    await aGrant(store.operator.id, application)
    const site = await aSite(store.operator.id)
    const same = { app_id: showId('application', store.applicationId), site_id: showId('site', store.siteId), player_count: 3 }
    const rows: [object, string[]][] = [
      [{ player_count: 4 }, ['player_count']],
      [{ site_id: site }, ['site_id']],
      [{ app_id: application }, ['app_id']],
      [{ app_id: application, site_id: site, player_count: 1 }, ['app_id', 'site_id', 'player_count']],
      [{ site_id: showId('site', crypto.randomUUID()) }, ['site_id']],
      [{ player_count: 100 }, ['player_count']],
    ]
    const before = await countRows(scene.owner)
    for (const [change, differs] of rows) {
      const answer = await authorize(scene.url, store, { sessionId, body: JSON.stringify({ ...same, ...change }) })
      expect([answer.status, answer.body.error_code, answer.body.details]).toEqual([
        409,
        'SESSION_ID_CONFLICT',
        { session_id: sessionId, differs },
      ])
    }
    expect(await countRows(scene.owner)).toEqual(before)
    await expectReplay(await authorize(scene.url, store, { sessionId, players: 3 }), first, store)
  })
})

test('a refused call does not consume its session id: the same call is decided anew', async () => {
  const store = await aStore({ price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const cures: [string, () => Promise<unknown>][] = [
    [
      'ACCOUNT_LOCKED',
      () =>
        scene.owner`UPDATE operator_accounts SET is_locked = false, locked_at = NULL, locked_reason = NULL WHERE id = ${store.operator.id}`,
    ],
    ['SITE_INACTIVE', () => scene.owner`UPDATE operation_sites SET deleted_at = NULL WHERE id = ${store.siteId}`],
    ['APP_NOT_AUTHORIZED', () => aGrant(store.operator.id, store.applicationId)],
    ['INSUFFICIENT_BALANCE', () => credit(store.operator.id, '30.00')],
  ]
  await scene.owner`UPDATE operator_accounts SET is_locked = true, locked_at = now(), locked_reason = '测试' WHERE id = ${store.operator.id}`
  await scene.owner`UPDATE operation_sites SET deleted_at = now() WHERE id = ${store.siteId}`
  await scene.owner`UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = authorized_by WHERE operator_id = ${store.operator.id}`
  for (const [code, cure] of cures) {
    expect((await authorize(scene.url, store, { sessionId, players: 3 })).body.error_code).toBe(code)
    await cure()
  }
  const paid = await authorize(scene.url, store, { sessionId, players: 3 })
  expect([paid.status, paid.body.replayed, paid.body.data?.balance_after]).toEqual([200, undefined, '0.00'])
})

test('a call refused as one game may be sent as another game with the same session id', async () => {
  const store = await aStore({ balance: '20.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  expect((await authorize(scene.url, store, { sessionId, players: 3 })).body.error_code).toBe('INSUFFICIENT_BALANCE')
  expect((await authorize(scene.url, store, { sessionId, players: 2 })).status).toBe(200)
})

test('the receipt of a game is shown to nobody but its operator', async () => {
  const { sessionId, store } = await aChargedGame()
  const other = await aStore({ balance: '100.00' })
  const answer = await signedCall(scene.url, {
    apiKey: other.operator.apiKey,
    path: '/v1/auth/game/authorize',
    body: startBody(store, 3),
    sessionId,
  })
  expect(answer.body.error_code).toBe('SESSION_ID_OPERATOR_MISMATCH')
  expect(JSON.stringify(answer.body)).not.toContain(store.operator.id)
})
