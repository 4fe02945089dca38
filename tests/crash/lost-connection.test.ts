import { beforeAll, expect, test } from 'bun:test'
import { aScene } from '#tests/authorize/scene'
import { bookFaults } from '#tests/ledger/books'
import { authorize, newSessionId } from '#tests/support/client'
import { aStore, balanceOf } from '#tests/support/factory'

const scene = aScene()
/** A call with this mark loses its database connection in the middle of its batch, each time. */
const LOSING = { 'User-Agent': 'loses its connection' }

beforeAll(async () => {
  await scene.owner.unsafe(`
    CREATE FUNCTION lose_connection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF NEW.user_agent = 'loses its connection' AND NEW.result <> 'refused' THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER lose_connection BEFORE INSERT ON api_key_usage_logs FOR EACH ROW EXECUTE FUNCTION lose_connection()`)
})

test('a new game whose connection is lost is 503 with a time to wait and no trace; sent again it is charged once', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const lost = await authorize(scene.url, store, { sessionId, players: 1, headers: LOSING })
  expect([lost.status, lost.body.error_code, lost.headers.get('retry-after')]).toEqual([503, 'SERVICE_UNAVAILABLE', '1'])
  expect(await balanceOf(store.operator.id)).toBe(10_000n as never)
  const again = await authorize(scene.url, store, { sessionId, players: 1 })
  expect([again.status, again.body.replayed]).toEqual([200, undefined])
  expect(await bookFaults(scene.owner)).toEqual([])
})

test('a charged game whose repeat loses the connection still gets its receipt', async () => {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const first = await authorize(scene.url, store, { sessionId, players: 1 })
  const again = await authorize(scene.url, store, { sessionId, players: 1, headers: LOSING })
  expect([again.status, again.body.replayed, again.body.data]).toEqual([200, true, first.body.data] as never)
})

test("a lost connection shows nobody another operator's receipt", async () => {
  const [store, other] = [await aStore({ balance: '100.00', price: '10.00' }), await aStore({ balance: '100.00' })]
  const sessionId = newSessionId(store.operator.id)
  expect((await authorize(scene.url, store, { sessionId, players: 1 })).status).toBe(200)
  // Each thief shares a batch with a call that kills it.
  for (const apiKey of [other.operator.apiKey, 'ab'.repeat(32)]) {
    for (let round = 0; round < 5; round++) {
      const calls = Array.from({ length: 12 }, (_, turn) =>
        turn % 2 === 0 ? authorize(scene.url, other, { headers: LOSING }) : authorize(scene.url, store, { apiKey, sessionId, players: 1 }),
      )
      const thefts = (await Promise.all(calls)).filter((_, turn) => turn % 2 === 1)
      for (const { status, body } of thefts) {
        expect(['SESSION_ID_OPERATOR_MISMATCH', 'INVALID_API_KEY', 'SERVICE_UNAVAILABLE']).toContain(String(body.error_code))
        expect([status, body.data]).not.toEqual([200, expect.anything()])
      }
    }
  }
  expect(await bookFaults(scene.owner)).toEqual([])
})
