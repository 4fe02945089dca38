import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { type Money, minus, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { Standing } from '../admin/operator-frame'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Facts } from '../components/facts'
import { drawn, formatCount } from '../components/figures'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { type StateOf, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { customerPath } from './customers'

type OrderRow = {
  order: { id: Uuid; amount: Money; paymentMethod: 'wechat' | 'alipay' | 'bank'; status: StateOf<'recharge'>; createdAt: Instant }
}
type RefundRow = { id: Uuid; requested: Money; actual: Money | null; status: StateOf<'refund'>; createdAt: Instant }
type InvoiceRow = { id: Uuid; number: string | null; amount: Money; status: StateOf<'invoice'>; createdAt: Instant }

export type CustomerProps = {
  customer: {
    id: Uuid
    username: string
    name: string
    category: 'trial' | 'normal' | 'vip'
    categoryPinned: boolean
    isLocked: boolean
    deactivatedAt: Instant | null
    balance: Money
    totalRecharged: Money
    totalConsumed: Money
    totalRefunded: Money
    sessions: number
    firstAt: Instant | null
    lastTransactionAt: Instant | null
    createdAt: Instant
  }
  /** Newest first. */
  months: readonly { month: string; recharge: Money; consumption: Money; refund: Money; adjustment: Money; closing: Money }[]
  /** The newest of each; null for those whose rows the viewer may not see. */
  orders: Slice<OrderRow> | null
  refunds: Slice<RefundRow> | null
  invoices: Slice<InvoiceRow> | null
}

/** As many rows as a glance takes in. */
const SHOWN = 5

/** `/finance/customers/{id}`: one customer's money, month by month, and what it paid, asked back and had invoiced. */
export function CustomerPage(props: CustomerProps) {
  const t = useText()
  const { customer, orders, refunds, invoices } = props
  return (
    <Layout
      title={customer.name}
      note={<Standing of={customer} />}
      trail={[{ href: '/finance/customers', label: t('customers.title') }]}
      action={
        <a class="button primary" href={`${customerPath(customer.id)}/statement`}>
          <Icon name="file-text" />
          {t('statement.title')}
        </a>
      }
    >
      <Tiles {...props} />
      <Months rows={props.months} customer={customer.id} />
      <div class="columns even">
        <Account of={customer} />
        {orders && <Orders rows={orders.rows} keyword={customer.username} />}
      </div>
      <div class="columns even">
        {refunds && <Refunds rows={refunds.rows} keyword={customer.username} />}
        {invoices && <Invoices rows={invoices.rows} keyword={customer.username} />}
      </div>
    </Layout>
  )
}

const rowsOf = (operator: Uuid, query = ''): string => `/finance/transactions?keyword=${showId('operator', operator)}${query}`

function Tiles({ customer, months }: CustomerProps) {
  const t = useText()
  const series = (of: 'recharge' | 'consumption' | 'refund') => months.map((month) => drawn(month[of])).toReversed()
  return (
    <div class="tiles four">
      <StatTile
        label={t('operators.balance')}
        icon="wallet"
        figure={<Yuan of={customer.balance} />}
        note={t('customers.balance.note')}
        href={rowsOf(customer.id)}
      />
      <StatTile
        label={t('account.recharged')}
        icon="arrow-down-left"
        figure={<Yuan of={customer.totalRecharged} />}
        series={series('recharge')}
        href={rowsOf(customer.id, '&type=recharge')}
      />
      <StatTile
        label={t('account.consumed')}
        icon="arrow-up-right"
        figure={<Yuan of={customer.totalConsumed} />}
        note={t('customers.sessions', { count: formatCount(customer.sessions) })}
        series={series('consumption')}
        href={rowsOf(customer.id, '&type=consumption')}
      />
      <StatTile
        label={t('account.refunded')}
        icon="arrow-up-right"
        figure={<Yuan of={customer.totalRefunded} />}
        series={series('refund')}
        href={rowsOf(customer.id, '&type=refund')}
      />
    </div>
  )
}

/** Each month leads to its statement. */
function Months({ rows, customer }: { rows: CustomerProps['months']; customer: Uuid }) {
  const t = useText()
  const moved = (amount: Money) => (amount === ZERO ? <span class="muted">–</span> : <Movement of={amount} />)
  return (
    <Panel id="months" title={t('customers.months')} note={t('customers.months.note')}>
      <DataTable
        caption={t('customers.months')}
        rows={rows}
        rowKey={(row) => row.month}
        empty={null}
        columns={[
          {
            head: t('customers.month'),
            cell: ({ month }) => <a href={`${customerPath(customer)}/statement?from=${month}-01&to=${lastDayOf(month)}`}>{month}</a>,
          },
          { head: t('kind.recharge'), cell: (row) => moved(row.recharge), number: true },
          { head: t('kind.consumption'), cell: (row) => moved(minus(ZERO, row.consumption)), number: true },
          { head: t('kind.refund'), cell: (row) => moved(minus(ZERO, row.refund)), number: true },
          { head: t('kind.adjustment'), cell: (row) => moved(row.adjustment), number: true },
          { head: t('customers.closing'), cell: (row) => <Yuan of={row.closing} />, number: true },
        ]}
      />
    </Panel>
  )
}

const LONG_MONTHS = ['01', '03', '05', '07', '08', '10', '12']
/** `2028-02` → `2028-02-29`. */
function lastDayOf(month: string): string {
  const [year, number] = month.split('-') as [string, string]
  if (number !== '02') return `${month}-${LONG_MONTHS.includes(number) ? '31' : '30'}`
  const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0)
  return `${month}-${isLeap ? '29' : '28'}`
}

