import { and, eq, isNull } from 'drizzle-orm'
import { operatorAppAuthorizations } from '#drizzle/schema'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { showId, type Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { replaceGrant } from './grants'

const grants = operatorAppAuthorizations

/**
 * Gives an authorisation another end, earlier or later or none: it is ended and a new one stands in its place, so that the pair keeps
 * its whole past. A revoked or expired one is renewed too, unless the pair has a newer one. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS
 * (ALREADY_PROCESSED when it was replaced meanwhile, a time gone by).
 */
export async function renewGrant(
  tx: Transaction,
  id: Uuid,
  { expires_at, note }: { expires_at: Instant | null; note: string | null },
  act: PersonalAct,
): Promise<Uuid> {
  const [grant] = await tx.db.select().from(grants).where(eq(grants.id, id)).for('no key update')
  if (!grant) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('authorization', id) }, 'resource')
  const { operatorId, applicationId } = grant
  const active = and(eq(grants.operatorId, operatorId), eq(grants.applicationId, applicationId), isNull(grants.revokedAt))
  const [newest] = await tx.db.select({ id: grants.id }).from(grants).where(active)
  if (newest && newest.id !== id) throw brokenRule('ALREADY_PROCESSED', 'authorization_id')
  return replaceGrant(tx, { operator_id: operatorId, app_id: applicationId, expires_at, note }, act)
}
