import type { ComponentChildren } from 'preact'
import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { useText } from '../page-context'

const STATES = ['pending', 'approved', 'rejected', 'cancelled'] as const
export type QueueRow = {
  id: Uuid
  operatorName: string
  requested: Money
  actual: Money | null
  status: (typeof STATES)[number]
  reviewStage: number
  payoutStatus: 'processing' | 'completed' | 'abnormal' | null
  createdAt: Instant
}
export type Queue = { refunds: Slice<QueueRow>; status: (typeof STATES)[number] | 'all'; keyword: string; counts: DeskCounts }
export type DeskCounts = { pending: number; desk: number }

export const casePath = (id: Uuid): string => `/finance/refunds/${showId('refund', id)}`

export function RefundTabs({ current, counts }: { current: 'review' | 'desk'; counts: DeskCounts }) {
  const t = useText()
  return (
    <Tabs
      label={t('refunds.review')}
      tabs={[
        { href: '/finance/refunds', label: t('refunds.tabs.review'), current: current === 'review', count: counts.pending },
        { href: '/finance/refunds/abnormal', label: t('refunds.tabs.desk'), current: current === 'desk', count: counts.desk },
      ]}
    />
  )
}

/** `/finance/refunds`: the queue at the left, the open case at the right; after a decision the next one opens. */
export function RefundDeskPage({ queue, opened, children }: { queue: Queue; opened: Uuid | null; children?: ComponentChildren }) {
  const t = useText()
  return (
    <Layout title={t('refunds.review')}>
      <RefundTabs current="review" counts={queue.counts} />
      <div class="columns even">
        <RefundQueue queue={queue} opened={opened} />
        <div class="stack">
          {children ?? (
            <Panel id="case" title={t('refunds.case')}>
              <EmptyState title={t('refunds.case.none')} next={t('refunds.case.noneNext')} />
            </Panel>
          )}
        </div>
      </div>
    </Layout>
  )
}

function RefundQueue({ queue: { refunds, status, keyword }, opened }: { queue: Queue; opened: Uuid | null }) {
  const t = useText()
  const chips = [
    ...(status === 'pending' ? [] : [{ label: t(status === 'all' ? 'refunds.state.all' : `refunds.state.${status}`), clear: ['status'] }]),
    ...(keyword === '' ? [] : [{ label: keyword, clear: ['keyword'] }]),
  ]
  return (
    <Panel id="queue" title={t('refunds.list')}>
      <Filters action="/finance/refunds" chips={chips}>
        <FilterText name="keyword" label={t('refunds.search')} value={keyword} />
        <FilterSelect
          name="status"
          label={t('refunds.state')}
          value={status}
          options={[
            ...STATES.map((value) => ({ value, label: t(`refunds.state.${value}`) })),
            { value: 'all', label: t('refunds.state.all') },
          ]}
        />
      </Filters>
      <DataTable
        caption={t('refunds.list')}
        rows={refunds.rows}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="search" title={t('refunds.none')} next={t('refunds.noneNext')} />}
        columns={[
          {
            head: t('refunds.operator'),
            cell: (row) => (
              <a href={casePath(row.id)} aria-current={row.id === opened ? 'true' : undefined}>
                <Name of={row.operatorName} />
              </a>
            ),
            wide: true,
          },
          { head: t('refunds.requested'), cell: (row) => <Yuan of={row.actual ?? row.requested} />, number: true },
          {
            head: t('refunds.state'),
            cell: (row) =>
              row.payoutStatus ? <StatusBadge noun="payout" state={row.payoutStatus} /> : <StatusBadge noun="refund" state={row.status} />,
          },
          { head: t('refunds.at'), cell: (row) => <Moment at={row.createdAt} /> },
        ]}
      />
      <Pager of={refunds} />
    </Panel>
  )
}
