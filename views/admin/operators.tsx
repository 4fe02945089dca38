import type { Slice } from '#src/core/keyset'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterCheck, FilterSelect, Filters, FilterText } from '../components/filters'
import { maskEmail, maskPhone } from '../components/masked'
import { useMay } from '../components/may'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { type OperatorHead, operatorPath, stateOf, Tier } from './operator-frame'

type OperatorRow = OperatorHead & { phone: string; email: string; totalConsumed: Money; createdAt: Instant }

const CATEGORIES = ['trial', 'normal', 'vip'] as const
const STATES = ['active', 'locked', 'deactivated'] as const
const ORDERS = [
  'newest',
  'oldest',
  'balance_most',
  'balance_least',
  'consumed_most',
  'recharged_most',
  'moved_last',
  'moved_first',
  'name',
] as const

export type OperatorListFilter = {
  keyword: string
  category: (typeof CATEGORIES)[number] | undefined
  state: (typeof STATES)[number] | undefined
  includeClosed: boolean
}
export type OperatorsProps = {
  operators: Slice<OperatorRow>
  /** Over the whole filter. */
  sums: { operators: number; locked: number; balance: Money; consumed: Money }
  filter: OperatorListFilter
  sort: (typeof ORDERS)[number]
}

/** `/admin/operators`: every customer, found by name or phone, in any order that helps. */
export function OperatorsPage({ operators, sums, filter, sort }: OperatorsProps) {
  const t = useText()
  const may = useMay()
  const chips = useOperatorChips(filter)
  const { keyword, category, state, includeClosed } = filter
  return (
    <Layout
      title={t('operators.title')}
      action={
        <>
          <StaffExportMenu
            kind="operators"
            filter={{ keyword: keyword || undefined, category, state, closed: includeClosed ? 'true' : undefined }}
          />
          {may('operator:create') && (
            <a class="button primary" href="/admin/operators/new">
              {t('operators.create')}
            </a>
          )}
        </>
      }
    >
      <Sums of={sums} />
      <Panel id="operators" title={t('operators.list')} note={t('operators.list.note')}>
        <Filters action="/admin/operators" chips={chips}>
          <OperatorFilterFields filter={filter} sort={sort} usual="newest" />
        </Filters>
        <DataTable
          caption={t('operators.list')}
          rows={operators.rows}
          rowKey={(row) => row.id}
          empty={<NoOperators filtered={chips.length > 0} />}
          columns={[
            { head: t('operators.name'), cell: (row) => <OperatorName of={row} />, wide: true },
            { head: t('operators.category'), cell: (row) => <Tier of={row} /> },
            { head: t('operators.contact'), cell: (row) => <Contact of={row} /> },
            { head: t('operators.balance'), cell: (row) => <Yuan of={row.balance} />, number: true },
            { head: t('operators.consumed'), cell: (row) => <Yuan of={row.totalConsumed} />, number: true },
            { head: t('operators.state'), cell: (row) => <StatusBadge noun="operator" state={stateOf(row)} /> },
            { head: t('operators.created'), cell: (row) => <Moment at={row.createdAt} /> },
          ]}
        />
        <Pager of={operators} note={t('operators.count', { count: formatCount(sums.operators) })} />
      </Panel>
    </Layout>
  )
}

function Sums({ of }: { of: OperatorsProps['sums'] }) {
  const t = useText()
  return (
    <div class="tiles four">
      <StatTile label={t('operators.sum.operators')} icon="store" figure={formatCount(of.operators)} note={t('operators.sum.note')} />
      <StatTile label={t('operators.sum.balance')} icon="wallet" figure={<Yuan of={of.balance} />} note={t('operators.sum.balance.note')} />
      <StatTile label={t('operators.sum.consumed')} icon="receipt" figure={<Yuan of={of.consumed} />} note={t('operators.sum.note')} />
      <StatTile
        label={t('operators.sum.locked')}
        icon="circle-alert"
        figure={formatCount(of.locked)}
        tone={of.locked > 0 ? 'bad' : 'plain'}
        note={t('operators.sum.locked.note')}
        href="/admin/operators?state=locked"
      />
    </div>
  )
}

/** The same fields for administrators and finance. */
export function OperatorFilterFields({
  filter,
  sort,
  usual,
}: {
  filter: OperatorListFilter
  sort: OperatorsProps['sort']
  usual: OperatorsProps['sort']
}) {
  const t = useText()
  return (
    <>
      <FilterText
        name="keyword"
        label={t('operators.keyword')}
        value={filter.keyword || undefined}
        placeholder={t('operators.keyword.placeholder')}
      />
      <FilterSelect
        name="category"
        label={t('operators.category')}
        value={filter.category}
        options={[
          { value: '', label: t('operators.category.all') },
          ...CATEGORIES.map((one) => ({ value: one, label: t(`category.${one}`) })),
        ]}
      />
      <FilterSelect
        name="state"
        label={t('operators.state')}
        value={filter.state}
        options={[
          { value: '', label: t('operators.state.all') },
          ...STATES.map((one) => ({ value: one, label: t(`operators.state.${one}`) })),
        ]}
      />
      <FilterSelect
        name="sort"
        label={t('operators.sort')}
        value={sort === usual ? '' : sort}
        options={ORDERS.map((one) => ({ value: one === usual ? '' : one, label: t(`operators.sort.${one}`) }))}
      />
      <FilterCheck name="closed" label={t('operators.closed')} checked={filter.includeClosed} />
    </>
  )
}

export function useOperatorChips({ keyword, category, state, includeClosed }: OperatorListFilter): Chip[] {
  const t = useText()
  return [
    ...(keyword ? [{ label: t('operators.keyword.chip', { keyword }), clear: ['keyword'] }] : []),
    ...(category ? [{ label: t(`category.${category}`), clear: ['category'] }] : []),
    ...(state ? [{ label: t(`operators.state.${state}`), clear: ['state'] }] : []),
    ...(includeClosed ? [{ label: t('operators.closed'), clear: ['closed'] }] : []),
  ]
}

function OperatorName({ of }: { of: OperatorRow }) {
  return (
    <>
      <a href={operatorPath(of.id)}>
        <Name of={of.name} />
      </a>
      <span class="cell-more">
        <bdi>{of.username}</bdi>
      </span>
    </>
  )
}

const Contact = ({ of }: { of: OperatorRow }) => (
  <>
    <bdi>{maskPhone(of.phone)}</bdi>
    <span class="cell-more">
      <bdi>{maskEmail(of.email)}</bdi>
    </span>
  </>
)

export function NoOperators({ filtered }: { filtered: boolean }) {
  const t = useText()
  return filtered ? (
    <EmptyState icon="search" title={t('operators.none')} next={t('operators.none.next')} />
  ) : (
    <EmptyState icon="store" title={t('operators.empty')} next={t('operators.empty.next')} />
  )
}
