import { and, eq, gt, isNull, or } from 'drizzle-orm'
import { applications, operatorAppAuthorizations } from '#drizzle/schema'
import { type Uuid, showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { read } from '#src/platform/database'

/** The games an operator may start now: authorised, unexpired, active; by name. */
export async function usableApplications(operatorId: Uuid, now: Instant) {
  return read()
    .select({
      id: applications.id,
      name: applications.appName,
      description: applications.description,
      unitPrice: applications.unitPrice,
      minPlayers: applications.minPlayers,
      maxPlayers: applications.maxPlayers,
      authorizedAt: operatorAppAuthorizations.authorizedAt,
      expiresAt: operatorAppAuthorizations.expiresAt,
    })
    .from(operatorAppAuthorizations)
    .innerJoin(applications, eq(applications.id, operatorAppAuthorizations.applicationId))
    .where(
      and(
        eq(operatorAppAuthorizations.operatorId, operatorId),
        isNull(operatorAppAuthorizations.revokedAt),
        or(isNull(operatorAppAuthorizations.expiresAt), gt(operatorAppAuthorizations.expiresAt, now)),
        eq(applications.isActive, true),
      ),
    )
    .orderBy(applications.appName)
}

/** The same as the headset server is told (API 2). */
export async function applicationsForHeadset(operatorId: Uuid, now: Instant) {
  return (await usableApplications(operatorId, now)).map((application) => ({
    app_id: showId('application', application.id),
    app_name: application.name,
    unit_price: yuan(application.unitPrice),
    min_players: application.minPlayers,
    max_players: application.maxPlayers,
    expires_at: application.expiresAt && iso(application.expiresAt),
  }))
}
