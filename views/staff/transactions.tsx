import type { LedgerKind } from '#src/balances/all-transactions'
import type { DayRange } from '#src/core/day-range'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money, minus, yuan, ZERO } from '#src/core/money'
import { iso } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { StaffExportMenu } from '../components/export-menu'
import { formatCount } from '../components/figures'
import { type Chip, FilterSelect, Filters, FilterText } from '../components/filters'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Pager } from '../components/pager'
import { StatTile } from '../components/stat-tile'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { LedgerAmount, LedgerKindBadge, type LedgerView, OperatorLink, useLedgerPath } from './transaction-parts'

const KINDS = ['recharge', 'consumption', 'refund', 'adjustment', 'refund_payout', 'suspense', 'fee'] as const
const METHODS = ['wechat', 'alipay', 'bank'] as const

type Asked = {
  type: LedgerKind | undefined
  method: (typeof METHODS)[number] | undefined
  keyword: string
  least: Money | undefined
  most: Money | undefined
}

export type StaffTransactionsProps = {
  transactions: Slice<LedgerView>
  /** Over the whole filter, not over this page of it. */
  sums: { rows: number; in: Money; out: Money; between: Money }
  /** Why nothing is shown. */
  refusal: string | null
  dates: DayRange
  asked: Asked
}

/** `/admin/transactions` and `/finance/transactions`: every row of the journal, of all operators. */
export function StaffTransactionsPage({ transactions, sums, refusal, dates, asked }: StaffTransactionsProps) {
  const t = useText()
  const path = useLedgerPath()
  const chips = useChips(asked, dates)
  return (
    <Layout title={t('staffTransactions.title')} action={<StaffExportMenu kind="transactions" filter={exportFilter(asked, dates)} />}>
      <Filters action={path()} dates={dates} offersAll chips={chips}>
        <FilterText
          name="keyword"
          label={t('staffTransactions.search')}
          value={asked.keyword}
          placeholder={t('staffTransactions.search.hint')}
        />
        <FilterSelect
          name="type"
          label={t('transactions.type')}
          value={asked.type}
          options={[{ value: '', label: t('transactions.type.all') }, ...KINDS.map((one) => ({ value: one, label: t(`kind.${one}`) }))]}
        />
        <FilterSelect
          name="method"
          label={t('staffTransactions.method')}
          value={asked.method}
          options={[
            { value: '', label: t('staffTransactions.method.all') },
            ...METHODS.map((one) => ({ value: one, label: t(`ledger.channel.${one}`) })),
          ]}
        />
        <AmountField name="min_amount" label={t('staffTransactions.least')} value={asked.least} />
        <AmountField name="max_amount" label={t('staffTransactions.most')} value={asked.most} />
      </Filters>
      {refusal && (
        <Notice tone="bad" title={t('staffTransactions.refused')} focus>
          <p>{refusal}</p>
        </Notice>
      )}
      <Sums {...sums} />
      <section class="panel" aria-label={t('staffTransactions.title')}>
        <Rows rows={transactions.rows} filtered={chips.length > 0} />
      </section>
      <Pager of={transactions} note={sums.rows > 0 ? t('transactions.total', { count: formatCount(sums.rows) }) : undefined} />
    </Layout>
  )
}

const AmountField = ({ name, label, value }: { name: string; label: string; value: Money | undefined }) => (
  <div class="filter">
    <label for={`filter-${name}`}>{label}</label>
    <input id={`filter-${name}`} name={name} inputMode="decimal" size={10} value={value && yuan(value)} autocomplete="off" />
  </div>
)

