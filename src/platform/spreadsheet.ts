import { type CellValue, writeXlsx, writeXlsxStream } from 'hucre/xlsx'
import { type Money, yuan } from '#src/core/money'
import type { Cell, CellKind, Column, Sheet, Table } from '#src/core/table'
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

/** Short tables as one XLSX file, a sheet for each, sums in bold below. Names of sheets may not repeat. */
export const workbookBytes = (sheets: readonly Sheet[]): Promise<Uint8Array> =>
  writeXlsx({ sheets: sheets.map(sheetOf) }) as Promise<Uint8Array>

function sheetOf({ title, columns, rows, total }: Sheet) {
  const body = [...rows, ...(total ? [total] : [])].map((row) =>
    row.map((cell, at): CellValue => sheetCell(typeof cell === 'string' ? 'text' : columns[at]!.kind, cell)),
  )
  const formats = columns.map(({ kind }) => NUMBER_FORMATS[kind])
  const format = (at: number) => (formats[at] === undefined ? {} : { numFmt: formats[at] })
  // A cell's own style stands in place of its column's.
  const strong = [0, ...(total ? [body.length] : [])].flatMap((row) =>
    columns.map((_, at) => [`${row},${at}`, { style: { font: { bold: true }, ...(row === 0 ? {} : format(at)) } }] as const),
  )
  return {
    name: sheetName(title),
    columns: columns.map(({ width }, at) => ({ width, ...format(at) })),
    rows: [columns.map(({ head }) => head), ...body],
    cells: new Map(strong),
    freezePane: { rows: 1 },
  }
}

/** Excel takes 31 letters and none of these. */
const sheetName = (title: string): string => title.replace(/[[\]:*?/\\]/g, ' ').slice(0, 31)

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
