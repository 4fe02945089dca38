import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { auditingRefusal } from '#src/audit-logs/refusals'
import type { Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { minus, smaller, yuan } from '#src/core/money'
import { validate } from '#src/core/validation'
import { recordExport } from '#src/exports/exports'
import { done, type FormCall, fieldErrors, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import {
  REVERSAL_FIELDS,
  ReversalFormPage,
  type ReversalFormProps,
  ReversalReviewPage,
  type ReversalReviewProps,
} from '#views/finance/invoice-reversal'
import { OverInvoicedPage, ReversalsPage } from '#views/finance/invoice-reversals'
import { deskPath } from '#views/finance/invoices'
import { type ListedInvoice, openRedTask, requireInvoice } from '../queries'
import { deskCounts, overInvoiced, REVERSAL_STATES, requireReversal, reversalFile, reversalsOf, reversalsPage } from './queries'
import { confirmReversal, isVoidable, proposeReversal, ReversalInput, ReversalRejection, rejectReversal } from './reversals'

type DeskCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const PATH = '/finance/invoices'
const LOOK = { audience: 'finance', permission: 'invoice:view' } as const
const DECIDE = { audience: 'finance', permission: 'invoice:review' } as const

const ListQuery = v.object({
  ...keysetQuery,
  status: v.fallback(v.optional(v.picklist([...REVERSAL_STATES, 'all']), 'proposed'), 'proposed'),
})

/** Finance takes invoices back: one person proposes, another decides. */
export const reversalsFinancePages = [
  page(`GET ${PATH}/reversals`, LOOK, async (call) => {
    const { status, ...keyset } = pageQuery(call.request, ListQuery)
    const [reversals, counts] = await Promise.all([reversalsPage(status === 'all' ? undefined : status, keyset), deskCounts()])
    return showPage(call, h(ReversalsPage, { reversals, status, counts }))
  }),

  page(`GET ${PATH}/over`, LOOK, async (call) => {
    const [tasks, counts] = await Promise.all([overInvoiced(), deskCounts()])
    return showPage(call, h(OverInvoicedPage, { tasks, counts }))
  }),

  page(`GET ${PATH}/:invoice_id/reversal`, DECIDE, async (call) => {
    const invoice = await requireInvoice(invoiceId(call))
    const open = (await reversalsOf(invoice.id)).find(({ status }) => status === 'proposed')
    if (open) return redirect(`${deskPath(invoice.id)}/reversals/${open.id}/review`)
    if (invoice.status !== 'approved' || invoice.reversed === invoice.amount) return redirect(deskPath(invoice.id))
    return showForm(call, invoice, {})
  }),

  page(`POST ${PATH}/:invoice_id/reversal`, DECIDE, async (call) => {
    const invoice = await requireInvoice(invoiceId(call))
    const values = Object.fromEntries(REVERSAL_FIELDS.map((name) => [name, call.form[name] ?? ''])) as ReversalFormProps['values']
    const checked = validate(ReversalInput, {
      ...values,
      amount: values.amount
        .trim()
        .replace(/^[\uFFE5¥]/, '')
        .replaceAll(',', ''),
      confirmation_no: values.confirmation_no.trim() || null,
    })
    if (!checked.ok) return showForm(call, invoice, { values, errors: fieldErrors(checked.faults, call) }, 400)
    try {
      await transaction((tx) => proposeReversal(tx, invoice.id, checked.value, actOf(call.caller, call.info)))
      return redirect(deskPath(invoice.id), done('invoices.reversal.done.proposed'))
    } catch (error) {
      const { status, errors, message } = refusalOf(error, call, REVERSAL_FIELDS)
      return showForm(call, await requireInvoice(invoice.id), { values, errors, message }, status)
    }
  }),

  page(`GET ${PATH}/:invoice_id/reversals/:reversal_id/file`, LOOK, async (call) => {
    const { name, bytes } = await reversalFile(await requireReversal(invoiceId(call), reversalId(call)))
    await transaction((tx) => recordExport(tx, { kind: 'invoice', format: 'pdf', name }, actOf(call.caller, call.info)))
    return new Response(bytes, { headers: attachment(name, 'application/pdf') })
  }),

  page(`GET ${PATH}/:invoice_id/reversals/:reversal_id/review`, DECIDE, (call) => showReview(call, {})),

  page(`POST ${PATH}/:invoice_id/reversals/:reversal_id/confirmation`, { ...DECIDE, stepUp: true }, (call) =>
    decide(call, async (id) => {
      const act = actOf(call.caller, call.info)
      const target = { kind: 'invoice', id: invoiceId(call) }
      const number = await auditingRefusal({ operation: 'invoice_reversal_confirm', target }, act, () =>
        transaction((tx) => confirmReversal(tx, id, act)),
      )
      return number === null ? 'invoices.reversal.done.voided' : 'invoices.reversal.done.red'
    }),
  ),

  page(`POST ${PATH}/:invoice_id/reversals/:reversal_id/rejection`, DECIDE, async (call) => {
    const values = { reason: call.form.reason ?? '' }
    const checked = validate(ReversalRejection, values)
    if (!checked.ok) return showReview(call, { values, errors: fieldErrors(checked.faults, call) }, 400)
    return decide(call, async (id) => {
      await transaction((tx) => rejectReversal(tx, id, checked.value.reason, actOf(call.caller, call.info)))
      return 'invoices.reversal.done.rejected'
    })
  }),
]

const invoiceId = ({ params }: DeskCall): Uuid => pathId('invoice', params, 'invoice_id')
const reversalId = ({ params }: DeskCall): Uuid => pathId('session', params, 'reversal_id')

async function showForm(call: DeskCall, invoice: ListedInvoice, shown: Partial<ReversalFormProps>, status = 200): Promise<Response> {
  const mayVoid = isVoidable(invoice, call.info.now) && invoice.taxNumber === null
  const values = await usualValues(invoice, mayVoid)
  return showPage(call, h(ReversalFormPage, { invoice, mayVoid, values, errors: {}, message: null, ...shown }), { status })
}

/** After a refund what is invoiced too much, as far as this invoice covers it; else the whole of it. */
async function usualValues({ operatorId, amount, reversed }: ListedInvoice, mayVoid: boolean): Promise<ReversalFormProps['values']> {
  const left = minus(amount, reversed)
  const red = await openRedTask(operatorId)
  const words = { reason: '', confirmation_no: '' }
  if (red) return { kind: 'red', amount: yuan(smaller(red.over, left)), reason_code: 'return', ...words }
  return { kind: mayVoid ? 'void' : 'red', amount: yuan(left), reason_code: 'mistake', ...words }
}

/** A refusal is told on the page that asked. */
async function decide(call: DeskCall, work: (id: Uuid) => Promise<Parameters<typeof done>[0]>): Promise<Response> {
  const { id } = await requireReversal(invoiceId(call), reversalId(call))
  try {
    const told = await work(id)
    return redirect(deskPath(invoiceId(call)), done(told))
  } catch (error) {
    const { status, message } = refusalOf(error, call, [])
    return showReview(call, { message }, status)
  }
}

async function showReview(call: DeskCall, shown: Partial<ReversalReviewProps>, status = 200): Promise<Response> {
  const reversal = await requireReversal(invoiceId(call), reversalId(call))
  const invoice = await requireInvoice(reversal.invoiceId)
  const isOwn = reversal.proposedBy === call.caller.id
  return showPage(call, h(ReversalReviewPage, { invoice, reversal, isOwn, values: {}, errors: {}, message: null, ...shown }), { status })
}
