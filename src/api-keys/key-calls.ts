import type { Uuid } from '#src/core/ids'
import { addDays, type Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** One call of a headset server with an operator's key, as the request log has it. */
export type KeyCall = {
  at: Instant
  requestId: Uuid
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  ip: string
  siteName: string | null
  /** Which key it came with: the present one, the one before it, or one that is no more. */
  key: 'present' | 'previous' | 'gone'
}

/** The log is kept in monthly pieces: further back than this nobody is shown it here. */
const KEPT_DAYS = 90

/** The newest calls with an operator's keys, newest first. Only its own rows, and of sites only its own names. */
export function latestKeyCalls(operatorId: Uuid, now: Instant, limit: number) {
  return rawSql()<KeyCall[]>`
    SELECT l.at, l.request_id AS "requestId", l.operation, l.result, l.code, l.ip, s.name AS "siteName",
           CASE l.key_sha256 WHEN o.api_key_sha256 THEN 'present' WHEN o.previous_api_key_sha256 THEN 'previous' ELSE 'gone' END AS key
    FROM api_key_usage_logs l
    JOIN operator_accounts o ON o.id = l.operator_id
    LEFT JOIN operation_sites s ON s.id = l.site_id AND s.operator_id = l.operator_id
    WHERE l.operator_id = ${operatorId} AND l.at > ${addDays(now, -KEPT_DAYS)} AND l.at <= ${addDays(now, 1)}
    ORDER BY l.at DESC LIMIT ${limit}`
}
