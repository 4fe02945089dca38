import { type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { Phase, Reason } from './records'

type Fault = { code: string; facts: Record<string, string | number> }

export type BackupRow = {
  name: string
  reason: Reason
  way: 'archive' | 'pg_dump' | null
  status: 'running' | 'unproved' | 'good' | 'failed' | 'removed'
  phase: Phase | null
  stepsDone: number
  stepsTotal: number
  takenAt: Instant
  provedAt: Instant | null
  copiedAt: Instant | null
  isEncrypted: boolean
  rows: number | null
  bytes: number | null
  fault: Fault | null
}

/** Where a page begins: before this moment. */
export type BackupCursor = { takenAt: Instant }

/** A run that has said nothing for this long has died with its process. */
const SILENT_SECONDS = 600

/** The newest backups before a cursor, one more than `size` tells that there are others. */
export function listBackups(now: Instant, size: number, before?: BackupCursor): Promise<BackupRow[]> {
  return rawSql()<BackupRow[]>`
    SELECT name, reason, way, phase, taken_at AS "takenAt", proved_at AS "provedAt", copied_at AS "copiedAt",
           CASE WHEN status = 'running' AND updated_at < ${iso(now)}::timestamptz - make_interval(secs => ${SILENT_SECONDS}) THEN 'failed' ELSE status END AS status,
           steps_done::float8 AS "stepsDone", steps_total::float8 AS "stepsTotal", key_id IS NOT NULL AS "isEncrypted",
           row_count::float8 AS rows, byte_count::float8 AS bytes,
           CASE WHEN error_code IS NOT NULL THEN jsonb_build_object('code', error_code, 'facts', error_facts) END AS fault
    FROM backups WHERE ${before ? iso(before.takenAt) : null}::timestamptz IS NULL OR taken_at < ${before ? iso(before.takenAt) : null}::timestamptz
    ORDER BY taken_at DESC, name DESC LIMIT ${size + 1}`
}

export type RestoreRow = {
  id: string
  backupName: string
  purpose: 'proof' | 'rehearsal' | 'restore'
  at: Instant
  rows: number
  journalRows: number
  restoreMs: number
  auditMs: number
  fault: Fault | null
}

/** The newest times that a backup was brought back to life, good or not. */
export function listRestores(size: number): Promise<RestoreRow[]> {
  return rawSql()<RestoreRow[]>`
    SELECT id, backup_name AS "backupName", purpose, finished_at AS at, row_count::float8 AS rows, journal_rows::float8 AS "journalRows",
           restore_ms AS "restoreMs", audit_ms AS "auditMs",
           CASE WHEN error_code IS NOT NULL THEN jsonb_build_object('code', error_code, 'facts', error_facts) END AS fault
    FROM backup_restores ORDER BY finished_at DESC, id DESC LIMIT ${size}`
}

/** What is kept, and the newest restore that was sound. */
export async function backupSums(): Promise<{ count: number; bytes: number; restoredAt: Instant | null; restoreMs: number | null }> {
  const [row] = await rawSql()<{ count: number; bytes: number; restoredAt: Instant | null; restoreMs: number | null }[]>`
    SELECT kept.*, restored.* FROM
      (SELECT count(*)::int AS count, coalesce(sum(byte_count), 0)::float8 AS bytes FROM backups WHERE status IN ('good', 'unproved')) kept
    LEFT JOIN LATERAL (
      SELECT finished_at AS "restoredAt", restore_ms + audit_ms AS "restoreMs" FROM backup_restores
      WHERE error_code IS NULL ORDER BY finished_at DESC LIMIT 1) restored ON true`
  return row!
}
