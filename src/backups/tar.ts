/** The tar format (ustar), as far as papers need it: plain files with short paths. `tar -x` reads what is written here. */

const BLOCK = 512
const LONGEST_NAME = 100
const LONGEST_PREFIX = 155
const OCTAL = 8

/** The header of one file. Throws for a path that the format cannot hold; ours are made by us and short. */
export function tarHeader(path: string, bytes: number, changedAt: Date): Buffer {
  const { name, prefix } = split(path)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(OCTAL).padStart(length - 1, '0')}\0`, at, length, 'ascii')
  header.write(name, 0, LONGEST_NAME, 'utf8')
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(bytes, 124, 12)
  octal(Math.floor(changedAt.getTime() / 1000), 136, 12)
  header.write('        0', 148, 'ascii')
  header.write('ustar\x0000', 257, 'binary')
  header.write(prefix, 345, LONGEST_PREFIX, 'utf8')
  octal(checksum(header), 148, 7)
  return header
}

/** What follows a file of this size up to the next header. */
export const tarPadding = (bytes: number): Buffer => Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK)
/** What ends an archive. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * BLOCK)

function split(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= LONGEST_NAME) return { name: path, prefix: '' }
  const slash = path.indexOf('/', path.length - LONGEST_NAME - 1)
  const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)]
  if (slash < 1 || Buffer.byteLength(name) > LONGEST_NAME || Buffer.byteLength(prefix) > LONGEST_PREFIX)
    throw new Error(`a path of ${path.length} characters is too long for an archive`)
  return { name, prefix }
}

const checksum = (header: Buffer): number => header.reduce((sum, byte) => sum + byte, 0)

/** The files of an archive in their order; `body` has to be read to its end before the next is asked for. */
export async function* readTar(
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<{ path: string; bytes: number; body: AsyncGenerator<Buffer> }> {
  const source = new Blocks(chunks)
  for (;;) {
    const header = await source.take(BLOCK)
    if (!header || header.every((byte) => byte === 0)) return
    const stated = Number.parseInt(textAt(header, 148, 8), OCTAL)
    header.fill(' ', 148, 156)
    if (stated !== checksum(header)) throw new Error('not a header of an archive')
    const prefix = textAt(header, 345, LONGEST_PREFIX)
    const name = textAt(header, 0, LONGEST_NAME)
    const bytes = Number.parseInt(textAt(header, 124, 12), OCTAL)
    yield { path: prefix ? `${prefix}/${name}` : name, bytes, body: source.run(bytes) }
    await source.take(tarPadding(bytes).length)
  }
}

const textAt = (header: Buffer, at: number, length: number): string =>
  header
    .toString('utf8', at, at + length)
    .split('\0')[0]!
    .trim()

/** Bytes in whatever pieces they come, taken in pieces of one's own. */
class Blocks {
  #rest: Buffer = Buffer.alloc(0)
  readonly #chunks: AsyncIterator<Buffer>

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }

  async take(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = []
    for await (const part of this.run(length)) parts.push(part)
    const taken = Buffer.concat(parts)
    return taken.length === length ? taken : undefined
  }

  async *run(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next()
        if (next.done) return
        this.#rest = next.value
      }
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.length)
      left -= part.length
      yield part
    }
  }
}
