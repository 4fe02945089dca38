import { and, asc, desc, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import { applicationAuthorizationRequests, applicationPriceSchedules, applications, operatorAppAuthorizations } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { read } from '#src/platform/database'
import { isRenewable, type RequestFilter, renewableUntil, selectRequests } from './requests'

/** An operator's games as its pages show them: held, to be asked for, asked for. */

const requests = applicationAuthorizationRequests
const grants = operatorAppAuthorizations
const schedules = applicationPriceSchedules

/** The games an operator may ask for: active, not authorised for longer than a week, nothing waiting; by name. */
export async function availableApplications(operatorId: Uuid, now: Instant) {
  const lasting = sql`EXISTS (SELECT FROM ${grants} WHERE ${grants.operatorId} = ${operatorId} AND ${grants.applicationId} = ${applications.id}
    AND ${grants.revokedAt} IS NULL AND (${grants.expiresAt} IS NULL OR ${grants.expiresAt} >= ${iso(renewableUntil(now))}::timestamptz))`
  const waiting = sql`EXISTS (SELECT FROM ${requests} WHERE ${requests.operatorId} = ${operatorId}
    AND ${requests.applicationId} = ${applications.id} AND ${requests.status} = 'pending')`
  return read()
    .select({
      id: applications.id,
      name: applications.appName,
      description: applications.description,
      unitPrice: applications.unitPrice,
      minPlayers: applications.minPlayers,
      maxPlayers: applications.maxPlayers,
      /** When the authorisation it has ends or ended. */
      renews: grants.expiresAt,
    })
    .from(applications)
    .leftJoin(grants, and(eq(grants.applicationId, applications.id), eq(grants.operatorId, operatorId), isNull(grants.revokedAt)))
    .where(and(eq(applications.isActive, true), sql`NOT ${lasting}`, sql`NOT ${waiting}`))
    .orderBy(asc(applications.appName))
}
/** For the tabs: how many there are of each. */
export async function applicationCounts(operatorId: Uuid, now: Instant) {
  const [held, available, [made]] = await Promise.all([
    read()
      .select({ n: sql<number>`count(*)::int` })
      .from(grants)
      .where(and(eq(grants.operatorId, operatorId), isNull(grants.revokedAt))),
    availableApplications(operatorId, now),
    read().select({ n: sql<number>`count(*)::int` }).from(requests).where(eq(requests.operatorId, operatorId)),
  ])
  return { held: held[0]!.n, available: available.length, requests: made!.n }
}

export type AvailableApplication = Awaited<ReturnType<typeof availableApplications>>[number]

/** Every game an operator holds, usable or not: in force, ended, withdrawn; by name. */
export async function heldApplications(operatorId: Uuid) {
  return read()
    .select({
      id: applications.id,
      name: applications.appName,
      description: applications.description,
      unitPrice: applications.unitPrice,
      minPlayers: applications.minPlayers,
      maxPlayers: applications.maxPlayers,
      isActive: applications.isActive,
      authorizedAt: grants.authorizedAt,
      expiresAt: grants.expiresAt,
      grantId: grants.id,
      requestedId: requests.id,
      nextPrice: schedules.newPrice,
      nextPriceAt: schedules.effectiveAt,
    })
    .from(grants)
    .innerJoin(applications, eq(applications.id, grants.applicationId))
    .leftJoin(
      requests,
      and(eq(requests.operatorId, grants.operatorId), eq(requests.applicationId, grants.applicationId), eq(requests.status, 'pending')),
    )
    .leftJoin(schedules, and(eq(schedules.applicationId, applications.id), eq(schedules.status, 'scheduled')))
    .where(and(eq(grants.operatorId, operatorId), isNull(grants.revokedAt)))
    .orderBy(asc(applications.appName))
}
export type HeldApplication = Awaited<ReturnType<typeof heldApplications>>[number]

type HeldState = 'active' | 'ending' | 'ended' | 'withdrawn'

/** How a held game stands: in force, near its end, past it, or withdrawn from everybody. */
export function heldState({ isActive, expiresAt }: Pick<HeldApplication, 'isActive' | 'expiresAt'>, now: Instant): HeldState {
  if (!isActive) return 'withdrawn'
  if (expiresAt && expiresAt <= now) return 'ended'
  return isRenewable(expiresAt, now) ? 'ending' : 'active'
}

/** One page of an operator's requests, newest first: ids are made in the order of asking. */
export async function requestsPage(operatorId: Uuid, { status, ...keyset }: Pick<RequestFilter, 'status'> & Keyset) {
  const back = isBackwards(keyset)
  const rows = await selectRequests()
    .where(
      and(
        eq(requests.operatorId, operatorId),
        status === 'all' ? undefined : eq(requests.status, status),
        keyset.after ? lt(requests.id, keyset.after) : undefined,
        back ? gt(requests.id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(requests.id) : desc(requests.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

/**
 * A game as the page that asks for it shows it, and when the operator's present authorisation ends. Throws APP_NOT_FOUND, also for a
 * withdrawn game it never held: what is not on offer is not shown.
 */
export async function requireOffered(operatorId: Uuid, id: Uuid) {
  const [found] = await read()
    .select({
      application: {
        id: applications.id,
        name: applications.appName,
        description: applications.description,
        unitPrice: applications.unitPrice,
        minPlayers: applications.minPlayers,
        maxPlayers: applications.maxPlayers,
      },
      isActive: applications.isActive,
      grantId: grants.id,
      renews: grants.expiresAt,
    })
    .from(applications)
    .leftJoin(grants, and(eq(grants.applicationId, applications.id), eq(grants.operatorId, operatorId), isNull(grants.revokedAt)))
    .where(eq(applications.id, id))
  if (!found || !(found.isActive || found.grantId)) throw new Problem('APP_NOT_FOUND', { app_id: showId('application', id) })
  return found
}
