import type { Uuid } from '#src/core/ids'
import { minus } from '#src/core/money'
import { invalidField } from '#src/core/problem'
import { addDays, businessDay, type Instant, startOfDay } from '#src/core/time'
import { addSums, NO_SUMS, type Sums, sumOf } from '#src/usage/sums'
import { requireDrawable } from './consumption'
import { type Dimension, periodsBetween } from './periods'
import { namesOf, SUBJECT_KEYS, type Subject } from './platform-ranking'
import { type PlatformFilter, type PlatformKey, platformSums, type ResolvedFilter, resolvedPlatform } from './platform-sums'

export const AXES = ['operator', 'site', 'application', 'period', 'player_count'] as const
export type Axis = (typeof AXES)[number]
/** Things side by side; the others are put together as one. */
export const MOST_SERIES = 20

/** One row or column: an id, a day or a number of players; null for everything that has no place of its own. */
export type AxisEntry = { key: string | null; name: string; detail: string; sums: Sums }
export type Matrix = { rows: AxisEntry[]; columns: AxisEntry[] /** By row, then by column. */; cells: Sums[][]; total: Sums }
export type CrossAsked = {
  rows: Axis
  columns: Axis
  dimension: Dimension
  /** Rows, or else columns, that are wanted; none means the most expensive. */
  ids: readonly Uuid[]
}

const isSubject = (axis: Axis): axis is Subject => axis !== 'period' && axis !== 'player_count'
const keyOf = (axis: Axis, dimension: Dimension): PlatformKey =>
  isSubject(axis) ? SUBJECT_KEYS[axis] : axis === 'period' ? dimension : 'playerCount'

/** Which of the two axes the ids speak of. */
export const subjectOf = ({ rows, columns }: Pick<CrossAsked, 'rows' | 'columns'>): Subject | undefined => [rows, columns].find(isSubject)

/**
 * The games of the platform by two things at once. The sums of rows and columns are those of everything that was asked for: what finds
 * no place of its own is put together. Throws INVALID_PARAMS for axes that are the same, too many ids or too many periods.
 */
export async function cross(asked: CrossAsked, given: PlatformFilter, now: Instant): Promise<Matrix> {
  if (asked.rows === asked.columns) throw invalidField('columns', '行与列不能相同', 'must differ from rows')
  if (asked.ids.length > MOST_SERIES) throw invalidField('ids', `最多${MOST_SERIES}个`, `may be at most ${MOST_SERIES}`)
  const byPeriod = asked.rows === 'period' || asked.columns === 'period'
  const filter = await resolvedPlatform(narrowed(asked, byPeriod ? withPeriods(given, asked.dimension, now) : given))
  const whole = isSmall(asked) ? await cellsOf(asked, filter, {}) : undefined
  const [rows, columns] = whole
    ? [marginOf(whole, 0), marginOf(whole, 1)]
    : await Promise.all([axisSums(asked.rows, asked.dimension, filter), axisSums(asked.columns, asked.dimension, filter)])
  const [shownRows, shownColumns] = [
    shown(asked.rows, rows, filter, asked.dimension),
    shown(asked.columns, columns, filter, asked.dimension),
  ]
  const [cells, names] = await Promise.all([
    whole ?? cellsOf(asked, filter, { ...only(asked.rows, shownRows), ...only(asked.columns, shownColumns) }),
    allNames(asked, shownRows, shownColumns),
  ])
  return matrixOf({ rows, columns, shownRows, shownColumns, cells, names })
}

/** Whether all cells together are few: then the sums of rows and columns follow from them, and the games are read once. */
const isSmall = ({ rows, columns, ids }: CrossAsked): boolean =>
  ids.length > 0 || (![rows, columns].includes('site') && !([rows, columns].includes('operator') && [rows, columns].includes('period')))

/** The sums of rows (0) or columns (1) out of all cells. */
function marginOf(cells: ReadonlyMap<string, Sums>, side: 0 | 1): KeySums {
  const sums: KeySums = new Map()
  for (const [key, cell] of cells) {
    const own = key.split('/')[side]!
    sums.set(own, addSums(sums.get(own) ?? NO_SUMS, cell))
  }
  return sums
}

/** The things of an axis that are shown, as a filter; every period and size is. */
const only = (axis: Axis, keys: readonly string[]): PlatformFilter => (isSubject(axis) ? { [`${axis}Ids`]: keys } : {})

function narrowed(asked: CrossAsked, filter: PlatformFilter): PlatformFilter {
  const subject = subjectOf(asked)
  return subject && asked.ids.length > 0 ? { ...filter, [`${subject}Ids`]: asked.ids } : filter
}

