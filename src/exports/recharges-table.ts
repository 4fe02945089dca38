import { showId, type Uuid } from '#src/core/ids'
import type { Cell, Table } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import type { Order } from '#src/payments/orders'
import { type OrderFilter, ownOrderChunks } from '#src/payments/queries'

/** An operator's recharge orders as a table, newest first; what was paid has a column of its own, so that it adds up. */
export function rechargesTable(operatorId: Uuid, filter: OrderFilter, language: Language): Table {
  return {
    title: text(language, 'export.kind.recharges'),
    columns: [
      { head: text(language, 'recharge.column.time'), kind: 'moment', width: 20 },
      { head: text(language, 'export.column.method'), kind: 'text', width: 12 },
      { head: text(language, 'recharge.column.state'), kind: 'text', width: 12 },
      { head: text(language, 'recharge.export.ordered'), kind: 'money', width: 14 },
      { head: text(language, 'recharge.export.paid'), kind: 'money', width: 14 },
      { head: text(language, 'recharge.column.paidAt'), kind: 'moment', width: 20 },
      { head: text(language, 'recharge.column.order'), kind: 'text', width: 46 },
      { head: text(language, 'recharge.column.provider'), kind: 'text', width: 34 },
      { head: text(language, 'recharge.column.note'), kind: 'text', width: 40 },
    ],
    chunks: inCells(ownOrderChunks(operatorId, filter), language),
  }
}

async function* inCells(chunks: AsyncIterable<Order[]>, language: Language): AsyncGenerator<Cell[][]> {
  for await (const rows of chunks) yield rows.map((row) => orderCells(row, language))
}

const orderCells = (row: Order, language: Language): Cell[] => [
  row.createdAt,
  text(language, `recharge.method.${row.paymentMethod}`),
  text(language, `recharge.state.${row.status}`),
  row.amount,
  row.status === 'success' ? row.amount : null,
  row.paidAt,
  showId('order', row.id),
  row.providerTxnId,
  row.late ? text(language, 'recharge.late') : row.errorMessage,
]
