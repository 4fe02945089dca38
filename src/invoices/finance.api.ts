import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { auditingRefusal } from '#src/audit-logs/refusals'
import { keyword, pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { recordExport } from '#src/exports/exports'
import { transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { attachment } from '#src/platform/files'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { InvoiceApprovedAnswer, InvoiceFileAnswer, InvoiceRejectedAnswer, ReviewedInvoicesAnswer } from './answers'
import { invoiceFile, pdfAddress } from './issue'
import { INVOICE_STATES, invoiceJson, listInvoices, requireInvoice } from './queries'
import { approveInvoice, InvoiceApproval, InvoiceRejection, rejectInvoice } from './review'

const InvoicesQuery = v.object({ ...pageQuery, status: v.optional(v.picklist([...INVOICE_STATES, 'all']), 'pending'), keyword })

/** Finance decides about invoices (API 6). */
export const invoicesFinanceApi = [
  api(
    'GET /finance/invoices',
    { audience: 'finance', permission: 'invoice:view', answer: ReviewedInvoicesAnswer, query: InvoicesQuery },
    async ({ query }) => {
      const { total, rows } = await listInvoices({ ...query, status: query.status === 'all' ? undefined : query.status })
      const items = rows.map((row) => ({
        ...invoiceJson(row, 'finance'),
        operator_id: showId('operator', row.operatorId),
        operator_name: row.operatorName,
        operator_category: row.operatorCategory,
      }))
      return list(query, total, items)
    },
  ),

  api(
    'POST /finance/invoices/:invoice_id/approve',
    { audience: 'finance', permission: 'invoice:review', stepUp: true, answer: InvoiceApprovedAnswer, body: InvoiceApproval },
    async ({ caller, params, body, info }) => {
      const id = pathId('invoice', params, 'invoice_id')
      const act = actOf(caller, info)
      await auditingRefusal({ operation: 'invoice_approve', target: { kind: 'invoice', id } }, act, () =>
        transaction((tx) => approveInvoice(tx, id, body.note, act)),
      )
      faultPoint('invoice:committed')
      return success({ invoice_id: showId('invoice', id), pdf_url: pdfAddress('finance', id) }, { message: '发票已批准并生成' })
    },
  ),

  api(
    'POST /finance/invoices/:invoice_id/reject',
    { audience: 'finance', permission: 'invoice:review', answer: InvoiceRejectedAnswer, body: InvoiceRejection },
    async ({ caller, params, body, info }) => {
      await transaction((tx) => rejectInvoice(tx, pathId('invoice', params, 'invoice_id'), body.reason, actOf(caller, info)))
      return success(null, { message: '发票申请已拒绝' })
    },
  ),

  api(
    'GET /finance/invoices/:invoice_id/pdf',
    { audience: 'finance', permission: 'invoice:view', answer: InvoiceFileAnswer },
    async ({ caller, params, info }) => {
      const { name, bytes } = await invoiceFile(await requireInvoice(pathId('invoice', params, 'invoice_id')))
      await transaction((tx) => recordExport(tx, { kind: 'invoice', format: 'pdf', name }, actOf(caller, info)))
      return new Response(bytes, { headers: attachment(name, 'application/pdf') })
    },
  ),
]
