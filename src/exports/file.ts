import type { Table } from '#src/core/table'
import { businessDay, type Instant } from '#src/core/time'
import { csvBytes } from '#src/platform/csv'
import { spreadsheetBytes } from '#src/platform/spreadsheet'
import type { FilterText } from './staff-export'

export type ExportFormat = 'excel' | 'csv'

const FORMATS: Record<ExportFormat, { ending: string; type: string; bytes: (table: Table) => AsyncIterable<Uint8Array> }> = {
  excel: {
    ending: 'xlsx',
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    bytes: (table) => spreadsheetBytes(table) as unknown as AsyncIterable<Uint8Array>,
  },
  csv: { ending: 'csv', type: 'text/csv; charset=utf-8', bytes: csvBytes },
}

/** A table in the bytes of a format, written while it is read. */
export const fileBytes = (format: ExportFormat, table: Table): AsyncIterable<Uint8Array> => FORMATS[format].bytes(table)

export const mediaType = (format: ExportFormat): string => FORMATS[format].type

/** `usage_20260305.xlsx`: what it is and the business day it was asked for. */
export function exportName(kind: string, filter: FilterText, format: ExportFormat, at: Instant): string {
  const what = kind === 'statistics' ? `statistics_${(filter.report_type ?? filter.report ?? 'consumption').replaceAll('-', '_')}` : kind
  return `${what}_${businessDay(at).replaceAll('-', '')}.${FORMATS[format].ending}`
}
