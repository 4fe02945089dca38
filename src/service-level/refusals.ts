import type { Uuid } from '#src/core/ids'
import { type Instant, iso, type Stretch } from '#src/core/time'
import { rawSql } from '#src/platform/database'

export type Refusal = {
  at: Instant
  requestId: Uuid
  code: string
  operatorId: Uuid | null
  operatorName: string | null
  ip: string
  durationUs: number
}

/** The newest game starts of a stretch that were refused, or of one code; calls that came while the database was away left no row. */
export function refusalsIn({ from, to }: Stretch, code: string | undefined, limit: number): Promise<Refusal[]> {
  const sql = rawSql()
  return sql<Refusal[]>`
    SELECT l.at, l.request_id AS "requestId", l.code, l.operator_id AS "operatorId", o.name AS "operatorName", l.ip, l.duration_us AS "durationUs"
    FROM api_key_usage_logs l LEFT JOIN operator_accounts o ON o.id = l.operator_id
    WHERE l.at >= ${iso(from)}::timestamptz AND l.at < ${iso(to)}::timestamptz AND l.result = 'refused' AND l.operation = 'authorize'
      ${code === undefined ? sql`` : sql`AND l.code = ${code}`}
    ORDER BY l.at DESC LIMIT ${limit}`
}
