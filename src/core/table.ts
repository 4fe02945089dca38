import type { Money } from './money'
import type { Instant } from './time'

/** What a cell of a column holds; files write each kind in their own way, so that numbers stay numbers and times stay times. */
export type CellKind = 'text' | 'count' | 'average' | 'share' | 'money' | 'moment' | 'day'
/** null stands for an empty cell. */
export type Cell = string | number | Money | Instant | null

export type Column = { head: string; kind: CellKind /** In letters. */; width: number }

/** A table as files are made of it: rows come in chunks, so that a long one is never whole in memory. */
export type Table = {
  /** The sheet's name. */
  title: string
  columns: readonly Column[]
  chunks: AsyncIterable<readonly Cell[][]>
}

/** A short table that is all there, its sums in a row below. */
export type Sheet = { title: string; columns: readonly Column[]; rows: readonly (readonly Cell[])[]; total?: readonly Cell[] }
