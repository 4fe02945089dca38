import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openTestDatabase } from '#tests/support/database'
import { CURRENCIES, KEYS, PLAYERS, type Step, World } from './model'

/** How many steps, and from which seed: a failure prints its own. */
const STEPS = Number(process.env.WALLET_MODEL_STEPS ?? 10_000)
const SEED = Number(process.env.MODEL_SEED ?? 2026)
const SHRINK = process.env.MODEL_SHRINK !== 'off'
/** Platforms whose calls share the batches of one process. */
const AT_ONCE = 6

let database: Awaited<ReturnType<typeof openTestDatabase>>
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

const who = fc.integer({ min: 0, max: PLAYERS - 1 })
const currency = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: CURRENCIES.length - 1 }) },
)
const amount = fc.integer({ min: 1, max: 700 })
const copies = fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 5 }) })
const old = fc.integer({ min: 0, max: 2 })
/** Mostly a key of its own; now and then one that was used before. */
const key = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: KEYS, max: 1_000_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: KEYS - 1 }) },
)
const kind = <T extends string>(name: T) => fc.constant(name)
const asked = { currency, amount, key, copies }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: kind('change'), kind: fc.constantFrom('credit', 'debit', 'freeze'), who, ...asked }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: kind('transfer'),
      from: who,
      to: who,
      back: fc.option(fc.record({ currency, amount }), { freq: 2 }),
      freeze: fc.option(old, { freq: 3 }),
      ...asked,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: kind('release'), freeze: old, amount: fc.option(amount), key, copies }) },
  { weight: 2, arbitrary: fc.record({ do: kind('reverse'), operation: old, key, copies }) },
  { weight: 1, arbitrary: fc.record({ do: kind('burst'), who, times: fc.integer({ min: 2, max: 12 }), currency, amount }) },
)
const story = fc.array(step, { minLength: 1, maxLength: 16 })

test(`${STEPS} random steps: answers and wallets are those of plain arithmetic, whatever is asked in whatever order and at once`, async () => {
  let steps = 0
  const property = fc.asyncProperty(fc.array(story, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (stories) => {
    if (steps >= STEPS) return
    await Promise.all(
      stories.map(async (taken) => {
        const world = await new World().open()
        for (const one of taken) await world.take(one)
        await world.close()
      }),
    )
    steps += stories.flat().length
  })
  await fc.assert(property, { seed: SEED, numRuns: Math.ceil(STEPS / AT_ONCE), endOnFailure: !SHRINK })
  expect(steps).toBeGreaterThanOrEqual(STEPS)
}, 180_000)
