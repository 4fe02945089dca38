import { crc32, deflateRawSync } from 'node:zlib'

/**
 * A zip with names in whatever encoding the sender's machine has, as Alipay sends it: zip libraries would write the names in UTF-8 and
 * say so. Deflated, without dates.
 */
export function zipFiles(files: readonly { name: Uint8Array; bytes: Uint8Array }[]): Uint8Array {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, bytes } of files) {
    const packed = deflateRawSync(bytes)
    const facts = factsOf(name, bytes, packed)
    const local = Buffer.concat([u32(0x04034b50), facts, u16(0), name, packed])
    directory.push(u32(0x02014b50), u16(VERSION), facts, u16(0), u16(0), u16(0), u16(0), u32(0), u32(offset), name)
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = [u32(0x06054b50), u16(0), u16(0), u16(files.length), u16(files.length), u32(central.length), u32(offset), u16(0)]
  return new Uint8Array(Buffer.concat([...parts, central, ...end]))
}

const VERSION = 20
const DEFLATED = 8
/** The first of January 1980, where the count of zip dates begins. */
const NO_DATE = 0x21

/** What the head of a file and its entry in the directory have in common. */
const factsOf = (name: Uint8Array, bytes: Uint8Array, packed: Uint8Array): Uint8Array =>
  Buffer.concat([
    ...[u16(VERSION), u16(0), u16(DEFLATED), u16(0), u16(NO_DATE)],
    ...[u32(crc32(bytes)), u32(packed.length), u32(bytes.length), u16(name.length)],
  ])

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
