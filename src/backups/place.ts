import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { addSeconds, type Instant, instant } from '#src/core/time'
import { config } from '#src/platform/config'
import { BackupFault } from './faults'
import { stamp } from './snapshot'

/** Written under this ending and renamed when whole: a folder without it is complete. */
const UNFINISHED = '.part'
const NAME = /^[a-zA-Z0-9_]{1,40}-\d{8}T\d{6}Z-[0-9a-f]{6}$/

/** What a database's backups are called before the dash. */
const prefixOf = (database: string): string => `${database.replace(/[^a-zA-Z0-9_]/g, '_').slice(0, 40)}-`

/** A name that no other backup has: whose, of which moment. */
export const newName = (database: string, takenAt: Instant): string =>
  `${prefixOf(database)}${stamp(takenAt)}-${randomBytes(3).toString('hex')}`

/** The moment in a name, for what is known of a backup by its name alone. */
export function momentOf(name: string): Instant | undefined {
  const found = /-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(name)
  return found ? instant(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}Z`) : undefined
}

export const isBackupName = (name: string): boolean => NAME.test(name)
export const backupFolder = (name: string): string => join(config().BACKUP_DIR, name)
export const unfinishedFolder = (name: string): string => `${backupFolder(name)}${UNFINISHED}`

/** The folder of a backup, by its name or by its path. Throws BackupFault when it is not there. */
export async function findBackup(nameOrPath: string): Promise<string> {
  const folder = isBackupName(nameOrPath) ? backupFolder(nameOrPath) : nameOrPath.replace(/\/+$/, '')
  const facts = await stat(folder).catch(() => undefined)
  if (!facts) throw new BackupFault('not_found', { name: nameOrPath })
  if (!facts.isDirectory()) throw new BackupFault('not_a_backup', { folder })
  return folder
}

/** Names of the whole backups in the folder, newest first; those of one database, or of all. */
export async function backupNames(database?: string): Promise<string[]> {
  const entries = await readdir(config().BACKUP_DIR, { withFileTypes: true }).catch(() => [])
  const names = entries.filter((entry) => entry.isDirectory() && NAME.test(entry.name)).map(({ name }) => name)
  const own = database === undefined ? names : names.filter((name) => name.startsWith(prefixOf(database)))
  return own.toSorted((a, b) => momentOf(b)!.getTime() - momentOf(a)!.getTime() || b.localeCompare(a))
}

/** Makes the folder that a backup is written into. Throws BackupFault when the place cannot be used. */
export async function makeUnfinished(name: string): Promise<string> {
  const folder = unfinishedFolder(name)
  try {
    await mkdir(config().BACKUP_DIR, { recursive: true, mode: 0o700 })
    await mkdir(folder, { mode: 0o700 })
    return folder
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw error
    throw new BackupFault('folder', { folder: config().BACKUP_DIR, reason: code ?? message })
  }
}

/** Gives a finished backup its name, durably: from here on it is there. */
export async function keepFinished(name: string): Promise<string> {
  await syncFolder(unfinishedFolder(name))
  await rename(unfinishedFolder(name), backupFolder(name))
  await syncFolder(config().BACKUP_DIR)
  return backupFolder(name)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  await handle.sync().catch(() => {})
  await handle.close()
}

/** Removes a backup, or what there is of one. Renamed first: a removal that is cut off leaves nothing that looks whole. */
export async function removeBackup(name: string): Promise<void> {
  await rename(backupFolder(name), unfinishedFolder(name)).catch(() => {})
  await rm(unfinishedFolder(name), { recursive: true, force: true })
}

/** Another machine may write into the same folder: what it left half-done is only touched after this. */
const STALE_SECONDS = 6 * 3_600

/** Removes what processes left that died while they wrote. Call it while no backup of this database is under way. */
export async function removeUnfinished(database: string, now: Instant): Promise<number> {
  const entries = await readdir(config().BACKUP_DIR, { withFileTypes: true }).catch(() => [])
  let removed = 0
  for (const { name } of entries.filter((entry) => entry.isDirectory() && entry.name.endsWith(UNFINISHED))) {
    const folder = join(config().BACKUP_DIR, name)
    const facts = await stat(folder).catch(() => undefined)
    const isOurs = name.startsWith(prefixOf(database)) && NAME.test(name.slice(0, -UNFINISHED.length))
    const isOld = facts !== undefined && instant(facts.mtimeMs) < addSeconds(now, -STALE_SECONDS)
    if (!isOurs && !(isOld && NAME.test(name.slice(0, -UNFINISHED.length)))) continue
    await rm(folder, { recursive: true, force: true })
    removed++
  }
  return removed
}

/** Bytes that are free where `folder` is or will be; undefined where that cannot be told. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  for (let place = folder; ; place = join(place, '..')) {
    const facts = await statfs(place).catch(() => undefined)
    if (facts) return facts.bavail * facts.bsize
    if (place === '/') return undefined
  }
}
