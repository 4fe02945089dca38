import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, applicationAuthorizationRequests, applications, operatorAccounts, operatorAppAuthorizations } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { problems } from '#src/core/errors'
import { idOf, isoInstant, reason, text } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import { addDays, businessDay, type Instant, iso, startOfDay } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { read, type Transaction, violatedConstraint } from '#src/platform/database'
import { replaceGrant } from './grants'

const requests = applicationAuthorizationRequests
const grants = operatorAppAuthorizations

/** From so many days before its end on, an authorisation may be asked for anew. */
const RENEWABLE_DAYS = 7

export const RequestInput = v.object({ app_id: idOf('application'), reason: text(10, 500) })
export type RequestInput = v.InferOutput<typeof RequestInput>

export const Approval = v.object({ expires_at: v.nullish(isoInstant, null), note: v.nullish(text(0, 200), null) })
export const Rejection = v.object({ reason })

/**
 * An operator asks for a game, or for more time with it. Throws APP_NOT_FOUND, INVALID_PARAMS (APP_INACTIVE; ALREADY_AUTHORIZED while it
 * may start the game for longer than a week; REQUEST_EXISTS while one waits).
 */
export async function requestApplication(
  tx: Transaction,
  operatorId: Uuid,
  { app_id: applicationId, reason: why }: RequestInput,
  { actor, origin, at }: PersonalAct,
): Promise<Uuid> {
  const [application] = await tx.db.select().from(applications).where(eq(applications.id, applicationId))
  if (!application) throw new Problem('APP_NOT_FOUND', { app_id: showId('application', applicationId) })
  if (!application.isActive) throw brokenRule('APP_INACTIVE', 'app_id')
  const [grant] = await tx.db
    .select({ expiresAt: grants.expiresAt })
    .from(grants)
    .where(and(eq(grants.operatorId, operatorId), eq(grants.applicationId, applicationId), isNull(grants.revokedAt)))
  if (grant && !isRenewable(grant.expiresAt, at)) throw alreadyYours()
  const id = newId()
  try {
    await tx.db.insert(requests).values({ id, operatorId, applicationId, reason: why, createdAt: at, updatedAt: at })
  } catch (error) {
    if (violatedConstraint(error) === 'one_pending_request_per_pair') throw brokenRule('REQUEST_EXISTS', 'app_id')
    throw error
  }
  const about = { application: application.appName, reason: why.slice(0, 200) }
  await raiseAlert(tx, { ...waiting(id), audience: 'admin', operatorId, details: about }, at)
  const details = { app_id: applicationId, reason: why }
  await record(tx, { actor, origin, operation: 'application_request', target: { kind: 'request', id }, details }, at)
  return id
}

const waiting = (id: Uuid) => ({ kind: 'app_request_pending' as const, subject: showId('request', id) })

/** Whether an authorisation ends, or has ended, so soon that more time may be asked for. */
export const isRenewable = (expiresAt: Instant | null, now: Instant): boolean => expiresAt !== null && expiresAt < renewableUntil(now)

/** By calendar, like the notices that tell of the end: who is told may ask. */
export const renewableUntil = (now: Instant): Instant => addDays(startOfDay(businessDay(now)), RENEWABLE_DAYS + 1)

/** The reason that administrators are told too, in words for the operator itself. */
function alreadyYours(): Problem {
  const { zh, en } = problems.INVALID_PARAMS
  const message = { zh: zh.ALREADY_YOURS, en: en.ALREADY_YOURS }
  return new Problem('INVALID_PARAMS', [{ field: 'app_id', message, reason: 'ALREADY_AUTHORIZED' }], 'ALREADY_YOURS')
}

/**
 * Approves a request: the operator may start the game with this COMMIT and is told. Of several reviewers at once one does it, the others
 * throw INVALID_PARAMS (ALREADY_PROCESSED). Also throws RESOURCE_NOT_FOUND, INVALID_PARAMS (APP_INACTIVE, a time gone by).
 */
export async function approveRequest(
  tx: Transaction,
  id: Uuid,
  { expires_at, note }: v.InferOutput<typeof Approval>,
  act: PersonalAct,
): Promise<Uuid> {
  const { operatorId, applicationId } = await lockPending(tx, id)
  const [application] = await tx.db.select().from(applications).where(eq(applications.id, applicationId))
  if (!application?.isActive) throw brokenRule('APP_INACTIVE', 'app_id')
  const { actor, origin, at } = act
  await tx.db
    .update(requests)
    .set({ status: 'approved', reviewedBy: actor.id, reviewedAt: at, reviewNote: note || null, updatedAt: at })
    .where(eq(requests.id, id))
  const grantId = await replaceGrant(
    tx,
    { operator_id: operatorId, app_id: applicationId, expires_at, note: note || null, request_id: id },
    act,
  )
  await settleAlert(tx, waiting(id), at)
  const details = { operator_id: operatorId, app_id: applicationId, authorization_id: grantId, note }
  await record(tx, { actor, origin, operation: 'application_request_approve', target: { kind: 'request', id }, details }, at)
  return grantId
}

