import type { Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { FilterSelect, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import type { InvoiceView, ReversalView } from '../operator/invoice'
import { useText } from '../page-context'
import { type DeskCounts, DeskTabs, deskPath, INVOICE_DESK } from './invoices'

export type StaffReversal = ReversalView & {
  invoiceId: Uuid
  operatorName: string
  invoiceNumber: string | null
  status: 'proposed' | 'issued' | 'rejected'
  confirmationNo: string | null
  proposerName: string
  proposedAt: Instant
  deciderName: string | null
  rejectReason: string | null
}

export const reversalPath = ({ invoiceId, id }: Pick<StaffReversal, 'invoiceId' | 'id'>): string => `${deskPath(invoiceId)}/reversals/${id}`

type OfInvoice = { invoice: InvoiceView; reversals: readonly StaffReversal[]; mayReview: boolean }

/** On an invoice's page: what was taken back, what waits, and the way to take back. */
export function Reversals({ invoice, reversals, mayReview }: OfInvoice) {
  const t = useText()
  const isOpen = reversals.some(({ status }) => status === 'proposed')
  return (
    <Panel id="reversals" title={t('invoices.reversal')}>
      {reversals.length === 0 ? (
        <p class="muted">{t('invoices.reversal.none')}</p>
      ) : (
        <Timeline events={reversals.map((reversal) => eventOf(reversal, t, mayReview))} />
      )}
      {mayReview && !isOpen && invoice.status === 'approved' && invoice.reversed < invoice.amount && (
        <p>
          <a class="button" href={`${deskPath(invoice.id)}/reversal`}>
            {t('invoices.reversal.start')}
          </a>
        </p>
      )}
    </Panel>
  )
}

const TONES = { proposed: 'warn', issued: 'ok', rejected: 'bad' } as const

function eventOf(of: StaffReversal, t: ReturnType<typeof useText>, mayReview: boolean): TimelineEvent {
  const by = t('invoices.reversal.by', { name: of.proposerName })
  return {
    key: of.id,
    at: of.decidedAt ?? of.proposedAt,
    tone: TONES[of.status],
    title: (
      <>
        {t('invoices.timeline.reversed', { kind: t(`invoices.reversal.kind.${of.kind}`), amount: formatYuan(of.amount) })}{' '}
        <StatusBadge noun="reversal" state={of.status} />
      </>
    ),
    actor: of.deciderName ? `${by} · ${t('invoices.reversal.decided', { name: of.deciderName })}` : by,
    children: (
      <>
        <p class="prose">
          {t(`invoices.reversal.code.${of.reasonCode}`)} · {of.reason}
        </p>
        {of.rejectReason && <p class="prose">{of.rejectReason}</p>}
        {of.number && (
          <p>
            <a href={`${reversalPath(of)}/file`}>{t('invoices.red.download', { number: of.number })}</a>
          </p>
        )}
        {of.status === 'proposed' && mayReview && (
          <p>
            <a class="button primary" href={`${reversalPath(of)}/review`}>
              {t('invoices.reversal.review')}
            </a>
          </p>
        )}
      </>
    ),
  }
}

const STATES = ['proposed', 'issued', 'rejected'] as const
export type ReversalsProps = { reversals: Slice<StaffReversal>; status: (typeof STATES)[number] | 'all'; counts: DeskCounts }

/** `/finance/invoices/reversals`: what waits for its second person, and what was decided. */
export function ReversalsPage({ reversals, status, counts }: ReversalsProps) {
  const t = useText()
  const path = `${INVOICE_DESK}/reversals`
  const word = status === 'all' ? t('invoices.reversal.all') : t(`invoices.reversal.state.${status}`)
  const chips = status === 'proposed' ? [] : [{ label: t('invoices.filter.state.is', { state: word }), clear: ['status'] }]
  return (
    <Layout title={t('invoices.reversal')} trail={[{ href: INVOICE_DESK, label: t('invoices.desk') }]}>
      <DeskTabs current="reversals" counts={counts} />
      <Panel id="reversals" title={word}>
        <Filters action={path} chips={chips}>
          <FilterSelect
            name="status"
            label={t('invoices.filter.state')}
            value={status}
            options={[
              ...STATES.map((value) => ({ value, label: t(`invoices.reversal.state.${value}`) })),
              { value: 'all', label: t('invoices.reversal.all') },
            ]}
          />
        </Filters>
        <DataTable
          caption={t('invoices.reversal.list')}
          rows={reversals.rows}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('invoices.reversal.empty')} next={t('invoices.reversal.emptyNext')} />}
          columns={[
            { head: t('invoices.reversal.column.invoice'), cell: (row) => <InvoiceLink of={row} />, wide: true },
            { head: t('invoices.reversal.column.kind'), cell: (row) => t(`invoices.reversal.kind.${row.kind}`) },
            { head: t('invoices.column.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
            { head: t('invoices.column.state'), cell: (row) => <StatusBadge noun="reversal" state={row.status} /> },
            { head: t('invoices.reversal.column.why'), cell: (row) => <bdi class="prose">{row.reason}</bdi>, wide: true },
            { head: t('invoices.reversal.column.number'), cell: (row) => row.number ?? '–' },
            { head: t('invoices.reversal.column.by'), cell: (row) => <Name of={row.proposerName} /> },
            { head: t('invoices.reversal.column.at'), cell: (row) => <Moment at={row.proposedAt} /> },
          ]}
        />
        <Pager of={reversals} />
      </Panel>
    </Layout>
  )
}

const InvoiceLink = ({ of }: { of: StaffReversal }) => (
  <a href={of.status === 'proposed' ? `${reversalPath(of)}/review` : deskPath(of.invoiceId)}>
    {of.invoiceNumber}
    <span class="cell-more">
      <bdi>{of.operatorName}</bdi>
    </span>
  </a>
)

export type OverRow = { id: Uuid; operatorName: string; operatorUsername: string; over: Money; openedAt: Instant }

/** `/finance/invoices/over`: more invoiced than paid. */
export function OverInvoicedPage({ tasks, counts }: { tasks: readonly OverRow[]; counts: DeskCounts }) {
  const t = useText()
  return (
    <Layout title={t('invoices.desk.tabs.over')} trail={[{ href: INVOICE_DESK, label: t('invoices.desk') }]}>
      <DeskTabs current="over" counts={counts} />
      <Panel id="over" title={t('invoices.desk.tabs.over')} note={t('invoices.over.note')}>
        <DataTable
          caption={t('invoices.over.list')}
          rows={tasks}
          rowKey={(row) => row.id}
          empty={<EmptyState title={t('invoices.over.empty')} next={t('invoices.over.emptyNext')} />}
          columns={[
            {
              head: t('invoices.desk.operator'),
              cell: (row) => (
                <div>
                  <Name of={row.operatorName} />
                  <span class="cell-more">{row.operatorUsername}</span>
                </div>
              ),
              wide: true,
            },
            { head: t('invoices.over.amount'), cell: (row) => <Yuan of={row.over} />, number: true },
            { head: t('invoices.over.since'), cell: (row) => <Moment at={row.openedAt} /> },
            {
              head: t('invoices.over.action'),
              action: true,
              cell: (row) => (
                <a href={`${INVOICE_DESK}?status=approved&keyword=${encodeURIComponent(row.operatorUsername.toWellFormed())}`}>
                  {t('invoices.over.open')}
                </a>
              ),
            },
          ]}
        />
      </Panel>
    </Layout>
  )
}
