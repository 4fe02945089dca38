import { and, desc, eq, gt, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { applications, operatorAccounts, operatorAppAuthorizations } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { idOf, isoInstant, text } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { formatDateTime, type Instant, iso } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import { read, type Transaction, violatedConstraint } from '#src/platform/database'

const grants = operatorAppAuthorizations

/** Authorisations that hold now: not revoked, not expired. */
export const isInForce = (now: Instant): SQL => and(isNull(grants.revokedAt), or(isNull(grants.expiresAt), gt(grants.expiresAt, now)))!

/** The operators who may start a game now, for notices. */
export async function holdersOf(tx: Transaction, applicationId: Uuid, now: Instant): Promise<Uuid[]> {
  const rows = await tx.db
    .select({ id: grants.operatorId })
    .from(grants)
    .innerJoin(operatorAccounts, and(eq(operatorAccounts.id, grants.operatorId), isNull(operatorAccounts.deactivatedAt)))
    .where(and(eq(grants.applicationId, applicationId), isInForce(now)))
    .orderBy(grants.operatorId)
  return rows.map((row) => row.id)
}

export const GrantInput = v.object({
  operator_id: idOf('operator'),
  app_id: idOf('application'),
  expires_at: v.nullish(isoInstant, null),
  note: v.nullish(text(0, 200), null),
})
export type GrantInput = v.InferOutput<typeof GrantInput>

/**
 * Lets an operator start a game, for ever or until a time, and tells it. An expired authorisation is ended and a new one made, so that
 * each pair has one active row and its whole past. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_AUTHORIZED, or a time gone by).
 */
export async function grantApplication(tx: Transaction, input: GrantInput, act: PersonalAct): Promise<Uuid> {
  const old = await activeGrant(tx, input.operator_id, input.app_id)
  if (old && (!old.expiresAt || old.expiresAt > act.at)) throw brokenRule('ALREADY_AUTHORIZED', 'app_id')
  return makeGrant(tx, input, old && { ...old, why: '到期后重新授权' }, act)
}

/** Grants in the place of whatever the pair had: an approved request, or another end, counts from now on under its own terms. */
export async function replaceGrant(tx: Transaction, input: GrantInput & { request_id?: Uuid }, act: PersonalAct): Promise<Uuid> {
  const old = await activeGrant(tx, input.operator_id, input.app_id)
  return makeGrant(tx, input, old && { ...old, why: '续期' }, act)
}

async function activeGrant(tx: Transaction, operatorId: Uuid, applicationId: Uuid) {
  const active = and(eq(grants.operatorId, operatorId), eq(grants.applicationId, applicationId), isNull(grants.revokedAt))
  const [grant] = await tx.db.select({ id: grants.id, expiresAt: grants.expiresAt }).from(grants).where(active).for('no key update')
  return grant
}

type Replaced = { id: Uuid; expiresAt: Instant | null; why: string } | undefined

async function makeGrant(
  tx: Transaction,
  input: GrantInput & { request_id?: Uuid },
  old: Replaced,
  { actor, origin, at }: PersonalAct,
): Promise<Uuid> {
  const { operator_id: operatorId, app_id: applicationId, expires_at: expiresAt, note, request_id: requestId = null } = input
  if (expiresAt && expiresAt <= at) throw invalidField('expires_at', '须晚于当前时间', 'must be in the future')
  const appName = await requirePair(tx, operatorId, applicationId)
  if (old) await tx.db.update(grants).set({ revokedAt: at, revokedBy: actor.id, revokeReason: old.why }).where(eq(grants.id, old.id))
  const id = newId()
  await refusingTwin(() =>
    tx.db.insert(grants).values({ id, operatorId, applicationId, requestId, authorizedBy: actor.id, authorizedAt: at, expiresAt, note }),
  )
  const until = expiresAt ? `有效期至${formatDateTime(expiresAt)}` : '永久有效'
  await notify(
    tx,
    [operatorId],
    { type: 'authorization', title: '游戏授权已生效', content: `您已获得游戏「${appName}」的授权，${until}。`, relatedId: id },
    at,
  )
  const details = {
    operator_id: operatorId,
    app_id: applicationId,
    expires_at: expiresAt && iso(expiresAt),
    note,
    request_id: requestId,
    renews: old?.id ?? null,
    ...(old ? { before: { expires_at: old.expiresAt && iso(old.expiresAt) } } : {}),
  }
  await record(tx, { actor, origin, operation: 'authorization_grant', target: { kind: 'authorization', id }, details }, at)
  return id
}

/** The game's name when both are there; closed accounts are given nothing. */
async function requirePair(tx: Transaction, operatorId: Uuid, applicationId: Uuid): Promise<string> {
  const open = and(eq(operatorAccounts.id, operatorId), isNull(operatorAccounts.deactivatedAt))
  const [operator] = await tx.db.select({ id: operatorAccounts.id }).from(operatorAccounts).where(open)
  const [application] = await tx.db.select({ name: applications.appName }).from(applications).where(eq(applications.id, applicationId))
  if (!operator || !application) throw new Problem('RESOURCE_NOT_FOUND', undefined, 'grant')
  return application.name
}

/** Of two that grant the same at the same moment, the table lets one through. */
async function refusingTwin(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violatedConstraint(error) === 'one_authorization_per_pair') throw brokenRule('ALREADY_AUTHORIZED', 'app_id')
    throw error
  }
}

