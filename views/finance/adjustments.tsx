import type { DayRange } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { type Money, minus, ZERO } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { StatTile } from '../components/stat-tile'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { type Say, useText } from '../page-context'

export const ADJUSTMENTS_PATH = '/finance/adjustments'
export const adjustmentPath = (id: Uuid): string => `${ADJUSTMENTS_PATH}/${showId('adjustment', id)}`
export const newAdjustmentPath = (operatorId: Uuid): string => `${ADJUSTMENTS_PATH}/new?operator=${showId('operator', operatorId)}`

const STATES = ['draft', 'waiting', 'booked', 'rejected', 'withdrawn'] as const
export type AdjustmentState = (typeof STATES)[number]

export type AdjustmentRowView = {
  id: Uuid
  operatorName: string
  direction: 'in' | 'out'
  amount: Money
  reason: string
  status: AdjustmentState
  createdAt: Instant
  creatorName: string
  deciderName: string | null
}

export type AdjustmentsProps = {
  adjustments: Slice<AdjustmentRowView>
  /** Over the whole filter, what is booked; `waiting` whatever the filter. */
  sums: { rows: number; in: Money; out: Money; waiting: number }
  filter: {
    status: AdjustmentState | undefined
    direction: 'in' | 'out' | undefined
    keyword: string
    operator: { id: Uuid; name: string } | null
  }
  dates: DayRange
  mayCreate: boolean
}

/** `/finance/adjustments`: what was put on balances and taken from them by hand, and what waits for a second person. */
export function AdjustmentsPage(props: AdjustmentsProps) {
  const t = useText()
  const { adjustments, sums, mayCreate } = props
  const chips = useChips(props)
  return (
    <Layout
      title={t('adjustments.title')}
      action={
        <>
          <StaffExportMenu kind="adjustments" filter={exported(props)} />
          {mayCreate && (
            <a class="button primary" href={`${ADJUSTMENTS_PATH}/new`}>
              {t('adjustments.new')}
            </a>
          )}
        </>
      }
    >
      <Filter {...props} chips={chips} />
      <Tiles sums={sums} />
      <section class="panel" aria-label={t('adjustments.title')}>
        <Rows rows={adjustments.rows} isFiltered={chips.length > 0} />
      </section>
      <Pager of={adjustments} note={sums.rows > 0 ? t('adjustments.count', { count: formatCount(sums.rows) }) : undefined} />
    </Layout>
  )
}

const exported = ({ filter, dates }: AdjustmentsProps) => ({
  status: filter.status,
  direction: filter.direction,
  keyword: filter.keyword || undefined,
  operator_id: filter.operator ? showId('operator', filter.operator.id) : undefined,
  start_time: dates.stretch ? iso(dates.stretch.from) : undefined,
  end_time: dates.stretch ? iso(dates.stretch.to) : undefined,
})

function useChips({ filter, dates }: AdjustmentsProps): Chip[] {
  const t = useText()
  return [
    ...(filter.keyword ? [{ label: filter.keyword, clear: ['keyword'] }] : []),
    ...(filter.operator ? [{ label: filter.operator.name, clear: ['operator'] }] : []),
    ...(filter.status ? [{ label: t(`adjustments.state.${filter.status}`), clear: ['status'] }] : []),
    ...(filter.direction ? [{ label: t(`adjustments.direction.${filter.direction}`), clear: ['direction'] }] : []),
    ...(dates.chosen === 'all'
      ? []
      : [{ label: t('transactions.dates.is', { first: dates.first!, last: dates.last! }), clear: ['range', 'from', 'to'] }]),
  ]
}

function Filter({ filter, dates, chips }: AdjustmentsProps & { chips: readonly Chip[] }) {
  const t = useText()
  return (
    <Filters action={ADJUSTMENTS_PATH} dates={dates} offersAll chips={chips} keep={['operator']}>
      <FilterText name="keyword" label={t('adjustments.search')} value={filter.keyword} />
      <FilterSelect
        name="status"
        label={t('adjustments.state')}
        value={filter.status}
        options={[
          { value: '', label: t('adjustments.state.all') },
          ...STATES.map((value) => ({ value, label: t(`adjustments.state.${value}`) })),
        ]}
      />
      <FilterSelect
        name="direction"
        label={t('adjustments.direction')}
        value={filter.direction}
        options={[{ value: '', label: t('adjustments.direction.all') }, ...directions(t)]}
      />
    </Filters>
  )
}

export const directions = (t: Say) => (['in', 'out'] as const).map((value) => ({ value, label: t(`adjustments.direction.${value}`) }))

function Tiles({ sums }: Pick<AdjustmentsProps, 'sums'>) {
  const t = useText()
  return (
    <div class="tiles">
      <StatTile
        label={t('adjustments.tile.waiting')}
        icon="loader-circle"
        figure={formatCount(sums.waiting)}
        note={t('adjustments.tile.waiting.note')}
        tone={sums.waiting > 0 ? 'warn' : 'plain'}
        href={`${ADJUSTMENTS_PATH}?status=waiting`}
      />
      <StatTile
        label={t('adjustments.tile.in')}
        icon="arrow-down-left"
        figure={<Yuan of={sums.in} />}
        note={t('adjustments.tile.booked')}
      />
      <StatTile
        label={t('adjustments.tile.out')}
        icon="arrow-up-right"
        figure={<Yuan of={sums.out} />}
        note={t('adjustments.tile.booked')}
      />
    </div>
  )
}

/** Signed as the operator's balance sees it. */
export const signed = ({ direction, amount }: Pick<AdjustmentRowView, 'direction' | 'amount'>): Money =>
  direction === 'in' ? amount : minus(ZERO, amount)

function Rows({ rows, isFiltered }: { rows: readonly AdjustmentRowView[]; isFiltered: boolean }) {
  const t = useText()
  return (
    <DataTable
      caption={t('adjustments.caption')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={
        isFiltered ? (
          <EmptyState icon="search" title={t('adjustments.none')} next={t('adjustments.noneNext')} />
        ) : (
          <EmptyState icon="receipt" title={t('adjustments.empty')} next={t('adjustments.emptyNext')} />
        )
      }
      columns={[
        {
          head: t('adjustments.at'),
          cell: (row) => (
            <a href={adjustmentPath(row.id)}>
              <Moment at={row.createdAt} />
            </a>
          ),
        },
        { head: t('adjustments.operator'), cell: (row) => <Name of={row.operatorName} />, wide: true },
        { head: t('adjustments.amount'), cell: (row) => <Movement of={signed(row)} />, number: true },
        { head: t('adjustments.reason'), cell: (row) => <Name of={row.reason} />, wide: true },
        { head: t('adjustments.by'), cell: (row) => <Name of={row.creatorName} /> },
        { head: t('adjustments.decidedBy'), cell: (row) => (row.deciderName ? <Name of={row.deciderName} /> : '–') },
        { head: t('adjustments.state'), cell: (row) => <StatusBadge noun="adjustment" state={row.status} /> },
      ]}
    />
  )
}
