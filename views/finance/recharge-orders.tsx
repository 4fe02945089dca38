import type { DayRange } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { formatCount } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { CsrfField, Field, Select, SubmitButton } from '../components/form'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

const STATES = ['pending', 'success', 'failed', 'expired', 'abnormal'] as const
const METHODS = ['wechat', 'alipay', 'bank'] as const

export type FinanceOrder = {
  order: {
    id: Uuid
    operatorId: Uuid
    amount: Money
    paymentMethod: (typeof METHODS)[number]
    status: (typeof STATES)[number]
    outTradeNo: string
    providerTxnId: string | null
    paidAt: Instant | null
    late: boolean
    errorMessage: string | null
    refunded: Money
    origin: 'operator' | 'quarantine'
    checks: number
    nextCheckAt: Instant | null
    expiresAt: Instant
    createdAt: Instant
  }
  operatorName: string
}

export const financeOrderPath = (id: Uuid): string => `/finance/recharge-orders/${showId('order', id)}`

export type FinanceOrdersProps = {
  orders: Slice<FinanceOrder>
  sums: { orders: number; paid: number; paidAmount: Money }
  keyword: string
  state: FinanceOrder['order']['status'] | undefined
  method: FinanceOrder['order']['paymentMethod'] | undefined
  dates: DayRange
  /** Whether this person may have a payment credited. */
  mayFind: boolean
  found: { number: string; channel: string; error: string | null; notice: FindOutcome | null }
}
export type FindOutcome = 'none' | 'lost' | 'unpaid' | 'kept'

/** `/finance/recharge-orders`: what was ordered and paid, by everybody, and the way to a payment that nobody finds. */
export function FinanceOrdersPage(props: FinanceOrdersProps) {
  const t = useText()
  const { orders, sums, keyword, state, method, dates } = props
  const chips = [
    ...(keyword ? [{ label: keyword, clear: ['keyword'] }] : []),
    ...(state ? [{ label: t(`recharge.state.${state}`), clear: ['status'] }] : []),
    ...(method ? [{ label: t(`recharge.method.${method}`), clear: ['method'] }] : []),
    ...(dates.chosen === 'all'
      ? []
      : [{ label: t('transactions.dates.is', { first: dates.first!, last: dates.last! }), clear: ['range', 'from', 'to'] }]),
  ]
  const all = { value: '', label: t('recharge.filter.all') }
  return (
    <Layout title={t('payments.orders.title')}>
      <Filters action="/finance/recharge-orders" dates={dates} chips={chips}>
        <FilterText name="keyword" label={t('payments.orders.search')} value={keyword} />
        <FilterSelect
          name="status"
          label={t('recharge.filter.state')}
          value={state}
          options={[all, ...STATES.map((one) => ({ value: one, label: t(`recharge.state.${one}`) }))]}
        />
        <FilterSelect
          name="method"
          label={t('recharge.filter.method')}
          value={method}
          options={[all, ...METHODS.map((one) => ({ value: one, label: t(`recharge.method.${one}`) }))]}
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
      <section class="panel" aria-label={t('payments.orders.title')}>
        <Rows rows={orders.rows} />
      </section>
      <Pager of={orders} note={sums.orders > 0 ? t('recharge.orders.count', { count: formatCount(sums.orders) }) : undefined} />
      {props.mayFind && <FindPayment {...props.found} />}
    </Layout>
  )
}

function Rows({ rows }: { rows: readonly FinanceOrder[] }) {
  const t = useText()
  return (
    <DataTable
      caption={t('payments.orders.caption')}
      rows={rows}
      rowKey={({ order }) => order.id}
      empty={<EmptyState icon="search" title={t('payments.orders.empty')} next={t('payments.orders.emptyNext')} />}
      columns={[
        {
          head: t('recharge.column.time'),
          cell: ({ order }) => (
            <a href={financeOrderPath(order.id)}>
              <Moment at={order.createdAt} seconds />
            </a>
          ),
        },
        { head: t('payments.orders.operator'), cell: ({ operatorName }) => <Name of={operatorName} />, wide: true },
        { head: t('recharge.column.method'), cell: ({ order }) => t(`recharge.method.${order.paymentMethod}`) },
        { head: t('recharge.column.state'), cell: ({ order }) => <StatusBadge noun="recharge" state={order.status} /> },
        { head: t('recharge.column.amount'), cell: ({ order }) => <Yuan of={order.amount} />, number: true },
        { head: t('recharge.column.provider'), cell: ({ order }) => (order.providerTxnId ? <ShortId id={order.providerTxnId} /> : '–') },
      ]}
    />
  )
}

