import type { FieldFault } from '#src/core/problem'
import { type Validated, validate } from '#src/core/validation'
import { InvoiceInput } from './request'
import { taxIdFault } from './tax-id'
import { COMPANY_FIELDS, TitleInput } from './titles'

type Form = Record<string, string>

/** The words of a form, as it is shown again. */
export const titleValues = (form: Form) => ({
  invoice_title: form.invoice_title ?? '',
  tax_id: form.tax_id ?? '',
  email: form.email ?? '',
  bank_name: form.bank_name ?? '',
  bank_account: form.bank_account ?? '',
  company_address: form.company_address ?? '',
  company_phone: form.company_phone ?? '',
})

/** What a form asks for. A person's number is read in small letters and with spaces too, and its check character is held against it. */
export function checkedInvoice(form: Form): Validated<InvoiceInput> {
  const { amount = '', invoice_type } = form
  return withTaxId(
    validate(InvoiceInput, {
      ...titleFields(form),
      amount: amount
        .trim()
        .replace(/^[\uFFE5¥]/, '')
        .replaceAll(',', ''),
      invoice_type,
    }),
  )
}

export const checkedTitle = (form: Form): Validated<TitleInput> => withTaxId(validate(TitleInput, titleFields(form)))

/** Blank means not said. */
function titleFields(form: Form) {
  const company = Object.fromEntries(COMPANY_FIELDS.map((name) => [name, form[name]?.trim() || null]))
  return {
    invoice_title: form.invoice_title ?? '',
    tax_id: (form.tax_id ?? '').replace(/\s/g, '').toUpperCase(),
    email: form.email?.trim() || null,
    ...company,
  }
}

function withTaxId<T extends { tax_id: string }>(checked: Validated<T>): Validated<T> {
  const message = checked.ok ? taxIdFault(checked.value.tax_id) : undefined
  return message ? { ok: false, faults: [{ field: 'tax_id', message } satisfies FieldFault] } : checked
}
