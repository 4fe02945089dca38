import { expect, test } from 'bun:test'
import { rehearse } from '#tests/drills/deploy'
import { SCENARIOS } from '#tests/drills/deploy/scenarios'

/** The whole rehearsal, with every fault and every step to be killed at: `bun run drill deploy`. */
test('bad releases under load: somebody always serves, no charge is lost or doubled, the version before stays or comes back', async () => {
  const outcomes = await rehearse(
    SCENARIOS.filter(({ quick }) => quick),
    { watchSeconds: 3, tell: () => {} },
  )
  expect(outcomes.filter(({ passed }) => !passed)).toEqual([])
  expect(outcomes).toHaveLength(6)
}, 600_000)
