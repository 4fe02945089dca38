import { type Instant, instant, iso } from '#src/core/time'
import type { Connection } from '#src/platform/database-url'
import { openLasting, type LastingSql as Sql } from './lasting'

export type Table = { schema: string; name: string; columns: string[]; pieceOf: string | null }
type Sequence = { schema: string; name: string; last: string }

/** What the database was at one moment. It stays that until `end`. */
export type Snapshot = {
  sql: Sql
  /** Rejects when its connection is gone. */
  lost: Promise<never>
  tables: Table[]
  sequences: Sequence[]
  migrations: { id: string; sha256: string }[]
  installation: string | null
  database: string
  server: { version: string; major: number }
  databaseBytes: number
  /** About how many rows there are, from the statistics. */
  estimatedRows: number
  takenAt: Instant
  end(): Promise<void>
}

/** Backups of one database follow each other. */
const LOCK = 7_061_979
const ATTEMPTS = 5

/** Opens a snapshot of the whole database; undefined while another backup of it is under way. */
export async function openSnapshot(connection: Connection): Promise<Snapshot | undefined> {
  const { sql, lost, end } = await openLasting(connection, 'mr-backup')
  try {
    const [lock] = await sql<{ mine: boolean }[]>`SELECT pg_try_advisory_lock(${LOCK}) AS mine`
    if (lock!.mine) return { sql, lost, tables: await holdTables(sql), ...(await facts(sql)), end }
    await end()
    return undefined
  } catch (error) {
    await end()
    throw error
  }
}

/**
 * Locks against changes of shape first, then looks: a snapshot sees the rows of its moment, but the tables of now. One that was made
 * between the two is a reason to start again.
 */
async function holdTables(sql: Sql): Promise<Table[]> {
  for (let attempt = 1; ; attempt++) {
    const before = await tablesOf(sql)
    await sql`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`
    await sql.unsafe(`LOCK TABLE ${before.map(quoted).join(', ')} IN ACCESS SHARE MODE`)
    const held = await tablesOf(sql)
    if (JSON.stringify(held) === JSON.stringify(before)) return held
    await sql`ROLLBACK`
    if (attempt === ATTEMPTS) throw new Error('the tables keep changing')
  }
}

/** The name of a table for a statement that takes no parameters. */
export const quoted = ({ schema, name }: { schema: string; name: string }): string => `${identifier(schema)}.${identifier(name)}`
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Ours and the queue's. The list of migrations and the queue's own are made by whoever restores. */
export const tablesOf = (sql: Sql): Promise<Table[]> =>
  sql<Table[]>`
    SELECT n.nspname AS schema, c.relname AS name, parent.relname AS "pieceOf",
           (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class parent ON parent.oid = i.inhparent
    WHERE c.relkind = 'r' AND n.nspname IN ('public', 'graphile_worker')
      AND (n.nspname, c.relname) NOT IN (('public', 'schema_migrations'), ('graphile_worker', 'migrations'))
    ORDER BY 1, 2`

async function facts(sql: Sql) {
  const [row] = await sql<
    { database: string; version: string; major: number; bytes: bigint; rows: bigint; installation: string | null; at: Instant }[]
  >`
    SELECT current_database() AS database, current_setting('server_version') AS version, transaction_timestamp() AS at,
           current_setting('server_version_num')::int / 10000 AS major, pg_database_size(current_database()) AS bytes,
           (SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class c
            WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'graphile_worker'::regnamespace)) AS rows,
           (SELECT encode(hash, 'hex') FROM audit_logs ORDER BY seq LIMIT 1) AS installation`
  const { database, version, major, bytes, rows, installation, at } = row!
  return {
    database,
    installation,
    server: { version, major },
    databaseBytes: Number(bytes),
    estimatedRows: Number(rows),
    takenAt: instant(at),
    migrations: [...(await sql<{ id: string; sha256: string }[]>`SELECT id, sha256 FROM schema_migrations ORDER BY id`)],
    sequences: [...(await sequencesOf(sql))],
  }
}

const sequencesOf = (sql: Sql): Promise<Sequence[]> =>
  sql<Sequence[]>`
    SELECT schemaname AS schema, sequencename AS name, last_value::text AS last FROM pg_sequences
    WHERE schemaname IN ('public', 'graphile_worker') AND last_value IS NOT NULL ORDER BY 1, 2`

/** A moment as it stands in the name of a backup: 20261121T180000Z. */
export const stamp = (at: Instant): string => iso(at).replace(/[-:]|\.\d+/g, '')
