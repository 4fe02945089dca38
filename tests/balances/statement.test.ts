import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { firstDayOf, type Statement, statementOf, sumsOf } from '#src/balances/statement'
import { type MovementKind, transactionChunks } from '#src/balances/transactions'
import type { Uuid } from '#src/core/ids'
import { type Money, minus, money, plus, ZERO } from '#src/core/money'
import { addDays, type BusinessDay, businessDay, type Instant, instant, now, startOfDay, useClock } from '#src/core/time'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { aStore, balanceOf, credit, debit, type Store } from '#tests/support/factory'
import { startServer } from '#tests/support/http'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
})
afterAll(async () => {
  await server.drain(1_000)
  await database.close()
})

type Step = { minutes: number; act: 'game' | 'in' | 'out'; size: number }

/** Plays a history at its own times: games over HTTP, money in and out through the ledger. Steps that the balance does not allow are left out. */
async function play(store: Store, start: Instant, steps: readonly Step[]): Promise<void> {
  let at = start.getTime()
  for (const { minutes, act, size } of steps) {
    at += minutes * 60_000
    const release = useClock(() => at)
    try {
      if (act === 'game') expect([200, 402]).toContain((await authorize(server.url, store, { players: 1 + (size % 8) })).status)
      else if (act === 'in') await credit(store.operator.id, `${size}.37`)
      else if ((await balanceOf(store.operator.id)) > money(size * 100 + 11)) await debit(store.operator.id, `${size}.11`)
    } finally {
      release()
    }
  }
}

const statement = (operatorId: Uuid, first: BusinessDay, last: BusinessDay): Promise<Statement> =>
  statementOf(operatorId, first, last, { from: startOfDay(first), to: addDays(startOfDay(last), 1) })

/** The same figures counted anew, row by row. */
async function counted(operatorId: Uuid, first: BusinessDay, last: BusinessDay) {
  let [opening, closing, came, went, rows] = [ZERO, ZERO, ZERO, ZERO, 0] as [Money, Money, Money, Money, number]
  for await (const chunk of transactionChunks(operatorId, {})) {
    for (const { at, direction, amount } of chunk) {
      const day = businessDay(at)
      const signed = direction === 'in' ? amount : minus(ZERO, amount)
      if (day < first) opening = plus(opening, signed)
      if (day <= last) closing = plus(closing, signed)
      if (day < first || day > last) continue
      rows++
      if (direction === 'in') came = plus(came, amount)
      else went = plus(went, amount)
    }
  }
  return { opening, closing, in: came, out: went, rows }
}

const steps = fc.array(
  fc.record({
    minutes: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 600, max: 4_000 })),
    act: fc.constantFrom('game' as const, 'game' as const, 'in' as const, 'out' as const),
    size: fc.integer({ min: 1, max: 90 }),
  }),
  { minLength: 1, maxLength: 25 },
)

test('whatever was played, every statement equals the ledger to the fen and ties from day to day', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 30 }), async (history, from, length) => {
      const store = await aStore({ price: '7.77' })
      const start = addDays(now(), -60)
      await play(store, start, history)
      const { id } = store.operator
      const [first, last] = [businessDay(addDays(start, from)), businessDay(addDays(start, from + length))]
      const made = await statement(id, first, last)
      expect(made).toMatchObject(await counted(id, first, last))
      let before = made.opening
      for (const day of made.days) {
        expect(day.opening).toBe(before)
        expect(day.closing).toBe(minus(plus(day.opening, day.in), day.out))
        expect(day).toMatchObject(await counted(id, day.day, day.day))
        before = day.closing
      }
      expect(before).toBe(made.closing)
      const whole = await statement(id, businessDay(start), businessDay(now()))
      expect([whole.opening, whole.closing]).toEqual([ZERO, await balanceOf(id)])
      expect(whole.kinds.reduce((sum, kind) => plus(sum, minus(kind.in, kind.out)), ZERO)).toBe(whole.closing)
    }),
    { numRuns: 15 },
  )
}, 60_000)

test('the sums over a filter are those of the rows that it shows', async () => {
  const store = await aStore({ price: '7.77' })
  await play(store, addDays(now(), -20), [
    { minutes: 1, act: 'in', size: 900 },
    ...Array.from({ length: 12 }, (_, at) => ({ minutes: 1_100, act: (['game', 'game', 'out', 'in'] as const)[at % 4]!, size: at + 1 })),
  ])
  const { id } = store.operator
  const [from, to] = [startOfDay(businessDay(addDays(now(), -15))), startOfDay(businessDay(addDays(now(), -10)))]
  for (const filter of [{}, { from, to }, { from }, { to }]) {
    for (const kind of [undefined, 'consumption', 'adjustment', 'recharge'] as (MovementKind | undefined)[]) {
      const sums = { rows: 0, in: ZERO, out: ZERO }
      for await (const chunk of transactionChunks(id, { ...filter, kind })) {
        for (const { direction, amount } of chunk) {
          sums.rows++
          sums[direction] = plus(sums[direction], amount)
        }
      }
      expect({ kind, ...(await sumsOf(id, { ...filter, kind })) }).toEqual({ kind, ...sums })
    }
  }
})

test('the edge of a day is midnight in Shanghai', async () => {
  const store = await aStore()
  const midnight = startOfDay(businessDay(addDays(now(), -3)))
  for (const [offset, yuan] of [
    [-1, '1.00'],
    [0, '2.00'],
  ] as const) {
    const release = useClock(() => instant(midnight.getTime() + offset).getTime())
    await credit(store.operator.id, yuan)
    release()
  }
  const day = businessDay(midnight)
  const made = await statement(store.operator.id, day, day)
  expect([made.opening, made.in, made.closing]).toEqual([money(100), money(200), money(300)])
  expect(await firstDayOf(store.operator.id)).toBe(businessDay(addDays(midnight, -1)))
})

test('an account without a movement has a statement of zeros, and nobody else’s money in it', async () => {
  const [empty, other] = [await aStore(), await aStore({ balance: '123.45' })]
  const today = businessDay(now())
  expect(await statement(empty.operator.id, today, today)).toEqual({
    first: today,
    last: today,
    opening: ZERO,
    closing: ZERO,
    rows: 0,
    in: ZERO,
    out: ZERO,
    days: [],
    kinds: [],
  })
  expect((await statement(other.operator.id, today, today)).closing).toBe(money(12_345))
  expect(await firstDayOf(empty.operator.id)).toBeNull()
})
