import { h } from 'preact'
import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { dayRange, dayRangeQuery } from '#src/core/day-range'
import { bareUuid, idOf, keyword } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { keysetQuery } from '#src/core/keyset'
import { formatYuan, yuan, ZERO } from '#src/core/money'
import { invalidFields, Problem } from '#src/core/problem'
import { text } from '#src/core/text'
import { validate } from '#src/core/validation'
import { recordExport } from '#src/exports/exports'
import { done, type FormCall, fieldErrors, languageOf, type Refusal, redirect, refusalOf, showPage } from '#src/page'
import { pageQuery } from '#src/page-query'
import { transaction } from '#src/platform/database'
import { attachment } from '#src/platform/files'
import { type OperatorCaller, page, pathId } from '#src/platform/route'
import { InvoicePage, WithdrawInvoicePage } from '#views/operator/invoice'
import { COMPANY_FIELDS, NO_TITLE, TITLE_FIELDS } from '#views/operator/invoice-fields'
import { ApplyPage, type ApplyProps, NothingToInvoicePage } from '#views/operator/invoice-form'
import { invoicePath } from '#views/operator/invoice-tabs'
import { DeleteTitlePage, TitleFormPage, TitlesPage } from '#views/operator/invoice-titles'
import { InvoiceablePage, InvoicesPage } from '#views/operator/invoices'
import { checkedInvoice, checkedTitle, titleValues } from './form'
import { askable, invoiceableMonths, invoiceableOf } from './invoiceable'
import { invoiceFile } from './issue'
import { INVOICE_FACES, invoiceSums, invoicesPage, openRedTask, requireInvoice } from './queries'
import { requestInvoice, withdrawInvoice } from './request'
import { requireReversal, reversalFile, reversalsOf } from './reversals/queries'
import { taxFileResponse } from './tax-file'
import { addTitle, changeTitle, chooseTitle, deleteTitle, keepTitle, requireTitle, titlesOf } from './titles'

type OwnCall = FormCall & { caller: OperatorCaller; params: Record<string, string> }

const PATH = '/operator/invoices'
const FORM_FIELDS = ['amount', 'invoice_type', ...TITLE_FIELDS, ...COMPANY_FIELDS]

const ListQuery = v.object({
  ...dayRangeQuery,
  ...keysetQuery,
  keyword: v.fallback(keyword, ''),
  status: v.fallback(v.optional(v.picklist(INVOICE_FACES)), undefined),
})
const NewQuery = v.object({
  title: v.fallback(v.optional(v.union([v.literal('new'), bareUuid])), undefined),
  again: v.fallback(v.optional(idOf('invoice')), undefined),
})

