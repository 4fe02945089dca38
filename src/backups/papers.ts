import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { config } from '#src/platform/config'
import { writeFileWhole } from '#src/platform/files'
import type { Manifest, StoredBackup } from './manifest'
import { PartWriter, readPart } from './part'
import { readTar, tarEnd, tarHeader, tarPadding } from './tar'
import type { Writing } from './writing'

/**
 * What lies in DATA_DIR beside the database and cannot be made again: invoices, proofs of payments, vouchers, providers' bills, reports.
 * Not: exports, which end after three days, and what a simulated bank keeps.
 */
export const PAPER_FOLDERS = ['adjustment-proofs', 'bills', 'invoices', 'office-files', 'refund-proofs', 'reports', 'vouchers'] as const
const PAPERS = 'papers.tar.zst'
const UNFINISHED = /\.part$/

/**
 * Puts the papers into one part. After the rows: a row names its paper only once that is there, so that each paper that a row of this
 * backup names is in it.
 */
export async function writePapers(writing: Writing): Promise<Manifest['files']> {
  const paths = await papersOf(config().DATA_DIR)
  if (paths.length === 0) return { count: 0, part: null }
  const writer = await PartWriter.open(writing.place, PAPERS, writing.nextIndex())
  try {
    let count = 0
    for (const path of paths) {
      writing.signal?.throwIfAborted()
      if (await writePaper(writer, path)) count++
    }
    await writer.write(tarEnd())
    return { count, part: await writer.finish() }
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** Paths below `root`, in order; what is still being written is left out. */
async function papersOf(root: string): Promise<string[]> {
  const paths: string[] = []
  for (const folder of PAPER_FOLDERS) {
    const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => [])
    for (const entry of entries)
      if (entry.isFile() && !UNFINISHED.test(entry.name)) paths.push(join(entry.parentPath, entry.name).slice(root.length + 1))
  }
  return paths.toSorted()
}

/** False for one that was removed since it was listed. */
async function writePaper(writer: PartWriter, path: string): Promise<boolean> {
  const place = join(config().DATA_DIR, path)
  const facts = await lstat(place).catch(() => undefined)
  if (!facts?.isFile()) return false
  const bytes = await Bun.file(place).bytes()
  await writer.write(tarHeader(path, bytes.length, facts.mtime))
  await writer.write(bytes)
  await writer.write(tarPadding(bytes.length))
  return true
}

export type RestoredPapers = { written: number; there: number; different: string[] }

/** Brings papers back where they are missing. One that is there stays as it is; one that differs is named, never replaced. */
export async function restorePapers({ folder, manifest, keys }: StoredBackup, root = config().DATA_DIR): Promise<RestoredPapers> {
  const outcome: RestoredPapers = { written: 0, there: 0, different: [] }
  if (!manifest.files.part) return outcome
  const chunks = readPart({ folder, backup: manifest.name, keys }, manifest.files.part)
  for await (const { path, body } of readTar(chunks)) {
    const place = paperPlace(root, path)
    if (!(await Bun.file(place).exists())) {
      await writeFileWhole(place, body)
      outcome.written++
    } else if (await isSame(place, body)) outcome.there++
    else outcome.different.push(path)
  }
  return outcome
}

/** Only below the folders of papers, whatever an archive says. */
function paperPlace(root: string, path: string): string {
  const [folder, ...rest] = path.split('/')
  const isOurs = PAPER_FOLDERS.some((known) => known === folder) && rest.length > 0 && !rest.includes('..')
  if (!isOurs) throw new Error(`the backup holds a file outside the folders of papers: ${path.slice(0, 100)}`)
  return join(root, path)
}

async function isSame(place: string, body: AsyncIterable<Buffer>): Promise<boolean> {
  const hashers = [new Bun.CryptoHasher('sha256'), new Bun.CryptoHasher('sha256')] as const
  for await (const bytes of body) hashers[0].update(bytes)
  for await (const bytes of Bun.file(place).stream()) hashers[1].update(bytes)
  return hashers[0].digest('hex') === hashers[1].digest('hex')
}

/** How much the papers take, for the look at the disk. */
export async function paperBytes(): Promise<number> {
  const sizes = await Promise.all(
    (await papersOf(config().DATA_DIR)).map(async (path) => (await lstat(join(config().DATA_DIR, path)).catch(() => undefined))?.size ?? 0),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
