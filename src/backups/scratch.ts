import { randomBytes } from 'node:crypto'
import type { Sql } from 'postgres'
import { openPool } from '#src/platform/database'
import { atDatabase, type Connection, databaseName } from '#src/platform/database-url'
import { BackupFault } from './faults'
import { identifier } from './snapshot'

type Server = Sql<{ bigint: bigint; json: unknown }>

/** Databases are made, renamed and dropped from another one, which every server has. */
const ELSEWHERE = 'postgres'

/** Runs `work` on the server of `connection`, in none of our databases. */
export async function onServer<T>(connection: Connection, work: (sql: Server) => Promise<T>): Promise<T> {
  const pool = openPool(atDatabase(connection, ELSEWHERE), { max: 1, name: 'mr-backup-server', asApplication: false })
  try {
    return await work(pool)
  } finally {
    await pool.end({ timeout: 5 })
  }
}

const SCRATCH = '_scratch_'
const scratchPrefix = (database: string): string => `${database.slice(0, 40)}${SCRATCH}`

/** An empty database with the encoding and the sorting of the original. Throws BackupFault when our user may make none. */
export async function createScratch(connection: Connection, original: string): Promise<Connection> {
  const name = `${scratchPrefix(original)}${randomBytes(4).toString('hex')}`
  await onServer(connection, async (sql) => {
    const statement = `CREATE DATABASE ${identifier(name)} TEMPLATE template0 ${await likeOriginal(sql, original)}`
    await sql.unsafe(statement).catch((error: { code?: string }) => {
      if (error.code !== '42501') throw error
      throw new BackupFault('may_not_create', { user: userOf(connection) })
    })
  })
  return atDatabase(connection, name)
}

const userOf = (connection: Connection): string =>
  'url' in connection ? decodeURIComponent(new URL(connection.url).username) : connection.username

type Kind = { encoding: string; datcollate: string; datctype: string; datlocprovider: string; datlocale?: string; daticulocale?: string }

/** As text, since the column of the locale has another name from version 17 on. Without the original: as the server does by itself. */
async function likeOriginal(sql: Server, original: string): Promise<string> {
  const [row] = await sql<{ kind: Kind }[]>`
    SELECT to_jsonb(d) || jsonb_build_object('encoding', pg_encoding_to_char(d.encoding)) AS kind FROM pg_database d WHERE datname = ${original}`
  if (!row) return ''
  const { encoding, datcollate, datctype, datlocprovider, datlocale, daticulocale } = row.kind
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const locale = datlocale ?? daticulocale
  const provider =
    datlocprovider === 'i'
      ? ` LOCALE_PROVIDER icu ICU_LOCALE ${text(locale!)}`
      : datlocprovider === 'b'
        ? ` LOCALE_PROVIDER builtin BUILTIN_LOCALE ${text(locale!)}`
        : ''
  return `ENCODING ${text(encoding)} LC_COLLATE ${text(datcollate)} LC_CTYPE ${text(datctype)}${provider}`
}

/** Drops a copy, whoever looks into it. */
export const dropScratch = (connection: Connection): Promise<void> =>
  onServer(connection, async (sql) => {
    await sql.unsafe(`DROP DATABASE IF EXISTS ${identifier(databaseName(connection))} WITH (FORCE)`)
  })

/** Drops copies whose makers have died: nobody is connected to them. Call it while no backup of this database is under way. */
export const dropLeftScratch = (connection: Connection, original: string): Promise<number> =>
  onServer(connection, async (sql) => {
    const left = await sql<{ name: string }[]>`
      SELECT datname AS name FROM pg_database d WHERE starts_with(datname, ${scratchPrefix(original)})
        AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)`
    for (const { name } of left) await sql.unsafe(`DROP DATABASE IF EXISTS ${identifier(name)}`)
    return left.length
  })

/** Where the server keeps its files, if our user is told; whether that is on this machine is another question. */
export const dataDirectory = (connection: Connection): Promise<string | undefined> =>
  onServer(connection, async (sql) => {
    const [row] = await sql<{ folder: string | null }[]>`
      SELECT CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE') THEN current_setting('data_directory') END AS folder`
    return row?.folder ?? undefined
  })
