import type { Uuid } from '#src/core/ids'
import { formatYuan, type Money } from '#src/core/money'
import { EmptyState } from '../components/empty-state'
import { CsrfField, Field, Select, SubmitButton } from '../components/form'
import { Notice } from '../components/notice'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { InvoiceErrors, type TitleErrors, TitleFieldset, type TitleValues } from './invoice-fields'
import { InvoiceTabs } from './invoice-tabs'

type ApplyValues = TitleValues & { amount: string; invoice_type: string; keep: boolean }
export type ApplyProps = {
  /** What may be asked for at most. */
  most: Money
  titles: readonly { id: Uuid; invoiceTitle: string }[]
  /** The title of the book whose words stand in the form; null for new ones. */
  chosen: Uuid | null
  values: ApplyValues
  errors: TitleErrors & { amount?: string; invoice_type?: string }
  message: string | null
  /** Makes the same form sent twice one request. */
  formKey: string
}

/** `/operator/invoices/new`: for how much, and to whom. */
export function ApplyPage(props: ApplyProps) {
  const t = useText()
  return (
    <Layout title={t('invoices.apply')} trail={[{ href: '/operator/invoices', label: t('invoices.title') }]}>
      <section class="panel medium">
        {props.message !== null && (
          <Notice tone="bad" focus>
            <p>{props.message}</p>
          </Notice>
        )}
        <InvoiceErrors errors={props.errors} />
        {props.titles.length > 0 && <Titles titles={props.titles} chosen={props.chosen} />}
        <ApplyForm {...props} />
      </section>
    </Layout>
  )
}

/** A form of its own that asks for the page with another title in it: choosing works without JavaScript. */
function Titles({ titles, chosen }: Pick<ApplyProps, 'titles' | 'chosen'>) {
  const t = useText()
  const known = titles.map(({ id, invoiceTitle }) => ({ value: id, label: invoiceTitle }))
  return (
    <form method="get" action="/operator/invoices/new" class="form" id="choose-title">
      <Select
        name="title"
        label={t('invoices.apply.from')}
        value={chosen ?? 'new'}
        options={[...known, { value: 'new', label: t('invoices.apply.new') }]}
      />
      <div class="form-actions">
        <button type="submit" class="button">
          {t('invoices.apply.fill')}
        </button>
      </div>
    </form>
  )
}

function ApplyForm({ most, values, errors, message, formKey }: ApplyProps) {
  const t = useText()
  const wrong = message !== null || Object.keys(errors).length > 0
  return (
    <form method="post" action="/operator/invoices/new" class="form" data-once noValidate={wrong}>
      <CsrfField />
      <input type="hidden" name="form_key" value={formKey} />
      <Field
        name="amount"
        label={t('invoices.apply.amount')}
        hint={t('invoices.apply.amount.hint', { max: formatYuan(most) })}
        value={values.amount}
        error={errors.amount}
        autocomplete="off"
        maxLength={16}
      />
      <Select
        name="invoice_type"
        label={t('invoices.apply.type')}
        value={values.invoice_type}
        error={errors.invoice_type}
        options={(['vat_normal', 'vat_special'] as const).map((value) => ({ value, label: t(`invoices.type.${value}`) }))}
      />
      <TitleFieldset values={values} errors={errors} />
      <label class="check">
        <input type="checkbox" name="keep" value="true" checked={values.keep} />
        <span>{t('invoices.apply.keep')}</span>
      </label>
      <div class="form-actions">
        <SubmitButton>{t('invoices.apply.send')}</SubmitButton>
        <a class="button" href="/operator/invoices">
          {t('form.cancel')}
        </a>
      </div>
    </form>
  )
}

/** The same address while nothing may be invoiced. */
export function NothingToInvoicePage() {
  const t = useText()
  return (
    <Layout title={t('invoices.apply')} trail={[{ href: '/operator/invoices', label: t('invoices.title') }]}>
      <InvoiceTabs current="list" />
      <section class="panel">
        <EmptyState icon="receipt" title={t('invoices.amount.none')} next={t('invoices.amount.none.next')} />
      </section>
    </Layout>
  )
}
