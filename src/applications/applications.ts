import { and, desc, eq, isNull, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { applications, operatorAccounts, operatorAppAuthorizations } from '#drizzle/schema'
import { type Act, type PersonalAct, record } from '#src/audit-logs/audit-log'
import { someOf, text, yuanBetween } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { formatDateTime, type Instant } from '#src/core/time'
import { say } from '#src/core/validation'
import { notify } from '#src/notifications/messages'
import { read, type Transaction, violatedConstraint } from '#src/platform/database'
import { contains } from '#src/platform/like'
import { holdersOf, isInForce } from './grants'

export type Application = typeof applications.$inferSelect

/** What one player pays for one game. */
export const unitPrice = yuanBetween('0.01', '9999.99')

const players = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100))
const [appName, description] = [text(2, 50), text(0, 500)]
const TOO_FEW = { zh: '不能小于最少玩家数', en: 'must not be below the minimum' }

export const ApplicationInput = v.pipe(
  v.object({
    app_name: appName,
    unit_price: unitPrice,
    min_players: players,
    max_players: players,
    description: v.nullish(description, null),
  }),
  v.forward(
    v.check(({ min_players, max_players }) => min_players <= max_players, say(TOO_FEW.zh, TOO_FEW.en)),
    ['max_players'],
  ),
)
export type ApplicationInput = v.InferOutput<typeof ApplicationInput>

/** A price is never changed in passing: it has its own call, history and notices. */
const notHere = v.optional(v.never(say('价格请通过价格接口修改', 'is changed by its own call')))

export const ApplicationChange = someOf({
  app_name: v.optional(appName),
  min_players: v.optional(players),
  max_players: v.optional(players),
  description: v.optional(v.nullable(description)),
  is_active: v.optional(v.boolean()),
  unit_price: notHere,
  price: notHere,
})
export type ApplicationChange = v.InferOutput<typeof ApplicationChange>

export type ListedApplication = Application & { operators: number }

/** One page of games, newest first, each with the number of operators who may start it now. */
export async function listApplications(filter: { page: number; page_size: number; keyword: string }, now: Instant) {
  const where = contains([applications.appName, applications.description], filter.keyword)
  const granted = operatorsPerApplication(now)
  const [[counted], rows] = await Promise.all([
    read().select({ total: sql<number>`count(*)::int` }).from(applications).where(where),
    read()
      .select({ application: applications, operators: granted.operators })
      .from(applications)
      .leftJoin(granted, eq(granted.applicationId, applications.id))
      .where(where)
      .orderBy(desc(applications.createdAt), desc(applications.id))
      .limit(filter.page_size)
      .offset((filter.page - 1) * filter.page_size),
  ])
  return {
    total: counted!.total,
    applications: rows.map(({ application, operators }): ListedApplication => ({ ...application, operators: operators ?? 0 })),
  }
}

/** One game with the number of operators who may start it now. Throws APP_NOT_FOUND. */
export async function requireApplication(id: Uuid, now: Instant): Promise<ListedApplication> {
  const granted = operatorsPerApplication(now)
  const [found] = await read()
    .select({ application: applications, operators: granted.operators })
    .from(applications)
    .leftJoin(granted, eq(granted.applicationId, applications.id))
    .where(eq(applications.id, id))
  if (!found) throw notFound(id)
  return { ...found.application, operators: found.operators ?? 0 }
}

/** How many operators may start each game now, as a subquery. */
export function operatorsPerApplication(now: Instant) {
  const { applicationId, operatorId } = operatorAppAuthorizations
  return read()
    .select({ applicationId, operators: sql<number>`count(*)::int`.as('operators') })
    .from(operatorAppAuthorizations)
    .innerJoin(operatorAccounts, and(eq(operatorAccounts.id, operatorId), isNull(operatorAccounts.deactivatedAt)))
    .where(isInForce(now))
    .groupBy(applicationId)
    .as('granted')
}

