import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { migrateUp, migrationIds } from '#drizzle/migrate'
import type { Connection } from '#src/platform/database-url'
import { firstLine } from './dump'
import { BackupFault } from './faults'
import { openLasting, type LastingSql as Sql } from './lasting'
import type { Manifest, StoredBackup, TableOfBackup } from './manifest'
import { readPart } from './part'
import { libpqEnvironment, requireTool } from './postgres-tools'
import { putAside } from './set-aside'
import { identifier, quoted, tablesOf } from './snapshot'

export type Loading = { signal?: AbortSignal | undefined; onRows?: ((rows: number) => void) | undefined }

/**
 * Brings a backup to life in an empty database: first the schema that it was made with, by its migrations, then its rows. Throws
 * BackupFault when this release cannot read it or something in it is not as it was written.
 */
export async function loadBackup(connection: Connection, backup: StoredBackup, loading: Loading): Promise<void> {
  const { tables, sequences, migrations } = backup.manifest
  await migrateUp(connection, { upTo: migrations.at(-1)!.id })
  await onConnection(connection, async (sql) => {
    await makePieces(sql, tables)
    await requireTables(sql, tables)
    const putBack = await putAside(sql, tables)
    if (backup.manifest.dump) await loadDump(sql, connection, backup, loading)
    else await loadRows(sql, backup, loading)
    for (const { schema, name, last } of sequences)
      await sql`SELECT setval(${`${identifier(schema)}.${identifier(name)}`}::regclass, ${last}::bigint)`
    await putBack()
    await sql.unsafe('ANALYZE')
  })
}

/** The schema of a backup has to be one that this release can make. Throws BackupFault. */
export async function requireKnownSchema({ migrations, release }: Manifest): Promise<void> {
  const known = new Map(migrationIds().map(({ id, path }) => [id, path]))
  for (const { id, sha256 } of migrations) {
    const path = known.get(id)
    if (path === undefined)
      throw new BackupFault(id > [...known.keys()].at(-1)! ? 'migration_newer' : 'migration_foreign', { migration: id, release })
    const digest = new Bun.CryptoHasher('sha256').update(await Bun.file(path).text()).digest('hex')
    if (digest !== sha256) throw new BackupFault('migration_foreign', { migration: id })
  }
}

/** Runs `work` on one connection on which nothing times out. Throws BackupFault when that is lost. */
export async function onConnection<T>(connection: Connection, work: (sql: Sql) => Promise<T>): Promise<T> {
  const { sql, lost, end } = await openLasting(connection, 'mr-restore')
  try {
    // A crash loses the copy, which is then made again: no COMMIT has to wait for the disk.
    await sql`SELECT set_config('synchronous_commit', 'off', false), set_config('maintenance_work_mem', '256MB', false)`
    return await Promise.race([work(sql), lost])
  } finally {
    await end()
  }
}

async function loadRows(sql: Sql, backup: StoredBackup, { signal, onRows }: Loading): Promise<void> {
  let rows = 0
  for (const table of backup.manifest.tables) {
    signal?.throwIfAborted()
    await loadTable(sql, backup, table, signal)
    rows += table.rows
    onRows?.(rows)
  }
}

/** Monthly pieces come and go with time, not with migrations. */
async function makePieces(sql: Sql, tables: TableOfBackup[]): Promise<void> {
  for (const { pieceOf, name } of tables) {
    const [, year, month] = /_y(\d{4})m(\d\d)$/.exec(name) ?? []
    if (pieceOf === 'api_key_usage_logs' && year) await sql`SELECT make_request_log_partition(${`${year}-${month}-01`}::date)`
  }
}

async function requireTables(sql: Sql, tables: TableOfBackup[]): Promise<void> {
  const known = new Map((await tablesOf(sql)).map((table) => [quoted(table), table]))
  for (const table of tables) {
    const found = known.get(quoted(table))
    if (!found || table.columns.some((column) => !found.columns.includes(column)))
      throw new BackupFault('table_unknown', { table: `${table.schema}.${table.name}` })
  }
}

/** Emptied first, since migrations leave rows of their own. Rows that are written frozen need no vacuum afterwards. */
async function loadTable(sql: Sql, { folder, manifest, keys }: StoredBackup, table: TableOfBackup, signal?: AbortSignal): Promise<void> {
  await sql`BEGIN`
  await sql.unsafe(`TRUNCATE ${quoted(table)}`)
  const columns = table.columns.map(identifier).join(', ')
  const stream = await sql.unsafe(`COPY ${quoted(table)} (${columns}) FROM STDIN (FREEZE)`).writable()
  const ended = finished(stream)
  ended.catch(() => {})
  try {
    for await (const bytes of readPart({ folder, backup: manifest.name, keys }, table.part!)) {
      signal?.throwIfAborted()
      if (!stream.write(bytes)) await Promise.race([once(stream, 'drain'), ended])
    }
    stream.end()
    await ended
  } catch (error) {
    stream.destroy()
    throw error
  }
  await sql`COMMIT`
}

/**
 * Rows alone: PostgreSQL words a constraint anew when it reads it from a dump, and the copy would no longer be what was shipped. The tool
 * reads from us, since what is on the disk may be encrypted. All of it or nothing.
 */
async function loadDump(
  sql: Sql,
  connection: Connection,
  { folder, manifest, keys }: StoredBackup,
  { signal, onRows }: Loading,
): Promise<void> {
  const [major] = manifest.server.split('.')
  const tool = await requireTool('pg_restore', Number(major))
  await sql.unsafe(`TRUNCATE ${manifest.tables.map(quoted).join(', ')}`)
  const { PGDATABASE, ...environment } = libpqEnvironment(connection)
  const words = ['--data-only', '--no-owner', '--no-password', '--exit-on-error', '--single-transaction', `--dbname=${PGDATABASE}`]
  const child = Bun.spawn([tool, ...words], { env: environment, stdio: ['pipe', 'ignore', 'pipe'], ...(signal && { signal }) })
  const complaint = new Response(child.stderr).text()
  try {
    for await (const bytes of readPart({ folder, backup: manifest.name, keys }, manifest.dump!)) {
      child.stdin.write(bytes)
      await child.stdin.flush()
    }
    await child.stdin.end()
  } catch (error) {
    child.kill()
    if (error instanceof BackupFault) throw error
  }
  if ((await child.exited) !== 0) throw new BackupFault('tool_failed', { tool: 'pg_restore', words: firstLine(await complaint) })
  onRows?.(manifest.tables.reduce((sum, { rows }) => sum + rows, 0))
}
