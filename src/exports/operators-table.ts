import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { OPERATOR_STATES, type OperatorListFilter, operatorChunks, operatorSums } from '#src/accounts/list'
import type { Operator } from '#src/accounts/operators'
import { keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import type { Cell, Column, Table } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import { staffExport } from './staff-export'

/** The operators as their list shows them. */
export const operatorsExport = staffExport({
  title: 'operators.title',
  permission: 'operator:view',
  filter: {
    keyword,
    category: v.optional(v.picklist(CATEGORIES)),
    state: v.optional(v.picklist(OPERATOR_STATES)),
    closed: v.optional(v.literal('true')),
  },
  open: async ({ closed, ...rest }, { language }) => {
    const filter = { ...rest, includeClosed: closed === 'true' }
    return { rows: (await operatorSums(filter)).operators, table: operatorsTable(filter, language) }
  },
})

function operatorsTable(filter: OperatorListFilter, language: Language): Table {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return {
    title: text(language, 'operators.title'),
    columns: [
      column('operators.name', 'text', 28),
      column('operators.username', 'text', 20),
      column('operators.phone', 'text', 14),
      column('operators.email', 'text', 28),
      column('operators.category', 'text', 8),
      column('operators.state', 'text', 10),
      column('operators.balance', 'money', 14),
      column('account.recharged', 'money', 14),
      column('account.consumed', 'money', 14),
      column('account.refunded', 'money', 14),
      column('account.lastTransaction', 'moment', 20),
      column('operators.created', 'moment', 20),
      column('account.id', 'text', 42),
    ],
    chunks: inCells(filter, language),
  }
}

async function* inCells(filter: OperatorListFilter, language: Language): AsyncGenerator<Cell[][]> {
  for await (const rows of operatorChunks(filter)) yield rows.map((row) => cells(row, language))
}

function cells(row: Operator, language: Language): Cell[] {
  const state = row.deactivatedAt ? 'deactivated' : row.isLocked ? 'locked' : 'active'
  return [
    row.name,
    row.username,
    row.phone,
    row.email,
    text(language, `category.${row.category}`),
    text(language, `operators.state.${state}`),
    row.balance,
    row.totalRecharged,
    row.totalConsumed,
    row.totalRefunded,
    row.lastTransactionAt,
    row.createdAt,
    showId('operator', row.id),
  ]
}
