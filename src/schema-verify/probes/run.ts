import type { Sql } from 'postgres'
import type { Instant } from '#src/core/time'
import { builder, type Transaction } from '#src/platform/database'
import { guardProbes } from './guards'
import { chartProbes, storyProbes } from './money'
import { judge, type Probe, type ProbeFailure } from './probe'
import { valueProbes } from './values'
import { walletProbes } from './wallets'
import { newWorld, worldSteps } from './world'

/** One probe waits this long; the whole of them takes under a second where nothing is wrong. */
const STATEMENT_TIMEOUT = '3s'
/** After so many failures the rest says nothing new, and each could wait for its time-out. */
const MOST_FAILURES = 60

class Undo extends Error {}

/**
 * Tries what the code relies on, in one transaction that is rolled back: every value of every list in the code, every way money may move,
 * what has to be refused, and a recharge, a game and a refund as the product does them. Finds what a fingerprint cannot: an expected
 * schema that is as wrong as the actual one.
 */
export async function runProbes(
  sql: Sql<{ bigint: bigint; json: unknown }>,
  at: Instant,
): Promise<{ probes: number; failures: ProbeFailure[] }> {
  const failures: ProbeFailure[] = []
  let probes = 0
  await sql
    .begin(async (begun) => {
      const tx: Transaction = { sql: begun, db: builder(begun) }
      await begun`SELECT set_config('statement_timeout', ${STATEMENT_TIMEOUT}, true), set_config('lock_timeout', ${STATEMENT_TIMEOUT}, true)`
      const world = newWorld(at)
      for (const step of worldSteps(world)) note(failures, judge(step, await made(tx, step)))
      await begun`SAVEPOINT probe`
      // The stories last: from their audit entries on, nobody else can write one until this is rolled back.
      for (const probe of [
        ...valueProbes(world),
        ...guardProbes(world),
        ...chartProbes(world),
        ...walletProbes(world),
        ...storyProbes(world),
      ]) {
        if (failures.length >= MOST_FAILURES) break
        probes++
        note(failures, judge(probe, await outcome(tx, probe)))
      }
      throw new Undo()
    })
    .catch((error) => {
      if (!(error instanceof Undo)) throw error
    })
  return { probes, failures }
}

const note = (failures: ProbeFailure[], failure: ProbeFailure | undefined): void => {
  if (failure) failures.push(failure)
}

/** What a probe threw, if anything. Its rows are gone afterwards: the way back goes out together with the next probe, as hundreds of them would else wait for each other's answers. */
async function outcome(tx: Transaction, { run, isDeferred }: Probe): Promise<unknown> {
  try {
    await run(tx)
    if (isDeferred) await tx.sql`SET CONSTRAINTS ALL IMMEDIATE`
    return undefined
  } catch (error) {
    return error ?? new Error('unknown')
  } finally {
    tx.sql`ROLLBACK TO SAVEPOINT probe`.execute()
  }
}

/** The same for a step whose row stays until the end. */
const made = (tx: Transaction, { run }: Pick<Probe, 'run'>): Promise<unknown> =>
  tx.sql
    .savepoint((sql) => run({ sql, db: builder(sql) }))
    .then(
      () => undefined,
      (error) => error ?? new Error('unknown'),
    )
