import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupFault } from './faults'
import { type BackupKeys, openChunk, sealChunk } from './keys'

/** One file of a backup as its manifest tells it. `bytes` and `sha256` are those of the file, `plainBytes` those of what is in it. */
export type Part = { file: string; index: number; bytes: number; sha256: string; plainBytes: number }

/** Compressed and encrypted at a time: bounds memory, whatever a table holds. */
const CHUNK_BYTES = 1_048_576
/** A chunk that claims more than this is no chunk of ours; zstd may make text a little longer, never twice as long. */
const LONGEST_CHUNK = 2 * CHUNK_BYTES + 1_024

/**
 * Before each chunk stands how long it is, in a frame that zstd skips: `zstd -d` reads a part that is not encrypted without us, and its
 * chunks are found without looking into them.
 */
const HEADER_BYTES = 12
const SKIPPABLE = 0x184d2a50
const LENGTH_BYTES = 4

/** Where a part belongs and how it is kept. */
type PartPlace = { folder: string; backup: string; keys: BackupKeys | undefined }

/** Writes one part, chunk by chunk; it is on the disk when `finish` returns. Memory holds two chunks. */
export class PartWriter {
  #waiting: Uint8Array[] = []
  #size = 0
  #chunk = 0
  #plainBytes = 0
  #bytes = 0
  #hasher = new Bun.CryptoHasher('sha256')

  private constructor(
    private readonly place: PartPlace & { file: string; index: number },
    private readonly handle: FileHandle,
  ) {}

  static async open(place: PartPlace, file: string, index: number): Promise<PartWriter> {
    return new PartWriter({ ...place, file, index }, await open(join(place.folder, file), 'wx', 0o600))
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#waiting.push(bytes)
    this.#size += bytes.byteLength
    this.#plainBytes += bytes.byteLength
    while (this.#size > CHUNK_BYTES) {
      const all = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting)
      await this.#put(all.subarray(0, CHUNK_BYTES), false)
      this.#waiting = [all.subarray(CHUNK_BYTES)]
      this.#size = all.byteLength - CHUNK_BYTES
    }
  }

  /** Writes what is left as the last chunk, waits for the disk and gives the part's facts. */
  async finish(): Promise<Part> {
    await this.#put(Buffer.concat(this.#waiting), true)
    await this.handle.sync()
    await this.handle.close()
    const { file, index } = this.place
    return { file, index, bytes: this.#bytes, sha256: this.#hasher.digest('hex'), plainBytes: this.#plainBytes }
  }

  /** Lets go of the file; for what is given up. */
  async abandon(): Promise<void> {
    await this.handle.close().catch(() => {})
  }

  async #put(plain: Uint8Array, isLast: boolean): Promise<void> {
    const { backup, keys, index } = this.place
    const packed = await Bun.zstdCompress(plain as Uint8Array<ArrayBuffer>)
    const body = keys ? sealChunk(keys, { backup, part: index, chunk: this.#chunk++, isLast }, packed) : packed
    const header = Buffer.alloc(HEADER_BYTES)
    header.writeUInt32LE(SKIPPABLE, 0)
    header.writeUInt32LE(LENGTH_BYTES, 4)
    header.writeUInt32LE(body.byteLength, 8)
    for (const bytes of [header, body]) {
      this.#hasher.update(bytes)
      this.#bytes += bytes.byteLength
      await writeAll(this.handle, bytes)
    }
  }
}

/** A write may take a part only; a disk that is full says so at the next. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.byteLength; ) from += (await handle.write(bytes, from, bytes.byteLength - from)).bytesWritten
}

/** What is in a part, chunk by chunk. Throws BackupFault where a chunk is not as it was written. */
export async function* readPart({ folder, backup, keys }: PartPlace, { file, index, plainBytes }: Part): AsyncGenerator<Buffer> {
  const damaged = () => new BackupFault('part_changed', { part: file })
  const handle = await open(join(folder, file), 'r')
  try {
    const { size } = await handle.stat()
    let given = 0
    for (let at = 0, chunk = 0; at < size; chunk++) {
      const header = await take(handle, at, HEADER_BYTES)
      const length = header?.readUInt32LE(8) ?? 0
      if (header?.readUInt32LE(0) !== SKIPPABLE || length > LONGEST_CHUNK) throw damaged()
      const body = await take(handle, at + HEADER_BYTES, length)
      at += HEADER_BYTES + length
      if (!body) throw damaged()
      const plain = await unpack(body, keys, { backup, part: index, chunk, isLast: at === size }).catch(() => Promise.reject(damaged()))
      given += plain.byteLength
      yield plain
    }
    if (given !== plainBytes) throw damaged()
  } finally {
    await handle.close()
  }
}

async function take(handle: FileHandle, at: number, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(length)
  for (let from = 0; from < length; ) {
    const { bytesRead } = await handle.read(bytes, from, length - from, at + from)
    if (bytesRead === 0) return undefined
    from += bytesRead
  }
  return bytes
}

async function unpack(body: Buffer, keys: BackupKeys | undefined, place: Parameters<typeof openChunk>[1]): Promise<Buffer> {
  const packed = keys ? openChunk(keys, place, body) : body
  return Buffer.from(await Bun.zstdDecompress(packed as Buffer<ArrayBuffer>))
}

/** The fault of a file that is not as the manifest tells it; undefined when it is. Reads it once, whatever its size. */
export async function partFault(folder: string, { file, bytes, sha256 }: Part): Promise<BackupFault | undefined> {
  const stored = Bun.file(join(folder, file))
  if (!(await stored.exists())) return new BackupFault('part_missing', { part: file })
  if (stored.size < bytes) return new BackupFault('part_cut', { part: file, expected: bytes, found: stored.size })
  const hasher = new Bun.CryptoHasher('sha256')
  for await (const chunk of stored.stream()) hasher.update(chunk)
  return hasher.digest('hex') === sha256 ? undefined : new BackupFault('part_changed', { part: file })
}
