import { and, asc, count, desc, eq, gt, inArray, lt, min, ne, or, sql } from 'drizzle-orm'
import { applicationAuthorizationRequests, applications, operatorAccounts, operatorAppAuthorizations } from '#drizzle/schema'
import { parseId, showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { read } from '#src/platform/database'
import { contains } from '#src/platform/like'
import { isInForce } from './grants'
import { type ListedRequest, type RequestFilter, selectRequests } from './requests'

/** Requests for games as those who decide about them see them. */

const requests = applicationAuthorizationRequests
const grants = operatorAppAuthorizations

export type QueueFilter = Pick<RequestFilter, 'status'> & { keyword: string; applicationId?: Uuid | undefined }

/** One page of requests, newest first: ids are made in the order of asking. */
export async function queuePage(filter: QueueFilter, keyset: Keyset) {
  const back = isBackwards(keyset)
  const rows = await selectRequests()
    .where(
      and(wanted(filter), keyset.after ? lt(requests.id, keyset.after) : undefined, back ? gt(requests.id, keyset.before!) : undefined),
    )
    .orderBy(back ? asc(requests.id) : desc(requests.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

function wanted({ status, keyword, applicationId }: QueueFilter) {
  const words = contains([operatorAccounts.name, operatorAccounts.username], keyword)
  const id = parseId('request', keyword.trim())
  return and(
    status === 'all' ? undefined : eq(requests.status, status),
    applicationId ? eq(requests.applicationId, applicationId) : undefined,
    id ? or(words, eq(requests.id, id)) : words,
  )
}

/** How many requests a filter leaves. */
export async function countRequests(filter: QueueFilter): Promise<number> {
  const counted = read().select({ n: count() }).from(requests).$dynamic()
  // Only words are looked for at the operators.
  if (filter.keyword !== '') counted.innerJoin(operatorAccounts, eq(operatorAccounts.id, requests.operatorId))
  const [row] = await counted.where(wanted(filter))
  return row!.n
}

/** How many wait, and since when the oldest does. */
export async function waitingRequests(): Promise<{ waiting: number; oldestAt: Instant | null }> {
  const [row] = await read()
    .select({ waiting: count(), oldestAt: min(requests.createdAt) })
    .from(requests)
    .where(eq(requests.status, 'pending'))
  return row!
}

/** The request that has waited longest, besides one. */
export async function nextWaiting(besides: Uuid): Promise<Uuid | undefined> {
  const [next] = await read()
    .select({ id: requests.id })
    .from(requests)
    .where(and(eq(requests.status, 'pending'), ne(requests.id, besides)))
    .orderBy(asc(requests.createdAt), asc(requests.id))
    .limit(1)
  return next?.id
}

/** Some requests by id, in the order of asking; unknown ids are left out. */
export const requestsById = (ids: Uuid[]): Promise<ListedRequest[]> =>
  ids.length === 0 ? Promise.resolve([]) : selectRequests().where(inArray(requests.id, ids)).orderBy(asc(requests.id))

const EARLIER = 10

/** One request with everything a decision needs. Throws RESOURCE_NOT_FOUND. */
export async function requestCase(id: Uuid, now: Instant) {
  const [request] = await selectRequests().where(eq(requests.id, id))
  if (!request) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('request', id) }, 'resource')
  const { operatorId, applicationId } = request
  const [[operator], [application], [held], earlier] = await Promise.all([
    operatorFacts(operatorId, now),
    read().select().from(applications).where(eq(applications.id, applicationId)),
    read()
      .select({ id: grants.id, expiresAt: grants.expiresAt })
      .from(grants)
      .where(and(eq(grants.operatorId, operatorId), eq(grants.applicationId, applicationId), isInForce(now))),
    selectRequests()
      .where(and(eq(requests.operatorId, operatorId), ne(requests.id, id)))
      .orderBy(desc(requests.id))
      .limit(EARLIER),
  ])
  return { request, operator: operator!, application: application!, held, earlier }
}

const operatorFacts = (operatorId: Uuid, now: Instant) =>
  read()
    .select({
      id: operatorAccounts.id,
      name: operatorAccounts.name,
      username: operatorAccounts.username,
      category: operatorAccounts.category,
      balance: operatorAccounts.balance,
      totalConsumed: operatorAccounts.totalConsumed,
      isLocked: operatorAccounts.isLocked,
      deactivatedAt: operatorAccounts.deactivatedAt,
      createdAt: operatorAccounts.createdAt,
      lastTransactionAt: operatorAccounts.lastTransactionAt,
      // Written out: in a statement of one table the builder leaves the table's name away, also inside.
      sites: sql<number>`(SELECT count(*)::int FROM operation_sites s WHERE s.operator_id = operator_accounts.id AND s.deleted_at IS NULL)`,
      games: sql<number>`(SELECT count(*)::int FROM operator_app_authorizations g WHERE g.operator_id = operator_accounts.id
        AND g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ${iso(now)}::timestamptz))`,
    })
    .from(operatorAccounts)
    .where(eq(operatorAccounts.id, operatorId))