function FindPayment({ number, channel, error, notice }: FinanceOrdersProps['found']) {
  const t = useText()
  return (
    <Panel id="find" title={t('payments.find.title')}>
      <p class="muted">{t('payments.find.note')}</p>
      {notice && (
        <Notice tone={notice === 'kept' ? 'warn' : 'bad'} title={t(`payments.find.${notice}`)} focus>
          {notice === 'none' && <p>{t('payments.find.noneNext')}</p>}
        </Notice>
      )}
      <form method="post" action="/finance/payment-searches" class="form" data-once noValidate>
        <CsrfField />
        <div class="form-columns">
          <Select
            name="channel"
            label={t('recharge.column.method')}
            value={channel}
            options={(['wechat', 'alipay'] as const).map((one) => ({ value: one, label: t(`recharge.method.${one}`) }))}
          />
          <Field
            name="number"
            label={t('payments.find.number')}
            value={number}
            error={error ?? undefined}
            autocomplete="off"
            maxLength={64}
          />
        </div>
        <div class="form-actions">
          <SubmitButton>{t('payments.find.submit')}</SubmitButton>
        </div>
      </form>
    </Panel>
  )
}

/** `/finance/recharge-orders/:order_id`: one order with everything that is known about it. */
export function FinanceOrderPage({ order, operatorName, mayCheck }: FinanceOrder & { mayCheck: boolean }) {
  const t = useText()
  const rows = [
    { label: t('payments.orders.operator'), value: <Name of={operatorName} /> },
    { label: t('recharge.column.order'), value: <ShortId id={showId('order', order.id)} /> },
    { label: t('payments.order.number'), value: <ShortId id={order.outTradeNo} /> },
    { label: t('recharge.column.provider'), value: order.providerTxnId ? <ShortId id={order.providerTxnId} /> : '–' },
    { label: t('recharge.column.amount'), value: <Yuan of={order.amount} /> },
    { label: t('recharge.column.method'), value: t(`recharge.method.${order.paymentMethod}`) },
    { label: t('recharge.column.time'), value: <Moment at={order.createdAt} seconds /> },
    { label: t('payments.order.expires'), value: <Moment at={order.expiresAt} seconds /> },
    { label: t('recharge.column.paidAt'), value: order.paidAt ? <Moment at={order.paidAt} seconds /> : '–' },
    { label: t('payments.order.refunded'), value: <Yuan of={order.refunded} /> },
    { label: t('payments.order.origin'), value: t(`payments.order.origin.${order.origin}`) },
    { label: t('payments.order.checks'), value: t('payments.order.checksTimes', { count: order.checks }) },
    { label: t('payments.order.next'), value: order.nextCheckAt ? <Moment at={order.nextCheckAt} seconds /> : '–' },
    {
      label: t('recharge.column.note'),
      value: order.late ? t('recharge.late') : order.errorMessage ? <Name of={order.errorMessage} /> : '–',
    },
  ]
  return (
    <Layout
      title={t('payments.order.title', { amount: formatYuan(order.amount) })}
      trail={[{ href: '/finance/recharge-orders', label: t('payments.orders.title') }]}
    >
      <Panel id="order" title={t('recharge.card.facts')} note={<StatusBadge noun="recharge" state={order.status} />}>
        <Facts rows={rows} />
        {mayCheck && order.status !== 'success' && order.paymentMethod !== 'bank' && (
          <form method="post" action={`${financeOrderPath(order.id)}/checks`} class="form" data-once>
            <CsrfField />
            <div class="form-actions">
              <SubmitButton>{t('payments.order.check')}</SubmitButton>
            </div>
          </form>
        )}
      </Panel>
    </Layout>
  )
}