function useChips({ type, method, keyword, least, most }: Asked, { chosen, first, last }: DayRange): Chip[] {
  const t = useText()
  return [
    ...(keyword ? [{ label: keyword, clear: ['keyword'] }] : []),
    ...(type ? [{ label: t('transactions.type.is', { type: t(`kind.${type}`) }), clear: ['type'] }] : []),
    ...(method ? [{ label: t(`ledger.channel.${method}`), clear: ['method'] }] : []),
    ...(least ? [{ label: t('staffTransactions.least.is', { amount: formatYuan(least) }), clear: ['min_amount'] }] : []),
    ...(most ? [{ label: t('staffTransactions.most.is', { amount: formatYuan(most) }), clear: ['max_amount'] }] : []),
    ...(chosen === 'custom' ? [{ label: t('transactions.dates.is', { first: first!, last: last! }), clear: ['range', 'from', 'to'] }] : []),
  ]
}

const exportFilter = ({ type, method, keyword, least, most }: Asked, { stretch }: DayRange) => ({
  type,
  method,
  keyword: keyword || undefined,
  min_amount: least && yuan(least),
  max_amount: most && yuan(most),
  start_time: stretch ? iso(stretch.from) : undefined,
  end_time: stretch ? iso(stretch.to) : undefined,
})

/** Over the whole filter; what moves between accounts of the company is no operator's money and stands apart. */
function Sums({ rows, in: came, out: went, between }: StaffTransactionsProps['sums']) {
  const t = useText()
  const signed = (amount: Money) => (amount === ZERO ? <Yuan of={ZERO} /> : <Movement of={amount} />)
  return (
    <div class="tiles four">
      <StatTile label={t('staffTransactions.in')} icon="arrow-down-left" figure={signed(came)} note={t('transactions.whole')} />
      <StatTile
        label={t('staffTransactions.out')}
        icon="arrow-up-right"
        figure={signed(minus(ZERO, went))}
        note={t('transactions.whole')}
      />
      <StatTile
        label={t('staffTransactions.net')}
        icon="receipt"
        figure={signed(minus(came, went))}
        note={t('transactions.rows', { count: formatCount(rows) })}
      />
      <StatTile
        label={t('staffTransactions.between')}
        icon="landmark"
        figure={<Yuan of={between} />}
        note={t('staffTransactions.between.note')}
      />
    </div>
  )
}

function Rows({ rows, filtered }: { rows: readonly LedgerView[]; filtered: boolean }) {
  const t = useText()
  const empty = (
    <EmptyState
      icon="landmark"
      title={t(filtered ? 'transactions.emptyFiltered' : 'staffTransactions.empty')}
      next={t(filtered ? 'transactions.emptyFilteredNext' : 'staffTransactions.emptyNext')}
    />
  )
  return (
    <DataTable
      caption={t('staffTransactions.caption')}
      rows={rows}
      rowKey={(row) => row.id}
      empty={empty}
      columns={[
        { head: t('transactions.column.time'), cell: (row) => <Moment at={row.at} seconds /> },
        { head: t('staffTransactions.operator'), cell: (row) => <OperatorLink id={row.operatorId} name={row.operatorName} />, wide: true },
        { head: t('transactions.column.type'), cell: (row) => <LedgerKindBadge row={row} /> },
        { head: t('transactions.column.description'), cell: (row) => <Description row={row} />, wide: true },
        { head: t('transactions.column.amount'), cell: (row) => <LedgerAmount row={row} />, number: true },
        { head: t('transactions.column.balance'), cell: (row) => <Balance row={row} />, number: true },
        { head: t('transactions.column.seq'), cell: (row) => <span class="muted">{String(row.seq)}</span>, number: true },
      ]}
    />
  )
}

/** Every row leads to itself with what it is about; a row between accounts says which. */
function Description({ row }: { row: LedgerView }) {
  const t = useText()
  const path = useLedgerPath()
  return (
    <>
      <a href={path(row.id)}>
        <Name of={row.description} />
      </a>
      {!row.isOwn && (
        <span class="cell-more">
          {t('staffTransactions.accounts', { debit: t(`ledger.account.${row.debit}`), credit: t(`ledger.account.${row.credit}`) })}
        </span>
      )}
    </>
  )
}

function Balance({ row }: { row: LedgerView }) {
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