/** Ends an authorisation, from the next game start on, and tells the operator. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function revokeGrant(
  tx: Transaction,
  id: Uuid,
  reason: string | undefined,
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  const [grant] = await tx.db.select().from(grants).where(eq(grants.id, id)).for('no key update')
  if (!grant) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('authorization', id) }, 'resource')
  if (grant.revokedAt) throw brokenRule('ALREADY_PROCESSED', 'authorization_id')
  const [application] = await tx.db
    .select({ name: applications.appName })
    .from(applications)
    .where(eq(applications.id, grant.applicationId))
  await tx.db
    .update(grants)
    .set({ revokedAt: at, revokedBy: actor.id, revokeReason: reason ?? null })
    .where(eq(grants.id, id))
  const content = `您对游戏「${application!.name}」的授权已于${formatDateTime(at)}被撤销${reason ? `，原因：${reason}` : ''}。如有疑问请联系管理员。`
  await notify(tx, [grant.operatorId], { type: 'authorization', title: '游戏授权已撤销', content, relatedId: id }, at)
  const details = { operator_id: grant.operatorId, app_id: grant.applicationId, reason: reason ?? null }
  await record(tx, { actor, origin, operation: 'authorization_revoke', target: { kind: 'authorization', id }, details }, at)
}

export type GrantFilter = {
  page: number
  page_size: number
  operator_id?: Uuid
  app_id?: Uuid
  status: 'active' | 'expired' | 'revoked' | 'all'
}

/** One page of authorisations, newest first. */
export async function listGrants(filter: GrantFilter, now: Instant) {
  const where = and(
    filter.operator_id ? eq(grants.operatorId, filter.operator_id) : undefined,
    filter.app_id ? eq(grants.applicationId, filter.app_id) : undefined,
    filter.status === 'all' ? undefined : STATUS[filter.status](now),
  )
  const [[counted], rows] = await Promise.all([
    read().select({ total: sql<number>`count(*)::int` }).from(grants).where(where),
    read()
      .select({ grant: grants, operatorName: operatorAccounts.name, appName: applications.appName })
      .from(grants)
      .innerJoin(operatorAccounts, eq(operatorAccounts.id, grants.operatorId))
      .innerJoin(applications, eq(applications.id, grants.applicationId))
      .where(where)
      .orderBy(desc(grants.authorizedAt), desc(grants.id))
      .limit(filter.page_size)
      .offset((filter.page - 1) * filter.page_size),
  ])
  return { total: counted!.total, grants: rows.map(({ grant, ...names }) => ({ ...grant, ...names, status: statusOf(grant, now) })) }
}

/** What the state of an authorisation means in the table. */
export const STATUS = {
  active: isInForce,
  expired: (now: Instant) => and(isNull(grants.revokedAt), lte(grants.expiresAt, now)),
  revoked: () => isNotNull(grants.revokedAt),
} satisfies Record<string, (now: Instant) => SQL | undefined>

export function statusOf(
  { revokedAt, expiresAt }: { revokedAt: Instant | null; expiresAt: Instant | null },
  now: Instant,
): keyof typeof STATUS {
  if (revokedAt) return 'revoked'
  return expiresAt && expiresAt <= now ? 'expired' : 'active'
}

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
      authorizedAt: grants.authorizedAt,
      expiresAt: grants.expiresAt,
    })
    .from(grants)
    .innerJoin(applications, eq(applications.id, grants.applicationId))
    .where(and(eq(grants.operatorId, operatorId), isInForce(now), eq(applications.isActive, true)))
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
