import { showId } from '#src/core/ids'
import { formatYuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ConfirmForm, ConfirmLink } from '../components/confirm'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { Icon } from '../components/icon'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { invoicePath } from './invoice-tabs'
import type { InvoiceRow } from './invoices'

export type InvoiceView = InvoiceRow & {
  email: string
  basis: 'recharge' | 'consumption'
  bankName: string | null
  bankAccount: string | null
  companyAddress: string | null
  companyPhone: string | null
  pdfSha256: Uint8Array | null
  reviewedAt: Instant | null
  rejectReason: string | null
  updatedAt: Instant
}

/** `/operator/invoices/:id`: one invoice, how far it is, and what can be done with it. */
export function InvoicePage({ invoice, message }: { invoice: InvoiceView; message: string | null }) {
  const t = useText()
  return (
    <Layout
      title={invoice.number ?? t('invoices.apply')}
      trail={[{ href: '/operator/invoices', label: t('invoices.title') }]}
      action={<Action of={invoice} />}
    >
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      <div class="columns even">
        <Panel id="invoice" title={t('invoices.one')} note={<StatusBadge noun="invoice" state={invoice.status} />}>
          <InvoiceFacts of={invoice} />
          {invoice.status === 'pending' && <Withdraw of={invoice} />}
          {invoice.status === 'approved' && <p class="muted">{t('invoices.download.note')}</p>}
        </Panel>
        <Panel id="timeline" title={t('invoices.timeline')}>
          <Timeline events={useEvents(invoice)} />
        </Panel>
      </div>
    </Layout>
  )
}

function Action({ of }: { of: InvoiceView }) {
  const t = useText()
  if (of.status === 'approved')
    return (
      <a class="button primary" href={`${invoicePath(of.id)}/file`}>
        <Icon name="download" />
        {t('invoices.download')}
      </a>
    )
  if (of.status === 'pending') return null
  return (
    <a class="button primary" href={`/operator/invoices/new?again=${showId('invoice', of.id)}`}>
      {t('invoices.again')}
    </a>
  )
}

/** What stands on the invoice, for its owner and for finance. */
export function InvoiceFacts({ of }: { of: InvoiceView }) {
  const t = useText()
  const company = [
    [t('invoices.field.bank_name'), of.bankName],
    [t('invoices.field.bank_account'), of.bankAccount],
    [t('invoices.field.company_address'), of.companyAddress],
    [t('invoices.field.company_phone'), of.companyPhone],
  ].flatMap(([label, value]) => (value ? [{ label: label!, value: <bdi>{value}</bdi> }] : []))
  return (
    <Facts
      rows={[
        { label: t('invoices.column.amount'), value: <Yuan of={of.amount} /> },
        { label: t('invoices.column.type'), value: t(`invoices.type.${of.invoiceType}`) },
        { label: t('invoices.field.invoice_title'), value: <Name of={of.invoiceTitle} /> },
        { label: t('invoices.field.tax_id'), value: <code>{of.taxId}</code> },
        ...company,
        { label: t('invoices.email'), value: <bdi>{of.email}</bdi> },
        { label: t('invoices.number'), value: of.number ?? <span class="muted">{t('invoices.number.none')}</span> },
        { label: t('invoices.basis'), value: t(`invoices.basis.${of.basis}`) },
        { label: t('invoices.id'), value: <ShortId id={showId('invoice', of.id)} /> },
        ...(of.pdfSha256 ? [{ label: t('invoices.sha256'), value: <ShortId id={hex(of.pdfSha256)} /> }] : []),
      ]}
    />
  )
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

function Withdraw({ of }: { of: InvoiceView }) {
  const t = useText()
  const path = invoicePath(of.id)
  return (
    <p>
      <ConfirmLink
        id="withdraw"
        href={`${path}/withdrawal`}
        label={t('invoices.withdraw')}
        title={t('invoices.withdraw.title')}
        action={`${path}/withdrawal`}
        verb={t('invoices.withdraw')}
        back={path}
      >
        <p>{t('invoices.withdraw.effect', { amount: formatYuan(of.amount) })}</p>
      </ConfirmLink>
    </p>
  )
}

/** `…/withdrawal`: asks, where no dialog could. */
export function WithdrawInvoicePage({ invoice }: { invoice: InvoiceView }) {
  const t = useText()
  const path = invoicePath(invoice.id)
  return (
    <Layout
      title={t('invoices.withdraw.title')}
      trail={[
        { href: '/operator/invoices', label: t('invoices.title') },
        { href: path, label: invoice.invoiceTitle },
      ]}
    >
      <section class="panel medium">
        <ConfirmForm id="withdraw" action={`${path}/withdrawal`} verb={t('invoices.withdraw')} back={path}>
          <p>{t('invoices.withdraw.effect', { amount: formatYuan(invoice.amount) })}</p>
        </ConfirmForm>
      </section>
    </Layout>
  )
}

/** Newest first; what is still to come stands on top without a time. */
function useEvents(invoice: InvoiceView): TimelineEvent[] {
  const t = useText()
  const actor = t('invoices.timeline.reviewer')
  const asked: TimelineEvent = {
    key: 'asked',
    at: invoice.createdAt,
    tone: 'info',
    title: t('invoices.timeline.asked'),
    actor: t('invoices.timeline.you'),
  }
  const { status, reviewedAt } = invoice
  if (status === 'pending') return [{ key: 'waiting', at: null, tone: 'warn', title: t('invoices.timeline.waiting') }, asked]
  if (status === 'cancelled')
    return [
      {
        key: 'cancelled',
        at: invoice.updatedAt,
        tone: 'neutral',
        title: t('invoices.timeline.cancelled'),
        actor: t('invoices.timeline.you'),
      },
      asked,
    ]
  if (status === 'approved')
    return [
      { key: 'approved', at: reviewedAt, tone: 'ok', title: t('invoices.timeline.approved', { number: invoice.number! }), actor },
      asked,
    ]
  const why = <p class="prose">{invoice.rejectReason}</p>
  return [{ key: 'rejected', at: reviewedAt, tone: 'bad', title: t('invoices.timeline.rejected'), actor, children: why }, asked]
}
