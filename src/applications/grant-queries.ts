import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { adminAccounts, applications, type CATEGORIES, operatorAccounts, operatorAppAuthorizations } from '#drizzle/schema'
import { parseId, showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { read } from '#src/platform/database'
import { contains } from '#src/platform/like'
import { isInForce, STATUS, statusOf } from './grants'
import { renewableUntil } from './requests'

/** Authorisations as our own people see them. */

const grants = operatorAppAuthorizations
const revoker = alias(adminAccounts, 'revokers')

export const GRANT_STATES = ['active', 'ending', 'expired', 'revoked'] as const
type GrantState = (typeof GRANT_STATES)[number]
export type GrantsFilter = { state: GrantState | 'all'; keyword: string; applicationId?: Uuid | undefined }

const selectGrants = () =>
  read()
    .select({
      id: grants.id,
      operatorId: grants.operatorId,
      operatorName: operatorAccounts.name,
      operatorUsername: operatorAccounts.username,
      operatorCategory: operatorAccounts.category,
      operatorClosedAt: operatorAccounts.deactivatedAt,
      applicationId: grants.applicationId,
      appName: applications.appName,
      appIsActive: applications.isActive,
      requestId: grants.requestId,
      authorizedAt: grants.authorizedAt,
      authorizedByName: adminAccounts.name,
      expiresAt: grants.expiresAt,
      note: grants.note,
      revokedAt: grants.revokedAt,
      revokedByName: revoker.name,
      revokeReason: grants.revokeReason,
    })
    .from(grants)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, grants.operatorId))
    .innerJoin(applications, eq(applications.id, grants.applicationId))
    .innerJoin(adminAccounts, eq(adminAccounts.id, grants.authorizedBy))
    .leftJoin(revoker, eq(revoker.id, grants.revokedBy))

type Selected = Awaited<ReturnType<typeof selectGrants>>[number]
export type GrantRow = Selected & { state: GrantState }

/** `ending` from a week before the end on: when more time may be asked for. */
function withState(row: Selected, now: Instant): GrantRow {
  const state = statusOf(row, now)
  const ends = state === 'active' && row.expiresAt !== null && row.expiresAt < renewableUntil(now)
  return { ...row, state: ends ? 'ending' : state }
}

const inState = (state: GrantState, now: Instant): SQL | undefined =>
  state === 'ending'
    ? and(isNull(grants.revokedAt), gt(grants.expiresAt, now), lt(grants.expiresAt, renewableUntil(now)))
    : STATUS[state](now)

/** Words of an operator, or an id of the authorisation or the operator. */
export function namesOperator(keyword: string): SQL | undefined {
  const words = contains([operatorAccounts.name, operatorAccounts.username], keyword)
  const id = parseId('operator', keyword.trim())
  return id ? or(words, eq(operatorAccounts.id, id)) : words
}

function wanted({ state, keyword, applicationId }: GrantsFilter, now: Instant): SQL | undefined {
  const id = parseId('authorization', keyword.trim())
  return and(
    state === 'all' ? undefined : inState(state, now),
    applicationId ? eq(grants.applicationId, applicationId) : undefined,
    id ? or(eq(grants.id, id), namesOperator(keyword)) : namesOperator(keyword),
  )
}

/** One page of authorisations, newest first. */
export async function grantsPage(filter: GrantsFilter, keyset: Keyset, now: Instant) {
  const back = isBackwards(keyset)
  const rows = await selectGrants()
    .where(
      and(wanted(filter, now), keyset.after ? lt(grants.id, keyset.after) : undefined, back ? gt(grants.id, keyset.before!) : undefined),
    )
    .orderBy(back ? asc(grants.id) : desc(grants.id))
    .limit(rowsWanted(keyset))
  return cutPage(
    rows.map((row) => withState(row, now)),
    keyset,
    (row) => row.id,
  )
}

/** How many authorisations a filter leaves. */
export async function countGrants(filter: GrantsFilter, now: Instant): Promise<number> {
  const counted = read().select({ n: count() }).from(grants).$dynamic()
  // Only words are looked for at the operators.
  if (filter.keyword !== '') counted.innerJoin(operatorAccounts, eq(operatorAccounts.id, grants.operatorId))
  const [row] = await counted.where(wanted(filter, now))
  return row!.n
}

/** Above the list: how many hold, end within a week, have ended. */
export async function grantCounts(now: Instant): Promise<{ active: number; ending: number; expired: number }> {
  const counted = (which: SQL | undefined) => sql<number>`count(*) FILTER (WHERE ${which})::int`
  const [row] = await read()
    .select({
      active: counted(isInForce(now)),
      ending: counted(inState('ending', now)),
      expired: counted(and(isNotNull(grants.expiresAt), lte(grants.expiresAt, now))),
    })
    .from(grants)
    .where(isNull(grants.revokedAt))
  return row!
}

/** One authorisation. Throws RESOURCE_NOT_FOUND. */
export async function requireGrant(id: Uuid, now: Instant): Promise<GrantRow> {
  const [row] = await selectGrants().where(eq(grants.id, id))
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('authorization', id) }, 'resource')
  return withState(row, now)
}

const PAST = 50

/** Everything the pair of an authorisation ever had, newest first. */
export async function pastOfPair({ operatorId, applicationId }: Pick<GrantRow, 'operatorId' | 'applicationId'>, now: Instant) {
  const rows = await selectGrants()
    .where(and(eq(grants.operatorId, operatorId), eq(grants.applicationId, applicationId)))
    .orderBy(desc(grants.id))
    .limit(PAST)
  return rows.map((row) => withState(row, now))
}

export type CandidatesFilter = { applicationId: Uuid; keyword: string; category?: (typeof CATEGORIES)[number] | undefined }

/** One page of the operators who may not start a game now and could be let, newest first. */
export async function grantCandidates({ applicationId, keyword, category }: CandidatesFilter, keyset: Keyset, now: Instant) {
  const back = isBackwards(keyset)
  const { id, name, username, category: tier, createdAt, totalConsumed, deactivatedAt } = operatorAccounts
  const rows = await read()
    .select({ id, name, username, category: tier, createdAt, totalConsumed, endedAt: grants.expiresAt })
    .from(operatorAccounts)
    .leftJoin(grants, and(eq(grants.operatorId, id), eq(grants.applicationId, applicationId), isNull(grants.revokedAt)))
    .where(
      and(
        isNull(deactivatedAt),
        or(isNull(grants.id), lte(grants.expiresAt, now)),
        category ? eq(tier, category) : undefined,
        namesOperator(keyword),
        keyset.after ? lt(id, keyset.after) : undefined,
        back ? gt(id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(id) : desc(id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

/** The names of some operators. */
export async function operatorNames(ids: Uuid[]): Promise<Map<Uuid, string>> {
  const { id, name } = operatorAccounts
  const rows = ids.length === 0 ? [] : await read().select({ id, name }).from(operatorAccounts).where(inArray(id, ids))
  return new Map(rows.map((row) => [row.id, row.name]))
}