function Account({ of }: { of: CustomerProps['customer'] }) {
  const t = useText()
  return (
    <Panel id="account" title={t('operators.account')}>
      <Facts
        rows={[
          { label: t('operators.username'), value: <bdi>{of.username}</bdi> },
          { label: t('account.id'), value: <ShortId id={showId('operator', of.id)} /> },
          { label: t('operators.created'), value: <Moment at={of.createdAt} /> },
          { label: t('customers.first'), value: of.firstAt ? <Moment at={of.firstAt} /> : t('account.none') },
          { label: t('account.lastTransaction'), value: of.lastTransactionAt ? <Moment at={of.lastTransactionAt} /> : t('account.none') },
        ]}
      />
    </Panel>
  )
}

function Orders({ rows, keyword }: { rows: readonly OrderRow[]; keyword: string }) {
  const t = useText()
  return (
    <Panel
      id="orders"
      title={t('customers.orders')}
      note={<a href={`/finance/recharge-orders?${new URLSearchParams({ keyword })}`}>{t('customers.all')}</a>}
    >
      <DataTable
        compact
        caption={t('customers.orders')}
        rows={rows.slice(0, SHOWN)}
        rowKey={(row) => row.order.id}
        empty={<EmptyState icon="wallet" title={t('customers.orders.empty')} next={t('customers.orders.empty.next')} />}
        columns={[
          {
            head: t('customers.at'),
            cell: ({ order }) => (
              <a href={`/finance/recharge-orders/${showId('order', order.id)}`}>
                <Moment at={order.createdAt} />
              </a>
            ),
            wide: true,
          },
          { head: t('customers.method'), cell: ({ order }) => t(`ledger.channel.${order.paymentMethod}`) },
          { head: t('customers.amount'), cell: ({ order }) => <Yuan of={order.amount} />, number: true },
          { head: t('operators.state'), cell: ({ order }) => <StatusBadge noun="recharge" state={order.status} /> },
        ]}
      />
    </Panel>
  )
}

function Refunds({ rows, keyword }: { rows: readonly RefundRow[]; keyword: string }) {
  const t = useText()
  const all = `/finance/refunds?status=all&${new URLSearchParams({ keyword })}`
  return (
    <Panel id="refunds" title={t('customers.refunds')} note={<a href={all}>{t('customers.all')}</a>}>
      <DataTable
        compact
        caption={t('customers.refunds')}
        rows={rows.slice(0, SHOWN)}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="arrow-up-right" title={t('customers.refunds.empty')} next={t('customers.refunds.empty.next')} />}
        columns={[
          {
            head: t('customers.at'),
            cell: (row) => (
              <a href={`/finance/refunds/${showId('refund', row.id)}`}>
                <Moment at={row.createdAt} />
              </a>
            ),
            wide: true,
          },
          { head: t('customers.amount'), cell: (row) => <Yuan of={row.actual ?? row.requested} />, number: true },
          { head: t('operators.state'), cell: (row) => <StatusBadge noun="refund" state={row.status} /> },
        ]}
      />
    </Panel>
  )
}

function Invoices({ rows, keyword }: { rows: readonly InvoiceRow[]; keyword: string }) {
  const t = useText()
  const all = `/finance/invoices?status=all&${new URLSearchParams({ keyword })}`
  return (
    <Panel id="invoices" title={t('customers.invoices')} note={<a href={all}>{t('customers.all')}</a>}>
      <DataTable
        compact
        caption={t('customers.invoices')}
        rows={rows.slice(0, SHOWN)}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="file-text" title={t('customers.invoices.empty')} next={t('customers.invoices.empty.next')} />}
        columns={[
          {
            head: t('customers.at'),
            cell: (row) => (
              <a href={`/finance/invoices/${showId('invoice', row.id)}`}>
                <Moment at={row.createdAt} />
              </a>
            ),
            wide: true,
          },
          { head: t('customers.number'), cell: (row) => row.number ?? '–' },
          { head: t('customers.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
          { head: t('operators.state'), cell: (row) => <StatusBadge noun="invoice" state={row.status} /> },
        ]}
      />
    </Panel>
  )
}
