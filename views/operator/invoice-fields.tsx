import { ErrorSummary, Field } from '../components/form'
import { useText } from '../page-context'

export const TITLE_FIELDS = ['invoice_title', 'tax_id', 'email'] as const
export const COMPANY_FIELDS = ['bank_name', 'bank_account', 'company_address', 'company_phone'] as const
type TitleField = (typeof TITLE_FIELDS)[number] | (typeof COMPANY_FIELDS)[number]
export type TitleValues = Record<TitleField, string>
export type TitleErrors = Partial<Record<TitleField, string>>

export const NO_TITLE: TitleValues = {
  invoice_title: '',
  tax_id: '',
  email: '',
  bank_name: '',
  bank_account: '',
  company_address: '',
  company_phone: '',
}

const LONGEST: Record<TitleField, number> = {
  invoice_title: 128,
  tax_id: 20,
  email: 128,
  bank_name: 128,
  bank_account: 64,
  company_address: 200,
  company_phone: 32,
}

/** Everything wrong with a form, above it. */
export function InvoiceErrors({ errors }: { errors: Readonly<Record<string, string | undefined>> }) {
  const t = useText()
  const names = ['amount', 'invoice_type', ...TITLE_FIELDS, ...COMPANY_FIELDS] as const
  return (
    <ErrorSummary
      errors={names.flatMap((name) =>
        errors[name] === undefined ? [] : [{ name, label: t(`invoices.field.${name}`), message: errors[name] }],
      )}
    />
  )
}

/** To whom an invoice is made out: the same fields in a request and in the book. */
export function TitleFieldset({ values, errors }: { values: TitleValues; errors: TitleErrors }) {
  const t = useText()
  const field = (name: TitleField) => ({
    name,
    label: t(`invoices.field.${name}`),
    value: values[name],
    error: errors[name],
    maxLength: LONGEST[name],
  })
  return (
    <>
      <Field {...field('invoice_title')} hint={t('invoices.field.invoice_title.hint')} autocomplete="organization" />
      <Field {...field('tax_id')} hint={t('invoices.field.tax_id.hint')} autocomplete="off" />
      <Field {...field('email')} type="email" hint={t('invoices.field.email.hint')} optional autocomplete="email" inputMode="email" />
      <fieldset>
        <legend>{t('invoices.special')}</legend>
        <p class="field-hint">{t('invoices.special.note')}</p>
        <Field {...field('bank_name')} optional autocomplete="off" />
        <Field {...field('bank_account')} optional autocomplete="off" />
        <Field {...field('company_address')} optional autocomplete="street-address" />
        <Field {...field('company_phone')} type="tel" optional autocomplete="tel" inputMode="tel" />
      </fieldset>
    </>
  )
}
