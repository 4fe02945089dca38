import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type BackupKeys, digestOf } from '#src/backups/keys'
import { PAPER_FOLDERS } from '#src/backups/papers'
import { PartWriter, partFault, readPart } from '#src/backups/part'
import { readTar, tarEnd, tarHeader, tarPadding } from '#src/backups/tar'
import { instant } from '#src/core/time'
import { projectFiles } from '#tests/architecture/tree'

const root = mkdtempSync(join(tmpdir(), 'mr-parts-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const KEYS: BackupKeys = {
  encryption: { algorithm: 'AES-256-GCM', keyId: '1:aa', salt: '' },
  parts: Buffer.alloc(32, 1),
  manifest: Buffer.alloc(32, 2),
}
let counter = 0

async function written(pieces: Uint8Array[], keys: BackupKeys | undefined, index = 0) {
  const place = { folder: root, backup: 'a backup', keys }
  const writer = await PartWriter.open(place, `${++counter}.zst`, index)
  for (const piece of pieces) await writer.write(piece)
  return { place, part: await writer.finish() }
}

const readAll = async (...args: Parameters<typeof readPart>): Promise<Buffer> => Buffer.concat(await Array.fromAsync(readPart(...args)))
const noise = (bytes: number): Buffer => {
  const all = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at++) all[at] = (at * 2_654_435_761) >>> 13
  return all
}

describe.each([
  ['as it is', undefined],
  ['encrypted', KEYS],
] as const)('a part, %s', (_name, keys) => {
  test('gives back what was written, in whatever pieces', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 1_500_000 }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const pieces = lengths.map(noise)
        const { place, part } = await written(pieces, keys)
        const whole = Buffer.concat(pieces)
        expect(part.plainBytes).toBe(whole.length)
        expect((await readAll(place, part)).equals(whole)).toBe(true)
        expect(await partFault(root, part)).toBeUndefined()
      }),
      { numRuns: 15 },
    )
  })

  test('of exactly one chunk and of none at all', async () => {
    for (const length of [0, 1_048_576, 2_097_152]) {
      const { place, part } = await written([noise(length)], keys)
      expect((await readAll(place, part)).length).toBe(length)
    }
  })
})

describe('chunks that are not where they were, although every one is genuine', () => {
  /** Three chunks behind their headers. */
  async function threeChunks() {
    const { place, part } = await written([noise(3_000_000)], KEYS)
    const path = join(root, part.file)
    const bytes = readFileSync(path)
    const chunks: Buffer[] = []
    for (let at = 0; at < bytes.length; at += 12 + bytes.readUInt32LE(at + 8))
      chunks.push(bytes.subarray(at, at + 12 + bytes.readUInt32LE(at + 8)))
    expect(chunks).toHaveLength(3)
    return { place, part, path, chunks }
  }

  test.each([
    ['swapped', ([a, b, c]: Buffer[]) => [b!, a!, c!]],
    ['repeated', ([a, b, c]: Buffer[]) => [a!, b!, b!, c!]],
    ['the last one cut off', ([a, b]: Buffer[]) => [a!, b!]],
    ['one left out', ([a, , c]: Buffer[]) => [a!, c!]],
  ])('%s: refused', async (_name, change) => {
    const { place, part, path, chunks } = await threeChunks()
    writeFileSync(path, Buffer.concat(change(chunks)))
    await expect(readAll(place, part)).rejects.toThrow('its checksum differs')
  })

  test('of another part or another backup: refused', async () => {
    const { place, part } = await written([noise(10)], KEYS, 7)
    await expect(readAll(place, { ...part, index: 8 })).rejects.toThrow('its checksum differs')
    await expect(readAll({ ...place, backup: 'another' }, part)).rejects.toThrow('its checksum differs')
    expect((await readAll(place, part)).length).toBe(10)
  })
})

test('a part that is not encrypted is read by zstd alone', async () => {
  const { part } = await written([noise(2_500_000)], undefined)
  const plain = Bun.zstdDecompressSync(readFileSync(join(root, part.file)))
  expect(Buffer.from(plain).equals(noise(2_500_000))).toBe(true)
})

test('the proof of a manifest is a checksum without a key, and with one nobody else can make it', () => {
  expect(digestOf('{}', undefined)).toStartWith('sha256:')
  expect(digestOf('{}', KEYS)).toStartWith('hmac-sha256:')
  expect(digestOf('{}', KEYS)).not.toBe(digestOf('{}', { ...KEYS, manifest: Buffer.alloc(32, 3) }))
})

describe('papers', () => {
  const files = [
    ['invoices/a.pdf', noise(513)],
    ['invoices/empty', Buffer.alloc(0)],
    [`vouchers/${'长'.repeat(20)}/${'b'.repeat(90)}.png`, noise(1_024)],
  ] as const
  const archive = () =>
    Buffer.concat([
      ...files.flatMap(([path, bytes]) => [tarHeader(path, bytes.length, instant(0)), bytes, tarPadding(bytes.length)]),
      tarEnd(),
    ])

  test('come back out of the archive, in whatever pieces it is read', async () => {
    for (const size of [1, 511, 512, 100_000]) {
      const bytes = archive()
      async function* pieces() {
        for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
      }
      const found: [string, Uint8Array][] = []
      for await (const { path, body } of readTar(pieces())) found.push([path, Buffer.concat(await Array.fromAsync(body))])
      expect(found).toEqual(files.map(([path, body]) => [path, body]))
    }
  })

  test('are read by tar itself', async () => {
    const folder = mkdtempSync(join(root, 'tar-'))
    writeFileSync(join(folder, 'papers.tar'), archive())
    const tar = Bun.spawnSync(['tar', '-xf', 'papers.tar'], { cwd: folder })
    expect([tar.exitCode, tar.stderr.toString()]).toEqual([0, ''])
    expect(readFileSync(join(folder, files[0][0])).equals(files[0][1])).toBe(true)
    expect(readdirSync(join(folder, 'invoices')).toSorted()).toEqual(['a.pdf', 'empty'])
  })

  test('of every folder below DATA_DIR that the product writes papers into are in the backup', () => {
    const used = projectFiles()
      .filter(({ path }) => path.startsWith('src/') && !path.startsWith('src/backups/'))
      .flatMap(({ text }) =>
        [...text.matchAll(/config\(\)\.DATA_DIR(?:, '([\w-]+)'|\}\/([\w-]+)\/)/g)].map(([, joined, written]) => joined ?? written),
      )
    const bills = projectFiles().some(({ path, text }) => path === 'src/reconciliation/import-bill.ts' && text.includes('`bills/'))
    expect(bills).toBe(true)
    const kept = [...new Set(used), 'bills'].filter((folder) => folder !== 'exports' && folder !== undefined).toSorted()
    expect(kept).toEqual([...PAPER_FOLDERS])
  })
})