/** An operator's invoices in the browser: what may be invoiced, asking, the paper, the book of titles. */
export const invoicesOperatorPages = [
  page(`GET ${PATH}`, { audience: 'operator' }, async (call) => {
    const { range, from, to, status, keyword: words, ...keyset } = pageQuery(call.request, ListQuery)
    const dates = dayRange({ range, from, to }, call.info.now)
    const filter = { status, keyword: words, stretch: dates.stretch }
    const own = call.caller.id
    const [invoices, sums, standing, red] = await Promise.all([
      invoicesPage(filter, keyset, own),
      invoiceSums(filter, own),
      invoiceableOf(own),
      openRedTask(own),
    ])
    return showPage(call, h(InvoicesPage, { invoices, sums, status, keyword: words, dates, standing, red: red ?? null }))
  }),

  page(`GET ${PATH}/amount`, { audience: 'operator' }, async (call) => {
    const own = call.caller.id
    const [standing, months, red] = await Promise.all([invoiceableOf(own), invoiceableMonths(own), openRedTask(own)])
    return showPage(call, h(InvoiceablePage, { standing, months, red: red ?? null }))
  }),

  page(`GET ${PATH}/new`, { audience: 'operator' }, async (call) => {
    const most = askable(await invoiceableOf(call.caller.id))
    if (most === ZERO) return showPage(call, h(NothingToInvoicePage, {}))
    return showApply(call, await prefilled(call), { status: 200, errors: {}, message: null })
  }),

  page(`POST ${PATH}/new`, { audience: 'operator' }, async (call) => {
    const { caller, info, form } = call
    const checked = checkedInvoice(form)
    const key = validate(bareUuid, form.form_key)
    const again = (refusal: Refusal) => showApply(call, sent(call), refusal)
    if (!checked.ok) return again({ status: 400, errors: fieldErrors(checked.faults, call), message: null })
    try {
      const id = await transaction(async (tx) => {
        const act = actOf(caller, info)
        if (form.keep === 'true') await keepTitle(tx, caller.id, checked.value, act)
        return requestInvoice(tx, caller.id, checked.value, act, key.ok ? key.value : null)
      })
      return redirect(invoicePath(id), done('invoices.done.requested'))
    } catch (error) {
      return again(await namingTheMost(call, error, refusalOf(error, call, FORM_FIELDS)))
    }
  }),

  page(`GET ${PATH}/titles`, { audience: 'operator' }, async (call) =>
    showPage(call, h(TitlesPage, { titles: await titlesOf(call.caller.id) })),
  ),

  page(`GET ${PATH}/titles/new`, { audience: 'operator' }, (call) =>
    showPage(call, h(TitleFormPage, { id: null, values: NO_TITLE, errors: {}, message: null })),
  ),

  page(`POST ${PATH}/titles/new`, { audience: 'operator' }, (call) =>
    writeTitle(call, null, (tx, input, act) => addTitle(tx, call.caller.id, input, act)),
  ),

  page(`GET ${PATH}/titles/:title_id/edit`, { audience: 'operator' }, async (call) => {
    const title = await requireTitle(call.caller.id, titleId(call))
    return showPage(call, h(TitleFormPage, { id: title.id, values: wordsOf(title), errors: {}, message: null }))
  }),

  page(`POST ${PATH}/titles/:title_id/edit`, { audience: 'operator' }, async (call) => {
    const { id } = await requireTitle(call.caller.id, titleId(call))
    return writeTitle(call, id, (tx, input, act) => changeTitle(tx, call.caller.id, id, input, act))
  }),

  page(`POST ${PATH}/titles/:title_id/default`, { audience: 'operator' }, async (call) => {
    await transaction((tx) => chooseTitle(tx, call.caller.id, titleId(call), actOf(call.caller, call.info)))
    return redirect(`${PATH}/titles`, done('invoices.titles.done.chosen'))
  }),

  page(`GET ${PATH}/titles/:title_id/delete`, { audience: 'operator' }, async (call) =>
    showPage(call, h(DeleteTitlePage, { title: await requireTitle(call.caller.id, titleId(call)) })),
  ),

  page(`POST ${PATH}/titles/:title_id/delete`, { audience: 'operator' }, async (call) => {
    await transaction((tx) => deleteTitle(tx, call.caller.id, titleId(call), actOf(call.caller, call.info)))
    return redirect(`${PATH}/titles`, done('invoices.titles.done.deleted'))
  }),

  page(`GET ${PATH}/:invoice_id`, { audience: 'operator' }, (call) => showInvoice(call, null)),

  page(`GET ${PATH}/:invoice_id/file`, { audience: 'operator' }, async (call) => {
    const { name, bytes } = await invoiceFile(await ownInvoice(call))
    await transaction((tx) => recordExport(tx, { kind: 'invoice', format: 'pdf', name }, actOf(call.caller, call.info)))
    return new Response(bytes, { headers: attachment(name, 'application/pdf') })
  }),

  page(`GET ${PATH}/:invoice_id/tax-file`, { audience: 'operator' }, async (call) => taxFileResponse((await ownInvoice(call)).id)),

  page(`GET ${PATH}/:invoice_id/reversals/:reversal_id/file`, { audience: 'operator' }, async (call) => {
    const { id } = await ownInvoice(call)
    const { name, bytes } = await reversalFile(await requireReversal(id, pathId('session', call.params, 'reversal_id')))
    await transaction((tx) => recordExport(tx, { kind: 'invoice', format: 'pdf', name }, actOf(call.caller, call.info)))
    return new Response(bytes, { headers: attachment(name, 'application/pdf') })
  }),

  page(`GET ${PATH}/:invoice_id/withdrawal`, { audience: 'operator' }, async (call) => {
    const invoice = await ownInvoice(call)
    return invoice.status === 'pending' ? showPage(call, h(WithdrawInvoicePage, { invoice })) : redirect(invoicePath(invoice.id))
  }),

  page(`POST ${PATH}/:invoice_id/withdrawal`, { audience: 'operator' }, async (call) => {
    const { caller, info } = call
    const { id } = await ownInvoice(call)
    try {
      await transaction((tx) => withdrawInvoice(tx, caller.id, id, actOf(caller, info)))
      return redirect(invoicePath(id), done('invoices.done.withdrawn'))
    } catch (error) {
      const { status, message } = refusalOf(error, call, [])
      return showInvoice(call, message, status)
    }
  }),
]

