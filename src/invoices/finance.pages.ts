import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { auditingRefusal } from '#src/audit-logs/refusals'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { keyword } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { validate } from '#src/core/validation'
import { recordExport } from '#src/exports/exports'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { uploadOf } from '#src/platform/upload'
import { type CaseProps, InvoiceCasePage } from '#views/finance/invoice'
import { deskPath, InvoiceDeskPage } from '#views/finance/invoices'
import { freeOf, invoiceableOf } from './invoiceable'
import { invoiceFile } from './issue'
import { isSellerKnown } from './paper'
import { INVOICE_FACES, INVOICE_TYPES, invoiceSums, invoicesPage, nextPending, openRedTask, requireInvoice } from './queries'
import { deskCounts, reversalsOf } from './reversals/queries'
import { approveInvoice, InvoiceApproval, InvoiceRejection, rejectInvoice } from './review'
import { attachTaxFile, TaxFileInput, taxFileResponse } from './tax-file'

type DeskCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/finance/invoices'
const LOOK = { audience: 'finance', permission: 'invoice:view' } as const
const DECIDE = { audience: 'finance', permission: 'invoice:review' } as const

const DeskQuery = v.object({
  ...keysetQuery,
  ...dayRangeQuery,
  keyword: v.fallback(keyword, ''),
  status: v.fallback(v.optional(v.picklist([...INVOICE_FACES, 'all']), 'pending'), 'pending'),
  type: v.fallback(v.optional(v.picklist(INVOICE_TYPES)), undefined),
  tax: v.fallback(v.optional(v.picklist(['attached', 'missing'])), undefined),
})

/** Finance decides about invoices: the queue, one case with all that a decision needs, the tax authority's file. */
export const invoicesFinancePages = [
  page(`GET ${PATH}`, LOOK, async (call) => {
    const { status, type, tax, keyword: words, range, from, to, ...keyset } = pageQuery(call.request, DeskQuery)
    const dates = dayRange({ range, from, to }, call.info.now)
    const filter = { status: status === 'all' ? undefined : status, type, taxFile: tax, keyword: words, stretch: dates.stretch }
    const [invoices, sums, counts] = await Promise.all([invoicesPage(filter, keyset), invoiceSums(filter), deskCounts()])
    return showPage(call, h(InvoiceDeskPage, { invoices, sums, counts, status, type, tax, keyword: words, dates }))
  }),

  page(`GET ${PATH}/:invoice_id`, LOOK, (call) => showCase(call, {})),

  page(`GET ${PATH}/:invoice_id/file`, LOOK, async (call) => {
    const { name, bytes } = await invoiceFile(await requireInvoice(idOf(call)))
    await transaction((tx) => recordExport(tx, { kind: 'invoice', format: 'pdf', name }, actOf(call.caller, call.info)))
    return new Response(bytes, { headers: attachment(name, 'application/pdf') })
  }),

  page(`POST ${PATH}/:invoice_id/approval`, { ...DECIDE, stepUp: true }, async (call) => {
    const checked = validate(InvoiceApproval, { note: call.form.note?.trim() || null })
    if (!checked.ok) return showCase(call, { errors: fieldErrors(checked.faults, call) }, 400)
    const [id, act] = [idOf(call), actOf(call.caller, call.info)]
    return decided(call, 'invoices.desk.done.approved', () =>
      auditingRefusal({ operation: 'invoice_approve', target: { kind: 'invoice', id } }, act, () =>
        transaction((tx) => approveInvoice(tx, id, checked.value.note, act)),
      ),
    )
  }),

  page(`POST ${PATH}/:invoice_id/rejection`, DECIDE, async (call) => {
    const values = { reason: call.form.reason ?? '' }
    const checked = validate(InvoiceRejection, values)
    const id = (await requireInvoice(idOf(call))).id
    if (!checked.ok) return showCase(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
    return decided(call, 'invoices.desk.done.rejected', () =>
      transaction((tx) => rejectInvoice(tx, id, checked.value.reason, actOf(call.caller, call.info))),
    )
  }),

  page(`GET ${PATH}/:invoice_id/tax-file`, LOOK, async (call) => taxFileResponse((await requireInvoice(idOf(call))).id)),

  page(`POST ${PATH}/:invoice_id/tax-file`, { ...DECIDE, upload: true }, async (call) => {
    const { id } = await requireInvoice(idOf(call))
    const values = { tax_number: call.form.tax_number ?? '' }
    const checked = validate(TaxFileInput, values)
    if (!checked.ok) return showCase(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
    try {
      await attachTaxFile(id, checked.value, uploadOf(call.request, 'tax_file'), actOf(call.caller, call.info))
      return redirect(deskPath(id), done('invoices.done.taxFile'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, ['tax_number', 'tax_file'])
      return showCase(call, { values, errors, message }, status)
    }
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

async function showCase(call: DeskCall, shown: Partial<CaseProps>, status = 200): Promise<Response> {
  const invoice = await requireInvoice(idOf(call))
  const [standing, red, reversals] = await Promise.all([
    invoiceableOf(invoice.operatorId),
    openRedTask(invoice.operatorId),
    reversalsOf(invoice.id),
  ])
  const props = {
    invoice,
    standing,
    red: red ?? null,
    reversals,
    exceeds: invoice.amount > freeOf(standing),
    sellerMissing: !isSellerKnown(),
    mayReview: call.caller.permissions.has('invoice:review'),
    values: {},
    errors: {},
    message: null,
    ...shown,
  }
  return showPage(call, h(InvoiceCasePage, props), { status })
}
