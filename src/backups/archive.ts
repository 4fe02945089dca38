import type { TableOfBackup } from './manifest'
import { PartWriter } from './part'
import { identifier, quoted, type Snapshot, type Table } from './snapshot'
import type { Writing } from './writing'

const NEWLINE = 10

/** The archive of our own: the rows of each table by COPY, all of one moment. Their shape comes from the migrations when it is restored. */
export async function writeArchive({ sql, tables }: Snapshot, writing: Writing): Promise<TableOfBackup[]> {
  const written: TableOfBackup[] = []
  for (const table of tables) written.push(await writeTable(sql, table, writing))
  return written
}

async function writeTable(sql: Snapshot['sql'], table: Table, writing: Writing): Promise<TableOfBackup> {
  const writer = await PartWriter.open(writing.place, `${table.schema}.${table.name}.copy.zst`, writing.nextIndex())
  try {
    const columns = table.columns.map(identifier).join(', ')
    const rows = await sql.unsafe(`COPY ${quoted(table)} (${columns}) TO STDOUT`).readable()
    let count = 0
    for await (const bytes of rows as AsyncIterable<Buffer>) {
      writing.signal?.throwIfAborted()
      await writer.write(bytes)
      const lines = linesIn(bytes)
      count += lines
      writing.wrote(lines)
    }
    return { ...table, rows: count, part: await writer.finish() }
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** COPY writes a row as one line and a line's end inside a value as two characters. */
function linesIn(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++
  return lines
}
