import type { auditLogs } from '#drizzle/schema'
import { rawSql } from '#src/platform/database'
import { auditHash } from './audit-log'

const CHUNK = 2_000
const GENESIS = '0'.repeat(64)

type Row = Omit<typeof auditLogs.$inferSelect, 'prevHash' | 'hash'> & { prev: string; hex: string }

/** The end of a chain: what was there when somebody looked has to be there ever after. */
export type ChainHead = { seq: bigint; hash: string }

/** What is wrong first: a row that was changed, one that is missing or too many, or rows cut off at the end. */
type ChainFault = 'changed' | 'missing' | 'tail'

export type ChainCheck = {
  rows: number
  brokenAt: bigint | null
  fault: ChainFault | null
  /** Null while nothing was written. */
  head: ChainHead | null
}

type Options = {
  /** Where an earlier check saw the chain end. */
  known?: ChainHead | null
  /** Called after each chunk. */
  progress?: (rows: number) => Promise<void> | void
}

/**
 * Recomputes the audit log's chain from its first row, and looks for the end that an earlier check saw. Gives how many rows were read,
 * where it ends and the first row that does not fit, if any.
 */
export async function checkAuditChain({ known = null, progress }: Options = {}): Promise<ChainCheck> {
  let [seq, hash, rows] = [0n, GENESIS, 0]
  let found: { at: bigint; fault: ChainFault } | undefined
  const cursor = rawSql()<Row[]>`
    SELECT seq, id, actor_kind AS "actorKind", actor_id AS "actorId", actor_name AS "actorName", actor_role AS "actorRole", operation,
           target_kind AS "targetKind", target_id AS "targetId", details, ip, user_agent AS "userAgent", request_id AS "requestId",
           created_at AS "createdAt", encode(prev_hash, 'hex') AS prev, encode(hash, 'hex') AS hex
    FROM audit_logs ORDER BY seq`.cursor(CHUNK)
  for await (const chunk of cursor) {
    for (const row of chunk) {
      rows++
      if (!found && row.seq !== seq + 1n) found = { at: seq + 1n, fault: 'missing' }
      const fits = row.prev === hash && auditHash(row, row.prev) === row.hex && (row.seq !== known?.seq || row.hex === known.hash)
      if (!found && !fits) found = { at: row.seq, fault: 'changed' }
      seq = row.seq
      hash = row.hex
    }
    await progress?.(rows)
  }
  if (!found && known && known.seq > seq) found = { at: seq + 1n, fault: 'tail' }
  return { rows, brokenAt: found?.at ?? null, fault: found?.fault ?? null, head: rows === 0 ? null : { seq, hash } }
}
