import { groupCommit } from '#src/authorize/group-commit'
import { setting } from '#src/settings/settings'
import { commitBatch, type Outcome } from './commit-batch'
import type { Call } from './decide'

const commits = groupCommit<Call, Outcome>({ commit: commitBatch, windowMs: () => setting('group_commit_window_ms') })

export type Moved = { answer: object; replayed: boolean }

/**
 * Carries out what a partner asks for, together with what others ask for at the same moment; answers after COMMIT. Throws what
 * refused it: IDEMPOTENCY_KEY_CONFLICT, WALLET_NOT_FOUND, RESOURCE_NOT_FOUND, INSUFFICIENT_BALANCE, INVALID_PARAMS (see decide.ts).
 */
export async function move(call: Call): Promise<Moved> {
  const outcome = await commits.submit(call)
  if (outcome.verdict === 'refused') throw outcome.problem
  if (outcome.verdict === 'failed') throw outcome.error
  return { answer: outcome.operation.answer, replayed: outcome.verdict === 'replayed' }
}
