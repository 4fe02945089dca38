import type { Uuid } from '#src/core/ids'
import { type Money, ZERO } from '#src/core/money'
import { addDays, type BusinessDay, businessDay, daysBetween, type Instant, type Stretch } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** What was played at an operator's sites, out of the sums that every charge keeps: no page reads the games themselves. */
export type SitePlayed = { games: number; players: number; amount: Money }
export const NOTHING: SitePlayed = { games: 0, players: 0, amount: ZERO }

/** What was played at each of some sites on the business days from one to the other, both whole. */
export async function playedAtSites(operatorId: Uuid, siteIds: Uuid[], { from, to }: Stretch): Promise<Map<Uuid, SitePlayed>> {
  if (siteIds.length === 0) return new Map()
  const rows = await rawSql()<(SitePlayed & { siteId: Uuid })[]>`
    SELECT site_id AS "siteId", sum(sessions)::int AS games, sum(sessions * player_count)::int AS players, sum(total_fen)::bigint AS amount
    FROM usage_parties
    WHERE operator_id = ${operatorId} AND day BETWEEN ${businessDay(from)}::date AND ${businessDay(to)}::date AND site_id = ANY (${siteIds}::uuid[])
    GROUP BY site_id`
  return new Map(rows.map(({ siteId, ...played }) => [siteId, played]))
}

type SiteDay = SitePlayed & { day: BusinessDay }

/** The last `count` business days at one site of an operator, today last, empty ones included. */
export async function siteDays(operatorId: Uuid, siteId: Uuid, now: Instant, count: number): Promise<SiteDay[]> {
  const from = addDays(now, 1 - count)
  const rows = await rawSql()<SiteDay[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(sessions)::int AS games, sum(sessions * player_count)::int AS players,
           sum(total_fen)::bigint AS amount
    FROM usage_parties
    WHERE operator_id = ${operatorId} AND day BETWEEN ${businessDay(from)}::date AND ${businessDay(now)}::date AND site_id = ${siteId}
    GROUP BY 1`
  const known = new Map(rows.map((row) => [row.day, row]))
  return daysBetween(from, now).map((day) => known.get(day) ?? { day, ...NOTHING })
}

/** When a game last started at a site; null when none has. */
export async function lastStartAt(operatorId: Uuid, siteId: Uuid): Promise<Instant | null> {
  const [row] = await rawSql()<{ at: Instant | null }[]>`
    SELECT max(started_at) AS at FROM usage_records WHERE site_id = ${siteId} AND operator_id = ${operatorId}`
  return row?.at ?? null
}
