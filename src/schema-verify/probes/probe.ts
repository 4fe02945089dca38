import { errorCode, type Transaction, violatedConstraint } from '#src/platform/database'

/**
 * One thing that the code relies on, tried and rolled back. `refusedBy`: the SQLSTATEs with which the database has to
 * refuse it; without it has to be accepted. A time-out or a table that is not there is neither.
 */
export type Probe = {
  name: string
  refusedBy?: readonly string[]
  /** A row of the kind may be there already, of which there is only one: that the row itself was right is then seen by its being a twin. */
  isTwinFine?: true
  /** Writes what is checked at COMMIT only: the check is made at its end. */
  isDeferred?: true
  run: (tx: Transaction) => Promise<unknown>
}

/** A probe that came out otherwise: what was expected and what the database did. */
export type ProbeFailure = { name: string; expected: string; found: string }

/** CHECK, foreign key, unique, NOT NULL: the row itself is refused. */
export const BY_CONSTRAINT = ['23514', '23503', '23505', '23502', '23P01'] as const
/** A trigger or a missing right: nobody, or not this role, may do it. */
export const BY_GUARD = ['42501'] as const

/** Judges what a probe came to; undefined when it is as it should be. */
export function judge({ name, refusedBy, isTwinFine }: Probe, error: unknown): ProbeFailure | undefined {
  const expected = refusedBy ? 'refused' : 'accepted'
  if (error === undefined) return refusedBy ? { name, expected, found: 'accepted' } : undefined
  const code = errorCode(error) ?? ''
  if (refusedBy?.includes(code) || (isTwinFine && code === '23505')) return undefined
  const constraint = violatedConstraint(error)
  const [said] = (error instanceof Error ? error.message : String(error)).split('\n')
  return {
    name,
    expected,
    found: `${constraint ? `refused by ${constraint}` : `failed${code ? ` (${code})` : ''}`}: ${said!.slice(0, 200)}`,
  }
}
