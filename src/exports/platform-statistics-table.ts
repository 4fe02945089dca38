import * as v from 'valibot'
import { text as words } from '#src/core/fields'
import { type IdKind, parseId, showId, type Uuid } from '#src/core/ids'
import { invalidField } from '#src/core/problem'
import type { Cell, CellKind, Column } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { averagePlayers } from '#src/statistics/breakdowns'
import { AXES, type Axis, type AxisEntry, cross, subjectOf } from '#src/statistics/cross'
import { DIMENSIONS, type Dimension } from '#src/statistics/periods'
import { platformDistribution } from '#src/statistics/platform-players'
import { namesOf, ranking, type Subject } from '#src/statistics/platform-ranking'
import { type PlatformFilter, platformSums, resolvedPlatform } from '#src/statistics/platform-sums'
import type { Sums } from '#src/usage/sums'
import { type Source, staffExport } from './staff-export'

const REPORTS = ['all', 'trend', 'by-application', 'by-site', 'by-operator', 'player-distribution', 'cross'] as const
const ids = v.optional(v.pipe(v.string(), v.maxLength(4_000)))

type Made = { columns: Column[]; rows: Cell[][] }
type Asked = {
  report: (typeof REPORTS)[number]
  dimension: Dimension
  rows: Axis
  columns: Axis
  ids: readonly string[]
  filter: PlatformFilter
  language: Language
  now: Instant
}

/** The statistics of the platform as their pages show them, and `all`: one row for each period, operator, site, game and size of party. */
export const platformStatisticsExport = staffExport({
  title: 'platform.title',
  permission: 'statistics:export',
  filter: {
    ...timeQuery,
    report: v.optional(v.picklist(REPORTS), 'all'),
    dimension: v.optional(v.picklist(DIMENSIONS), 'month'),
    area: v.optional(words(0, 100)),
    operator_ids: ids,
    site_ids: ids,
    app_ids: ids,
    rows: v.optional(v.picklist(AXES), 'operator'),
    columns: v.optional(v.picklist(AXES), 'application'),
    ids,
  },
  open: async (given, { language, now }): Promise<Source> => {
    const { report, dimension, rows, columns, area, operator_ids, site_ids, app_ids, ids: wanted, ...times } = given
    const filter = {
      ...timeFilter(times),
      operatorIds: idsIn('operator_ids', 'operator', operator_ids),
      siteIds: idsIn('site_ids', 'site', site_ids),
      applicationIds: idsIn('app_ids', 'application', app_ids),
      area: area || undefined,
    }
    const made = await makers[report]({ report, dimension, rows, columns, ids: listed(wanted), filter, language, now })
    return {
      rows: made.rows.length,
      table: { title: text(language, 'platform.title'), columns: made.columns, chunks: inChunks(made.rows) },
    }
  },
})

const listed = (given: string | undefined): string[] => (given ?? '').split(',').flatMap((value) => value.trim() || [])

function idsIn(field: string, kind: IdKind, given: string | undefined): Uuid[] | undefined {
  const found = listed(given).map((value) => parseId(kind, value))
  if (found.includes(undefined)) throw invalidField(field, 'ID格式错误', 'is not a valid id')
  return found.length > 0 ? (found as Uuid[]) : undefined
}

const makers: Record<Asked['report'], (asked: Asked) => Promise<Made>> = {
  all: everything,
  trend,
  'by-application': (asked) => ranked('application', asked),
  'by-site': (asked) => ranked('site', asked),
  'by-operator': (asked) => ranked('operator', asked),
  'player-distribution': players,
  cross: crossed,
}

