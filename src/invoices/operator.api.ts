import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { pageQuery } from '#src/core/fields'
import { yuan } from '#src/core/money'
import { recordExport } from '#src/exports/exports'
import { transaction } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { InvoiceFileAnswer, InvoiceRequestedAnswer, InvoicesAnswer, InvoiceWithdrawnAnswer } from './answers'
import { askable, invoiceableOf } from './invoiceable'
import { invoiceFile } from './issue'
import { INVOICE_STATES, invoiceJson, listInvoices, requireInvoice } from './queries'
import { InvoiceInput, requestInvoice, withdrawInvoice } from './request'

const InvoicesQuery = v.object({ ...pageQuery, status: v.optional(v.picklist([...INVOICE_STATES, 'all']), 'all') })

/** An operator's invoices for its programs (API 4). */
export const invoicesOperatorApi = [
  api('GET /operators/me/invoices', { audience: 'operator', answer: InvoicesAnswer, query: InvoicesQuery }, async ({ caller, query }) => {
    const status = query.status === 'all' ? undefined : query.status
    const [{ total, rows }, standing] = await Promise.all([listInvoices({ ...query, status }, caller.id), invoiceableOf(caller.id)])
    const items = rows.map((row) => invoiceJson(row, 'operator'))
    return list(query, total, items, { invoiceable_amount: yuan(askable(standing)) })
  }),

  api(
    'POST /operators/me/invoices',
    { audience: 'operator', answer: InvoiceRequestedAnswer, body: InvoiceInput },
    async ({ caller, body, info }) => {
      const id = await transaction((tx) => requestInvoice(tx, caller.id, body, actOf(caller, info)))
      const invoice = await requireInvoice(id, caller.id)
      return success(invoiceJson(invoice, 'operator'), { status: 201, message: '发票申请已提交，等待财务审核' })
    },
  ),

  api(
    'DELETE /operators/me/invoices/:invoice_id',
    { audience: 'operator', answer: InvoiceWithdrawnAnswer },
    async ({ caller, params, info }) => {
      await transaction((tx) => withdrawInvoice(tx, caller.id, pathId('invoice', params, 'invoice_id'), actOf(caller, info)))
      return success(null, { message: '发票申请已撤回' })
    },
  ),

  api(
    'GET /operators/me/invoices/:invoice_id/pdf',
    { audience: 'operator', answer: InvoiceFileAnswer },
    async ({ caller, params, info }) => {
      const { name, bytes } = await invoiceFile(await requireInvoice(pathId('invoice', params, 'invoice_id'), caller.id))
      await transaction((tx) => recordExport(tx, { kind: 'invoice', format: 'pdf', name }, actOf(caller, info)))
      return new Response(bytes, { headers: attachment(name, 'application/pdf') })
    },
  ),
]
