import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { S3Client } from 'bun'
import { config } from '#src/platform/config'
import { BackupFault } from './faults'
import { filesOf, openBackup, requireWhole, type StoredBackup } from './manifest'
import { backupFolder, isBackupName, unfinishedFolder } from './place'

/** Whether good backups get a copy elsewhere. */
export const isCopying = (): boolean => config().BACKUP_S3_URL !== undefined

type Bucket = { client: S3Client; prefix: string }

/** The bucket of this configuration. Throws BackupFault when there is none. */
function bucket(): Bucket {
  const { BACKUP_S3_URL, BACKUP_S3_REGION, BACKUP_S3_ACCESS_KEY, BACKUP_S3_SECRET_KEY } = config()
  if (!BACKUP_S3_URL) throw new BackupFault('copy_off')
  const { origin, pathname } = new URL(BACKUP_S3_URL)
  const [name = '', ...folders] = pathname.split('/').filter((part) => part !== '')
  const client = new S3Client({
    endpoint: origin,
    bucket: name,
    region: BACKUP_S3_REGION,
    accessKeyId: BACKUP_S3_ACCESS_KEY!,
    secretAccessKey: BACKUP_S3_SECRET_KEY!,
  })
  return { client, prefix: folders.map((folder) => `${folder}/`).join('') }
}

/** Copies a backup to the bucket, what proves it last, and asks for the size of each file again. Throws BackupFault. */
export async function copyBackup({ folder }: StoredBackup, told: (done: number, total: number) => void): Promise<void> {
  const { client, prefix } = bucket()
  const files = await filesOf(folder)
  try {
    for (const [index, file] of files.entries()) {
      const [key, local] = [`${prefix}${basename(folder)}/${file}`, Bun.file(join(folder, file))]
      await client.write(key, local)
      const { size } = await client.stat(key)
      if (size !== local.size) throw new Error(`${file}: ${size} of ${local.size} bytes`)
      told(index + 1, files.length)
    }
  } catch (error) {
    throw copyFault(error)
  }
}

/** Names of the backups in the bucket, newest first. */
export async function copiedNames(): Promise<string[]> {
  try {
    const { prefix } = bucket()
    const names = new Set((await keysUnder(prefix)).map((key) => key.slice(prefix.length).split('/')[0]!))
    return [...names].filter(isBackupName).toSorted().toReversed()
  } catch (error) {
    throw copyFault(error)
  }
}

/** The server gives a list in pages. */
async function keysUnder(prefix: string): Promise<string[]> {
  const { client } = bucket()
  const keys: string[] = []
  for (let more = true; more; ) {
    const after = keys.at(-1)
    const page = await client.list({ prefix, ...(after !== undefined && { startAfter: after }) })
    const found = (page.contents ?? []).map(({ key }) => key)
    keys.push(...found)
    more = page.isTruncated === true && found.length > 0
  }
  return keys
}

/** Brings a backup back from the bucket, whole or not at all. Gives its folder. Throws BackupFault. */
export async function fetchCopy(name: string, told: (done: number, total: number) => void): Promise<string> {
  const { client } = bucket()
  const folder = unfinishedFolder(name)
  try {
    const keys = isBackupName(name) ? await keysOf(name) : []
    if (keys.length === 0) throw new BackupFault('copy_missing', { name })
    await mkdir(folder, { recursive: true, mode: 0o700 })
    for (const [index, key] of keys.entries()) {
      await Bun.write(join(folder, basename(key)), client.file(key))
      told(index + 1, keys.length)
    }
    await requireWhole(await openBackup(folder))
    await rm(backupFolder(name), { recursive: true, force: true })
    await rename(folder, backupFolder(name))
    return backupFolder(name)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw copyFault(error)
  }
}

/** Removes a backup's copy, its manifest first: what is left is then no backup. */
export async function removeCopy(name: string): Promise<void> {
  if (!isCopying()) return
  const { client } = bucket()
  const keys = await keysOf(name)
  const isProof = (key: string) => /\/manifest\.\w+$/.test(key)
  for (const key of [...keys.filter(isProof), ...keys.filter((other) => !isProof(other))]) await client.delete(key)
}

const keysOf = (name: string): Promise<string[]> => keysUnder(`${bucket().prefix}${name}/`)

function copyFault(error: unknown): BackupFault {
  if (error instanceof BackupFault) return error
  const { code, message } = error as { code?: string; message?: string }
  return new BackupFault('copy', { reason: [code, message].filter(Boolean).join(': ').slice(0, 200) })
}
