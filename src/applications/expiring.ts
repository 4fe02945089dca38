import { and, asc, eq, isNotNull, isNull, lt } from 'drizzle-orm'
import { applications, operatorAppAuthorizations } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { addDays, type Instant } from '#src/core/time'
import { read } from '#src/platform/database'

/** An operator's authorisations that have ended or end within `days`, soonest first. */
export async function expiringGrants(operatorId: Uuid, now: Instant, days: number) {
  const rows = await read()
    .select({ applicationId: applications.id, applicationName: applications.appName, expiresAt: operatorAppAuthorizations.expiresAt })
    .from(operatorAppAuthorizations)
    .innerJoin(applications, eq(applications.id, operatorAppAuthorizations.applicationId))
    .where(
      and(
        eq(operatorAppAuthorizations.operatorId, operatorId),
        isNull(operatorAppAuthorizations.revokedAt),
        isNotNull(operatorAppAuthorizations.expiresAt),
        lt(operatorAppAuthorizations.expiresAt, addDays(now, days)),
      ),
    )
    .orderBy(asc(operatorAppAuthorizations.expiresAt))
  return rows.flatMap(({ expiresAt, ...row }) => (expiresAt ? [{ ...row, expiresAt }] : []))
}
