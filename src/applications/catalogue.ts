import { and, asc, count, desc, eq, gt, lt } from 'drizzle-orm'
import { adminAccounts, applicationPriceSchedules, applications } from '#drizzle/schema'
import { parseId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { type Money, money } from '#src/core/money'
import { addDays, businessDay, type Instant, iso } from '#src/core/time'
import { rawSql, read } from '#src/platform/database'
import { contains } from '#src/platform/like'
import { operatorsPerApplication } from './applications'

/** The games as our own people see them: list, price history, whom a change concerns. */

const schedules = applicationPriceSchedules

export const APPLICATION_STATES = ['active', 'retired'] as const
export type ApplicationsFilter = { state: (typeof APPLICATION_STATES)[number] | 'all'; keyword: string }

/** One page of games, newest first: how many operators may start each, and the price that waits. */
export async function applicationsPage({ state, keyword }: ApplicationsFilter, keyset: Keyset, now: Instant) {
  const granted = operatorsPerApplication(now)
  const back = isBackwards(keyset)
  const rows = await read()
    .select({
      id: applications.id,
      name: applications.appName,
      description: applications.description,
      unitPrice: applications.unitPrice,
      minPlayers: applications.minPlayers,
      maxPlayers: applications.maxPlayers,
      isActive: applications.isActive,
      createdAt: applications.createdAt,
      operators: granted.operators,
      nextPrice: schedules.newPrice,
      nextPriceAt: schedules.effectiveAt,
    })
    .from(applications)
    .leftJoin(granted, eq(granted.applicationId, applications.id))
    .leftJoin(schedules, and(eq(schedules.applicationId, applications.id), eq(schedules.status, 'scheduled')))
    .where(
      and(
        wanted({ state, keyword }),
        keyset.after ? lt(applications.id, keyset.after) : undefined,
        back ? gt(applications.id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(applications.id) : desc(applications.id))
    .limit(rowsWanted(keyset))
  return cutPage(
    rows.map((row) => ({ ...row, operators: row.operators ?? 0 })),
    keyset,
    (row) => row.id,
  )
}

function wanted({ state, keyword }: ApplicationsFilter) {
  const id = parseId('application', keyword.trim())
  const words = id ? eq(applications.id, id) : contains([applications.appName, applications.description], keyword)
  return and(words, state === 'all' ? undefined : eq(applications.isActive, state === 'active'))
}

/** How many games a filter leaves. */
export async function countApplications(filter: ApplicationsFilter): Promise<number> {
  const [row] = await read().select({ n: count() }).from(applications).where(wanted(filter))
  return row!.n
}

/** Every game by name, for choosing one. */
export const applicationChoices = () =>
  read()
    .select({ id: applications.id, name: applications.appName, isActive: applications.isActive })
    .from(applications)
    .orderBy(asc(applications.appName))

export type PriceEvent = {
  id: Uuid
  /** `cancelled` and `unchanged` were planned and never came into force. */
  state: 'applied' | 'cancelled' | 'unchanged'
  at: Instant
  oldPrice: Money
  newPrice: Money
  reason: string | null
  byName: string
  /** When it was planned; null for one that was made at once. */
  scheduledAt: Instant | null
}

const HISTORY = 100

/** What became of the price of a game, newest first. */
export const priceHistory = (applicationId: Uuid): Promise<PriceEvent[]> =>
  rawSql()<PriceEvent[]>`
    SELECT p.id, 'applied' AS state, p.changed_at AS at, p.old_price_fen AS "oldPrice", p.new_price_fen AS "newPrice", p.reason,
           a.name AS "byName", s.scheduled_at AS "scheduledAt"
    FROM application_prices p JOIN admin_accounts a ON a.id = p.changed_by LEFT JOIN application_price_schedules s ON s.price_id = p.id
    WHERE p.application_id = ${applicationId}
    UNION ALL
    SELECT s.id, s.status, s.finished_at, s.old_price_fen, s.new_price_fen, s.reason, a.name, s.scheduled_at
    FROM application_price_schedules s JOIN admin_accounts a ON a.id = coalesce(s.cancelled_by, s.scheduled_by)
    WHERE s.application_id = ${applicationId} AND s.status IN ('cancelled', 'unchanged')
    ORDER BY at DESC, id DESC LIMIT ${HISTORY}`

/** The price of a game that waits for its time; undefined when none does. */
export async function waitingPrice(applicationId: Uuid) {
  const [waiting] = await read()
    .select({
      id: schedules.id,
      oldPrice: schedules.oldPrice,
      newPrice: schedules.newPrice,
      reason: schedules.reason,
      effectiveAt: schedules.effectiveAt,
      scheduledAt: schedules.scheduledAt,
      byName: adminAccounts.name,
    })
    .from(schedules)
    .innerJoin(adminAccounts, eq(adminAccounts.id, schedules.scheduledBy))
    .where(and(eq(schedules.applicationId, applicationId), eq(schedules.status, 'scheduled')))
  return waiting
}

export type Affected = {
  grantId: Uuid
  operatorId: Uuid
  name: string
  username: string
  category: 'trial' | 'normal' | 'vip'
  expiresAt: Instant | null
  /** Of this game in the last 30 days. */
  games: number
  spent: Money
}

const PLAYED_DAYS = 30

/** One page of the operators who may start a game now, newest authorisation first, with what they played of it lately. */
export async function affectedOperators(applicationId: Uuid, keyset: Keyset, now: Instant): Promise<Slice<Affected>> {
  const sql = rawSql()
  const back = isBackwards(keyset)
  const beyond = keyset.after ? sql`AND g.id < ${keyset.after}::uuid` : back ? sql`AND g.id > ${keyset.before!}::uuid` : sql``
  // The page is cut before anything is summed: only its own operators' days are read.
  const rows = await sql<Affected[]>`
    WITH page AS MATERIALIZED (
      SELECT g.id, g.operator_id, g.expires_at, o.name, o.username, o.category
      FROM operator_app_authorizations g JOIN operator_accounts o ON o.id = g.operator_id AND o.deactivated_at IS NULL
      WHERE g.application_id = ${applicationId} AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ${iso(now)}::timestamptz)
        ${beyond}
      ORDER BY g.id ${back ? sql`` : sql`DESC`} LIMIT ${rowsWanted(keyset)}
    )
    SELECT p.id AS "grantId", p.operator_id AS "operatorId", p.name, p.username, p.category, p.expires_at AS "expiresAt",
           coalesce(u.games, 0)::int AS games, coalesce(u.spent, 0)::bigint AS spent
    FROM page p LEFT JOIN LATERAL (
      SELECT sum(sessions) AS games, sum(total_fen) AS spent FROM usage_parties u
      WHERE u.operator_id = p.operator_id AND u.day > ${businessDay(addDays(now, -PLAYED_DAYS))}::date AND u.application_id = ${applicationId}
    ) u ON true
    ORDER BY p.id ${back ? sql`` : sql`DESC`}`
  return cutPage(
    rows.map((row) => ({ ...row, spent: money(row.spent) })),
    keyset,
    (row) => row.grantId,
  )
}
