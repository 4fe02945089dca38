import { writeXlsxStream } from 'hucre/xlsx'
import { type Money, yuan } from '#src/core/money'
import type { Cell, CellKind, Column, Table } from '#src/core/table'
import { type Instant, shanghaiSerial } from '#src/core/time'

/** What a sheet can hold at most, the head not counted. */
const MOST_SHEET_ROWS = 1_048_575
/** Longest text of a cell. */
const MOST_LETTERS = 32_767

const NUMBER_FORMATS: Record<CellKind, string | undefined> = {
  text: undefined,
  day: undefined,
  count: '#,##0',
  average: '0.0',
  share: '0.0"%"',
  money: '#,##0.00;[Red]-#,##0.00',
  moment: 'yyyy-mm-dd hh:mm:ss',
}

/**
 * A table as an XLSX file, written while it is read. Text is stored as text and never as a formula, whatever it begins with; amounts
 * and times are numbers with a format, so that they add up and sort.
 */
export function spreadsheetBytes({ title, columns, chunks }: Table): ReadableStream<Uint8Array> {
  return writeXlsxStream(rowsOf(columns, chunks), {
    name: title,
    columns: columns.map(({ head, kind, width }) => {
      const numFmt = NUMBER_FORMATS[kind]
      return { header: head, width, ...(numFmt === undefined ? {} : { numFmt }) }
    }),
    freezePane: { rows: 1 },
    maxRowsPerSheet: MOST_SHEET_ROWS + 1,
  })
}

async function* rowsOf(columns: readonly Column[], chunks: Table['chunks']): AsyncGenerator<(string | number | null)[]> {
  const kinds = columns.map(({ kind }) => kind)
  for await (const rows of chunks) for (const row of rows) yield row.map((cell, at) => sheetCell(kinds[at]!, cell))
}

function sheetCell(kind: CellKind, cell: Cell): string | number | null {
  if (cell === null) return null
  // Exact up to 90 trillion yuan; the file keeps a double whatever is done here.
  if (kind === 'money') return Number(yuan(cell as Money))
  if (kind === 'moment') return shanghaiSerial(cell as Instant)
  return typeof cell === 'string' ? cellText(cell) : Number(cell)
}

/** XML has no place for control characters and lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const cellText = (text: string): string => text.toWellFormed().replace(FORBIDDEN, '').slice(0, MOST_LETTERS)
