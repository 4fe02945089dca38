import type { DayRange } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money, minus, ZERO } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { ShortId } from '../components/copy'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { ExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters } from '../components/filters'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Pager } from '../components/pager'
import { StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { MoneyTabs } from './money-tabs'

export const MOVEMENTS = ['recharge', 'consumption', 'refund', 'adjustment'] as const
export type MovementKind = (typeof MOVEMENTS)[number]
export const KIND_TONES = { recharge: 'ok', consumption: 'neutral', refund: 'info', adjustment: 'warn' } as const

export type TransactionView = {
  id: string
  seq: bigint
  at: Instant
  kind: MovementKind
  direction: 'in' | 'out'
  amount: Money
  balanceBefore: Money
  balanceAfter: Money
  usageId: string | null
  orderId: string | null
  refundId: string | null
  channel: 'wechat' | 'alipay' | 'bank' | null
  description: string
}

export type TransactionsProps = {
  transactions: Slice<TransactionView>
  /** Over the whole filter, not over this page of it. */
  sums: { rows: number; in: Money; out: Money }
  kind: MovementKind | undefined
  dates: DayRange
}

/** `/operator/transactions`: every movement of the balance, from what to what, and why. */
export function TransactionsPage({ transactions, sums, kind, dates }: TransactionsProps) {
  const t = useText()
  const chips = useChips(kind, dates)
  return (
    <Layout title={t('transactions.title')} action={<ExportMenu kind="transactions" filter={exportFilter(kind, dates)} />}>
      <MoneyTabs current="transactions" />
      <Filters action="/operator/transactions" dates={dates} offersAll chips={chips}>
        <FilterSelect
          name="type"
          label={t('transactions.type')}
          value={kind}
          options={[{ value: '', label: t('transactions.type.all') }, ...MOVEMENTS.map((one) => ({ value: one, label: t(`kind.${one}`) }))]}
        />
      </Filters>
      <Sums {...sums} />
      <section class="panel" aria-label={t('transactions.title')}>
        <Rows rows={transactions.rows} filtered={chips.length > 0} />
      </section>
      <Pager of={transactions} note={sums.rows > 0 ? t('transactions.total', { count: formatCount(sums.rows) }) : undefined} />
    </Layout>
  )
}

function useChips(kind: MovementKind | undefined, { chosen, first, last }: DayRange): Chip[] {
  const t = useText()
  return [
    ...(kind ? [{ label: t('transactions.type.is', { type: t(`kind.${kind}`) }), clear: ['type'] }] : []),
    ...(chosen === 'all' ? [] : [{ label: t('transactions.dates.is', { first: first!, last: last! }), clear: ['range', 'from', 'to'] }]),
  ]
}

const exportFilter = (kind: MovementKind | undefined, { stretch }: DayRange) => ({
  type: kind,
  start_time: stretch ? iso(stretch.from) : undefined,
  end_time: stretch ? iso(stretch.to) : undefined,
})

/** Over the whole filter; nothing moved has no sign. */
function Sums({ rows, in: came, out: went }: TransactionsProps['sums']) {
  const t = useText()
  const signed = (amount: Money) => (amount === ZERO ? <Yuan of={ZERO} /> : <Movement of={amount} />)
  return (
    <div class="tiles">
      <StatTile label={t('transactions.in')} icon="arrow-down-left" figure={signed(came)} note={t('transactions.whole')} />
      <StatTile label={t('transactions.out')} icon="arrow-up-right" figure={signed(minus(ZERO, went))} note={t('transactions.whole')} />
      <StatTile
        label={t('transactions.net')}
        icon="receipt"
        figure={signed(minus(came, went))}
        note={t('transactions.rows', { count: formatCount(rows) })}
      />
    </div>
  )
}

function Rows({ rows, filtered }: { rows: readonly TransactionView[]; filtered: boolean }) {
  const t = useText()
  const empty = filtered ? (
    <EmptyState title={t('transactions.emptyFiltered')} next={t('transactions.emptyFilteredNext')} />
  ) : (
    <EmptyState icon="landmark" title={t('transactions.empty')} next={t('transactions.emptyNext')} />
  )
  return (
    <DataTable
      caption={t('transactions.caption')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={empty}
      columns={[
        { head: t('transactions.column.time'), cell: (row) => <Moment at={row.at} seconds /> },
        { head: t('transactions.column.type'), cell: (row) => <Kind row={row} /> },
        { head: t('transactions.column.description'), cell: (row) => <Description row={row} />, wide: true },
        { head: t('transactions.column.amount'), cell: (row) => <Moved row={row} />, number: true },
        { head: t('transactions.column.balance'), cell: (row) => <Balance row={row} />, number: true },
        { head: t('transactions.column.seq'), cell: (row) => <span class="muted">{String(row.seq)}</span>, number: true },
      ]}
    />
  )
}

function Kind({ row }: { row: TransactionView }) {
  const t = useText()
  return (
    <span class="with-badge">
      <Badge tone={KIND_TONES[row.kind]}>{t(`kind.${row.kind}`)}</Badge>
      {row.channel && <span class="muted">{t(`ledger.channel.${row.channel}`)}</span>}
    </span>
  )
}

/** A game leads to its record; what has no page yet shows its number. */
function Description({ row }: { row: TransactionView }) {
  const t = useText()
  const related = row.orderId
    ? { word: t('transactions.order'), id: showId('order', row.orderId), href: `/operator/recharges/${showId('order', row.orderId)}` }
    : row.refundId && {
        word: t('transactions.refund'),
        id: showId('refund', row.refundId),
        href: `/operator/refunds/${showId('refund', row.refundId)}`,
      }
  return (
    <>
      {row.usageId ? (
        <a href={`/operator/usage/${showId('usage', row.usageId)}`}>
          <Name of={row.description} />
        </a>
      ) : (
        <Name of={row.description} />
      )}
      {related && (
        <span class="cell-more">
          {related.href ? <a href={related.href}>{related.word}</a> : related.word} <ShortId id={related.id} />
        </span>
      )}
    </>
  )
}

/** The direction by word, sign and colour. */
function Moved({ row: { direction, amount } }: { row: TransactionView }) {
  const t = useText()
  return (
    <span class={`money ${direction}`}>
      <span class="moved-word">{t(`common.${direction}`)}</span> {direction === 'in' ? '+' : '−'}
      {formatYuan(amount)}
    </span>
  )
}

function Balance({ row }: { row: TransactionView }) {
  const t = useText()
  return (
    <span class="running">
      <span class="sr-only">{t('transactions.before')} </span>
      <span class="muted">
        <Yuan of={row.balanceBefore} />
      </span>
      <Icon name="arrow-right" />
      <span class="sr-only"> {t('transactions.after')} </span>
      <Yuan of={row.balanceAfter} />
    </span>
  )
}
