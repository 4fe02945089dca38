import { config } from '#src/platform/config'
import { rawSql } from '#src/platform/database'
import type { Connection } from '#src/platform/database-url'
import { BackupFault } from './faults'
import { paperBytes } from './papers'
import { freeBytes } from './place'
import { dataDirectory } from './scratch'
import type { Snapshot } from './snapshot'

/** Beside what is counted: manifests, logs, a wrong guess. */
const RESERVE_BYTES = 32 * 1_048_576
/** Rows as text, compressed, take a sixth to a quarter of their tables; without an earlier backup to go by, half is safe. */
const SHARE_OF_DATABASE = 0.5
/** An earlier backup tells better; business grows a little in a day. */
const GROWTH = 1.3
/** A copy has the tables without their dead rows, and its journal of changes. */
const SHARE_OF_COPY = 1.5

/** Looks at the disks before anything is written. Throws BackupFault when the backup or its restored copy would not fit. */
export async function requireRoom({ databaseBytes }: Pick<Snapshot, 'databaseBytes'>, connection: Connection): Promise<void> {
  const [last] = await rawSql()<
    { bytes: bigint }[]
  >`SELECT byte_count AS bytes FROM backups WHERE status = 'good' ORDER BY taken_at DESC LIMIT 1`
  const rows = last ? Number(last.bytes) * GROWTH : databaseBytes * SHARE_OF_DATABASE
  const needed = rows + (await paperBytes()) + RESERVE_BYTES
  const free = await freeBytes(config().BACKUP_DIR)
  if (free !== undefined && free < needed)
    throw new BackupFault('disk_low', { folder: config().BACKUP_DIR, free: shownBytes(free), needed: shownBytes(needed) })
  await requireRoomForCopy(databaseBytes, connection)
}

/** The server's disk can be asked only where it is this machine's. */
export async function requireRoomForCopy(databaseBytes: number, connection: Connection): Promise<void> {
  const folder = await dataDirectory(connection).catch(() => undefined)
  if (folder === undefined || !isHere(connection)) return
  const [free, needed] = [await freeBytes(folder), databaseBytes * SHARE_OF_COPY + RESERVE_BYTES]
  if (free !== undefined && free < needed)
    throw new BackupFault('database_disk_low', { free: shownBytes(free), needed: shownBytes(needed) })
}

/** Reached by a socket in a folder: the same machine. */
const isHere = (connection: Connection): boolean =>
  'url' in connection ? decodeURIComponent(new URL(connection.url).hostname).startsWith('/') : true

/** 12.3 MB. */
export function shownBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
