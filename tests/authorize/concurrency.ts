import { expect } from 'bun:test'
import { bookFaults } from '#tests/ledger/books'
import { type Answer, authorize, newSessionId } from '#tests/support/client'
import { aStore, balanceOf } from '#tests/support/factory'
import type { Scene } from './scene'

/** The storms that must end the same, however many server processes share the database. Calls go to `urls` in turn. */

const spread = (urls: string[], turn: number): string => urls[turn % urls.length]!
const count = (answers: Answer[], status: number): number => answers.filter((answer) => answer.status === status).length

/** 100 different games at once on a balance for 20. */
export async function stormOnBalance(scene: Scene, urls: string[]): Promise<void> {
  const store = await aStore({ balance: '200.00', price: '5.00' })
  const answers = await Promise.all(Array.from({ length: 100 }, (_, turn) => authorize(spread(urls, turn), store, { players: 2 })))
  expect([count(answers, 200), count(answers, 402)]).toEqual([20, 80])
  const left = answers.flatMap(({ body }) => (body.data ? [Number(body.data.balance_after)] : [])).toSorted((a, b) => b - a)
  expect(left).toEqual(Array.from({ length: 20 }, (_, game) => 190 - 10 * game))
  expect(await balanceOf(store.operator.id)).toBe(0n as never)
  expect(await bookFaults(scene.owner)).toEqual([])
}

/** 64 copies of one game start at once. */
export async function stormOfTwins(scene: Scene, urls: string[]): Promise<void> {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, turn) => authorize(spread(urls, turn), store, { sessionId, players: 3 })),
  )
  expect(count(answers, 200)).toBe(64)
  expect(new Set(answers.map(({ body }) => JSON.stringify(body.data))).size).toBe(1)
  expect(answers.filter(({ body }) => body.replayed === undefined)).toHaveLength(1)
  expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(63)
  expect(await balanceOf(store.operator.id)).toBe(7_000n as never)
  const [debits] = await scene.owner`SELECT count(*) FROM usage_records WHERE operator_id = ${store.operator.id}`
  expect(debits!.count).toBe(1n)
  expect(await bookFaults(scene.owner)).toEqual([])
}

/** 64 calls at once, half of them one game and half another, under one session id. */
export async function stormOfRivals(scene: Scene, urls: string[]): Promise<void> {
  const store = await aStore({ balance: '100.00', price: '10.00' })
  const sessionId = newSessionId(store.operator.id)
  const answers = await Promise.all(
    Array.from({ length: 64 }, (_, turn) => authorize(spread(urls, turn >> 1), store, { sessionId, players: 1 + (turn % 2) })),
  )
  const [charged] = answers.filter(({ status, body }) => status === 200 && body.replayed === undefined)
  for (const [turn, { status, body }] of answers.entries()) {
    const isSame = 1 + (turn % 2) === charged!.body.data!.player_count
    expect([status, body.error_code]).toEqual(isSame ? [200, undefined] : [409, 'SESSION_ID_CONFLICT'])
  }
  expect(await balanceOf(store.operator.id)).toBe((10_000n - 1_000n * BigInt(charged!.body.data!.player_count as number)) as never)
  expect(await bookFaults(scene.owner)).toEqual([])
}
