import { test } from 'bun:test'
import fc from 'fast-check'
import { aScene } from '#tests/authorize/scene'
import { MAX_PLAYERS, type Step, World } from './model'

const scene = aScene()

/** How long to look, and from which seed: a failure prints its own. */
const SECONDS = Number(process.env.MODEL_SECONDS ?? 8)
const SEED = Number(process.env.MODEL_SEED ?? 2026)
/** The mutants only need to know that something was found, not the shortest way there. */
const SHRINK = process.env.MODEL_SHRINK !== 'off'

const who = fc.integer({ min: 0, max: 1 })
const game = fc.integer({ min: 0, max: 1 })
const session = fc.integer({ min: 0, max: 2 })
const players = fc.integer({ min: 1, max: MAX_PLAYERS + 1 })
const kind = <T extends string>(name: T) => fc.constant(name)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: kind('start'),
      who,
      session,
      players,
      site: fc.integer({ min: 0, max: 2 }),
      game,
      copies: fc.integer({ min: 1, max: 5 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: kind('burst'), who, games: fc.integer({ min: 2, max: 8 }), players, game }) },
  { weight: 2, arbitrary: fc.record({ do: kind('rivals'), who, session, game }) },
  { weight: 1, arbitrary: fc.record({ do: kind('stale'), who, session, seconds: fc.constantFrom(-3_600, -310, 310, 3_600) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('steal'), who, session }) },
  { weight: 1, arbitrary: fc.record({ do: kind('credit'), who, fen: fc.integer({ min: 1, max: 2_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('price'), game, fen: fc.integer({ min: 1, max: 1_500 }) }) },
  { weight: 1, arbitrary: fc.record({ do: kind('lock'), who, locked: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: kind('grant'), who, game, state: fc.constantFrom('open', 'revoked', 'expired') }) },
)

test(
  'whatever is called in whatever order and however much at once, answers and books are those of the model',
  async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const world = await World.open(scene.url, scene.owner)
      for (const one of steps) await world.take(one)
    })
    await fc.assert(property, { seed: SEED, numRuns: 100_000, interruptAfterTimeLimit: SECONDS * 1_000, endOnFailure: !SHRINK })
  },
  SECONDS * 1_000 + 30_000,
)
