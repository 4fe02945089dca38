import { createHash } from 'node:crypto'
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Where a database is: what `postgres(…)` needs to open it. */
export type Connection = { url: string } | { host: string; port: number; username: string; database: string }

/** The owner of the embedded cluster and the database in it. */
export const EMBEDDED_USER = 'app'
export const EMBEDDED_DATABASE = 'mr_game_ops'

/** Part of the socket's file name only: the embedded server listens on no network port. */
const SOCKET_PORT = 5432
/** A socket's path may have 104 bytes on macOS, 108 on Linux, both with the closing NUL; Chinese letters take three each. */
const LONGEST_SOCKET_PATH_BYTES = 103

/** The database of this configuration: `DATABASE_URL`, else the embedded one in `DATA_DIR`. Opens nothing. */
export function databaseConnection({ DATABASE_URL, DATA_DIR }: { DATABASE_URL?: string | undefined; DATA_DIR: string }): Connection {
  if (DATABASE_URL) return { url: DATABASE_URL }
  return { host: socketDirectory(DATA_DIR), port: SOCKET_PORT, username: EMBEDDED_USER, database: EMBEDDED_DATABASE }
}

/** The folder of PostgreSQL's own files in a data directory. */
export const clusterFolder = (dataDir: string): string => join(realPath(dataDir), 'pg')

/**
 * The folder of the embedded server's socket: inside the data directory, or under /tmp with a name made from its path where the
 * path would be too long. Every process finds the same one, whichever symlink it came by.
 */
export function socketDirectory(dataDir: string): string {
  const inside = join(clusterFolder(dataDir), 'sock')
  if (Buffer.byteLength(join(inside, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_SOCKET_PATH_BYTES) return inside
  return `/tmp/mr-game-ops-${createHash('sha256').update(inside).digest('hex').slice(0, 16)}`
}

/** The path without symlinks; of a folder still to be made, that of its nearest existing parent. */
function realPath(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  return join(realPath(dirname(absolute)), basename(absolute))
}

/** The same place as one URL, for a driver that takes nothing else. The folder of a socket stands in the query. */
export function connectionUrl(connection: Connection): string {
  if (!('url' in connection)) {
    const { host, port, username, database } = connection
    return `postgres://${username}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
  }
  const url = new URL(connection.url)
  const folder = decodeURIComponent(url.hostname)
  if (!folder.startsWith('/')) return connection.url
  const user = url.username ? `${url.username}${url.password ? `:${url.password}` : ''}@` : ''
  url.searchParams.set('host', folder)
  if (url.port) url.searchParams.set('port', url.port)
  return `${url.protocol}//${user}${url.pathname}?${url.searchParams}`
}

/** The same server, another database. */
export function atDatabase(connection: Connection, database: string): Connection {
  if (!('url' in connection)) return { ...connection, database }
  const url = new URL(connection.url)
  url.pathname = `/${encodeURIComponent(database)}`
  return { url: url.toString() }
}

/** The name of the database that a connection leads to. */
export const databaseName = (connection: Connection): string =>
  'url' in connection ? decodeURIComponent(new URL(connection.url).pathname.slice(1)) : connection.database

/** A connection as DATABASE_URL would say it, for a process of our own. The folder of a socket stands where a host would. */
export function addressOf(connection: Connection): string {
  if ('url' in connection) return connection.url
  const { host, port, username, database } = connection
  return `postgres://${username}@${encodeURIComponent(host)}:${port}/${encodeURIComponent(database)}`
}
