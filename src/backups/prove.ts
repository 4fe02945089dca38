import expected from '#drizzle/expected-schema.json'
import { migrateUp } from '#drizzle/migrate'
import { type Instant, stopwatch } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { openPool } from '#src/platform/database'
import { type Connection, databaseName } from '#src/platform/database-url'
import { faultPoint } from '#src/platform/fault-point'
import { compare, readFingerprint } from '#src/schema-verify/fingerprint'
import { BackupFault, faultOf } from './faults'
import type { LastingSql as Sql } from './lasting'
import { loadBackup, onConnection, requireKnownSchema } from './load'
import { type StoredBackup, totalRows } from './manifest'
import { createScratch, dropScratch } from './scratch'
import { quoted } from './snapshot'

type ProofPhase = 'restoring' | 'proving'
export type Proving = {
  now: Instant
  signal?: AbortSignal | undefined
  told?: ((phase: ProofPhase, done: number, total: number) => void) | undefined
}

export type Proof = { rows: number; journalRows: number; restoreMs: number; auditMs: number }

/**
 * Restores a backup into a database of its own, brings that to this release's schema, compares shape and row counts, recomputes the whole
 * ledger, and drops it again. Throws BackupFault where anything is not as it was.
 */
export async function proveBackup(connection: Connection, backup: StoredBackup, proving: Proving): Promise<Proof> {
  const { copy, ...proof } = await restoreCopy(connection, databaseName(connection), backup, proving)
  await dropScratch(copy)
  return proof
}

/** The same, and the copy stays: it is what a restore puts in place. Nothing stays when something is wrong. */
export async function restoreCopy(
  connection: Connection,
  original: string,
  backup: StoredBackup,
  proving: Proving,
): Promise<Proof & { copy: Connection }> {
  await requireKnownSchema(backup.manifest)
  const copy = await createScratch(connection, original)
  try {
    const rows = totalRows(backup.manifest)
    const elapsed = stopwatch()
    await loadBackup(copy, backup, { signal: proving.signal, onRows: (done) => proving.told?.('restoring', done, rows) })
    await onConnection(copy, (sql) => requireRows(sql, backup))
    faultPoint('backup_restored')
    await migrateUp(copy)
    await requireSchema(copy)
    const restoreMs = Math.round(elapsed())
    proving.signal?.throwIfAborted()
    const journalRows = await auditCopy(copy, backup, proving)
    return { copy, rows, journalRows, restoreMs, auditMs: Math.round(elapsed()) - restoreMs }
  } catch (error) {
    await dropScratch(copy).catch(() => {})
    throw proving.signal?.aborted ? new BackupFault('interrupted') : faultOf(error)
  }
}

async function requireRows(sql: Sql, { manifest }: StoredBackup): Promise<void> {
  for (const table of manifest.tables) {
    const [row] = await sql.unsafe<{ found: bigint }[]>(`SELECT count(*) AS found FROM ${quoted(table)}`)
    if (Number(row!.found) !== table.rows)
      throw new BackupFault('rows_differ', { table: table.name, expected: table.rows, found: Number(row!.found) })
  }
}

/** Against what this release was shipped with: that is what it can run on. */
async function requireSchema(copy: Connection): Promise<void> {
  const actual = await onConnection(copy, (sql) => readFingerprint(sql as never))
  const [first, ...others] = compare(expected, actual)
  if (first) throw new BackupFault('schema_differs', { count: others.length + 1, first: `${first.kind} ${first.object}` })
}

/** The whole ledger of the copy, held against where the original's chains stood at its last proof. Gives the rows that it has seen. */
async function auditCopy(copy: Connection, { manifest }: StoredBackup, { now, signal, told }: Proving): Promise<number> {
  const journal = manifest.tables.find(({ name }) => name === 'transaction_records')?.rows ?? 0
  // Two connections: chains are walked while the database compares.
  const database = openPool(copy, { max: 2, name: 'mr-backup-audit', asApplication: false })
  try {
    const { transactions, drift, findings } = await proveLedger({
      ...{ now, signal, database },
      anchors: manifest.anchors,
      onProgress: (rows) => told?.('proving', rows, journal),
    })
    const [first] = findings
    if (first || drift !== 0n)
      throw new BackupFault('ledger_differs', {
        count: findings.length,
        first: first ? `${first.rule} ${first.row}: ${first.text}` : `${drift} fen`,
      })
    return transactions
  } finally {
    await database.end({ timeout: 5 })
  }
}