/** Rejects a request and tells the operator why. Throws like `approveRequest`. */
export async function rejectRequest(tx: Transaction, id: Uuid, why: string, { actor, origin, at }: PersonalAct): Promise<void> {
  const { operatorId, applicationId } = await lockPending(tx, id)
  const [application] = await tx.db.select({ name: applications.appName }).from(applications).where(eq(applications.id, applicationId))
  await tx.db
    .update(requests)
    .set({ status: 'rejected', rejectReason: why, reviewedBy: actor.id, reviewedAt: at, updatedAt: at })
    .where(eq(requests.id, id))
  const content = `您对游戏「${application!.name}」的授权申请未获批准，原因：${why}。补充说明后可以重新申请。`
  await notify(tx, [operatorId], { type: 'authorization', title: '授权申请未通过', content, relatedId: id, relatedKind: 'request' }, at)
  await settleAlert(tx, waiting(id), at)
  const details = { operator_id: operatorId, app_id: applicationId, reason: why }
  await record(tx, { actor, origin, operation: 'application_request_reject', target: { kind: 'request', id }, details }, at)
}

async function lockPending(tx: Transaction, id: Uuid) {
  const [request] = await tx.db.select().from(requests).where(eq(requests.id, id)).for('no key update')
  if (!request) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('request', id) }, 'resource')
  if (request.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'request_id')
  return request
}

export type RequestFilter = { page: number; page_size: number; status: 'pending' | 'approved' | 'rejected' | 'all' }

/** One page of requests, of one operator or, without an id, of all; newest first. */
export async function listRequests(filter: RequestFilter, operatorId?: Uuid) {
  const where = and(
    operatorId ? eq(requests.operatorId, operatorId) : undefined,
    filter.status === 'all' ? undefined : eq(requests.status, filter.status),
  )
  const [[counted], rows] = await Promise.all([
    read().select({ total: sql<number>`count(*)::int` }).from(requests).where(where),
    selectRequests()
      .where(where)
      .orderBy(desc(requests.createdAt), desc(requests.id))
      .limit(filter.page_size)
      .offset((filter.page - 1) * filter.page_size),
  ])
  return { total: counted!.total, requests: rows }
}
export type ListedRequest = Awaited<ReturnType<typeof listRequests>>['requests'][number]

/** A request as both doors of the API show it. */
export const requestJson = (request: ListedRequest) => ({
  request_id: showId('request', request.id),
  app_id: showId('application', request.applicationId),
  app_name: request.appName,
  reason: request.reason,
  status: request.status,
  reject_reason: request.rejectReason,
  reviewed_by: request.reviewedBy && showId('admin', request.reviewedBy),
  reviewed_at: request.reviewedAt && iso(request.reviewedAt),
  created_at: iso(request.createdAt),
})

/** One request of an operator. Throws RESOURCE_NOT_FOUND for an unknown one and for somebody else's. */
export async function requireRequest(operatorId: Uuid, id: Uuid): Promise<ListedRequest> {
  const [request] = await selectRequests().where(and(eq(requests.id, id), eq(requests.operatorId, operatorId)))
  if (!request) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('request', id) }, 'resource')
  return request
}

export const selectRequests = () =>
  read()
    .select({
      id: requests.id,
      operatorId: requests.operatorId,
      operatorName: operatorAccounts.name,
      operatorCategory: operatorAccounts.category,
      applicationId: requests.applicationId,
      appName: applications.appName,
      reason: requests.reason,
      status: requests.status,
      rejectReason: requests.rejectReason,
      reviewNote: requests.reviewNote,
      reviewedBy: requests.reviewedBy,
      reviewerName: adminAccounts.name,
      reviewedAt: requests.reviewedAt,
      createdAt: requests.createdAt,
      authorizedAt: grants.authorizedAt,
      expiresAt: grants.expiresAt,
      revokedAt: grants.revokedAt,
    })
    .from(requests)
    .innerJoin(applications, eq(applications.id, requests.applicationId))
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, requests.operatorId))
    .leftJoin(adminAccounts, eq(adminAccounts.id, requests.reviewedBy))
    // All three columns, as in the foreign key: the index is on the pair.
    .leftJoin(
      grants,
      and(eq(grants.applicationId, requests.applicationId), eq(grants.operatorId, requests.operatorId), eq(grants.requestId, requests.id)),
    )
