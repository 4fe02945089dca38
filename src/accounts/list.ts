import { and, asc, desc, eq, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { CATEGORIES, operatorAccounts } from '#drizzle/schema'
import { keyword } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, keysetQuery, rowsWanted, type Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import { read } from '#src/platform/database'
import { contains } from '#src/platform/like'
import type { Operator } from './operators'

export const OPERATOR_STATES = ['active', 'locked', 'deactivated'] as const

/** What never moved sorts as the oldest, so that each cursor has a value to stand on. */
const lastMoved = sql`coalesce(${operatorAccounts.lastTransactionAt}, '-infinity'::timestamptz)`
const ORDERS = {
  newest: { column: operatorAccounts.createdAt, direction: 'desc' },
  oldest: { column: operatorAccounts.createdAt, direction: 'asc' },
  balance_most: { column: operatorAccounts.balance, direction: 'desc' },
  balance_least: { column: operatorAccounts.balance, direction: 'asc' },
  consumed_most: { column: operatorAccounts.totalConsumed, direction: 'desc' },
  recharged_most: { column: operatorAccounts.totalRecharged, direction: 'desc' },
  moved_last: { column: lastMoved, direction: 'desc' },
  moved_first: { column: lastMoved, direction: 'asc' },
  name: { column: operatorAccounts.name, direction: 'asc' },
} as const
export type OperatorOrder = keyof typeof ORDERS
const OPERATOR_ORDERS = Object.keys(ORDERS) as [OperatorOrder, ...OperatorOrder[]]

/** Query fields of a page that lists operators; what cannot be read shows the usual view. */
export const operatorListQuery = {
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  category: v.fallback(v.optional(v.picklist(CATEGORIES)), undefined),
  state: v.fallback(v.optional(v.picklist(OPERATOR_STATES)), undefined),
  closed: v.fallback(v.optional(v.literal('true')), undefined),
  sort: v.fallback(v.optional(v.picklist(OPERATOR_ORDERS)), undefined),
}

export type OperatorListFilter = {
  keyword?: string | undefined
  category?: Operator['category'] | undefined
  state?: (typeof OPERATOR_STATES)[number] | undefined
  /** Closed accounts too; without it they are found only by asking for their state. */
  includeClosed?: boolean | undefined
}
function matching({ keyword: words = '', category, state, includeClosed = false }: OperatorListFilter): SQL | undefined {
  const { username, name, phone, email, deactivatedAt, isLocked } = operatorAccounts
  const inState = {
    active: and(isNull(deactivatedAt), eq(isLocked, false)),
    locked: and(isNull(deactivatedAt), eq(isLocked, true)),
    deactivated: isNotNull(deactivatedAt),
  }
  return and(
    state ? inState[state] : includeClosed ? undefined : isNull(deactivatedAt),
    category ? eq(operatorAccounts.category, category) : undefined,
    contains([username, name, phone, email], words),
  )
}

/**
 * One page of operators in any order of theirs. The cursor is the id of a row at the edge; its value is looked up with the page, so that
 * one rule serves money, times and names.
 */
export async function operatorsPage(filter: OperatorListFilter, order: OperatorOrder, keyset: Keyset): Promise<Slice<Operator>> {
  const back = isBackwards(keyset)
  const { column, direction: usual } = ORDERS[order]
  const isRising = (usual === 'asc') !== back
  const cursor = keyset.after ?? keyset.before
  const edge = sql`(SELECT ${column}, id FROM ${operatorAccounts} WHERE id = ${cursor ?? null})`
  const direction = isRising ? asc : desc
  const rows = await read()
    .select()
    .from(operatorAccounts)
    .where(and(matching(filter), cursor ? sql`(${column}, ${operatorAccounts.id}) ${sql.raw(isRising ? '>' : '<')} ${edge}` : undefined))
    .orderBy(direction(column), direction(operatorAccounts.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

export type OperatorSums = { operators: number; locked: number; balance: Money; recharged: Money; consumed: Money; refunded: Money }

/** Over the whole filter. */
export async function operatorSums(filter: OperatorListFilter): Promise<OperatorSums> {
  const total = (column: typeof operatorAccounts.balance) => sql<Money>`coalesce(sum(${column}), 0)::bigint`
  const [sums] = await read()
    .select({
      operators: sql<number>`count(*)::int`,
      locked: sql<number>`(count(*) FILTER (WHERE ${operatorAccounts.isLocked}))::int`,
      balance: total(operatorAccounts.balance),
      recharged: total(operatorAccounts.totalRecharged as never),
      consumed: total(operatorAccounts.totalConsumed as never),
      refunded: total(operatorAccounts.totalRefunded as never),
    })
    .from(operatorAccounts)
    .where(matching(filter))
  return sums!
}

/** Rows read at a time by an export. */
const CHUNK = 1_000

/** Every operator of a filter, newest first, in chunks that are each a query of their own. */
export async function* operatorChunks(filter: OperatorListFilter): AsyncGenerator<Operator[]> {
  for (let last: Uuid | undefined; ; ) {
    const rows = await read()
      .select()
      .from(operatorAccounts)
      .where(and(matching(filter), last ? sql`${operatorAccounts.id} < ${last}` : undefined))
      .orderBy(desc(operatorAccounts.id))
      .limit(CHUNK)
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    last = rows.at(-1)!.id
  }
}
