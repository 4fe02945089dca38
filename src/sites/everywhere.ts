import { and, asc, desc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm'
import { operationSites, operatorAccounts } from '#drizzle/schema'
import { showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { businessDay, type Instant, type Stretch } from '#src/core/time'
import { rawSql, read } from '#src/platform/database'
import { likePattern } from '#src/platform/like'
import { NOTHING, type SitePlayed } from './figures'
import type { Site } from './sites'

export type SiteOfOperator = Site & { operatorName: string; operatorClosed: boolean }

export type SiteFilter = { keyword?: string | undefined; includeDeleted?: boolean | undefined; operatorId?: Uuid | undefined }

const matching = ({ keyword = '', includeDeleted = false, operatorId }: SiteFilter) =>
  and(
    operatorId ? eq(operationSites.operatorId, operatorId) : undefined,
    includeDeleted ? undefined : isNull(operationSites.deletedAt),
    keyword === ''
      ? undefined
      : or(...SOUGHT.map((column) => sql`lower(${column} COLLATE "C") LIKE lower(${likePattern(keyword)} COLLATE "C")`)),
  )

/**
 * Letters of ASCII are folded and no others: among ten thousand sites this takes a tenth of the time of the ILIKE of a Chinese collation,
 * and names that need more are not written in capitals.
 */
const SOUGHT = [operationSites.name, operationSites.address, operatorAccounts.name, operatorAccounts.username]

const select = () =>
  read()
    .select({ site: operationSites, operatorName: operatorAccounts.name, deactivatedAt: operatorAccounts.deactivatedAt })
    .from(operationSites)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, operationSites.operatorId))

const withOwner = ({ site, operatorName, deactivatedAt }: Awaited<ReturnType<typeof select>>[number]): SiteOfOperator => ({
  ...site,
  operatorName,
  operatorClosed: deactivatedAt !== null,
})

/** One page of everybody's sites, newest first: ids are made in the order of creation. */
export async function everySitePage(filter: SiteFilter, keyset: Keyset): Promise<Slice<SiteOfOperator>> {
  const back = isBackwards(keyset)
  const { id } = operationSites
  const rows = await select()
    .where(and(matching(filter), keyset.after ? lt(id, keyset.after) : undefined, back ? gt(id, keyset.before!) : undefined))
    .orderBy(back ? asc(id) : desc(id))
    .limit(rowsWanted(keyset))
  return cutPage(rows.map(withOwner), keyset, (site) => site.id)
}

/** Rows read at a time by an export. */
const CHUNK = 500

/** All of them, newest first, in chunks that are each a query of their own. */
export async function* siteChunks(filter: SiteFilter): AsyncGenerator<SiteOfOperator[]> {
  for (let last: Uuid | undefined; ; ) {
    const rows = await select()
      .where(and(matching(filter), last ? lt(operationSites.id, last) : undefined))
      .orderBy(desc(operationSites.id))
      .limit(CHUNK)
    if (rows.length > 0) yield rows.map(withOwner)
    if (rows.length < CHUNK) return
    last = rows.at(-1)!.site.id
  }
}

/** Over the whole filter: how many sites, and of how many operators. */
export async function countSites(filter: SiteFilter): Promise<{ sites: number; operators: number }> {
  const rows = await read()
    .select({ sites: sql<number>`count(*)::int`, operators: sql<number>`count(DISTINCT ${operationSites.operatorId})::int` })
    .from(operationSites)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, operationSites.operatorId))
    .where(matching(filter))
  return rows[0]!
}

/** Any operator's site, a deleted one too. Throws SITE_NOT_FOUND. */
export async function requireAnySite(id: Uuid): Promise<SiteOfOperator> {
  const [found] = await select().where(eq(operationSites.id, id))
  if (!found) throw new Problem('SITE_NOT_FOUND', { site_id: showId('site', id) })
  return withOwner(found)
}

type SiteFigures = SitePlayed & { lastStart: Instant | null }

/** What was played at some sites on whole business days, and when a game last started there: out of sums and the ends of an index. */
export async function figuresOfSites(sites: readonly Site[], { from, to }: Stretch): Promise<Map<Uuid, SiteFigures>> {
  if (sites.length === 0) return new Map()
  const rows = await rawSql()<(SiteFigures & { siteId: Uuid })[]>`
    SELECT s.id AS "siteId", p.games, p.players, p.amount,
           (SELECT started_at FROM usage_records u WHERE u.site_id = s.id ORDER BY started_at DESC LIMIT 1) AS "lastStart"
    FROM unnest(${sites.map(({ id }) => id)}::uuid[], ${sites.map(({ operatorId }) => operatorId)}::uuid[]) AS s (id, operator_id),
    LATERAL (SELECT coalesce(sum(sessions), 0)::int AS games, coalesce(sum(sessions * player_count), 0)::int AS players,
                    coalesce(sum(total_fen), 0)::bigint AS amount
             FROM usage_parties WHERE operator_id = s.operator_id AND site_id = s.id
               AND day BETWEEN ${businessDay(from)}::date AND ${businessDay(to)}::date) AS p`
  return new Map(rows.map(({ siteId, ...figures }) => [siteId, figures]))
}

export const NEVER_PLAYED: SiteFigures = { ...NOTHING, lastStart: null }
