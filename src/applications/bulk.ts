import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { type Transaction, transaction } from '#src/platform/database'
import { grantApplication } from './grants'
import { approveRequest, rejectRequest } from './requests'

/** As many as a page of a list has at most. */
export const MOST_AT_ONCE = 100

/** What became of one of many: done, or refused for a reason of its own. */
export type Outcome = { id: Uuid; problem: Problem | null }

type Terms = { expires_at: Instant | null; note: string | null }

/** Approves requests one by one; one that cannot be approved holds nobody up. */
export const approveRequests = (ids: readonly Uuid[], terms: Terms, act: PersonalAct): Promise<Outcome[]> =>
  eachAlone(ids, (tx, id) => approveRequest(tx, id, terms, act))

/** Rejects requests one by one, all for the same reason. */
export const rejectRequests = (ids: readonly Uuid[], reason: string, act: PersonalAct): Promise<Outcome[]> =>
  eachAlone(ids, (tx, id) => rejectRequest(tx, id, reason, act))

/** Lets operators start a game, one by one. */
export const grantToMany = (operatorIds: readonly Uuid[], applicationId: Uuid, terms: Terms, act: PersonalAct): Promise<Outcome[]> =>
  eachAlone(operatorIds, (tx, operatorId) => grantApplication(tx, { operator_id: operatorId, app_id: applicationId, ...terms }, act))

/** Each in a transaction of its own: a rule that one breaks is its own outcome; what is no rule is thrown. */
async function eachAlone(ids: readonly Uuid[], act: (tx: Transaction, id: Uuid) => Promise<unknown>): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const id of ids.slice(0, MOST_AT_ONCE)) {
    const problem = await transaction((tx) => act(tx, id)).then(() => null, refused)
    outcomes.push({ id, problem })
  }
  return outcomes
}

function refused(error: unknown): Problem {
  if (error instanceof Problem && error.status < 500) return error
  throw error
}
