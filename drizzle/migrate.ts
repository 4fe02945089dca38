import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Logger, runMigrations } from 'graphile-worker'
import type { Sql } from 'postgres'
import { openPool } from '#src/platform/database'
import { type Connection, connectionUrl } from '#src/platform/database-url'
import { givingWay } from './give-way'
import { neededBy, refuseBreaking } from './needs'

const UP = join(import.meta.dir, 'migrations')
const DOWN = join(import.meta.dir, 'down')
/** One runner at a time per database; the second waits and finds nothing left to do. */
const LOCK = 7_061_976
/** The queue's own migrations wait for a lock no longer than ours do. */
const QUEUE_LOCK_TIMEOUT = '-c lock_timeout=500'
/** What goes wrong is thrown; the queue's own remarks help nobody here. */
const SILENT = new Logger(() => () => {})

type Migration = { id: string; path: string }
type Log = (line: string) => void

/** The migrations of this release in order. The id is the file name without its ending. */
export function migrationIds(): Migration[] {
  return readdirSync(UP)
    .filter((name) => /^\d{4}_\w+\.sql$/.test(name))
    .sort()
    .map((name) => ({ id: name.slice(0, -4), path: join(UP, name) }))
}

/**
 * Brings the schema to the head of this release, or to the migration `upTo` of an older one; returns the ids applied. Throws when a file
 * changed after it was applied.
 */
export async function migrateUp(connection: Connection, options: { log?: Log; upTo?: string } = {}): Promise<string[]> {
  return locked(connection, async (sql) => {
    const applied = await appliedMigrations(sql)
    const done: string[] = []
    for (const { id, path } of migrationIds().filter((migration) => migration.id <= (options.upTo ?? migration.id))) {
      const text = await Bun.file(path).text()
      const digest = new Bun.CryptoHasher('sha256').update(text).digest('hex')
      const before = applied.get(id)
      if (before !== undefined && before !== digest) throw new Error(`migration ${id} was changed after it had been applied`)
      if (before !== undefined) continue
      const needs = neededBy(text)
      if (needs) await refuseBreaking(sql, id, needs)
      await givingWay(connection, sql, async (tx) => {
        await tx.unsafe(text)
        await tx`INSERT INTO schema_migrations (id, sha256) VALUES (${id}, ${digest})`
        if (needs) await tx`UPDATE schema_migrations SET needs = ${needs} WHERE id = ${id}`
      })
      options.log?.(`migrated ${id}`)
      done.push(id)
    }
    // The queue of deliveries brings its own schema (0013); where it is up to date this is one question.
    await runMigrations({ connectionString: queueUrl(connection), maxPoolSize: 1, logger: SILENT })
    return done
  })
}

/** Takes back the last `steps` migrations; returns their ids, newest first. */
export async function migrateDown(connection: Connection, steps = 1, options: { log?: Log } = {}): Promise<string[]> {
  return locked(connection, async (sql) => {
    const last = [...(await appliedMigrations(sql)).keys()].sort().reverse().slice(0, steps)
    for (const id of last) {
      const text = await Bun.file(join(DOWN, `${id}.sql`)).text()
      await givingWay(connection, sql, async (tx) => {
        await tx.unsafe(text)
        await tx`DELETE FROM schema_migrations WHERE id = ${id}`
      })
      options.log?.(`took back ${id}`)
    }
    return last
  })
}

/** Each migration of this release with whether the database has it. */
export async function migrationStatus(connection: Connection): Promise<{ id: string; applied: boolean }[]> {
  return locked(connection, async (sql) => {
    const applied = await appliedMigrations(sql)
    return migrationIds().map(({ id }) => ({ id, applied: applied.has(id) }))
  })
}

async function locked<T>(connection: Connection, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = openPool(connection, { max: 1, name: 'mr-migrate', asApplication: false }) as unknown as Sql
  try {
    await sql`SELECT set_config('lock_timeout', '0', false), set_config('statement_timeout', '0', false)`
    await sql`SELECT pg_advisory_lock(${LOCK})`
    await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
      id text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`
    return await work(sql)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function appliedMigrations(sql: Sql): Promise<Map<string, string>> {
  const rows = await sql<{ id: string; sha256: string }[]>`SELECT id, sha256 FROM schema_migrations ORDER BY id`
  return new Map(rows.map((row) => [row.id, row.sha256]))
}

function queueUrl(connection: Connection): string {
  const url = connectionUrl(connection)
  return `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent(QUEUE_LOCK_TIMEOUT)}`
}
