import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { businessDay, type Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

export type OperatorFacts = {
  balance: Money
  category: 'trial' | 'normal' | 'vip'
  hasMoved: boolean
  sites: number
  activeSites: number
  hasGrant: boolean
  hasPlayed: boolean
}

/** What the home page asks about an account, in one statement: where it stands and which first steps are done. */
export async function operatorFacts(operatorId: Uuid, activeSince: Instant): Promise<OperatorFacts> {
  const [row] = await rawSql()<OperatorFacts[]>`
    SELECT o.balance_fen AS balance, o.category, o.ledger_seq > 0 AS "hasMoved",
      (SELECT count(*)::int FROM operation_sites WHERE operator_id = o.id AND deleted_at IS NULL) AS sites,
      (SELECT count(DISTINCT site_id)::int FROM usage_parties
       WHERE operator_id = o.id AND day >= ${businessDay(activeSince)}::date) AS "activeSites",
      EXISTS (SELECT FROM operator_app_authorizations WHERE operator_id = o.id) AS "hasGrant",
      EXISTS (SELECT FROM usage_days WHERE operator_id = o.id) AS "hasPlayed"
    FROM operator_accounts o WHERE o.id = ${operatorId}`
  return row!
}
