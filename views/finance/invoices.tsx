import { showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { CsrfField, TextArea } from '../components/form'
import { Icon } from '../components/icon'
import { InvoiceableLines, type Standing } from '../components/invoiceable'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { InvoiceFacts, type InvoiceView } from '../operator/invoice'
import { Buyer, INVOICE_STATUSES, type InvoiceRow, RedNotice, type RedTaskView } from '../operator/invoices'
import { useText } from '../page-context'

const PATH = '/finance/invoices'
type DeskRow = InvoiceRow & { operatorName: string; operatorUsername: string }
export type DeskProps = {
  invoices: Slice<DeskRow>
  sums: { rows: number; amount: Money }
  status: InvoiceRow['status'] | 'all'
  keyword: string
}

const deskPath = (invoice: Pick<InvoiceRow, 'id'>): string => `${PATH}/${showId('invoice', invoice.id)}`

/** `/finance/invoices`: what waits for a decision, and what was decided. */
export function InvoiceDeskPage({ invoices, sums, status, keyword }: DeskProps) {
  const t = useText()
  const chips = useChips(status, keyword)
  return (
    <Layout title={t('invoices.desk')}>
      <Panel id="invoices" title={status === 'all' ? t('invoices.state.all') : t(`invoices.state.${status}`)}>
        <Filters action={PATH} chips={chips}>
          <FilterText name="keyword" label={t('invoices.filter.keyword.staff')} value={keyword} />
          <FilterSelect
            name="status"
            label={t('invoices.filter.state')}
            value={status}
            options={[
              ...INVOICE_STATUSES.map((value) => ({ value, label: t(`invoices.state.${value}`) })),
              { value: 'all', label: t('invoices.state.all') },
            ]}
          />
        </Filters>
        <DataTable
          caption={t('invoices.list')}
          rows={invoices.rows}
          rowKey={(row) => row.id}
          empty={
            chips.length > 0 ? (
              <EmptyState icon="search" title={t('invoices.none')} next={t('invoices.noneNext')} />
            ) : (
              <EmptyState icon="receipt" title={t('invoices.desk.empty')} next={t('invoices.desk.emptyNext')} />
            )
          }
          columns={[
            { head: t('invoices.desk.operator'), cell: (row) => <OperatorLink of={row} />, wide: true },
            { head: t('invoices.column.state'), cell: (row) => <StatusBadge noun="invoice" state={row.status} /> },
            { head: t('invoices.column.title'), cell: (row) => <Buyer of={row} />, wide: true },
            { head: t('invoices.column.type'), cell: (row) => t(`invoices.type.${row.invoiceType}`) },
            { head: t('invoices.column.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
            { head: t('invoices.number'), cell: (row) => row.number ?? '–' },
            { head: t('invoices.column.at'), cell: (row) => <Moment at={row.createdAt} /> },
          ]}
        />
        <Pager
          of={invoices}
          note={sums.rows > 0 ? t('invoices.total', { count: formatCount(sums.rows), amount: formatYuan(sums.amount) }) : undefined}
        />
      </Panel>
    </Layout>
  )
}

function useChips(status: DeskProps['status'], keyword: string): Chip[] {
  const t = useText()
  const state = status === 'all' ? t('invoices.state.all') : t(`invoices.state.${status}`)
  return [
    ...(status === 'pending' ? [] : [{ label: t('invoices.filter.state.is', { state }), clear: ['status'] }]),
    ...(keyword ? [{ label: t('invoices.filter.keyword.is', { keyword }), clear: ['keyword'] }] : []),
  ]
}

const OperatorLink = ({ of }: { of: DeskRow }) => (
  <a href={deskPath(of)}>
    <Name of={of.operatorName} />
    <span class="cell-more">{of.operatorUsername}</span>
  </a>
)

export type CaseProps = {
  invoice: InvoiceView & { operatorName: string; operatorUsername: string; reviewerName: string | null; reviewNote: string | null }
  standing: Standing
  red: RedTaskView | null
  /** More than may be invoiced now. */
  exceeds: boolean
  mayReview: boolean
  reason: string
  error: string | undefined
  message: string | null
}

/** `/finance/invoices/:id`: one case with everything a decision needs. */
export function InvoiceCasePage(props: CaseProps) {
  const t = useText()
  const { invoice, standing, red, message } = props
  return (
    <Layout
      title={invoice.number ?? invoice.operatorName}
      trail={[{ href: PATH, label: t('invoices.desk') }]}
      action={<Download of={invoice} />}
    >
      {message !== null && (
        <Notice tone="bad" focus>
          <p>{message}</p>
        </Notice>
      )}
      {red && <RedNotice of={red} />}
      <div class="columns even">
        <Panel id="invoice" title={invoice.operatorName} note={<StatusBadge noun="invoice" state={invoice.status} />}>
          <InvoiceFacts of={invoice} />
        </Panel>
        <div class="stack">
          <Panel id="standing" title={t('invoices.desk.standing')} note={t(`invoices.basis.${standing.basis}`)}>
            <InvoiceableLines of={standing} links={{}} />
          </Panel>
          {invoice.status === 'pending' ? <Decision {...props} /> : <Decided of={invoice} />}
        </div>
      </div>
    </Layout>
  )
}

function Download({ of }: { of: InvoiceView }) {
  const t = useText()
  if (of.status !== 'approved') return null
  return (
    <a class="button" href={`${deskPath(of)}/file`}>
      <Icon name="download" />
      {t('invoices.download')}
    </a>
  )
}

function Decided({ of }: { of: CaseProps['invoice'] }) {
  const t = useText()
  return (
    <Panel id="decision" title={t('invoices.timeline')}>
      <p>
        <StatusBadge noun="invoice" state={of.status} /> {of.reviewedAt && <Moment at={of.reviewedAt} seconds />} {of.reviewerName}
      </p>
      {(of.rejectReason ?? of.reviewNote) && <p class="prose">{of.rejectReason ?? of.reviewNote}</p>}
    </Panel>
  )
}

function Decision({ invoice, exceeds, mayReview, reason, error }: CaseProps) {
  const t = useText()
  if (!mayReview) return <Notice tone="info">{t('invoices.desk.readOnly')}</Notice>
  const path = deskPath(invoice)
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
          <TextArea name="note" label={t('invoices.desk.note')} optional maxLength={200} rows={2} />
          <div class="form-actions">
            <button type="submit" class="button primary" data-sending={t('form.sending')}>
              {t('invoices.desk.approve', { amount: formatYuan(invoice.amount) })}
            </button>
          </div>
        </form>
      )}
      <form method="post" action={`${path}/rejection`} class="form" data-once noValidate={error !== undefined}>
        <CsrfField />
        <TextArea
          name="reason"
          label={t('invoices.desk.reject.reason')}
          hint={t('invoices.desk.reject.hint')}
          value={reason}
          error={error}
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
