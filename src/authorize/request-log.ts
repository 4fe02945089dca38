import type { Uuid } from '#src/core/ids'
import { type Instant, nowMs } from '#src/core/time'
import { type Querying, rawSql } from '#src/platform/database'
import { log } from '#src/platform/log'

/** One row of api_key_usage_logs: every call of a headset server leaves one, whatever its outcome. */
export type RequestLogRow = {
  at: Instant
  requestId: Uuid
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  keySha256: string | null
  operatorId: Uuid | null
  siteId: Uuid | null
  applicationId: Uuid | null
  sessionId: string | null
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  ip: string
  userAgent: string
  durationUs: number
}

/** Refusals before the charging transaction are written together: at most this much later, at most this many held back. */
const FLUSH_MS = 50
const MAX_PENDING = 10_000

let pending: RequestLogRow[] = []
let timer: ReturnType<typeof setTimeout> | undefined
let writing: Promise<void> = Promise.resolve()
let dropped = 0

/** Keeps a row for the next flush. Under a flood beyond what the database takes, rows are counted instead of kept. */
export function logRequest(row: RequestLogRow): void {
  if (pending.length >= MAX_PENDING) {
    dropped++
    return
  }
  pending.push(row)
  timer ??= setTimeout(() => void flushRequestLog(), FLUSH_MS)
}

/** Writes what is held back and waits for it; call before the process ends. */
export function flushRequestLog(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  const rows = pending
  pending = []
  if (rows.length > 0) writing = writing.then(() => write(rows))
  return writing
}

async function write(rows: RequestLogRow[]): Promise<void> {
  const started = nowMs()
  try {
    await insertRequestLogs(rawSql(), rows)
    if (dropped > 0) log('error', 'request log rows dropped', { operation: 'request_log', dropped })
    dropped = 0
  } catch (error) {
    log('error', 'request log not written', { operation: 'request_log', rows: rows.length, waited_ms: nowMs() - started, error })
  }
}

/** One statement for many rows; the charging transaction calls it for the calls it decides. */
export async function insertRequestLogs(sql: Querying['sql'], rows: RequestLogRow[]): Promise<void> {
  if (rows.length === 0) return
  const column = <T>(pick: (row: RequestLogRow) => T): T[] => rows.map(pick)
  await sql`
    INSERT INTO api_key_usage_logs (at, request_id, operation, key_sha256, operator_id, site_id, application_id, session_id, result, code,
      ip, user_agent, duration_us)
    SELECT at, request_id, operation, decode(key, 'hex'), operator_id, site_id, application_id, session_id, result, code, ip, user_agent, us
    FROM unnest(${column((row) => row.at.toISOString())}::timestamptz[], ${column((row) => row.requestId)}::uuid[],
      ${column((row) => row.operation as string)}::text[], ${column((row) => row.keySha256)}::text[],
      ${column((row) => row.operatorId)}::uuid[], ${column((row) => row.siteId)}::uuid[], ${column((row) => row.applicationId)}::uuid[],
      ${column((row) => row.sessionId)}::text[], ${column((row) => row.result as string)}::text[], ${column((row) => row.code)}::text[],
      ${column((row) => row.ip)}::text[], ${column((row) => row.userAgent)}::text[], ${column((row) => row.durationUs)}::int[])
      AS t (at, request_id, operation, key, operator_id, site_id, application_id, session_id, result, code, ip, user_agent, us)`
}