const ownInvoice = ({ caller, params }: OwnCall) => requireInvoice(pathId('invoice', params, 'invoice_id'), caller.id)

async function showInvoice(call: OwnCall, message: string | null, status = 200): Promise<Response> {
  const invoice = await ownInvoice(call)
  const reversals = (await reversalsOf(invoice.id)).filter((one) => one.status === 'issued')
  return showPage(call, h(InvoicePage, { invoice, reversals, message }), { status })
}

/** Titles have no kind of id on the wire: they are met on pages alone. */
function titleId({ params }: OwnCall): Uuid {
  const parsed = validate(v.object({ title_id: bareUuid }), params)
  if (!parsed.ok) throw invalidFields(parsed.faults)
  return parsed.value.title_id
}

type Filled = Pick<ApplyProps, 'chosen' | 'values' | 'formKey'>

async function showApply(call: OwnCall, filled: Filled, { status, errors, message }: Refusal): Promise<Response> {
  const [titles, standing] = await Promise.all([titlesOf(call.caller.id), invoiceableOf(call.caller.id)])
  return showPage(call, h(ApplyPage, { most: askable(standing), titles, ...filled, errors, message }), { status })
}

/** The form as it opens: with the title that was chosen, else that of an invoice asked for before, else the usual one. */
async function prefilled(call: OwnCall): Promise<Filled> {
  const { title, again } = pageQuery(call.request, NewQuery)
  const formKey = newId()
  if (again) {
    const before = await requireInvoice(again, call.caller.id)
    const values = { ...wordsOf(before), amount: yuan(before.amount), invoice_type: before.invoiceType, keep: false }
    return { chosen: null, formKey, values }
  }
  const usual = title === undefined ? (await titlesOf(call.caller.id)).find(({ isDefault }) => isDefault) : undefined
  const chosen = title === undefined || title === 'new' ? usual : await requireTitle(call.caller.id, title)
  const words = chosen ? wordsOf(chosen) : NO_TITLE
  return { chosen: chosen?.id ?? null, formKey, values: { ...words, amount: '', invoice_type: 'vat_normal', keep: chosen === undefined } }
}

const sent = ({ form }: OwnCall): Filled => ({
  chosen: null,
  formKey: form.form_key ?? newId(),
  values: { ...titleValues(form), amount: form.amount ?? '', invoice_type: form.invoice_type ?? '', keep: form.keep === 'true' },
})

/** The refusal of an amount says what would be possible. */
async function namingTheMost(call: OwnCall, error: unknown, refusal: Refusal): Promise<Refusal> {
  const exceeds = error instanceof Problem && error.wording === 'EXCEEDS_INVOICEABLE'
  if (!exceeds) return refusal
  const max = formatYuan(askable(await invoiceableOf(call.caller.id)))
  return { ...refusal, errors: { amount: text(languageOf(call), 'invoices.apply.amount.over', { max }) } }
}

type Titled = { invoiceTitle: string; taxId: string; email: string | null } & Record<
  'bankName' | 'bankAccount' | 'companyAddress' | 'companyPhone',
  string | null
>

const wordsOf = (title: Titled) => ({
  invoice_title: title.invoiceTitle,
  tax_id: title.taxId,
  email: title.email ?? '',
  bank_name: title.bankName ?? '',
  bank_account: title.bankAccount ?? '',
  company_address: title.companyAddress ?? '',
  company_phone: title.companyPhone ?? '',
})

type TitleWriter = (
  tx: Parameters<typeof addTitle>[0],
  input: Parameters<typeof addTitle>[2],
  act: Parameters<typeof addTitle>[3],
) => Promise<unknown>

async function writeTitle(call: OwnCall, id: Uuid | null, write: TitleWriter): Promise<Response> {
  const again = ({ status, errors, message }: Refusal) =>
    showPage(call, h(TitleFormPage, { id, values: titleValues(call.form), errors, message }), { status })
  const checked = checkedTitle(call.form)
  if (!checked.ok) return again({ status: 400, errors: fieldErrors(checked.faults, call), message: null })
  try {
    await transaction((tx) => write(tx, checked.value, actOf(call.caller, call.info)))
    return redirect(`${PATH}/titles`, done(id ? 'invoices.titles.done.changed' : 'invoices.titles.done.created'))
  } catch (error) {
    return again(refusalOf(error, call, FORM_FIELDS))
  }
}
