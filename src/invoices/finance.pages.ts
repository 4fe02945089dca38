import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { minus } from '#src/core/money'
import { validate } from '#src/core/validation'
import { recordExport } from '#src/exports/exports'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { type CaseProps, InvoiceCasePage, InvoiceDeskPage } from '#views/finance/invoices'
import { invoiceableOf } from './invoiceable'
import { invoiceFile } from './issue'
import { INVOICE_STATES, invoiceSums, invoicesPage, nextPending, openRedTask, requireInvoice } from './queries'
import { approveInvoice, InvoiceApproval, InvoiceRejection, rejectInvoice } from './review'

type DeskCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/finance/invoices'
const DeskQuery = v.object({
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  status: v.fallback(v.optional(v.picklist([...INVOICE_STATES, 'all']), 'pending'), 'pending'),
})

/** Finance decides about invoices: the queue, and one case with all that a decision needs. */
export const invoicesFinancePages = [
  page(`GET ${PATH}`, { audience: 'finance', permission: 'invoice:view' }, async (call) => {
    const { status, keyword: words, ...keyset } = pageQuery(call.request, DeskQuery)
    const filter = { status: status === 'all' ? undefined : status, keyword: words }
    const [invoices, sums] = await Promise.all([invoicesPage(filter, keyset), invoiceSums(filter)])
    return showPage(call, h(InvoiceDeskPage, { invoices, sums, status, keyword: words }))
  }),

  page(`GET ${PATH}/:invoice_id`, { audience: 'finance', permission: 'invoice:view' }, (call) => showCase(call)),

  page(`GET ${PATH}/:invoice_id/file`, { audience: 'finance', permission: 'invoice:view' }, async (call) => {
    const { name, bytes } = await invoiceFile(await requireInvoice(idOf(call)))
    await transaction((tx) => recordExport(tx, { kind: 'invoice', format: 'pdf', name }, actOf(call.caller, call.info)))
    return new Response(bytes, { headers: attachment(name, 'application/pdf') })
  }),

  page(`POST ${PATH}/:invoice_id/approval`, { audience: 'finance', permission: 'invoice:review' }, async (call) => {
    const checked = validate(InvoiceApproval, { note: call.form.note?.trim() || null })
    if (!checked.ok) return showCase(call, { message: Object.values(fieldErrors(checked.faults, call))[0]! }, 400)
    const id = idOf(call)
    return decided(call, 'invoices.desk.done.approved', () =>
      transaction((tx) => approveInvoice(tx, id, checked.value.note, actOf(call.caller, call.info))),
    )
  }),

  page(`POST ${PATH}/:invoice_id/rejection`, { audience: 'finance', permission: 'invoice:review' }, async (call) => {
    const reason = call.form.reason ?? ''
    const checked = validate(InvoiceRejection, { reason })
    const id = (await requireInvoice(idOf(call))).id
    if (!checked.ok) return showCase(call, { reason, error: fieldErrors(checked.faults, call).reason }, 400)
    return decided(call, 'invoices.desk.done.rejected', () =>
      transaction((tx) => rejectInvoice(tx, id, checked.value.reason, actOf(call.caller, call.info))),
    )
  }),
]

const idOf = ({ params }: DeskCall) => pathId('invoice', params, 'invoice_id')

/** After a decision the next case opens; after the last one the queue. */
async function decided(
  call: DeskCall,
  told: 'invoices.desk.done.approved' | 'invoices.desk.done.rejected',
  work: () => Promise<unknown>,
): Promise<Response> {
  try {
    await work()
  } catch (error) {
    const { status, message } = refusalOf(error, call, [])
    return showCase(call, { message }, status)
  }
  const next = await nextPending()
  return redirect(next ? `${PATH}/${showId('invoice', next)}` : PATH, done(told))
}

async function showCase(
  call: DeskCall,
  { reason = '', error, message = null }: Partial<Pick<CaseProps, 'reason' | 'error' | 'message'>> = {},
  status = 200,
): Promise<Response> {
  const invoice = await requireInvoice(idOf(call))
  const [standing, red] = await Promise.all([invoiceableOf(invoice.operatorId), openRedTask(invoice.operatorId)])
  const props = {
    invoice,
    standing,
    red: red ?? null,
    exceeds: invoice.amount > minus(standing.limit, standing.issued.amount),
    mayReview: call.caller.permissions.has('invoice:review'),
    reason,
    error,
    message,
  }
  return showPage(call, h(InvoiceCasePage, props), { status })
}
