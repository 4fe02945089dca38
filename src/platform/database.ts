import { PgDatabase, PgDialect } from 'drizzle-orm/pg-core'
import { type PostgresJsQueryResultHKT, PostgresJsSession } from 'drizzle-orm/postgres-js'
import postgres, { type ISql, type Sql, type TransactionSql } from 'postgres'
import type { Connection } from './database-url'

/** Integers of PostgreSQL's 8-byte kind arrive as bigint and JSON is sent as it stands: money never passes through a float. */
const TYPES = {
  bigint: postgres.BigInt,
  json: {
    to: 3802,
    from: [114, 3802],
    serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
    parse: (text: string) => JSON.parse(text),
  },
}
type Types = { bigint: bigint; json: unknown }
export type Builder = PgDatabase<PostgresJsQueryResultHKT, Record<string, never>>

/** Anything that runs set-wise statements: a transaction or the pool. */
export type Querying = { readonly sql: ISql<Types> }

/** One open transaction: `db` builds typed queries, `sql` is for set-wise statements. Writers ask for it, edges open it. */
export type Transaction = { readonly sql: TransactionSql<Types>; readonly db: Builder }

const dialect = new PgDialect({ casing: 'snake_case' })

/** drizzle leaves its statements unprepared, which costs a second round trip each; prepared they cost one. */
export function builder(client: Sql<Types> | TransactionSql<Types>): Builder {
  const prepared = { unsafe: (query: string, parameters: never[]) => client.unsafe(query, parameters, { prepare: true }) }
  return new PgDatabase(dialect, new PostgresJsSession(prepared as unknown as Sql, dialect, undefined), undefined)
}

export type PoolOptions = {
  /** Connections at most. Fewer are faster on a small machine: the queue belongs in the process. */
  max: number
  /** Shown in pg_stat_activity. */
  name: string
  /** The restricted role of web and workers; migrations and the command line go without. */
  asApplication: boolean
}

/** What a pool tells of its connections; the driver takes both, its types name one. */
type PoolEvents = { onnotify?: () => void; onclose?: () => void }

/** A pool of connections. Locks wait at most 5 s and no transaction may idle for 30 s; nothing here ever cancels a query. */
export function openPool(connection: Connection, { max, name, asApplication }: PoolOptions, events: PoolEvents = {}): Sql<Types> {
  const options = {
    ...events,
    max,
    types: TYPES,
    idle_timeout: 0,
    connect_timeout: 5,
    onnotice: () => {},
    connection: {
      application_name: name,
      TimeZone: 'UTC',
      lock_timeout: 5_000,
      idle_in_transaction_session_timeout: 30_000,
      ...(asApplication ? { role: 'mr_app' } : {}),
    },
  } as const
  return 'url' in connection
    ? postgres(connection.url, { ...options, ...socketOf(connection.url) })
    : postgres({ ...options, ...connection })
}

/** A URL may have the folder of a socket where a host would stand (`postgres://app@%2Frun%2Fpostgresql/games`); the driver must be told. */
function socketOf(url: string): { host?: string } {
  const host = decodeURIComponent(new URL(url).hostname)
  return host.startsWith('/') ? { host } : {}
}

let pool: Sql<Types> | undefined
let reader: Builder | undefined
let opened: Connection | undefined

/** Opens this process's pool; call once at the start. */
export function openDatabase(connection: Connection, options: PoolOptions): void {
  opened = connection
  pool = openPool(connection, options)
  poolSize = options.max
  reader = builder(pool)
}

/** Where this process's database is, for work that needs a connection of its own. */
export function openedConnection(): Connection {
  if (!opened) throw new Error('the database is not open')
  return opened
}

/** A lost listener is tried again this often. */
const LISTEN_AGAIN_MS = 1_000

/**
 * Calls `told` whenever something is notified on the channel, on a connection of its own, until the returned function is called; also
 * after the connection was lost and made anew, since what was told meanwhile nobody heard.
 */
export function hear(channel: string, told: () => void): () => Promise<void> {
  let again: ReturnType<typeof setTimeout> | undefined
  let ended = false
  const later = () => {
    clearTimeout(again)
    if (!ended) again = setTimeout(listen, LISTEN_AGAIN_MS)
  }
  const ear = openPool(openedConnection(), { max: 1, name: 'mr-listener', asApplication: true }, { onnotify: told, onclose: later })
  const listen = () => ear.unsafe(`LISTEN ${channel}`).then(told, later)
  void listen()
  return async () => {
    ended = true
    clearTimeout(again)
    await ear.end({ timeout: 1 })
  }
}

export async function closeDatabase(): Promise<void> {
  const closing = pool
  pool = reader = opened = undefined
  await closing?.end({ timeout: 5 })
}

/** Set-wise reads outside a transaction. */
export function rawSql(): Sql<Types> {
  if (!pool) throw new Error('the database is not open')
  return pool
}

/** Typed reads outside a transaction. */
export function read(): Builder {
  if (!reader) throw new Error('the database is not open')
  return reader
}

let openTransactions = 0
let poolSize = 0

/** How busy the pool is with transactions: those that run, free places, those that wait for one. */
export function poolUse(): { active: number; idle: number; waiting: number } {
  const active = Math.min(openTransactions, poolSize)
  return { active, idle: poolSize - active, waiting: openTransactions - active }
}

/** Deadlock, serialization failure, lock time-out: PostgreSQL rolled back, the same work may run again. */
export const LOCK_NOT_AVAILABLE = '55P03'
const RETRYABLE = new Set(['40P01', '40001', LOCK_NOT_AVAILABLE])
const ATTEMPTS = 3

/**
 * Runs `work` in one transaction and returns its result after COMMIT. Repeats it up to 3 times when PostgreSQL asks for that, so
 * `work` must change nothing but the database. Whoever has another way than to wait for a lock says so: then a lock's time-out is thrown
 * at once. Throws what `work` throws.
 */
export async function transaction<T>(work: (tx: Transaction) => Promise<T>, { waitsForLocks = true } = {}): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    openTransactions++
    try {
      return (await rawSql().begin((sql) => work({ sql, db: builder(sql) }))) as T
    } catch (error) {
      const code = errorCode(error) ?? ''
      if (attempt === ATTEMPTS || !RETRYABLE.has(code) || (code === LOCK_NOT_AVAILABLE && !waitsForLocks)) throw error
      await Bun.sleep(5 * attempt * (1 + Math.random()))
    } finally {
      openTransactions--
    }
  }
}

/** The SQLSTATE or driver code of a database error. */
export function errorCode(error: unknown): string | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? undefined : errorCode(cause)
}

/** The name of the constraint that refused a statement. */
export function violatedConstraint(error: unknown): string | undefined {
  const { constraint_name, cause } = (error ?? {}) as { constraint_name?: string; cause?: unknown }
  return constraint_name ?? (cause === undefined ? undefined : violatedConstraint(cause))
}

const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
])

/** Read-only after a switch, an idle transaction ended, no database of this name or none that lets anybody in: one is being put in its place. */
const AWAY = new Set(['25006', '25P03', '3D000', '55000'])

/** True when the database could not be reached or is ending: the client is told to come back (503), not that we failed (500). */
export function isDatabaseLost(error: unknown): boolean {
  const code = errorCode(error)
  if (code === undefined) return false
  return LOST.has(code) || RETRYABLE.has(code) || /^(08|53|57P0)/.test(code) || AWAY.has(code)
}
