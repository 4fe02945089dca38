import { showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, minus, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ConfirmForm, ConfirmLink } from '../components/confirm'
import { ShortId } from '../components/copy'
import { Facts } from '../components/facts'
import { Icon } from '../components/icon'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { invoicePath } from './invoice-tabs'
import { InvoiceBadge, type InvoiceRow } from './invoices'

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
  taxRate: string | null
  tax: Money | null
  checkCode: string | null
  updatedAt: Instant
}
/** One time that it was taken back, or was to be. */
export type ReversalView = {
  id: Uuid
  kind: 'void' | 'red'
  amount: Money
  reasonCode: 'mistake' | 'return' | 'ended' | 'allowance'
  reason: string
  number: string | null
  decidedAt: Instant | null
}

/** `reversals` are those that were done, newest first. */
export type InvoicePageProps = { invoice: InvoiceView; reversals: readonly ReversalView[]; message: string | null }

/** `/operator/invoices/:id`: one invoice, how far it is, and what can be done with it. */
export function InvoicePage({ invoice, reversals, message }: InvoicePageProps) {
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
        <Panel id="invoice" title={t('invoices.one')} note={<InvoiceBadge of={invoice} />}>
          <InvoiceFacts of={invoice} />
          {invoice.status === 'pending' && <Withdraw of={invoice} />}
          {invoice.taxNumber && (
            <p>
              <a class="button" href={`${invoicePath(invoice.id)}/tax-file`}>
                <Icon name="download" />
                {t('invoices.tax.download')}
              </a>
            </p>
          )}
          {invoice.status === 'approved' && !invoice.taxNumber && <p class="muted">{t('invoices.download.note')}</p>}
        </Panel>
        <Panel id="timeline" title={t('invoices.timeline')}>
          <Timeline events={useEvents(invoice, reversals)} />
        </Panel>
      </div>
    </Layout>
  )
}

function Action({ of }: { of: InvoiceView }) {
  const t = useText()
  if (of.status === 'approved' || of.number)
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
        ...(of.reversed > ZERO ? [{ label: t('invoices.reversed'), value: <Yuan of={of.reversed} /> }] : []),
        ...(of.taxRate !== null && of.tax !== null ? [{ label: t('invoices.tax'), value: <TaxSplit of={of} /> }] : []),
        { label: t('invoices.column.type'), value: t(`invoices.type.${of.invoiceType}`) },
        { label: t('invoices.field.invoice_title'), value: <Name of={of.invoiceTitle} /> },
        { label: t('invoices.field.tax_id'), value: <code>{of.taxId}</code> },
        ...company,
        { label: t('invoices.email'), value: <bdi>{of.email}</bdi> },
        { label: t('invoices.number'), value: of.number ?? <span class="muted">{t('invoices.number.none')}</span> },
        ...(of.checkCode ? [{ label: t('invoices.checkCode'), value: <code>{of.checkCode.replace(/(\d{4})(?=\d)/g, '$1 ')}</code> }] : []),
        ...(of.taxNumber ? [{ label: t('invoices.tax.number'), value: <code>{of.taxNumber}</code> }] : []),
        { label: t('invoices.basis'), value: t(`invoices.basis.${of.basis}`) },
        { label: t('invoices.id'), value: <ShortId id={showId('invoice', of.id)} /> },
        ...(of.pdfSha256 ? [{ label: t('invoices.sha256'), value: <ShortId id={hex(of.pdfSha256)} /> }] : []),
      ]}
    />
  )
}

/** What is before tax and what is tax, in words. */
export function TaxSplit({ of: { amount, tax, taxRate } }: { of: { amount: Money; tax: Money | null; taxRate: string | null } }) {
  const t = useText()
  const part = tax ?? ZERO
  const rate = taxRate === 'none' ? t('invoices.tax.none') : `${taxRate}%`
  return <>{t('invoices.tax.split', { net: formatYuan(minus(amount, part)), rate, tax: formatYuan(part) })}</>
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
function useEvents(invoice: InvoiceView, reversals: readonly ReversalView[]): TimelineEvent[] {
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
  const approved = (): TimelineEvent => ({
    key: 'approved',
    at: reviewedAt,
    tone: 'ok',
    title: t('invoices.timeline.approved', { number: invoice.number! }),
    actor,
  })
  if (invoice.number) return [...reversals.map((one) => reversed(invoice, one, actor, t)), approved(), asked]
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
  const why = <p class="prose">{invoice.rejectReason}</p>
  return [{ key: 'rejected', at: reviewedAt, tone: 'bad', title: t('invoices.timeline.rejected'), actor, children: why }, asked]
}

function reversed(invoice: InvoiceView, one: ReversalView, actor: string, t: ReturnType<typeof useText>): TimelineEvent {
  return {
    key: one.id,
    at: one.decidedAt,
    tone: 'warn',
    title: t('invoices.timeline.reversed', { kind: t(`invoices.reversal.kind.${one.kind}`), amount: formatYuan(one.amount) }),
    actor,
    children: (
      <>
        <p class="prose">
          {t(`invoices.reversal.code.${one.reasonCode}`)} · {one.reason}
        </p>
        {one.number && (
          <p>
            <a href={`${invoicePath(invoice.id)}/reversals/${one.id}/file`}>{t('invoices.red.download', { number: one.number })}</a>
          </p>
        )}
      </>
    ),
  }
}
