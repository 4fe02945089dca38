import type { Uuid } from '#src/core/ids'
import { rawSql } from '#src/platform/database'
import type { UsageRecord } from './records'

/** A game as the home page lists it. */
export type GameRow = Pick<UsageRecord, 'id' | 'sessionId' | 'siteName' | 'applicationName' | 'playerCount' | 'total' | 'startedAt'>

/** Rows of a live list at most; whoever was away for longer sees the newest of them. */
const MOST = 10

const columns = () => rawSql()`
  u.id, u.session_id AS "sessionId", s.name AS "siteName", u.app_name AS "applicationName", u.player_count AS "playerCount",
  u.total_fen AS total, u.started_at AS "startedAt"`

/** The newest games of an operator, newest first. */
export const latestGames = (operatorId: Uuid, limit: number = MOST): Promise<GameRow[]> =>
  rawSql()<GameRow[]>`
    SELECT ${columns()} FROM usage_records u JOIN operation_sites s ON s.id = u.site_id
    WHERE u.operator_id = ${operatorId} ORDER BY u.started_at DESC, u.ledger_seq DESC LIMIT ${limit}`

/**
 * Games of an operator after one it knows of, newest first; without one, or with one that is not its own, the newest. An operator's
 * games are committed in the order of its ledger, so that none can slip in behind the known one.
 */
export async function liveGamesSince(operatorId: Uuid, afterUsageId: Uuid | null): Promise<GameRow[]> {
  if (afterUsageId === null) return latestGames(operatorId)
  return rawSql()<GameRow[]>`
    SELECT ${columns()} FROM usage_records u JOIN operation_sites s ON s.id = u.site_id
    WHERE u.operator_id = ${operatorId} AND (u.started_at, u.ledger_seq) > (
      SELECT coalesce(max(started_at), '-infinity'), coalesce(max(ledger_seq), 0) FROM usage_records
      WHERE id = ${afterUsageId} AND operator_id = ${operatorId})
    ORDER BY u.started_at DESC, u.ledger_seq DESC LIMIT ${MOST}`
}
