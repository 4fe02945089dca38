import type { auditLogs } from '#drizzle/schema'
import { rawSql } from '#src/platform/database'
import { auditHash } from './audit-log'

const CHUNK = 2_000
const GENESIS = '0'.repeat(64)

type Row = Omit<typeof auditLogs.$inferSelect, 'prevHash' | 'hash'> & { prev: string; hex: string }

/** Recomputes the audit log's chain from its first row. Gives how many rows were read and the first that does not fit, if any. */
export async function checkAuditChain(): Promise<{ rows: number; brokenAt: bigint | null }> {
  let [seq, hash, rows] = [0n, GENESIS, 0]
  let brokenAt: bigint | null = null
  const cursor = rawSql()<Row[]>`
    SELECT seq, id, actor_kind AS "actorKind", actor_id AS "actorId", actor_name AS "actorName", actor_role AS "actorRole", operation,
           target_kind AS "targetKind", target_id AS "targetId", details, ip, user_agent AS "userAgent", request_id AS "requestId",
           created_at AS "createdAt", encode(prev_hash, 'hex') AS prev, encode(hash, 'hex') AS hex
    FROM audit_logs ORDER BY seq`.cursor(CHUNK)
  for await (const chunk of cursor) {
    for (const row of chunk) {
      rows++
      if (row.seq !== seq + 1n || row.prev !== hash || auditHash(row, row.prev) !== row.hex) brokenAt ??= row.seq
      seq = row.seq
      hash = row.hex
    }
  }
  return { rows, brokenAt }
}
