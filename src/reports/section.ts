import type { Money } from '#src/core/money'
import type { Cell, Column, Sheet } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'

/** A part of a report in its words: the figures on top, a drawing, tables, and what there is to say about them. */
export type Section = {
  key: 'income_summary' | 'top_customers' | 'usage_statistics' | 'refund_summary'
  title: string
  tiles: Tile[]
  chart?: Chart
  tables: ReportTable[]
  notes: string[]
}
/** A figure: money, a count, or words. */
type Tile = { label: string; value: Money | number | string }
/** `short` stands on paper in its place: a year by month where the files have it by day. */
type ReportTable = Sheet & { short?: Sheet }
/** Two bars for each label; heights are shares of the highest, 0–1. */
export type Chart = { title: string; legend: [string, string]; labels: string[]; bars: [number, number][]; top: string }

type ColumnKey = Extract<PlainKey, `reports.column.${string}`>

export const column = (language: Language, key: ColumnKey, kind: Column['kind'], width = 14): Column => ({
  head: text(language, key),
  kind,
  width,
})

/** The share of a part in per cent, one place; nothing of nothing is no share. */
export function shareOf(part: bigint | number, whole: bigint | number): number | null {
  return Number(whole) === 0 ? null : Math.round((Number(part) / Number(whole)) * 1_000) / 10
}

/** By how much a figure grew against the one before, in per cent; null where there was none. */
export const changeOf = (now: bigint, before: bigint): number | null =>
  before === 0n ? null : Math.round((Number(now - before) / Math.abs(Number(before))) * 1_000) / 10

/** A row without figures of its own is left out. */
export const unlessNone = (count: number, row: Cell[]): Cell[][] => (count > 0 ? [row] : [])
