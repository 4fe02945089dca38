import { formatYuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { CsrfField, Field, FileField, TextArea } from '../components/form'
import { Icon } from '../components/icon'
import { InvoiceableLines, type Standing } from '../components/invoiceable'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { InvoiceFacts, type InvoiceView } from '../operator/invoice'
import { InvoiceBadge, type RedTaskView } from '../operator/invoices'
import { useText } from '../page-context'
import { Reversals, type StaffReversal } from './invoice-reversals'
import { deskPath, INVOICE_DESK } from './invoices'

export type CaseProps = {
  invoice: InvoiceView & { operatorName: string; operatorUsername: string; reviewerName: string | null; reviewNote: string | null }
  standing: Standing
  red: RedTaskView | null
  reversals: readonly StaffReversal[]
  /** More than may be invoiced now. */
  exceeds: boolean
  /** The settings do not say who sells. */
  sellerMissing: boolean
  mayReview: boolean
  /** What was typed, where the form comes back. */
  values: Partial<Record<'reason' | 'tax_number', string>>
  errors: Partial<Record<'reason' | 'note' | 'tax_number' | 'tax_file', string>>
  message: string | null
}

/** `/finance/invoices/:id`: one case with everything a decision needs. */
export function InvoiceCasePage(props: CaseProps) {
  const t = useText()
  const { invoice, standing, red, sellerMissing, mayReview, message } = props
  return (
    <Layout
      title={invoice.number ?? invoice.operatorName}
      trail={[{ href: INVOICE_DESK, label: t('invoices.desk') }]}
      action={<Download of={invoice} />}
    >
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      {red && (
        <Notice tone="warn" title={t('invoices.red.title', { amount: formatYuan(red.over) })}>
          <p>{t('invoices.over.note')}</p>
        </Notice>
      )}
      {sellerMissing && mayReview && invoice.status === 'pending' && (
        <Notice tone="warn" title={t('invoices.desk.seller')}>
          <p>{t('invoices.desk.seller.next')}</p>
        </Notice>
      )}
      <div class="columns even">
        <div class="stack">
          <Panel id="invoice" title={invoice.operatorName} note={<InvoiceBadge of={invoice} />}>
            <InvoiceFacts of={invoice} />
          </Panel>
          <Panel id="timeline" title={t('invoices.timeline')}>
            <Timeline events={useEvents(invoice)} />
          </Panel>
        </div>
        <div class="stack">
          <Panel id="standing" title={t('invoices.desk.standing')} note={t(`invoices.basis.${standing.basis}`)}>
            <InvoiceableLines of={standing} links={{}} />
          </Panel>
          {invoice.status === 'pending' && <Decision {...props} />}
          {invoice.number && <Reversals {...props} />}
          {invoice.status === 'approved' && <TaxFile {...props} />}
        </div>
      </div>
    </Layout>
  )
}

function Download({ of }: { of: InvoiceView }) {
  const t = useText()
  if (!of.number) return null
  return (
    <a class="button" href={`${deskPath(of.id)}/file`}>
      <Icon name="download" />
      {t('invoices.download')}
    </a>
  )
}

/** Newest first; reversals stand in a panel of their own. */
function useEvents(invoice: CaseProps['invoice']): TimelineEvent[] {
  const t = useText()
  const { status, number, reviewedAt, reviewerName, updatedAt } = invoice
  const event = (key: string, at: Instant | null, tone: TimelineEvent['tone'], title: string, actor?: string | null): TimelineEvent => ({
    key,
    at,
    tone,
    title,
    ...(actor && { actor }),
  })
  const asked = event('asked', invoice.createdAt, 'info', t('invoices.desk.events.asked'), invoice.operatorName)
  if (status === 'pending') return [event('waiting', null, 'warn', t('invoices.desk.events.waiting')), asked]
  const why = invoice.rejectReason ?? invoice.reviewNote
  const children = why ? <p class="prose">{why}</p> : undefined
  if (number)
    return [{ ...event('approved', reviewedAt, 'ok', t('invoices.desk.events.approved', { number }), reviewerName), children }, asked]
  if (status === 'rejected')
    return [{ ...event('rejected', reviewedAt, 'bad', t('invoices.desk.events.rejected'), reviewerName), children }, asked]
  return [event('withdrawn', updatedAt, 'neutral', t('invoices.desk.events.withdrawn'), invoice.operatorName), asked]
}

function Decision({ invoice, exceeds, mayReview, values, errors }: CaseProps) {
  const t = useText()
  if (!mayReview) return <Notice tone="info">{t('invoices.desk.readOnly')}</Notice>
  const path = deskPath(invoice.id)
  return (
    <Panel id="decision" title={t('invoices.desk.approve.title')}>
      {exceeds ? (
        <Notice tone="warn">
          <p>{t('invoices.desk.exceeds')}</p>
        </Notice>
      ) : (
        <form method="post" action={`${path}/approval`} class="form" data-once>
          <CsrfField />
          <p>{t('invoices.desk.approve.effect')}</p>
          <TextArea name="note" label={t('invoices.desk.note')} error={errors.note} optional maxLength={200} rows={2} />
          <div class="form-actions">
            <button type="submit" class="button primary" data-sending={t('form.sending')}>
              {t('invoices.desk.approve', { amount: formatYuan(invoice.amount) })}
            </button>
          </div>
        </form>
      )}
      <form method="post" action={`${path}/rejection`} class="form" data-once noValidate={errors.reason !== undefined}>
        <CsrfField />
        <TextArea
          name="reason"
          label={t('invoices.desk.reject.reason')}
          hint={t('invoices.desk.reject.hint')}
          value={values.reason}
          error={errors.reason}
          maxLength={200}
          rows={3}
        />
        <div class="form-actions">
          <button type="submit" class="button danger" data-sending={t('form.sending')}>
            {t('invoices.desk.reject')}
          </button>
        </div>
      </form>
    </Panel>
  )
}

/** What the tax authority gave out, and where finance hands it in. */
function TaxFile({ invoice, mayReview, values, errors }: CaseProps) {
  const t = useText()
  const path = `${deskPath(invoice.id)}/tax-file`
  return (
    <Panel id="tax-file" title={t('invoices.tax.file')}>
      {invoice.taxNumber ? (
        <p>
          <code>{invoice.taxNumber}</code> <a href={path}>{t('invoices.tax.download')}</a>
        </p>
      ) : (
        <p class="muted">{t('invoices.tax.file.none')}</p>
      )}
      {mayReview && (
        <form method="post" action={path} encType="multipart/form-data" class="form" data-once noValidate={Object.keys(errors).length > 0}>
          <CsrfField />
          <Field
            name="tax_number"
            label={t('invoices.tax.file.number')}
            hint={t('invoices.tax.file.number.hint')}
            value={values.tax_number}
            error={errors.tax_number}
            autocomplete="off"
            inputMode="numeric"
            maxLength={32}
          />
          <FileField
            name="tax_file"
            label={t('invoices.tax.file.file')}
            hint={t('invoices.tax.file.file.hint')}
            error={errors.tax_file}
            accept=".pdf,.ofd,.xml"
          />
          <p class="muted">{t('invoices.tax.file.effect')}</p>
          <div class="form-actions">
            <button type="submit" class="button" data-sending={t('form.sending')}>
              {invoice.taxNumber ? t('invoices.tax.file.replace') : t('invoices.tax.file.attach')}
            </button>
          </div>
        </form>
      )}
    </Panel>
  )
}
