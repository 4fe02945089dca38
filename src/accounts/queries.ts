import { and, asc, desc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { operatorAccounts } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { rawSql, read } from '#src/platform/database'
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
    countOf(where),
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
  // Games from the sums of its days: counting a year of them one by one takes the time of a page.
  const [figures] = await rawSql()<{ sessions: number; applications: number; sites: number }[]>`
    SELECT (SELECT coalesce(sum(sessions), 0)::int FROM usage_days WHERE operator_id = ${operatorId}) AS sessions,
           (SELECT count(*)::int FROM operation_sites WHERE operator_id = ${operatorId} AND deleted_at IS NULL) AS sites,
           (SELECT count(*)::int FROM operator_app_authorizations g JOIN applications a ON a.id = g.application_id AND a.is_active
            WHERE g.operator_id = ${operatorId} AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ${now})) AS applications`
  return figures!
}

const COUNT = sql<number>`count(*)::int`

async function countOf(where: SQL | undefined): Promise<number> {
  const [found] = await read().select({ count: COUNT }).from(operatorAccounts).where(where)
  return found!.count
}
