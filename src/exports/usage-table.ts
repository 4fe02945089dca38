import { showId, type Uuid } from '#src/core/ids'
import type { Cell, Table } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import type { UsageFilter } from '#src/usage/filter'
import { type UsageRecord, usageRows } from '#src/usage/records'

/** An operator's games as a table, newest first. */
export function usageTable(operatorId: Uuid, filter: UsageFilter, language: Language): Table {
  return {
    title: text(language, 'export.kind.usage'),
    columns: [
      { head: text(language, 'export.column.time'), kind: 'moment', width: 20 },
      { head: text(language, 'export.column.site'), kind: 'text', width: 24 },
      { head: text(language, 'export.column.application'), kind: 'text', width: 24 },
      { head: text(language, 'export.column.players'), kind: 'count', width: 8 },
      { head: text(language, 'export.column.unitPrice'), kind: 'money', width: 12 },
      { head: text(language, 'export.column.total'), kind: 'money', width: 12 },
      { head: text(language, 'export.column.duration'), kind: 'count', width: 12 },
      { head: text(language, 'export.column.session'), kind: 'text', width: 76 },
      { head: text(language, 'export.column.usage'), kind: 'text', width: 46 },
    ],
    chunks: inChunks(usageRows(operatorId, filter), usageCells),
  }
}

const usageCells = (row: UsageRecord): Cell[] => [
  row.startedAt,
  row.siteName,
  row.applicationName,
  row.playerCount,
  row.unitPrice,
  row.total,
  row.durationSeconds,
  row.sessionId,
  showId('usage', row.id),
]

const CHUNK = 1_000

async function* inChunks<Row>(rows: AsyncIterable<Row>, cells: (row: Row) => Cell[]): AsyncGenerator<Cell[][]> {
  let chunk: Cell[][] = []
  for await (const row of rows) {
    chunk.push(cells(row))
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
