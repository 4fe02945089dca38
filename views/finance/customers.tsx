import { showId, type Uuid } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { stateOf, Tier } from '../admin/operator-frame'
import { NoOperators, OperatorFilterFields, type OperatorListFilter, type OperatorsProps, useOperatorChips } from '../admin/operators'
import { DataTable } from '../components/data-table'
import { StaffExportMenu } from '../components/export-menu'
import { drawn, formatCount, formatShare } from '../components/figures'
import { Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { ShareBar } from '../components/share-bar'
import { StatTile } from '../components/stat-tile'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'

type CustomerRow = {
  id: Uuid
  username: string
  name: string
  category: 'trial' | 'normal' | 'vip'
  categoryPinned: boolean
  balance: Money
  totalRecharged: Money
  totalConsumed: Money
  totalRefunded: Money
  lastTransactionAt: Instant | null
  isLocked: boolean
  deactivatedAt: Instant | null
}

export type CustomersProps = {
  customers: Slice<CustomerRow>
  /** Over the whole filter. */
  sums: { operators: number; balance: Money; recharged: Money; consumed: Money; refunded: Money }
  filter: OperatorListFilter
  sort: OperatorsProps['sort']
}

export const customerPath = (id: Uuid): string => `/finance/customers/${showId('operator', id)}`

/** `/finance/customers`: who holds how much of what the platform owes. */
export function CustomersPage({ customers, sums, filter, sort }: CustomersProps) {
  const t = useText()
  const chips = useOperatorChips(filter)
  const { keyword, category, state, includeClosed } = filter
  return (
    <Layout
      title={t('customers.title')}
      action={
        <StaffExportMenu
          kind="operators"
          filter={{ keyword: keyword || undefined, category, state, closed: includeClosed ? 'true' : undefined }}
        />
      }
    >
      <Sums of={sums} />
      <Panel id="customers" title={t('customers.ranking')} note={t('customers.ranking.note')}>
        <Filters action="/finance/customers" chips={chips}>
          <OperatorFilterFields filter={filter} sort={sort} usual="balance_most" />
        </Filters>
        <DataTable
          caption={t('customers.ranking')}
          rows={customers.rows}
          rowKey={(row) => row.id}
          empty={<NoOperators filtered={chips.length > 0} />}
          columns={[
            { head: t('operators.name'), cell: (row) => <CustomerName of={row} />, wide: true },
            { head: t('operators.category'), cell: (row) => <Tier of={row} /> },
            { head: t('operators.balance'), cell: (row) => <Yuan of={row.balance} />, number: true },
            { head: t('customers.share'), cell: (row) => <Share of={row.balance} whole={sums.balance} />, number: true },
            { head: t('account.recharged'), cell: (row) => <Yuan of={row.totalRecharged} />, number: true },
            { head: t('account.consumed'), cell: (row) => <Yuan of={row.totalConsumed} />, number: true },
            { head: t('account.refunded'), cell: (row) => <Yuan of={row.totalRefunded} />, number: true },
            { head: t('customers.moved'), cell: (row) => (row.lastTransactionAt ? <Moment at={row.lastTransactionAt} /> : '–') },
          ]}
        />
        <Pager of={customers} note={t('operators.count', { count: formatCount(sums.operators) })} />
      </Panel>
    </Layout>
  )
}

function Sums({ of }: { of: CustomersProps['sums'] }) {
  const t = useText()
  const note = t('operators.sum.note')
  return (
    <div class="tiles four">
      <StatTile label={t('operators.sum.balance')} icon="wallet" figure={<Yuan of={of.balance} />} note={t('operators.sum.balance.note')} />
      <StatTile label={t('account.recharged')} icon="arrow-down-left" figure={<Yuan of={of.recharged} />} note={note} />
      <StatTile label={t('account.consumed')} icon="arrow-up-right" figure={<Yuan of={of.consumed} />} note={note} />
      <StatTile label={t('account.refunded')} icon="arrow-up-right" figure={<Yuan of={of.refunded} />} note={note} />
    </div>
  )
}

function CustomerName({ of }: { of: CustomerRow }) {
  const state = stateOf(of)
  return (
    <>
      <span class="with-badge">
        <a href={customerPath(of.id)}>
          <Name of={of.name} />
        </a>
        {state !== 'active' && <StatusBadge noun="operator" state={state} />}
      </span>
      <span class="cell-more">
        <bdi>{of.username}</bdi>
      </span>
    </>
  )
}

/** Of all balances in the filter. */
function Share({ of, whole }: { of: Money; whole: Money }) {
  const share = whole === 0n ? 0 : drawn(of) / drawn(whole)
  return (
    <>
      {formatShare(share)} <ShareBar share={share} />
    </>
  )
}
