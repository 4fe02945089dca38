import { type TransactionFilter, type TransactionRow, transactionChunks } from '#src/balances/transactions'
import { showId, type Uuid } from '#src/core/ids'
import type { Cell, Table } from '#src/core/table'
import { type Language, text } from '#src/core/text'

/** An operator's movements of money as a table, newest first; what came in and what went out have a column each, so both add up. */
export function transactionsTable(operatorId: Uuid, filter: TransactionFilter, language: Language): Table {
  return {
    title: text(language, 'export.kind.transactions'),
    columns: [
      { head: text(language, 'export.column.seq'), kind: 'count', width: 8 },
      { head: text(language, 'export.column.time'), kind: 'moment', width: 20 },
      { head: text(language, 'export.column.type'), kind: 'text', width: 10 },
      { head: text(language, 'export.column.description'), kind: 'text', width: 40 },
      { head: text(language, 'export.column.in'), kind: 'money', width: 14 },
      { head: text(language, 'export.column.out'), kind: 'money', width: 14 },
      { head: text(language, 'export.column.before'), kind: 'money', width: 14 },
      { head: text(language, 'export.column.after'), kind: 'money', width: 14 },
      { head: text(language, 'export.column.method'), kind: 'text', width: 12 },
      { head: text(language, 'export.column.transaction'), kind: 'text', width: 46 },
      { head: text(language, 'export.column.related'), kind: 'text', width: 46 },
    ],
    chunks: inCells(transactionChunks(operatorId, filter), language),
  }
}

async function* inCells(chunks: AsyncIterable<TransactionRow[]>, language: Language): AsyncGenerator<Cell[][]> {
  for await (const rows of chunks) yield rows.map((row) => transactionCells(row, language))
}

const transactionCells = (row: TransactionRow, language: Language): Cell[] => [
  Number(row.seq),
  row.at,
  text(language, `kind.${row.kind}`),
  row.description,
  row.direction === 'in' ? row.amount : null,
  row.direction === 'out' ? row.amount : null,
  row.balanceBefore,
  row.balanceAfter,
  row.channel && text(language, `ledger.channel.${row.channel}`),
  showId('transaction', row.id),
  relatedId(row),
]

const relatedId = ({ usageId, orderId, refundId }: TransactionRow): string | null =>
  (usageId && showId('usage', usageId)) ?? (orderId && showId('order', orderId)) ?? (refundId && showId('refund', refundId))