/** Adds a game. Throws INVALID_PARAMS (NAME_EXISTS). */
export async function createApplication(tx: Transaction, input: ApplicationInput, { actor, origin, at }: Act): Promise<Uuid> {
  const id = newId()
  const { app_name, unit_price, min_players, max_players, description } = input
  await refusingTakenName(() =>
    tx.db.insert(applications).values({
      id,
      appName: app_name,
      unitPrice: unit_price,
      minPlayers: min_players,
      maxPlayers: max_players,
      description,
      createdAt: at,
      updatedAt: at,
    }),
  )
  const details = { ...input, unit_price: yuan(unit_price) }
  await record(tx, { actor, origin, operation: 'application_create', target: { kind: 'application', id }, details }, at)
  return id
}

/** Changes anything of a game but its price. Throws APP_NOT_FOUND, INVALID_PARAMS (NAME_EXISTS, or fewer players at most than at least). */
export async function changeApplication(tx: Transaction, id: Uuid, change: ApplicationChange, { actor, origin, at }: Act): Promise<void> {
  const before = await lockApplication(tx, id)
  const { app_name, min_players, max_players, description, is_active } = change
  if ((min_players ?? before.minPlayers) > (max_players ?? before.maxPlayers)) throw invalidField('max_players', TOO_FEW.zh, TOO_FEW.en)
  const values = { appName: app_name, minPlayers: min_players, maxPlayers: max_players, description, isActive: is_active }
  await refusingTakenName(() =>
    tx.db
      .update(applications)
      .set({ ...values, updatedAt: at })
      .where(eq(applications.id, id)),
  )
  if (is_active !== undefined && is_active !== before.isActive) await tellHolders(tx, before, is_active, at)
  const old = {
    app_name: before.appName,
    min_players: before.minPlayers,
    max_players: before.maxPlayers,
    description: before.description,
    is_active: before.isActive,
  }
  await record(
    tx,
    { actor, origin, operation: 'application_update', target: { kind: 'application', id }, details: { before: old, after: change } },
    at,
  )
}

/** Who has a game finds out here why it does not start, rather than at the headset. */
async function tellHolders(tx: Transaction, { id, appName }: Application, isActive: boolean, at: Instant): Promise<void> {
  const title = isActive ? '游戏已重新上架' : '游戏已下架'
  const content = isActive
    ? `游戏「${appName}」已于${formatDateTime(at)}重新上架，原有授权在有效期内可以继续开局。`
    : `游戏「${appName}」已于${formatDateTime(at)}下架，暂时无法开局，已经开始的游戏不受影响。授权予以保留，重新上架后自动恢复。`
  await notify(tx, await holdersOf(tx, id, at), { type: 'authorization', title, content, relatedId: id, relatedKind: 'application' }, at)
}

/** Takes a game off sale or puts it back, and tells the operators who have it. Throws APP_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED when it is so already). */
export async function setOnSale(tx: Transaction, id: Uuid, isActive: boolean, act: PersonalAct): Promise<void> {
  const application = await lockApplication(tx, id)
  if (application.isActive === isActive) throw brokenRule('ALREADY_PROCESSED', 'is_active')
  await changeApplication(tx, id, { is_active: isActive }, act)
}

/** A game under our lock; game starts go on reading it meanwhile. Throws APP_NOT_FOUND. */
export async function lockApplication(tx: Transaction, id: Uuid): Promise<Application> {
  const [application] = await tx.db.select().from(applications).where(eq(applications.id, id)).for('no key update')
  if (!application) throw notFound(id)
  return application
}

const notFound = (id: Uuid): Problem => new Problem('APP_NOT_FOUND', { app_id: showId('application', id) })

async function refusingTakenName(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violatedConstraint(error) === 'applications_app_name_key') throw brokenRule('NAME_EXISTS', 'app_name')
    throw error
  }
}
