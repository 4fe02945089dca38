import { formatYuan, type Money, ZERO } from '#src/core/money'
import type { Cell, CellKind, Column, Sheet } from '#src/core/table'
import { text } from '#src/core/text'
import { formatDateTime, type Instant } from '#src/core/time'
import { csvOfSheets } from '#src/platform/csv'
import { pdfBytes } from '#src/platform/pdf'
import { workbookBytes } from '#src/platform/spreadsheet'
import type { ReportDocument } from './document'
import type { Section } from './section'

export type ReportFormat = 'pdf' | 'excel' | 'csv'

/** How a format is called outside. */
export const FORMATS: Record<ReportFormat, { ending: string; type: string }> = {
  pdf: { ending: 'pdf', type: 'application/pdf' },
  excel: { ending: 'xlsx', type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  csv: { ending: 'csv', type: 'text/csv; charset=utf-8' },
}

/** A report as a file. */
export async function reportBytes(format: ReportFormat, document: ReportDocument): Promise<Uint8Array> {
  if (format === 'pdf') return pdfBytes('report', paperOf(document))
  const sheets = [coverSheet(document), ...document.sections.flatMap(({ tables }) => tables)]
  return format === 'excel' ? workbookBytes(sheets) : csvOfSheets(sheets)
}

/** What the template is told: words, and figures in their written form. */
function paperOf({ language, title, period, facts, sections }: ReportDocument): object {
  return {
    language,
    title,
    period,
    facts,
    product: text(language, 'product.name'),
    number: facts.map(([, value]) => value).at(-1),
    // Typst knows the numbers only when all is set.
    page: text(language, 'reports.page', { page: '{page}', pages: '{pages}' }),
    sections: sections.map((section) => ({
      title: section.title,
      tiles: section.tiles.map(({ label, value }) => [label, written(typeof value === 'bigint' ? 'money' : 'count', value)]),
      chart: section.chart ?? null,
      tables: section.tables.map((table) => tableOf(table.short ?? table)),
      notes: [...section.notes, ...shortNotes(section, language)],
    })),
  }
}

const shortNotes = ({ tables }: Section, language: ReportDocument['language']): string[] =>
  tables.some(({ short }) => short) ? [text(language, 'reports.note.short')] : []

/** More columns than this do not share the page evenly. */
const FEW_COLUMNS = 5

const tableOf = ({ title, columns, rows, total }: Sheet) => ({
  title,
  dated: columns[0]!.kind === 'day',
  wide: columns.length > FEW_COLUMNS && columns[0]!.kind !== 'day',
  head: columns.map(({ head }) => head),
  align: columns.map(({ kind }) => (kind === 'text' || kind === 'day' || kind === 'moment' ? 'left' : 'right')),
  // Nothing moved is a dash, so that the rows in which something did stand out.
  rows: rows.map((row) => row.map((cell, at) => (cell === ZERO ? '–' : written(columns[at]!.kind, cell)))),
  total: (total ?? []).map((cell, at) => written(columns[at]!.kind, cell)),
})

/** A total's name may stand under any column: words are words wherever they are. */
function written(kind: CellKind, cell: Cell): string {
  if (cell === null) return kind === 'share' ? '–' : ''
  if (typeof cell === 'string') return cell
  if (kind === 'money') return formatYuan(cell as Money)
  if (kind === 'moment') return formatDateTime(cell as Instant).slice(0, 16)
  if (kind === 'share') return `${signed((cell as number).toFixed(1))}%`
  if (kind === 'average') return (cell as number).toFixed(1)
  return Number(cell).toLocaleString('en-US')
}

const signed = (digits: string): string => digits.replace(/^-/, '−')

/** The first sheet of a table file: what it is, and the figures of each part. */
function coverSheet({ language, title, facts, sections }: ReportDocument): Sheet {
  const columns: Column[] = [
    { head: text(language, 'reports.column.item'), kind: 'text', width: 28 },
    // Money adds up; what is counted or said stands as words among it.
    { head: text(language, 'reports.column.value'), kind: 'money', width: 44 },
  ]
  const parts = sections.flatMap((section): Cell[][] => [
    [section.title, null],
    ...section.tiles.map(({ label, value }) => [label, typeof value === 'number' ? String(value) : value]),
    ...section.notes.map((note) => [null, note]),
  ])
  return { title, columns, rows: [...facts, ...parts] }
}
