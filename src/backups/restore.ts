import { migrationIds } from '#drizzle/migrate'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import { addDays, businessDay, type Instant, now, startOfMonth } from '#src/core/time'
import { writeAnchors } from '#src/ledger/anchor'
import { builder, closeDatabase, openDatabase, openPool } from '#src/platform/database'
import { atDatabase, type Connection, databaseName } from '#src/platform/database-url'
import { faultPoint } from '#src/platform/fault-point'
import { BackupFault } from './faults'
import { requireKnownSchema } from './load'
import { requireWhole, type StoredBackup, totalBytes, totalRows } from './manifest'
import { type RestoredPapers, restorePapers } from './papers'
import { type Proof, type Proving, restoreCopy } from './prove'
import { followFolder, noteRestore } from './records'
import { requireRoomForCopy } from './room'
import { dropScratch, onServer } from './scratch'
import { identifier, stamp } from './snapshot'

type Target = {
  database: string
  exists: boolean
  /** Programs that are connected now. */
  connected: string[]
  /** What stands there: nothing, the same installation, or another one. */
  holds: 'nothing' | 'same' | 'other'
}

/** What a restore would do; nothing has happened yet. */
export type RestorePlan = { backup: StoredBackup; target: Target; rows: number; bytes: number; behind: string[] }

/** Looks at everything that a restore needs: the files, the schema, the place. Changes nothing. Throws BackupFault. */
export async function planRestore(connection: Connection, backup: StoredBackup, into: string): Promise<RestorePlan> {
  await requireWhole(backup)
  await requireKnownSchema(backup.manifest)
  await requireRoomForCopy(backup.manifest.databaseBytes, connection)
  const head = backup.manifest.migrations.at(-1)!.id
  return {
    backup,
    target: await lookAt(connection, into, backup),
    rows: totalRows(backup.manifest),
    bytes: totalBytes(backup.manifest),
    behind: migrationIds().flatMap(({ id }) => (id > head ? [id] : [])),
  }
}

async function lookAt(connection: Connection, database: string, { manifest }: StoredBackup): Promise<Target> {
  const found = await onServer(connection, async (sql) => ({
    exists: (await sql`SELECT FROM pg_database WHERE datname = ${database}`).length > 0,
    connected: (
      await sql<{ name: string }[]>`
        SELECT coalesce(nullif(application_name, ''), 'unknown') AS name FROM pg_stat_activity
        WHERE datname = ${database} AND backend_type = 'client backend' ORDER BY 1`
    ).map(({ name }) => name),
  }))
  return { database, ...found, holds: found.exists ? await whose(atDatabase(connection, database), manifest.installation) : 'nothing' }
}

/** Two copies of one installation have the same first row of the audit log. */
async function whose(connection: Connection, installation: string | null): Promise<Target['holds']> {
  const pool = openPool(connection, { max: 1, name: 'mr-restore-look', asApplication: false })
  try {
    const [there] = await pool<{ is: boolean }[]>`SELECT to_regclass('public.audit_logs') IS NOT NULL AS is`
    if (!there!.is) {
      const [any] = await pool<{ is: boolean }[]>`SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace) AS is`
      return any!.is ? 'other' : 'nothing'
    }
    const [first] = await pool<{ hash: string }[]>`SELECT encode(hash, 'hex') AS hash FROM audit_logs ORDER BY seq LIMIT 1`
    if (!first) return 'nothing'
    return first.hash === installation ? 'same' : 'other'
  } finally {
    await pool.end({ timeout: 5 })
  }
}

export type RestoreConsent = {
  /** The target's name again, typed by whoever restores. */
  confirmed: string | undefined
  /** End the connections of a target that is in use. */
  disconnects: boolean
  /** Replace the data of another installation. */
  foreign: boolean
}

/** Whether a plan may be carried out. Throws BackupFault with what is still missing. */
export function requireConsent({ target }: RestorePlan, { confirmed, disconnects, foreign }: RestoreConsent): void {
  const { database, exists, connected, holds } = target
  if (exists && confirmed !== database) throw new BackupFault('target_unconfirmed', { database })
  if (holds === 'other' && !foreign) throw new BackupFault('other_installation', { database })
  if (connected.length > 0 && !disconnects)
    throw new BackupFault('target_live', { database, count: connected.length, who: [...new Set(connected)].join(', ') })
}

export type Restored = Proof & { papers: RestoredPapers; formerDatabase: string | null }

