import { and, asc, desc, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { applications, operationSites, operatorAccounts, operatorAppAuthorizations, usageDays } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { read } from '#src/platform/database'
import { contains } from '#src/platform/like'
import type { Category, Operator } from './operators'

/** Columns a list of operators may be sorted by. */
const SORTED_BY = {
  created_at: operatorAccounts.createdAt,
  balance: operatorAccounts.balance,
  total_consumed: operatorAccounts.totalConsumed,
  name: operatorAccounts.name,
} satisfies Record<string, PgColumn>

export type OperatorFilter = {
  page: number
  page_size: number
  sort_by: keyof typeof SORTED_BY
  sort_order: 'asc' | 'desc'
  category: Category | 'all'
  keyword: string
  include_deactivated: boolean
  is_locked?: boolean
}

/** One page of operators and how many there are over the whole filter. */
export async function listOperators(filter: OperatorFilter): Promise<{ total: number; operators: Operator[] }> {
  const { username, name, phone, email, category, deactivatedAt, isLocked, id } = operatorAccounts
  const where = and(
    filter.category === 'all' ? undefined : eq(category, filter.category),
    filter.include_deactivated ? undefined : isNull(deactivatedAt),
    filter.is_locked === undefined ? undefined : eq(isLocked, filter.is_locked),
    contains([username, name, phone, email], filter.keyword),
  )
  const order = filter.sort_order === 'asc' ? asc : desc
  const [total, operators] = await Promise.all([
    countOf(operatorAccounts, where),
    read()
      .select()
      .from(operatorAccounts)
      .where(where)
      .orderBy(order(SORTED_BY[filter.sort_by]), order(id))
      .limit(filter.page_size)
      .offset((filter.page - 1) * filter.page_size),
  ])
  return { total, operators }
}

/** What stands beside an operator's own row on its detail page: games started, applications it may use, sites in use. */
export async function operatorFigures(operatorId: Uuid, now: Instant): Promise<{ sessions: number; applications: number; sites: number }> {
  const { expiresAt, revokedAt } = operatorAppAuthorizations
  const [sessions, sites, [granted]] = await Promise.all([
    startedGames(operatorId),
    countOf(operationSites, and(eq(operationSites.operatorId, operatorId), isNull(operationSites.deletedAt))),
    read()
      .select({ count: COUNT })
      .from(operatorAppAuthorizations)
      .innerJoin(applications, and(eq(applications.id, operatorAppAuthorizations.applicationId), eq(applications.isActive, true)))
      .where(and(eq(operatorAppAuthorizations.operatorId, operatorId), isNull(revokedAt), or(isNull(expiresAt), gt(expiresAt, now)))),
  ])
  return { sessions, sites, applications: granted!.count }
}

const COUNT = sql<number>`count(*)::int`

/** From the sums of its days: counting a year of games one by one takes the time of a page. */
async function startedGames(operatorId: Uuid): Promise<number> {
  const games = sql<number>`coalesce(sum(${usageDays.sessions}), 0)::int`
  const [found] = await read().select({ games }).from(usageDays).where(eq(usageDays.operatorId, operatorId))
  return found!.games
}

async function countOf(table: typeof operatorAccounts | typeof operationSites, where: SQL | undefined): Promise<number> {
  const [found] = await read().select({ count: COUNT }).from(table).where(where)
  return found!.count
}
