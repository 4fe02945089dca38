import { describe, expect, test } from 'bun:test'
import { stopwatch } from '#src/core/time'
import { bookFaults } from '#tests/ledger/books'
import { type Answer, authorize, newSessionId, startBody } from '#tests/support/client'
import { aSite, aStore, balanceOf, credit, type Store } from '#tests/support/factory'
import { stormOfRivals, stormOfTwins, stormOnBalance } from './concurrency'
import { aScene } from './scene'

const scene = aScene()

test('100 parallel starts on a balance for 20: exactly 20 are charged, 80 refused, 0.00 is left', () => stormOnBalance(scene, [scene.url]))
test('64 parallel copies of one request: one debit and 64 equal receipts', () => stormOfTwins(scene, [scene.url]))
test('two games under one session id at once: the first is charged, its copies replay, the other is a conflict', () =>
  stormOfRivals(scene, [scene.url]))

test('two sites of an operator at once on a balance for one game: one starts, the other is refused (EC-1)', async () => {
  for (let round = 0; round < 20; round++) {
    const store = await aStore({ balance: '10.00', price: '5.00' })
    const other = { ...store, siteId: await aSite(store.operator.id) }
    const answers = await Promise.all([authorize(scene.url, store), authorize(scene.url, other)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 402])
    expect(await balanceOf(store.operator.id)).toBe(0n as never)
  }
})

test('1,000 mixed calls of 20 operators at once: every balance is exactly what the answers say', async () => {
  const stores = await Promise.all(Array.from({ length: 20 }, () => aStore({ balance: '100.00', price: '1.00' })))
  const sessions = stores.map((store) => Array.from({ length: 30 }, () => newSessionId(store.operator.id)))
  const calls = Array.from({ length: 1_000 }, (_, turn) => {
    const which = turn % 20
    const players = 1 + ((turn * 7) % 5)
    const sessionId = turn % 3 === 0 ? sessions[which]![turn % 30]! : undefined
    const options = {
      players,
      ...(sessionId ? { sessionId } : {}),
      ...(turn % 11 === 0 ? { signature: 'x' } : {}),
      ...(turn % 13 === 0 ? { body: startBody(stores[(which + 1) % 20]!) } : {}),
    }
    return { which, answer: authorize(scene.url, stores[which]!, options) }
  })
  const credits = stores.map((store) => credit(store.operator.id, '7.50'))
  const spent = new Map<number, Map<string, number>>()
  for (const { which, answer } of calls) {
    const { status, body } = await answer
    expect([200, 400, 402, 404, 409]).toContain(status)
    if (status !== 200) continue
    const receipts = spent.get(which) ?? spent.set(which, new Map()).get(which)!
    receipts.set(body.data!.usage_id as string, Number(body.data!.total_cost))
  }
  await Promise.all(credits)
  for (const [which, store] of stores.entries()) {
    const total = [...(spent.get(which)?.values() ?? [])].reduce((sum, cost) => sum + Math.round(cost * 100), 0)
    expect(await balanceOf(store.operator.id)).toBe(BigInt(10_750 - total) as never)
  }
  expect(await bookFaults(scene.owner)).toEqual([])
})

describe('one bad call never fails its neighbours', () => {
  /** Calls of `stores` at once, so that they share a batch. */
  const together = (stores: Store[], players: number[]): Promise<Answer[]> =>
    Promise.all(stores.map((store, index) => authorize(scene.url, store, { players: players[index]! })))

  test('when the database refuses a row that the code thought right', async () => {
    await scene.owner`ALTER TABLE usage_records ADD CONSTRAINT seven_is_forbidden CHECK (player_count <> 7)`
    const same = await aStore({ balance: '1000.00', price: '1.00' })
    const stores = Array.from({ length: 30 }, () => same).concat(
      await Promise.all(Array.from({ length: 30 }, () => aStore({ balance: '1000.00', price: '1.00' }))),
    )
    const players = stores.map((_, index) => (index % 6 === 3 ? 7 : 1))
    const answers = await together(stores, players)
    for (const [index, { status, body }] of answers.entries()) {
      expect([status, body.error_code]).toEqual(players[index] === 7 ? [500, 'INTERNAL_ERROR'] : [200, undefined])
    }
    expect(await balanceOf(same.operator.id)).toBe((100_000n - 25n * 100n) as never)
    await scene.owner`ALTER TABLE usage_records DROP CONSTRAINT seven_is_forbidden`
    expect((await together([same], [7]))[0]!.status).toBe(200)
    expect(await bookFaults(scene.owner)).toEqual([])
  })

  test("when one operator's account is held by a long transaction, the others are answered meanwhile", async () => {
    const [held, ...free] = await Promise.all(Array.from({ length: 12 }, () => aStore({ balance: '1000.00', price: '1.00' })))
    let release = () => {}
    const holding = scene.owner.begin(async (sql) => {
      await sql`SELECT FROM operator_accounts WHERE id = ${held!.operator.id} FOR UPDATE`
      await new Promise<void>((resolve) => {
        release = resolve
      })
    })
    await waitUntilHeld(held!)
    const waiting = authorize(scene.url, held!)
    const answers = await Promise.all(free.map((store) => authorize(scene.url, store)))
    expect(answers.map(({ status }) => status)).toEqual(free.map(() => 200))
    release()
    await holding
    expect((await waiting).status).toBe(200)
    expect(await bookFaults(scene.owner)).toEqual([])
  })

  test('when several accounts are held, calls of the others in the same batches are answered within a second, the held ones after', async () => {
    const stores = await Promise.all(Array.from({ length: 14 }, () => aStore({ balance: '1000.00', price: '1.00' })))
    const held = stores.slice(0, 3)
    let release = () => {}
    const holding = scene.owner.begin(async (sql) => {
      await sql`SELECT FROM operator_accounts WHERE id = ANY (${held.map((store) => store.operator.id)}::uuid[]) FOR UPDATE`
      await new Promise<void>((resolve) => {
        release = resolve
      })
    })
    await waitUntilHeld(held[2]!)
    const elapsed = stopwatch()
    const sent = [...stores, ...stores, ...stores].map((store) => ({ store, answer: authorize(scene.url, store) }))
    const free = await Promise.all(sent.filter(({ store }) => !held.includes(store)).map(({ answer }) => answer))
    expect(free.map(({ status }) => status)).toEqual(free.map(() => 200))
    expect(elapsed()).toBeLessThan(1_000)
    release()
    await holding
    const waited = await Promise.all(sent.filter(({ store }) => held.includes(store)).map(({ answer }) => answer))
    expect(waited.map(({ status }) => status)).toEqual(waited.map(() => 200))
    for (const store of stores) expect(await balanceOf(store.operator.id)).toBe(99_400n as never)
    expect(await bookFaults(scene.owner)).toEqual([])
  }, 30_000)

  async function waitUntilHeld(store: Store): Promise<void> {
    for (;;) {
      const rows = await scene.owner`SELECT FROM operator_accounts WHERE id = ${store.operator.id} FOR UPDATE SKIP LOCKED`
      if (rows.length === 0) return
    }
  }
})
