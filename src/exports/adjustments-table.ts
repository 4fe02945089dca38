import * as v from 'valibot'
import {
  ADJUSTMENT_FILTER,
  type AdjustmentFilter,
  type AdjustmentRow,
  adjustmentChunks,
  sumAdjustments,
} from '#src/balances/adjustments/queries'
import { idOf, keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import type { Cell, Column, Table } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { staffExport } from './staff-export'

/** Balances moved by hand, as their page lists them. */
export const adjustmentsExport = staffExport({
  title: 'adjustments.title',
  permission: 'transaction:view',
  filter: { ...timeQuery, ...ADJUSTMENT_FILTER, operator_id: v.optional(idOf('operator')), keyword },
  open: async ({ operator_id: operatorId, start_time, end_time, ...rest }, { language, now }) => {
    const { from, to } = timeFilter({ start_time, end_time })
    const stretch = from ? { from, to: to ?? now } : null
    const filter = { ...rest, operatorId, stretch }
    return { rows: (await sumAdjustments(filter)).rows, table: adjustmentsTable(filter, language) }
  },
})

function adjustmentsTable(filter: AdjustmentFilter, language: Language): Table {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return {
    title: text(language, 'adjustments.title'),
    columns: [
      column('adjustments.at', 'moment', 20),
      column('adjustments.operator', 'text', 24),
      column('adjustments.direction.in', 'money', 14),
      column('adjustments.direction.out', 'money', 14),
      column('adjustments.state', 'text', 12),
      column('adjustments.reason', 'text', 40),
      column('adjustments.by', 'text', 14),
      column('adjustments.decidedBy', 'text', 14),
      column('adjustments.decidedAt', 'moment', 20),
      column('adjustments.id', 'text', 42),
      column('adjustments.operatorId', 'text', 42),
    ],
    chunks: inCells(filter, language),
  }
}

async function* inCells(filter: AdjustmentFilter, language: Language): AsyncGenerator<Cell[][]> {
  for await (const rows of adjustmentChunks(filter)) yield rows.map((row) => cells(row, language))
}

const cells = (row: AdjustmentRow, language: Language): Cell[] => [
  row.createdAt,
  row.operatorName,
  row.direction === 'in' ? row.amount : null,
  row.direction === 'out' ? row.amount : null,
  text(language, `adjustments.state.${row.status}`),
  row.reason,
  row.creatorName,
  row.deciderName,
  row.decidedAt,
  showId('adjustment', row.id),
  showId('operator', row.operatorId),
]