/** Periods have to begin and end somewhere: without a start, as far back as days are told apart. */
function withPeriods(filter: PlatformFilter, dimension: Dimension, now: Instant): PlatformFilter {
  const to = filter.to ?? addDays(startOfDay(businessDay(now)), 1)
  const from = filter.from ?? addDays(to, -366)
  requireDrawable({ from, to }, dimension)
  return { ...filter, from, to }
}

type KeySums = Map<string, Sums>

async function axisSums(axis: Axis, dimension: Dimension, filter: ResolvedFilter): Promise<KeySums> {
  const key = keyOf(axis, dimension)
  const rows = await platformSums<Record<string, string | number>>(filter, [key])
  return new Map(rows.map(({ sessions, players, total, ...keys }) => [String(keys[key]), { sessions, players, total }]))
}

/** The keys that have a place of their own: every period and size, the most expensive of things. */
function shown(axis: Axis, sums: KeySums, { from, to }: PlatformFilter, dimension: Dimension): string[] {
  if (axis === 'period') return periodsBetween(from!, to!, dimension)
  if (axis === 'player_count') return [...sums.keys()].sort((a, b) => Number(a) - Number(b))
  const ranked = [...sums].sort(([a, left], [b, right]) =>
    left.total === right.total ? (a < b ? -1 : 1) : left.total > right.total ? -1 : 1,
  )
  return ranked.slice(0, MOST_SERIES).map(([key]) => key)
}

async function cellsOf(asked: CrossAsked, filter: ResolvedFilter, shownOnly: PlatformFilter): Promise<Map<string, Sums>> {
  const [rowKey, columnKey] = [keyOf(asked.rows, asked.dimension), keyOf(asked.columns, asked.dimension)]
  const found = await platformSums<Record<string, string | number>>({ ...filter, ...shownOnly }, [rowKey, columnKey])
  return new Map(found.map(({ sessions, players, total, ...keys }) => [`${keys[rowKey]}/${keys[columnKey]}`, { sessions, players, total }]))
}

async function allNames(
  { rows, columns }: CrossAsked,
  rowKeys: string[],
  columnKeys: string[],
): Promise<Map<string, { name: string; detail: string }>> {
  const found = await namesOf([...(isSubject(rows) ? rowKeys : []), ...(isSubject(columns) ? columnKeys : [])])
  return new Map([...found].map(([id, { name, detail, ownerName }]) => [id, { name, detail: ownerName || detail }]))
}

type Parts = {
  rows: KeySums
  columns: KeySums
  shownRows: string[]
  shownColumns: string[]
  cells: Map<string, Sums>
  names: Map<string, { name: string; detail: string }>
}

function matrixOf({ rows, columns, shownRows, shownColumns, cells, names }: Parts): Matrix {
  const entry = (key: string, sums: KeySums): AxisEntry => ({
    key,
    ...(names.get(key) ?? { name: key, detail: '' }),
    sums: sums.get(key) ?? NO_SUMS,
  })
  const own = shownRows.map((row) => shownColumns.map((column) => cells.get(`${row}/${column}`) ?? NO_SUMS))
  const entries = { rows: shownRows.map((key) => entry(key, rows)), columns: shownColumns.map((key) => entry(key, columns)) }
  const total = sumOf([...rows.values()])
  const restOf = (known: readonly AxisEntry[]): AxisEntry => ({
    key: null,
    name: '',
    detail: '',
    sums: less(total, sumOf(known.map(({ sums }) => sums))),
  })
  const [restRow, restColumn] = [restOf(entries.rows), restOf(entries.columns)]
  const withColumn = own.map((line, at) => [...line, less(entries.rows[at]!.sums, sumOf(line))])
  const lastLine = [...entries.columns.map(({ sums }, at) => less(sums, sumOf(own.map((line) => line[at]!))))]
  const lines = [...withColumn, [...lastLine, less(restRow.sums, sumOf(lastLine))]]
  const [hasRow, hasColumn] = [restRow.sums.sessions > 0, restColumn.sums.sessions > 0]
  return {
    rows: hasRow ? [...entries.rows, restRow] : entries.rows,
    columns: hasColumn ? [...entries.columns, restColumn] : entries.columns,
    cells: lines.slice(0, hasRow ? undefined : -1).map((line) => (hasColumn ? line : line.slice(0, -1))),
    total,
  }
}

const less = (whole: Sums, part: Sums): Sums => ({
  sessions: whole.sessions - part.sessions,
  players: whole.players - part.players,
  total: minus(whole.total, part.total),
})
