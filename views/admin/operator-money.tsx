import type { DayRange } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { type Money, minus, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters } from '../components/filters'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { useText } from '../page-context'
import { OperatorFrame, type OperatorHead } from './operator-frame'

const KINDS = ['recharge', 'consumption', 'refund', 'adjustment'] as const
type Kind = (typeof KINDS)[number]
const TONES = { recharge: 'ok', consumption: 'neutral', refund: 'info', adjustment: 'warn' } as const

type MoneyRow = {
  id: string
  seq: bigint
  at: Instant
  kind: Kind
  direction: 'in' | 'out'
  amount: Money
  balanceAfter: Money
  orderId: string | null
  refundId: string | null
  usageId: string | null
  description: string
}

export type OperatorMoneyProps = {
  operator: OperatorHead
  transactions: Slice<MoneyRow>
  /** Over the whole filter. */
  sums: { rows: number; in: Money; out: Money }
  kind: Kind | undefined
  dates: DayRange
}

/** `…/money`: what moved its balance, with the sums of the whole filter. */
export function OperatorMoneyPage({ operator, transactions, sums, kind, dates }: OperatorMoneyProps) {
  const t = useText()
  const { chosen, first, last } = dates
  const chips: Chip[] = [
    ...(kind ? [{ label: t('transactions.type.is', { type: t(`kind.${kind}`) }), clear: ['type'] }] : []),
    ...(chosen === 'all' ? [] : [{ label: t('transactions.dates.is', { first: first!, last: last! }), clear: ['range', 'from', 'to'] }]),
  ]
  return (
    <OperatorFrame operator={operator} tab="money">
      <Filters action={`/admin/operators/${showId('operator', operator.id)}/money`} dates={dates} offersAll chips={chips}>
        <FilterSelect
          name="type"
          label={t('transactions.type')}
          value={kind}
          options={[{ value: '', label: t('transactions.type.all') }, ...KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))]}
        />
      </Filters>
      <div class="tiles">
        <StatTile label={t('transactions.in')} icon="arrow-down-left" figure={<Signed of={sums.in} />} note={t('transactions.whole')} />
        <StatTile
          label={t('transactions.out')}
          icon="arrow-up-right"
          figure={<Signed of={minus(ZERO, sums.out)} />}
          note={t('transactions.whole')}
        />
        <StatTile
          label={t('transactions.net')}
          icon="receipt"
          figure={<Signed of={minus(sums.in, sums.out)} />}
          note={t('transactions.rows', { count: formatCount(sums.rows) })}
        />
      </div>
      <Panel id="money" title={t('transactions.title')}>
        <Rows rows={transactions.rows} filtered={chips.length > 0} />
        <Pager of={transactions} note={t('transactions.total', { count: formatCount(sums.rows) })} />
      </Panel>
    </OperatorFrame>
  )
}

/** Nothing moved has no sign. */
const Signed = ({ of }: { of: Money }) => (of === ZERO ? <Yuan of={of} /> : <Movement of={of} />)

function Rows({ rows, filtered }: { rows: readonly MoneyRow[]; filtered: boolean }) {
  const t = useText()
  return (
    <DataTable
      caption={t('transactions.caption')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={
        filtered ? (
          <EmptyState icon="search" title={t('transactions.emptyFiltered')} next={t('transactions.emptyFilteredNext')} />
        ) : (
          <EmptyState icon="landmark" title={t('transactions.empty')} next={t('operators.money.empty.next')} />
        )
      }
      columns={[
        { head: t('transactions.column.time'), cell: (row) => <Moment at={row.at} seconds /> },
        { head: t('transactions.column.type'), cell: (row) => <Badge tone={TONES[row.kind]}>{t(`kind.${row.kind}`)}</Badge> },
        { head: t('transactions.column.description'), cell: (row) => <Description of={row} />, wide: true },
        {
          head: t('transactions.column.amount'),
          cell: (row) => <Movement of={row.direction === 'in' ? row.amount : minus(ZERO, row.amount)} />,
          number: true,
        },
        { head: t('transactions.after'), cell: (row) => <Yuan of={row.balanceAfter} />, number: true },
        { head: t('transactions.column.seq'), cell: (row) => <span class="muted">{String(row.seq)}</span>, number: true },
      ]}
    />
  )
}

/** With the number of what caused it. */
function Description({ of }: { of: MoneyRow }) {
  const source = of.orderId
    ? showId('order', of.orderId)
    : of.refundId
      ? showId('refund', of.refundId)
      : of.usageId
        ? showId('usage', of.usageId)
        : showId('transaction', of.id)
  return (
    <>
      <a href={`/admin/transactions/${showId('transaction', of.id)}`}>
        <Name of={of.description} />
      </a>
      <span class="cell-more">
        <ShortId id={source} />
      </span>
    </>
  )
}
