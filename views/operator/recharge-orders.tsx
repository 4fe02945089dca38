import type { DayRange } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { ExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { StatTile } from '../components/stat-tile'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

const STATES = ['pending', 'success', 'failed', 'expired', 'abnormal'] as const
const METHODS = ['wechat', 'alipay', 'bank'] as const

export type OrderView = {
  id: Uuid
  amount: Money
  paymentMethod: (typeof METHODS)[number]
  status: (typeof STATES)[number]
  late: boolean
  errorMessage: string | null
  paidAt: Instant | null
  createdAt: Instant
}

export const orderPath = (id: Uuid): string => `/operator/recharges/${showId('order', id)}`

export type OrdersProps = {
  orders: Slice<OrderView>
  /** Over the whole filter, not over this page of it. */
  sums: { orders: number; paid: number; paidAmount: Money }
  state: OrderView['status'] | undefined
  method: OrderView['paymentMethod'] | undefined
  dates: DayRange
}

/** `/operator/recharges`: every order and what became of it. */
export function RechargeOrdersPage({ orders, sums, state, method, dates }: OrdersProps) {
  const t = useText()
  const chips = useChips(state, method, dates)
  const filter = {
    status: state,
    method,
    start_time: dates.stretch ? iso(dates.stretch.from) : undefined,
    end_time: dates.stretch ? iso(dates.stretch.to) : undefined,
  }
  return (
    <Layout
      title={t('recharge.orders')}
      trail={[{ href: '/operator/recharge', label: t('recharge.title') }]}
      action={<ExportMenu kind="recharges" filter={filter} />}
    >
      <Filters action="/operator/recharges" dates={dates} chips={chips}>
        <FilterSelect
          name="status"
          label={t('recharge.filter.state')}
          value={state}
          options={[
            { value: '', label: t('recharge.filter.all') },
            ...STATES.map((one) => ({ value: one, label: t(`recharge.state.${one}`) })),
          ]}
        />
        <FilterSelect
          name="method"
          label={t('recharge.filter.method')}
          value={method}
          options={[
            { value: '', label: t('recharge.filter.all') },
            ...METHODS.map((one) => ({ value: one, label: t(`recharge.method.${one}`) })),
          ]}
        />
      </Filters>
      <div class="tiles">
        <StatTile
          label={t('recharge.sums.paid')}
          icon="arrow-down-left"
          figure={<Yuan of={sums.paidAmount} />}
          note={t('recharge.sums.paidOrders', { count: formatCount(sums.paid) })}
        />
        <StatTile label={t('recharge.sums.orders')} icon="receipt" figure={formatCount(sums.orders)} note={t('recharge.sums.whole')} />
      </div>
      <section class="panel" aria-label={t('recharge.orders')}>
        <OrderRows rows={orders.rows} filtered={chips.length > 0} />
      </section>
      <Pager of={orders} note={sums.orders > 0 ? t('recharge.orders.count', { count: formatCount(sums.orders) }) : undefined} />
    </Layout>
  )
}

function useChips(state: OrdersProps['state'], method: OrdersProps['method'], { chosen, first, last }: DayRange): Chip[] {
  const t = useText()
  return [
    ...(state ? [{ label: t(`recharge.state.${state}`), clear: ['status'] }] : []),
    ...(method ? [{ label: t(`recharge.method.${method}`), clear: ['method'] }] : []),
    ...(chosen === 'all' ? [] : [{ label: t('transactions.dates.is', { first: first!, last: last! }), clear: ['range', 'from', 'to'] }]),
  ]
}

/** `short`: beside a form there is room for the least. */
export function OrderRows({ rows, filtered, short = false }: { rows: readonly OrderView[]; filtered: boolean; short?: boolean }) {
  const t = useText()
  const columns = [
    { head: t('recharge.column.time'), cell: (row: OrderView) => <OrderLink of={row} /> },
    { head: t('recharge.column.amount'), cell: (row: OrderView) => <Yuan of={row.amount} />, number: true },
    { head: t('recharge.column.method'), cell: (row: OrderView) => t(`recharge.method.${row.paymentMethod}`) },
    { head: t('recharge.column.state'), cell: (row: OrderView) => <StatusBadge noun="recharge" state={row.status} /> },
  ]
  const more = [
    { head: t('recharge.column.paidAt'), cell: (row: OrderView) => (row.paidAt ? <Moment at={row.paidAt} seconds /> : '–') },
    { head: t('recharge.column.note'), cell: (row: OrderView) => <Note of={row} />, wide: true },
  ]
  return (
    <DataTable
      caption={t('recharge.orders.caption')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={
        filtered ? (
          <EmptyState icon="search" title={t('recharge.orders.none')} next={t('recharge.orders.noneNext')} />
        ) : (
          <EmptyState title={t('recharge.orders.empty')} next={t('recharge.orders.emptyNext')} />
        )
      }
      columns={short ? columns : [...columns, ...more]}
    />
  )
}

const OrderLink = ({ of }: { of: OrderView }) => (
  <a href={orderPath(of.id)}>
    <Moment at={of.createdAt} />
  </a>
)

function Note({ of }: { of: OrderView }) {
  const t = useText()
  if (of.late) return <>{t('recharge.late')}</>
  return of.errorMessage ? <Name of={of.errorMessage} /> : <>–</>
}
