import * as v from 'valibot'
import { keyword as words } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { faceOf } from '#src/core/invoice-face'
import { minus } from '#src/core/money'
import type { Cell, Column, Table } from '#src/core/table'
import { type Language, type PlainKey, text } from '#src/core/text'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { INVOICE_FACES, INVOICE_TYPES, type InvoiceFilter, invoiceChunks, invoiceSums, type ListedInvoice } from '#src/invoices/queries'
import { staffExport } from './staff-export'

/** The invoices of all operators, as the desk shows them. */
export const allInvoicesExport = staffExport({
  title: 'invoices.desk',
  permission: 'invoice:view',
  filter: {
    ...timeQuery,
    status: v.optional(v.picklist(INVOICE_FACES)),
    type: v.optional(v.picklist(INVOICE_TYPES)),
    tax: v.optional(v.picklist(['attached', 'missing'])),
    keyword: words,
  },
  open: async ({ status, type, tax, keyword, ...times }, { language }) => {
    const { from, to } = timeFilter(times)
    const filter = { status, type, taxFile: tax, keyword, stretch: { ...(from && { from }), ...(to && { to }) } }
    return { rows: (await invoiceSums(filter)).rows, table: invoicesTable(filter, language) }
  },
})

function invoicesTable(filter: InvoiceFilter, language: Language): Table {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return {
    title: text(language, 'invoices.desk'),
    columns: [
      column('invoices.column.at', 'moment', 20),
      column('export.column.operator', 'text', 24),
      column('invoices.number', 'text', 20),
      column('invoices.column.type', 'text', 18),
      column('invoices.column.state', 'text', 12),
      column('invoices.export.asked', 'money', 14),
      column('invoices.export.issued', 'money', 14),
      column('invoices.amount.reversed', 'money', 16),
      column('invoices.tax', 'money', 14),
      column('invoices.field.invoice_title', 'text', 34),
      column('invoices.field.tax_id', 'text', 24),
      column('invoices.tax.number', 'text', 24),
      column('invoices.export.reviewedAt', 'moment', 20),
      column('invoices.export.reason', 'text', 40),
      column('invoices.id', 'text', 46),
      column('export.column.operatorId', 'text', 42),
    ],
    chunks: inCells(filter, language),
  }
}

async function* inCells(filter: InvoiceFilter, language: Language): AsyncGenerator<Cell[][]> {
  for await (const rows of invoiceChunks(undefined, filter)) yield rows.map((row) => cells(row, language))
}

/** What was issued stands after what was taken back, so that the column adds up to what counts as invoiced. */
const cells = (row: ListedInvoice, language: Language): Cell[] => [
  row.createdAt,
  row.operatorName,
  row.number,
  text(language, `invoices.type.${row.invoiceType}`),
  text(language, `invoices.state.${faceOf(row)}`),
  row.amount,
  row.status === 'approved' ? minus(row.amount, row.reversed) : null,
  row.number ? row.reversed : null,
  row.tax,
  row.invoiceTitle,
  row.taxId,
  row.taxNumber,
  row.reviewedAt,
  row.rejectReason,
  showId('invoice', row.id),
  showId('operator', row.operatorId),
]
