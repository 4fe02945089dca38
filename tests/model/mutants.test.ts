import { expect, test } from 'bun:test'
import { hunt } from './mutants'
import { MUTANTS } from './planted'

/** What the suite itself shows is the control: without a fault all these tests pass. `bun tests/model/mutants.ts` prints the table. */
test('every planted fault is noticed by the tests that are there for it', async () => {
  const findings = await hunt(MUTANTS)
  expect(findings.filter(({ caught }) => !caught).map(({ name }) => name)).toEqual([])
  expect(findings).toHaveLength(MUTANTS.length)
  expect(findings.length).toBeGreaterThanOrEqual(12)
}, 180_000)
