import { newId, type Uuid } from '#src/core/ids'
import { type Instant, instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { BackupFault } from './faults'
import { openBackup, type ProofFacts, readProof, type StoredBackup, totalBytes, totalRows } from './manifest'
import { backupFolder, backupNames, momentOf } from './place'
import type { Proof } from './prove'

export type Reason = 'daily' | 'manual' | 'release' | 'safety'
export type Phase = 'writing' | 'checking' | 'restoring' | 'proving' | 'copying'

/** Notes a backup that begins; whatever claims to be under way has died, since two never are. */
export async function noteStart(id: Uuid, name: string, reason: Reason, takenAt: Instant, at: Instant): Promise<void> {
  await rawSql()`
    UPDATE backups SET status = 'failed', phase = NULL, error_code = 'abandoned', finished_at = ${iso(at)}, updated_at = ${iso(at)}
    WHERE status = 'running'`
  await rawSql()`
    INSERT INTO backups (id, name, reason, phase, taken_at, updated_at)
    VALUES (${id}, ${name}, ${reason}, 'writing', ${iso(takenAt)}, ${iso(at)})`
}

/** How far it is, for whoever looks at the page. */
export async function noteProgress(id: Uuid, phase: Phase, done: number, total: number, at: Instant): Promise<void> {
  await rawSql()`
    UPDATE backups SET phase = ${phase}, steps_done = ${BigInt(done)}, steps_total = ${BigInt(total)}, updated_at = ${iso(at)}
    WHERE id = ${id} AND status = 'running'`
}

/** Notes a backup that is whole on the disk: good where it was proved. */
export async function noteEnd(id: Uuid, { manifest, sha256 }: StoredBackup, proof: ProofFacts | undefined, at: Instant): Promise<void> {
  await rawSql()`
    UPDATE backups SET status = ${proof ? 'good' : 'unproved'}, phase = NULL, way = ${manifest.way}, release = ${manifest.release},
      migration = ${manifest.migrations.at(-1)!.id}, key_id = ${manifest.encryption?.keyId ?? null}, row_count = ${BigInt(totalRows(manifest))},
      byte_count = ${BigInt(totalBytes(manifest))}, manifest_sha256 = ${sha256}, proved_at = ${proof?.provedAt ?? null}::timestamptz,
      finished_at = ${iso(at)}, updated_at = ${iso(at)}
    WHERE id = ${id}`
}

export async function noteFailure(id: Uuid, { code, facts }: BackupFault, at: Instant): Promise<void> {
  await rawSql()`
    UPDATE backups SET status = 'failed', phase = NULL, error_code = ${code}, error_facts = ${JSON.stringify(facts)}::text::jsonb,
      finished_at = ${iso(at)}, updated_at = ${iso(at)}
    WHERE id = ${id}`
}

/** A good backup that has a copy elsewhere, or why it has none; it stays good either way. */
export async function noteCopy(name: string, fault: BackupFault | undefined, at: Instant): Promise<void> {
  await rawSql()`
    UPDATE backups SET copied_at = ${fault ? null : iso(at)}::timestamptz, error_code = ${fault?.code ?? null},
      error_facts = ${JSON.stringify(fault?.facts ?? {})}::text::jsonb
    WHERE name = ${name}`
}

export async function noteRemoved(names: readonly string[], at: Instant): Promise<void> {
  await rawSql()`
    UPDATE backups SET status = 'removed', phase = NULL, removed_at = ${iso(at)}, finished_at = coalesce(finished_at, ${iso(at)})
    WHERE name = ANY (${names as string[]}) AND status <> 'removed'`
}

export type RestoreOutcome = { backupName: string; purpose: 'proof' | 'rehearsal' | 'restore'; startedAt: Instant } & (
  | { proof: Proof }
  | { fault: BackupFault }
)

/** Notes that a backup was brought back to life, or could not be. */
export async function noteRestore(outcome: RestoreOutcome, at: Instant): Promise<void> {
  const { rows, journalRows, restoreMs, auditMs } =
    'proof' in outcome ? outcome.proof : { rows: 0, journalRows: 0, restoreMs: 0, auditMs: 0 }
  const fault = 'fault' in outcome ? outcome.fault : undefined
  await rawSql()`
    INSERT INTO backup_restores (id, backup_name, purpose, started_at, finished_at, row_count, journal_rows, restore_ms, audit_ms, error_code, error_facts)
    VALUES (${newId()}, ${outcome.backupName}, ${outcome.purpose}, ${iso(outcome.startedAt)}, ${iso(at)}, ${BigInt(rows)}, ${BigInt(journalRows)},
      ${restoreMs}, ${auditMs}, ${fault?.code ?? null}, ${JSON.stringify(fault?.facts ?? {})}::text::jsonb)`
}

export type GoodBackup = { name: string; takenAt: Instant; provedAt: Instant; ageSeconds: number; bytes: number; rows: number }

/** The newest backup that was restored and audited, and how old what it shows is; undefined while there is none. */
export async function lastGoodBackup(now: Instant): Promise<GoodBackup | undefined> {
  const [row] = await rawSql()<(Omit<GoodBackup, 'ageSeconds' | 'bytes' | 'rows'> & { bytes: bigint; rows: bigint })[]>`
    SELECT name, taken_at AS "takenAt", proved_at AS "provedAt", byte_count AS bytes, row_count AS rows
    FROM backups WHERE status = 'good' ORDER BY taken_at DESC LIMIT 1`
  if (!row) return undefined
  const ageSeconds = Math.max(0, Math.round((now.getTime() - row.takenAt.getTime()) / 1000))
  return { ...row, ageSeconds, bytes: Number(row.bytes), rows: Number(row.rows) }
}

/**
 * Makes the rows say what the folder holds: a database that was restored learns of backups made after its own moment, and what somebody
 * removed by hand counts no longer. Only whole backups of this database are taken in.
 */
export async function followFolder(database: string, at: Instant): Promise<void> {
  const there = await backupNames(database)
  const rows = await rawSql()<{ name: string; status: string }[]>`SELECT name, status FROM backups WHERE status <> 'removed'`
  const known = new Set(rows.map(({ name }) => name))
  const vanished = rows.filter(({ name, status }) => ['good', 'unproved'].includes(status) && !there.includes(name))
  await noteRemoved(
    vanished.map(({ name }) => name),
    at,
  )
  for (const name of there.filter((found) => !known.has(found))) await takeIn(name, at)
}

/** One that cannot be read is left to `mr backup verify`, which says why. */
async function takeIn(name: string, at: Instant): Promise<void> {
  const folder = backupFolder(name)
  const backup = await openBackup(folder).catch((error) => {
    if (error instanceof BackupFault) return undefined
    throw error
  })
  if (!backup) return
  const id = newId()
  await rawSql()`
    INSERT INTO backups (id, name, reason, taken_at, updated_at)
    VALUES (${id}, ${name}, ${backup.manifest.reason}, ${iso(instant(backup.manifest.takenAt))}, ${iso(at)})
    ON CONFLICT (name) DO UPDATE SET id = excluded.id, status = 'running', removed_at = NULL, finished_at = NULL, proved_at = NULL`
  await noteEnd(id, backup, await readProof(folder), at)
}

/** Backups that are on the disk, newest first, with what the folder alone tells of them. */
export async function storedBackups(): Promise<{ name: string; takenAt: Instant; proof: ProofFacts | undefined }[]> {
  return Promise.all(
    (await backupNames()).map(async (name) => ({ name, takenAt: momentOf(name)!, proof: await readProof(backupFolder(name)) })),
  )
}
