import { inflateRawSync } from 'node:zlib'
import { streamXlsxRows } from 'hucre/xlsx'

/** What somebody who opens a file sees in it. */

export type Cells = (string | number | boolean | Date | null | undefined)[]

/** Every row of a workbook, the head first. */
export async function xlsxRows(bytes: Uint8Array): Promise<Cells[]> {
  const rows: Cells[] = []
  for await (const row of streamXlsxRows(bytes)) rows.push(row.values as Cells)
  return rows
}

/** Every row of a CSV file as RFC 4180 reads it, without its mark. */
export function csvRows(bytes: Uint8Array): string[][] {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const rows: string[][] = []
  for (let at = 0; at < text.length; ) {
    const row: string[] = []
    for (let more = true; more; ) {
      const [cell, end] = text[at] === '"' ? quoted(text, at + 1) : bare(text, at)
      row.push(cell)
      more = text[end] === ','
      at = end + 1
    }
    rows.push(row)
  }
  return rows
}

function quoted(text: string, from: number): [string, number] {
  let end = from
  while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1
  return [text.slice(from, end).replaceAll('""', '"'), end + 1]
}

function bare(text: string, from: number): [string, number] {
  const found = text.slice(from).search(/[,\n]/)
  const end = found < 0 ? text.length : from + found
  return [text.slice(from, end), end]
}

/** One file out of a zip archive, found through its directory. */
export function unzipped(archive: Uint8Array, name: string): string {
  const bytes = Buffer.from(archive)
  let at = bytes.readUInt32LE(bytes.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1')) + 16)
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [packed, nameLength] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)]
    const [extra, comment, local] = [bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)]
    if (bytes.toString('utf8', at + 46, at + 46 + nameLength) === name) {
      const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
      return inflateRawSync(bytes.subarray(from, from + packed)).toString('utf8')
    }
    at += 46 + nameLength + extra + comment
  }
  throw new Error(`no ${name} in the archive`)
}
