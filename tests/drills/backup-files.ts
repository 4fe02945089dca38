import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openBackup, requireWhole } from '#src/backups/manifest'
import { type BackupDesk, ending, type Fault } from './backup-desk'

const PARTS = /\.zst$/
const MANIFEST = 'manifest.json'
const DIGEST = 'manifest.digest'

/** Faults of the files: each is found without a database, and names what is wrong. */
export function fileFaults(desk: BackupDesk, name: string, keyed: { name: string; key: string }): Fault[] {
  const verify = async (folder: string, env?: Record<string, string>) => ending(await desk.mr(['backup', 'verify', folder], env))
  const manifestOf = (folder: string) => readFileSync(join(folder, MANIFEST), 'utf8')
  return [
    {
      fault: 'one byte flipped, in each part in turn',
      expected: 'all named',
      run: () => eachPart(desk, name, flip, (file) => `The file ${file} of the backup is damaged`),
    },
    {
      fault: 'the last byte cut off, each part in turn',
      expected: 'all named',
      run: () => eachPart(desk, name, cut, (file) => `The file ${file} of the backup is cut`),
    },
    {
      fault: 'a file missing, each part in turn',
      expected: 'all named',
      run: () =>
        eachPart(
          desk,
          name,
          (path) => rmSync(path),
          (file) => `lacks its file ${file}`,
        ),
    },
    {
      fault: 'three parts damaged at once',
      expected: 'exit 1: The backup has 3 missing or damaged files',
      run: async () =>
        verify(
          await desk.spoiled(name, (folder) => {
            for (const file of partsIn(folder).slice(0, 3)) flip(join(folder, file))
          }),
        ),
    },
    {
      fault: 'a byte of the manifest flipped',
      expected: 'exit 1: The manifest of backup',
      run: async () => verify(await desk.spoiled(name, (folder) => flip(join(folder, MANIFEST)))),
    },
    {
      fault: 'a number in the manifest changed by hand',
      expected: 'is damaged or was changed',
      run: async () =>
        verify(
          await desk.spoiled(name, (folder) => writeFileSync(join(folder, MANIFEST), manifestOf(folder).replace('"rows": ', '"rows": 1'))),
        ),
    },
    {
      fault: 'the manifest missing',
      expected: 'exit 1: ',
      run: async () => verify(await desk.spoiled(name, (folder) => rmSync(join(folder, MANIFEST)))),
    },
    {
      fault: "the manifest's digest missing",
      expected: 'is damaged or was changed',
      run: async () => verify(await desk.spoiled(name, (folder) => rmSync(join(folder, DIGEST)))),
    },
    {
      fault: 'the backup of another product',
      expected: 'is not a backup of this product',
      run: async () =>
        verify(await desk.spoiled(name, (folder) => redigest(folder, manifestOf(folder).replace('"mr-game-ops"', '"something-else"')))),
    },
    {
      fault: 'the format of a later release',
      expected: 'restore it with a newer release',
      run: async () =>
        verify(await desk.spoiled(name, (folder) => redigest(folder, manifestOf(folder).replace('"format": 1', '"format": 9')))),
    },
    {
      fault: 'a file instead of a backup',
      expected: 'is not a backup of this product',
      run: () => verify(join(desk.folder, name, MANIFEST)),
    },
    { fault: 'a backup that is not there', expected: 'exit 1: There is no backup', run: () => verify('nothing-20260101T000000Z-000000') },
    ...keyFaults(desk, keyed, verify),
  ]
}

function keyFaults(
  desk: BackupDesk,
  { name, key }: { name: string; key: string },
  verify: (folder: string, env?: Record<string, string>) => Promise<string>,
): Fault[] {
  const other = `2:${Buffer.alloc(32, 9).toString('base64')}`
  const impostor = `1:${Buffer.alloc(32, 9).toString('base64')}`
  return [
    { fault: 'encrypted, the right key', expected: 'exit 0: the files are whole', run: () => verify(name, { BACKUP_KEY: key }) },
    {
      fault: 'encrypted, the right key beside a newer one',
      expected: 'exit 0: the files are whole',
      run: () => verify(name, { BACKUP_KEY: `${other},${key}` }),
    },
    { fault: 'encrypted, no key', expected: 'set BACKUP_KEY', run: () => verify(name) },
    { fault: 'encrypted, another key', expected: 'No key of BACKUP_KEY opens this backup', run: () => verify(name, { BACKUP_KEY: other }) },
    {
      fault: 'encrypted, another key of the same version',
      expected: 'No key of BACKUP_KEY opens this backup',
      run: () => verify(name, { BACKUP_KEY: impostor }),
    },
    {
      fault: 'encrypted, the manifest changed and its plain checksum made to fit',
      expected: 'is damaged or was changed',
      run: async () =>
        verify(
          await desk.spoiled(name, (folder) => {
            const text = readFileSync(join(folder, MANIFEST), 'utf8').replace('"daily"', '"manual"').replace('"rows": ', '"rows": 1')
            redigest(folder, text)
          }),
          { BACKUP_KEY: key },
        ),
    },
    {
      fault: 'encrypted, nothing in the parts can be read without the key',
      expected: 'no part opens',
      run: async () => {
        const read = partsIn(join(desk.folder, name)).filter((file) => isReadable(readFileSync(join(desk.folder, name, file))))
        return read.length === 0 ? 'no part opens' : `readable: ${read.join(', ')}`
      },
    },
  ]
}

/** In this process, since there are a hundred of them: what the command does, without its start. */
async function eachPart(
  desk: BackupDesk,
  name: string,
  spoil: (path: string) => void,
  sentence: (file: string) => string,
): Promise<string> {
  const folder = await desk.spoiled(name, () => {})
  const files = partsIn(folder)
  const silent: string[] = []
  for (const file of files) {
    const path = join(folder, file)
    const kept = readFileSync(path)
    spoil(path)
    const said = await requireWhole(await openBackup(folder)).then(
      () => 'nothing',
      (error: Error) => error.message,
    )
    if (!said.includes(sentence(file))) silent.push(`${file}: ${said}`)
    writeFileSync(path, kept)
  }
  rmSync(folder, { recursive: true })
  return silent.length === 0 && files.length > 50 ? `${files.length} parts, all named` : `not named: ${silent.slice(0, 3).join('; ')}`
}

const partsIn = (folder: string): string[] => readdirSync(folder).filter((file) => PARTS.test(file))

/** One bit, in the middle. */
export function flip(path: string): void {
  const bytes = readFileSync(path)
  const at = Math.floor(bytes.length / 2)
  bytes[at] = bytes[at]! ^ 1
  writeFileSync(path, bytes)
}

function cut(path: string): void {
  truncateSync(path, readFileSync(path).length - 1)
}

/** As somebody who knows the format, but no key. */
export function redigest(folder: string, manifest: string): void {
  writeFileSync(join(folder, MANIFEST), manifest)
  writeFileSync(join(folder, DIGEST), `sha256:${new Bun.CryptoHasher('sha256').update(manifest).digest('hex')}\n`)
}

/** Behind the header of its first chunk. */
function isReadable(bytes: Buffer): boolean {
  try {
    Bun.zstdDecompressSync(bytes.subarray(12, 12 + bytes.readUInt32LE(8)))
    return true
  } catch {
    return false
  }
}
