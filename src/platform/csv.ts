import { stringify } from 'csv-stringify/sync'
import { type Money, yuan } from '#src/core/money'
import type { Cell, CellKind, Sheet, Table } from '#src/core/table'
import { formatDateTime, type Instant } from '#src/core/time'

/**
 * A table as CSV in UTF-8, with the mark that tells Excel so. What a spreadsheet would take for a formula gets an apostrophe in front;
 * numbers stay bare.
 */
export async function* csvBytes({ columns, chunks }: Table): AsyncGenerator<Uint8Array> {
  const kinds = columns.map(({ kind }) => kind)
  const encoder = new TextEncoder()
  yield encoder.encode(`\ufeff${written([columns.map(({ head }) => head)])}`)
  for await (const rows of chunks) yield encoder.encode(written(rows.map((row) => row.map((cell, at) => csvCell(kinds[at]!, cell)))))
}

/** Short tables below each other in one CSV file, each under its title, with an empty line between them. */
export function csvOfSheets(sheets: readonly Sheet[]): Uint8Array {
  const blocks = sheets.map(({ title, columns, rows, total }) => {
    const cells = [...rows, ...(total ? [total] : [])].map((row) =>
      row.map((cell, at) => csvCell(typeof cell === 'string' ? 'text' : columns[at]!.kind, cell)),
    )
    return written([[title], columns.map(({ head }) => head), ...cells])
  })
  return new TextEncoder().encode(`\ufeff${blocks.join('\n')}`)
}

const written = (rows: readonly (string | number | null)[][]): string => stringify(rows as never[], { escape_formulas: true })

function csvCell(kind: CellKind, cell: Cell): string | number | null {
  if (cell === null) return null
  if (kind === 'money') return bare(yuan(cell as Money))
  if (kind === 'moment') return formatDateTime(cell as Instant)
  return typeof cell === 'string' ? cell.toWellFormed() : Number(cell)
}

/** An amount is a number to a spreadsheet, its sign included: only text is guarded. Two places are kept by handing digits, not floats. */
const bare = (digits: string): string | number => (digits.startsWith('-') ? Number(digits) : digits)