/** All dimensions at once; the rows of it add up to the games of the filter. */
async function everything({ filter, dimension, language }: Asked): Promise<Made> {
  const keys = ['operatorId', 'siteId', 'applicationId', 'playerCount', dimension] as const
  type Keys = { operatorId: Uuid; siteId: Uuid; applicationId: Uuid; playerCount: number } & Record<Dimension, string>
  const rows = await platformSums<Keys>(await resolvedPlatform(filter), keys)
  const names = await namesOf([...new Set(rows.flatMap(({ operatorId, siteId, applicationId }) => [operatorId, siteId, applicationId]))])
  const sorted = rows.sort(
    (a, b) =>
      compare(a[dimension], b[dimension]) ||
      compare(a.operatorId, b.operatorId) ||
      compare(a.siteId, b.siteId) ||
      compare(a.applicationId, b.applicationId) ||
      a.playerCount - b.playerCount,
  )
  return {
    columns: [
      column(language, `export.column.${dimension}`, 'day', 14),
      column(language, 'export.column.operator', 'text', 24),
      column(language, 'export.column.site', 'text', 24),
      column(language, 'export.column.address', 'text', 32),
      column(language, 'export.column.application', 'text', 24),
      column(language, 'export.column.players', 'count', 8),
      ...sumColumns(language),
      column(language, 'export.column.operatorId', 'text', 42),
      column(language, 'export.column.siteId', 'text', 42),
      column(language, 'export.column.applicationId', 'text', 42),
    ],
    rows: sorted.map((row) => [
      row[dimension],
      names.get(row.operatorId)?.name ?? '',
      names.get(row.siteId)?.name ?? '',
      names.get(row.siteId)?.detail ?? '',
      names.get(row.applicationId)?.name ?? '',
      row.playerCount,
      ...sumCells(row),
      showId('operator', row.operatorId),
      showId('site', row.siteId),
      showId('application', row.applicationId),
    ]),
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

async function trend({ filter, dimension, language }: Asked): Promise<Made> {
  const rows = await platformSums<Record<Dimension, string>>(await resolvedPlatform(filter), [dimension])
  return {
    columns: [column(language, `export.column.${dimension}`, 'day', 14), ...sumColumns(language)],
    rows: rows.sort((a, b) => compare(a[dimension], b[dimension])).map((row) => [row[dimension], ...sumCells(row)]),
  }
}

async function ranked(by: Subject, { filter, language }: Asked): Promise<Made> {
  const rows = await ranking(by, await resolvedPlatform(filter))
  const whole = rows.reduce((sum, { total }) => sum + total, 0n)
  const isSite = by === 'site'
  return {
    columns: [
      column(language, 'export.column.rank', 'count', 8),
      column(language, `export.column.${by}`, 'text', 28),
      ...(isSite ? [column(language, 'export.column.operator', 'text', 24), column(language, 'export.column.address', 'text', 32)] : []),
      ...sumColumns(language),
      column(language, 'export.column.share', 'share', 10),
      column(language, `export.column.${by}Id`, 'text', 42),
    ],
    rows: rows.map((row, at) => [
      at + 1,
      row.name,
      ...(isSite ? [row.ownerName, row.detail] : []),
      ...sumCells(row),
      whole === 0n ? 0 : Number((row.total * 10_000n) / whole) / 100,
      showId(by, row.id),
    ]),
  }
}

async function players({ filter, language }: Asked): Promise<Made> {
  const { rows } = await platformDistribution(await resolvedPlatform(filter))
  return {
    columns: [
      column(language, 'export.column.players', 'count', 10),
      ...sumColumns(language),
      column(language, 'export.column.share', 'share', 10),
    ],
    rows: rows.map((row) => [row.playerCount, ...sumCells(row), row.percentage]),
  }
}

/** One line for each pair, so that a spreadsheet can turn it as it likes. */
async function crossed({ rows, columns, dimension, ids: wanted, filter, language, now }: Asked): Promise<Made> {
  const subject = subjectOf({ rows, columns })
  const chosen = subject ? (idsIn('ids', subject, wanted.join(',')) ?? []) : []
  const matrix = await cross({ rows, columns, dimension, ids: chosen }, filter, now)
  const nameIn = (entry: AxisEntry): string => (entry.key === null ? text(language, 'platform.others') : entry.name)
  return {
    columns: [
      column(language, `platform.axis.${rows}`, 'text', 24),
      column(language, `platform.axis.${columns}`, 'text', 24),
      ...sumColumns(language),
    ],
    rows: matrix.rows.flatMap((row, at) =>
      matrix.columns.flatMap((other, place): Cell[][] => {
        const sums = matrix.cells[at]![place]!
        return sums.sessions === 0 ? [] : [[nameIn(row), nameIn(other), ...sumCells(sums)]]
      }),
    ),
  }
}

const sumColumns = (language: Language): Column[] => [
  column(language, 'export.column.sessions', 'count', 12),
  column(language, 'export.column.playersSum', 'count', 12),
  column(language, 'export.column.playersAverage', 'average', 14),
  column(language, 'export.column.total', 'money', 16),
]
const sumCells = (sums: Sums): Cell[] => [sums.sessions, sums.players, averagePlayers(sums), sums.total]

const column = (language: Language, key: PlainKey, kind: CellKind, width: number): Column => ({ head: text(language, key), kind, width })

const CHUNK = 2_000

async function* inChunks(rows: Cell[][]): AsyncGenerator<Cell[][]> {
  for (let at = 0; at < rows.length; at += CHUNK) yield rows.slice(at, at + CHUNK)
}
