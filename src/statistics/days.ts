import { addMs, type BusinessDay, businessDay, type Instant, iso } from '#src/core/time'
import type { TickOrCall } from '#src/monitoring/tick'
import { rawSql, type Transaction, transaction } from '#src/platform/database'

/** A game that began before midnight is written within seconds of it; none is on its way for so long. */
const LATEST_MS = 600_000
/** Days of one run; a job that stood still for longer takes another night. */
const MOST_DAYS = 1_000
/** One maker at a time. */
const MAKE_LOCK = 7_061_983

/**
 * Puts together the games of all operators for each day that is over and is not yet, or no longer, what its games are, and for each
 * month of such days. Until then the statistics read that day from the sums of its games: slower, and the same.
 */
export async function makeStatisticsDays({ now, signal, progress }: TickOrCall): Promise<{ days: number; months: number }> {
  const today = businessDay(addMs(now, -LATEST_MS))
  const days = await rawSql()<{ day: BusinessDay }[]>`
    SELECT to_char(played.day, 'YYYY-MM-DD') AS day
    FROM (SELECT day, sum(sessions) AS sessions, sum(players) AS players, sum(total_fen) AS total_fen FROM usage_days
          WHERE day < ${today}::date GROUP BY day) played
    LEFT JOIN statistics_days made ON made.day = played.day
    WHERE (made.sessions, made.players, made.total_fen) IS DISTINCT FROM (played.sessions, played.players, played.total_fen)
    ORDER BY played.day DESC LIMIT ${MOST_DAYS}`
  for (const [index, { day }] of days.entries()) {
    signal?.throwIfAborted()
    await transaction((tx) => makeDay(tx, day, now))
    progress?.({ done: index + 1, total: days.length })
  }
  const months = await rawSql()<{ month: BusinessDay }[]>`
    SELECT to_char(played.month, 'YYYY-MM-DD') AS month
    FROM (SELECT date_trunc('month', day)::date AS month, sum(sessions) AS sessions FROM statistics_days GROUP BY 1) played
    LEFT JOIN statistics_months made ON made.month = played.month
    WHERE made.sessions IS DISTINCT FROM played.sessions AND (played.month + interval '1 month')::date <= ${today}::date
    ORDER BY played.month DESC`
  for (const { month } of months) {
    signal?.throwIfAborted()
    await transaction((tx) => makeMonth(tx, month, now))
  }
  return { days: days.length, months: months.length }
}

async function makeDay({ sql }: Transaction, day: BusinessDay, at: Instant): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${MAKE_LOCK})`
  await sql`DELETE FROM statistics_days WHERE day = ${day}::date`
  await sql`DELETE FROM statistics_months WHERE month = date_trunc('month', ${day}::date)`
  // One statement, so that all four speak of the same games. OFFSET keeps the look-up by operator, whatever the planner thinks of the rest.
  await sql`
    WITH played AS MATERIALIZED (
      SELECT party.*, sessions * player_count AS players FROM operator_accounts o CROSS JOIN LATERAL (
        SELECT * FROM usage_parties p WHERE p.operator_id = o.id AND p.day = ${day}::date OFFSET 0) party
    ), whole AS (
      INSERT INTO statistics_days (day, sessions, players, total_fen, made_at)
      SELECT day, sum(sessions), sum(players), sum(total_fen), ${iso(at)}::timestamptz FROM played GROUP BY day
    ), places AS (
      INSERT INTO statistics_places (day, operator_id, site_id, application_id, sessions, players, total_fen)
      SELECT day, operator_id, site_id, application_id, sum(sessions), sum(players), sum(total_fen) FROM played GROUP BY 1, 2, 3, 4
    ), sites AS (
      INSERT INTO statistics_site_parties (day, operator_id, site_id, player_count, sessions, players, total_fen)
      SELECT day, operator_id, site_id, player_count, sum(sessions), sum(players), sum(total_fen) FROM played GROUP BY 1, 2, 3, 4
    )
    INSERT INTO statistics_application_parties (day, operator_id, application_id, player_count, sessions, players, total_fen)
    SELECT day, operator_id, application_id, player_count, sum(sessions), sum(players), sum(total_fen) FROM played GROUP BY 1, 2, 3, 4`
}

async function makeMonth({ sql }: Transaction, month: BusinessDay, at: Instant): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${MAKE_LOCK})`
  await sql`DELETE FROM statistics_months WHERE month = ${month}::date`
  await sql`
    WITH whole AS (
      INSERT INTO statistics_months (month, sessions, made_at)
      SELECT ${month}::date, sum(sessions), ${iso(at)}::timestamptz FROM statistics_days
      WHERE day >= ${month}::date AND day < ${month}::date + interval '1 month'
    )
    INSERT INTO statistics_month_parties (month, operator_id, site_id, application_id, player_count, sessions, players, total_fen)
    SELECT ${month}::date, operator_id, site_id, application_id, player_count, sum(sessions), sum(sessions * player_count), sum(total_fen)
    FROM operator_accounts o CROSS JOIN LATERAL (
      SELECT * FROM usage_parties p WHERE p.operator_id = o.id AND p.day >= ${month}::date AND p.day < ${month}::date + interval '1 month'
      OFFSET 0) party
    GROUP BY operator_id, site_id, application_id, player_count`
}
