import { expect, test } from 'bun:test'
import { hunt } from '#tests/model/mutants'
import { WALLET_MUTANTS } from './planted'

/** What the suite itself shows is the control: without a fault all these tests pass. */
test('every fault planted in the wallets is noticed by the tests that are there for it', async () => {
  const findings = await hunt(WALLET_MUTANTS)
  expect(findings.filter(({ caught }) => !caught).map(({ name }) => name)).toEqual([])
  expect(findings).toHaveLength(WALLET_MUTANTS.length)
}, 240_000)
