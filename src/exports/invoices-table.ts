import { showId, type Uuid } from '#src/core/ids'
import { faceOf } from '#src/core/invoice-face'
import { minus } from '#src/core/money'
import type { Cell, Table } from '#src/core/table'
import { type Language, text } from '#src/core/text'
import { type InvoiceFilter, invoiceChunks, type ListedInvoice } from '#src/invoices/queries'

/** An operator's invoices as a table, newest first; what was issued has a column of its own, so that it adds up. */
export function invoicesTable(operatorId: Uuid, filter: InvoiceFilter, language: Language): Table {
  return {
    title: text(language, 'export.kind.invoices'),
    columns: [
      { head: text(language, 'invoices.column.at'), kind: 'moment', width: 20 },
      { head: text(language, 'invoices.number'), kind: 'text', width: 20 },
      { head: text(language, 'invoices.column.type'), kind: 'text', width: 18 },
      { head: text(language, 'invoices.column.state'), kind: 'text', width: 12 },
      { head: text(language, 'invoices.export.asked'), kind: 'money', width: 14 },
      { head: text(language, 'invoices.export.issued'), kind: 'money', width: 14 },
      { head: text(language, 'invoices.field.invoice_title'), kind: 'text', width: 34 },
      { head: text(language, 'invoices.field.tax_id'), kind: 'text', width: 24 },
      { head: text(language, 'invoices.export.reviewedAt'), kind: 'moment', width: 20 },
      { head: text(language, 'invoices.export.reason'), kind: 'text', width: 40 },
      { head: text(language, 'invoices.id'), kind: 'text', width: 46 },
    ],
    chunks: inCells(invoiceChunks(operatorId, filter), language),
  }
}

async function* inCells(chunks: AsyncIterable<ListedInvoice[]>, language: Language): AsyncGenerator<Cell[][]> {
  for await (const rows of chunks) yield rows.map((row) => invoiceCells(row, language))
}

const invoiceCells = (row: ListedInvoice, language: Language): Cell[] => [
  row.createdAt,
  row.number,
  text(language, `invoices.type.${row.invoiceType}`),
  text(language, `invoices.state.${faceOf(row)}`),
  row.amount,
  row.status === 'approved' ? minus(row.amount, row.reversed) : null,
  row.invoiceTitle,
  row.taxId,
  row.reviewedAt,
  row.rejectReason,
  showId('invoice', row.id),
]
