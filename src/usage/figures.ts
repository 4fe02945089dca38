import type { Uuid } from '#src/core/ids'
import { type Money, ZERO } from '#src/core/money'
import { addDays, type BusinessDay, businessDay, daysBetween, type Instant, type Stretch, startOfDay } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** Games within a stretch of time: how many, how many players, and what they cost. */
export type Played = { games: number; players: number; amount: Money }
export type PlayedDay = Played & { day: BusinessDay }

const NOTHING: Played = { games: 0, players: 0, amount: ZERO }

/** What was played between two instants, by one operator or, without an id, by all. */
export async function playedBetween({ from, to }: Stretch, operatorId?: Uuid): Promise<Played> {
  const [row] = await rawSql()<Played[]>`
    SELECT count(*)::int AS games, coalesce(sum(player_count), 0)::int AS players, coalesce(sum(total_fen), 0)::bigint AS amount
    FROM usage_records
    WHERE started_at >= ${from} AND started_at <= ${to} AND (${operatorId ?? null}::uuid IS NULL OR operator_id = ${operatorId ?? null})`
  return row ?? NOTHING
}

/** The last `count` business days with today last, empty ones included; of one operator or of all. */
export async function playedByDay(now: Instant, count: number, operatorId?: Uuid): Promise<PlayedDay[]> {
  const from = startOfDay(businessDay(addDays(now, 1 - count)))
  const rows = await rawSql()<PlayedDay[]>`
    SELECT to_char(started_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day, count(*)::int AS games,
           sum(player_count)::int AS players, sum(total_fen)::bigint AS amount
    FROM usage_records
    WHERE started_at >= ${from} AND started_at <= ${now} AND (${operatorId ?? null}::uuid IS NULL OR operator_id = ${operatorId ?? null})
    GROUP BY 1`
  const known = new Map(rows.map((row) => [row.day, row]))
  return daysBetween(from, now).map((day) => known.get(day) ?? { day, ...NOTHING })
}

/** The newest game starts of all operators. */
export function latestStarts(limit: number) {
  return rawSql()<
    {
      id: Uuid
      at: Instant
      operatorName: string
      siteName: string
      applicationName: string
      players: number
      cost: Money
      sessionId: string
    }[]
  >`
    SELECT u.id, u.started_at AS at, o.name AS "operatorName", s.name AS "siteName", u.app_name AS "applicationName",
           u.player_count AS players, u.total_fen AS cost, u.session_id AS "sessionId"
    FROM usage_records u JOIN operator_accounts o ON o.id = u.operator_id JOIN operation_sites s ON s.id = u.site_id
    ORDER BY u.id DESC LIMIT ${limit}`
}

/** Whether an operator has ever started a game, and at how many sites within a stretch. */
export async function siteActivity(operatorId: Uuid, { from, to }: Stretch): Promise<{ everStarted: boolean; activeSites: number }> {
  const [row] = await rawSql()<{ everStarted: boolean; activeSites: number }[]>`
    SELECT EXISTS (SELECT FROM usage_records WHERE operator_id = ${operatorId}) AS "everStarted",
           (SELECT count(DISTINCT site_id)::int FROM usage_records
            WHERE operator_id = ${operatorId} AND started_at >= ${from} AND started_at <= ${to}) AS "activeSites"`
  return row!
}