/**
 * Puts a backup in the place of its target: restored and audited beside it first, then swapped by name, in one transaction. Until that
 * moment the target is untouched, and afterwards it stays under another name. Then papers that are missing are brought back. Throws
 * BackupFault; the target is then as it was.
 */
export async function carryOut(
  connection: Connection,
  { backup, target }: RestorePlan,
  disconnects: boolean,
  proving: Proving,
): Promise<Restored> {
  const { copy, ...proof } = await restoreCopy(connection, target.database, backup, proving)
  try {
    await makeReady(copy, backup, proving.now)
    faultPoint('restore_before_swap')
    const formerDatabase = await swap(connection, databaseName(copy), target, disconnects, proving.now)
    const isOurs = target.database === databaseName(connection)
    const papers = isOurs ? await restorePapers(backup) : NO_PAPERS
    await settle(atDatabase(connection, target.database), backup, proof, proving.now)
    return { ...proof, papers, formerDatabase }
  } catch (error) {
    await dropScratch(copy).catch(() => {})
    throw error
  }
}

/** Beside another database than that of the configuration they would be nobody's. */
const NO_PAPERS: RestoredPapers = { written: 0, there: 0, different: [] }

/** What was under way when the backup was made is nobody's now; months that have come since need their pieces; the audit log tells of it. */
async function makeReady(copy: Connection, { manifest }: StoredBackup, at: Instant): Promise<void> {
  const pool = openPool(copy, { max: 1, name: 'mr-restore', asApplication: false })
  try {
    await pool.begin(async (sql) => {
      await sql`UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL WHERE locked_at IS NOT NULL`
      await sql`UPDATE graphile_worker._private_job_queues SET locked_at = NULL, locked_by = NULL WHERE locked_at IS NOT NULL`
      for (let month = startOfMonth(at), ahead = 0; ahead < MONTHS_AHEAD; ahead++, month = startOfMonth(addDays(month, 32)))
        await sql`SELECT make_request_log_partition(${businessDay(month)}::date)`
      const details = { name: manifest.name, taken_at: manifest.takenAt }
      await record(
        { sql, db: builder(sql) },
        { actor: SYSTEM, origin: null, operation: 'backup_restore', target: { kind: 'backup', id: manifest.name }, details },
        at,
      )
    })
  } finally {
    await pool.end({ timeout: 5 })
  }
}

/** This month and the next; the job `partitions` makes the others. */
const MONTHS_AHEAD = 2

/**
 * Both names change in one COMMIT: there is no moment without a database, and whoever dies on the way leaves it as it was. Whoever
 * connects meanwhile waits for the lock of the renaming. Gives the former one's new name.
 */
async function swap(
  connection: Connection,
  copy: string,
  { database, exists }: Target,
  disconnects: boolean,
  at: Instant,
): Promise<string | null> {
  const former = exists ? `${database.slice(0, 40)}_before_${stamp(at).toLowerCase()}` : null
  const rename = (from: string, to: string) => `ALTER DATABASE ${identifier(from)} RENAME TO ${identifier(to)}`
  const renaming = onServer(connection, (sql) =>
    sql.begin(async (tx) => {
      if (former) await tx.unsafe(rename(database, former))
      await tx.unsafe(rename(copy, database))
    }),
  )
  const ending = former && disconnects ? endConnections(connection, database, renaming) : undefined
  try {
    await renaming
    return former
  } catch (error) {
    if ((error as { code?: string }).code !== IN_USE) throw error
    throw new BackupFault('target_live', { database, count: 1, who: '–' })
  } finally {
    await ending
  }
}

const IN_USE = '55006'
const LOOK_MS = 50

/** Ends whoever is connected, again and again until the renaming is through: it waits five seconds for them. */
async function endConnections(connection: Connection, database: string, renaming: Promise<unknown>): Promise<void> {
  let through = false
  const noted = renaming
    .catch(() => {})
    .then(() => {
      through = true
    })
  await onServer(connection, async (sql) => {
    while (!through) {
      await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${database}`
      await Promise.race([noted, Bun.sleep(LOOK_MS)])
    }
  })
}

/** The restored database learns which backups there are; the ledger's anchors go back to where its chains stand now. */
async function settle(connection: Connection, { manifest }: StoredBackup, proof: Proof, startedAt: Instant): Promise<void> {
  await closeDatabase()
  openDatabase(connection, { max: 4, name: 'mr-restore', asApplication: false })
  await writeAnchors(manifest.anchors)
  await followFolder(manifest.database, now())
  await noteRestore({ backupName: manifest.name, purpose: 'restore', startedAt, proof }, now())
}
