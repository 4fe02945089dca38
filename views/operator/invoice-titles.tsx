import type { Uuid } from '#src/core/ids'
import { ConfirmForm, ConfirmLink } from '../components/confirm'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { CsrfField, SubmitButton } from '../components/form'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { InvoiceErrors, type TitleErrors, TitleFieldset, type TitleValues } from './invoice-fields'
import { InvoiceTabs, titlePath } from './invoice-tabs'

const BOOK = '/operator/invoices/titles'

export type TitleRow = {
  id: Uuid
  invoiceTitle: string
  taxId: string
  email: string | null
  isDefault: boolean
  bankName: string | null
  bankAccount: string | null
  companyAddress: string | null
  companyPhone: string | null
}

/** `/operator/invoices/titles`: the book. */
export function TitlesPage({ titles }: { titles: readonly TitleRow[] }) {
  const t = useText()
  return (
    <Layout
      title={t('invoices.tabs.titles')}
      trail={[{ href: '/operator/invoices', label: t('invoices.title') }]}
      action={
        <a class="button primary" href={`${BOOK}/new`}>
          {t('invoices.titles.new')}
        </a>
      }
    >
      <InvoiceTabs current="titles" />
      <Panel id="titles" title={t('invoices.titles')} note={t('invoices.titles.note')}>
        <DataTable
          caption={t('invoices.titles')}
          rows={titles}
          rowKey={(row) => row.id}
          empty={<EmptyState icon="receipt" title={t('invoices.titles.empty')} next={t('invoices.titles.emptyNext')} />}
          columns={[
            { head: t('invoices.field.invoice_title'), cell: (row) => <Title of={row} />, wide: true },
            { head: t('invoices.field.tax_id'), cell: (row) => <code>{row.taxId}</code> },
            { head: t('invoices.field.email'), cell: (row) => (row.email ? <Name of={row.email} /> : '–') },
            { head: t('invoices.titles.special'), cell: (row) => <Special of={row} /> },
            { head: t('invoices.titles.action'), action: true, cell: (row) => <Actions of={row} /> },
          ]}
        />
      </Panel>
    </Layout>
  )
}

function Title({ of }: { of: TitleRow }) {
  const t = useText()
  return (
    <span class="with-badge">
      <a href={`${titlePath(of.id)}/edit`}>
        <Name of={of.invoiceTitle} />
      </a>
      {of.isDefault && <Badge tone="info">{t('invoices.titles.default')}</Badge>}
    </span>
  )
}

function Special({ of }: { of: TitleRow }) {
  const t = useText()
  const whole = of.bankName && of.bankAccount && of.companyAddress && of.companyPhone
  return <span class="muted">{t(whole ? 'invoices.titles.special.whole' : 'invoices.titles.special.lacking')}</span>
}

function Actions({ of }: { of: TitleRow }) {
  const t = useText()
  return (
    <div class="form-actions">
      {!of.isDefault && (
        <form method="post" action={`${titlePath(of.id)}/default`} data-once>
          <CsrfField />
          <button type="submit" class="button" data-sending={t('form.sending')}>
            {t('invoices.titles.choose')}
            <span class="sr-only"> {of.invoiceTitle}</span>
          </button>
        </form>
      )}
      <ConfirmLink
        id={`delete-${of.id}`}
        look="link"
        href={`${titlePath(of.id)}/delete`}
        label={
          <>
            {t('invoices.titles.delete')}
            <span class="sr-only"> {of.invoiceTitle}</span>
          </>
        }
        title={t('invoices.titles.delete')}
        action={`${titlePath(of.id)}/delete`}
        verb={t('invoices.titles.delete')}
        back={BOOK}
      >
        <DeleteEffect of={of} />
      </ConfirmLink>
    </div>
  )
}

function DeleteEffect({ of }: { of: Pick<TitleRow, 'invoiceTitle'> }) {
  const t = useText()
  return (
    <>
      <p>
        <b>
          <Name of={of.invoiceTitle} />
        </b>
      </p>
      <p>{t('invoices.titles.delete.effect')}</p>
    </>
  )
}

/** `…/delete`: asks, where no dialog could. */
export function DeleteTitlePage({ title }: { title: TitleRow }) {
  const t = useText()
  return (
    <Layout title={t('invoices.titles.delete')} trail={bookTrail(t)}>
      <section class="panel medium">
        <ConfirmForm id="delete" action={`${titlePath(title.id)}/delete`} verb={t('invoices.titles.delete')} back={BOOK}>
          <DeleteEffect of={title} />
        </ConfirmForm>
      </section>
    </Layout>
  )
}

const bookTrail = (t: ReturnType<typeof useText>) => [
  { href: '/operator/invoices', label: t('invoices.title') },
  { href: BOOK, label: t('invoices.tabs.titles') },
]

/** `…/new` and `…/edit`. */
export function TitleFormPage(props: { id: Uuid | null; values: TitleValues; errors: TitleErrors; message: string | null }) {
  const t = useText()
  const { id, values, errors, message } = props
  return (
    <Layout title={t(id ? 'invoices.titles.edit' : 'invoices.titles.new')} trail={bookTrail(t)}>
      <section class="panel medium">
        {message !== null && (
          <Notice tone="bad" focus>
            <p>{message}</p>
          </Notice>
        )}
        <InvoiceErrors errors={errors} />
        <form
          method="post"
          action={id ? `${titlePath(id)}/edit` : `${BOOK}/new`}
          class="form"
          data-once
          noValidate={Object.keys(errors).length > 0}
        >
          <CsrfField />
          <TitleFieldset values={values} errors={errors} />
          <div class="form-actions">
            <SubmitButton>{t('invoices.titles.save')}</SubmitButton>
            <a class="button" href={BOOK}>
              {t('form.cancel')}
            </a>
          </div>
        </form>
      </section>
    </Layout>
  )
}
