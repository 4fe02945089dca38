import type { Uuid } from '#src/core/ids'
import type { Cell, Column, Table } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { averagePlayers, byApplication, bySite, type NamedSums, playerDistribution } from '#src/statistics/breakdowns'
import { consumption } from '#src/statistics/consumption'
import type { Dimension } from '#src/statistics/periods'
import type { UsageFilter } from '#src/usage/filter'
import type { Sums } from '#src/usage/sums'
import type { ReportType } from './filters'

type Asked = UsageFilter & { dimension: Dimension }
type Rows = { columns: Column[]; rows: Cell[][] }

/** One of an operator's statistics as a table; the figures are those of the page and of the API. */
export async function statisticsTable(
  operatorId: Uuid,
  report: ReportType,
  asked: Asked,
  language: Language,
  now: Instant,
): Promise<{ rows: number; table: Table }> {
  const { columns, rows } = await REPORTS[report](operatorId, asked, language, now)
  return { rows: rows.length, table: { title: text(language, `export.report.${report}`), columns, chunks: atOnce(rows) } }
}

const REPORTS: Record<ReportType, (operatorId: Uuid, asked: Asked, language: Language, now: Instant) => Promise<Rows>> = {
  consumption: async (operatorId, { dimension, ...filter }, language, now) => {
    const { periods } = await consumption(operatorId, filter, dimension, now)
    const columns = [column(language, `export.column.${dimension}`, 'day', 14), ...sumColumns(language)]
    return { columns, rows: periods.map((period) => [period.date, ...sumCells(period)]) }
  },
  'by-app': async (operatorId, { dimension: _, ...filter }, language) =>
    named(column(language, 'export.column.application', 'text', 32), await byApplication(operatorId, filter), language),
  'by-site': async (operatorId, { dimension: _, ...filter }, language) =>
    named(column(language, 'export.column.site', 'text', 32), await bySite(operatorId, filter), language),
  'player-distribution': async (operatorId, { dimension: _, ...filter }, language) => {
    const { rows } = await playerDistribution(operatorId, filter)
    const columns = [
      column(language, 'export.column.players', 'count', 10),
      column(language, 'export.column.sessions', 'count', 12),
      column(language, 'export.column.share', 'share', 10),
      column(language, 'export.column.total', 'money', 16),
    ]
    return { columns, rows: rows.map((row) => [row.playerCount, row.sessions, row.percentage, row.total]) }
  },
}

const named = (first: Column, rows: NamedSums[], language: Language): Rows => ({
  columns: [first, ...sumColumns(language)],
  rows: rows.map((row) => [row.name, ...sumCells(row)]),
})

const sumColumns = (language: Language): Column[] => [
  column(language, 'export.column.sessions', 'count', 12),
  column(language, 'export.column.playersSum', 'count', 12),
  column(language, 'export.column.playersAverage', 'average', 14),
  column(language, 'export.column.total', 'money', 16),
]
const sumCells = (sums: Sums): Cell[] => [sums.sessions, sums.players, averagePlayers(sums), sums.total]

type ColumnKey = Extract<Parameters<typeof text>[1], `export.column.${string}`>
const column = (language: Language, key: ColumnKey, kind: Column['kind'], width: number): Column => ({
  head: text(language, key),
  kind,
  width,
})

async function* atOnce(rows: Cell[][]): AsyncGenerator<Cell[][]> {
  if (rows.length > 0) yield rows
}
