import { showId } from '#src/core/ids'
import type { Slice } from '#src/core/keyset'
import { formatYuan, type Money, minus, money, ZERO } from '#src/core/money'
import type { BusinessDay, Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { StatusBadge } from '../components/status-badge'
import { Tabs } from '../components/tabs'
import { useText } from '../page-context'

export const RECONCILIATION_PATH = '/finance/reconciliation'
export const DIFFERENCES_PATH = `${RECONCILIATION_PATH}/differences`

export const CHANNEL_VALUES = ['wechat', 'alipay'] as const
export type ChannelValue = (typeof CHANNEL_VALUES)[number]
export const KIND_VALUES = ['long', 'short', 'amount', 'fee', 'state', 'duplicate'] as const
export type KindValue = (typeof KIND_VALUES)[number]
export const STATE_VALUES = ['waiting', 'open', 'carried', 'proposed', 'resolved', 'vanished'] as const
export type StateValue = (typeof STATE_VALUES)[number]
export type ActionValue = 'credit' | 'quarantine' | 'reverse' | 'correct' | 'fee' | 'accept'

/** A bill's day as the pages show it. */
export type BillDayView = {
  channel: ChannelValue
  billDate: BusinessDay
  state: 'waiting' | 'imported' | 'matched' | 'closed'
  attempts: number
  lastAnswer: string | null
  fileName: string | null
  fileSha256: Uint8Array | null
  payments: number
  refunds: number
  payment: Money
  refund: Money
  feeMillifen: bigint
  ourPayment: Money
  ourRefund: Money
  settled: Money
  attemptedAt: Instant | null
  importedAt: Instant | null
  matchedAt: Instant | null
  closedAt: Instant | null
  open: number
  openSum: Money
}

/** A difference as lists show it. */
export type DifferenceView = {
  id: string
  channel: ChannelValue
  billDate: BusinessDay
  kind: KindValue
  state: StateValue
  ours: Money | null
  billed: Money | null
  operatorName: string | null
  ownerName: string | null
  number: string | null
  providerNo: string | null
  dueOn: BusinessDay | null
  reason: string | null
}

export const dayPath = ({ channel, billDate }: Pick<BillDayView, 'channel' | 'billDate'>): string =>
  `${RECONCILIATION_PATH}/days/${channel}/${billDate}`
export const differencePath = ({ id }: Pick<DifferenceView, 'id'>): string => `${DIFFERENCES_PATH}/${showId('difference', id)}`

export function ReconciliationTabs({ current }: { current: 'days' | 'differences' }) {
  const t = useText()
  return (
    <Tabs
      label={t('reconcile.tabs')}
      tabs={[
        { href: RECONCILIATION_PATH, label: t('reconcile.tabs.days'), current: current === 'days' },
        { href: DIFFERENCES_PATH, label: t('reconcile.tabs.differences'), current: current === 'differences' },
      ]}
    />
  )
}

/** What lies between the two sides: nothing, or how much more (or less) the bill has. */
export function Gap({ ours, billed }: { ours: Money; billed: Money }) {
  const gap = minus(billed, ours)
  return gap === ZERO ? <Yuan of={ZERO} /> : <Movement of={gap} />
}

/** A fee to the last decimal that was billed: `¥0.60` and, only where there is more, `¥0.60001`. */
export function Fee({ of }: { of: bigint }) {
  const whole = formatYuan(money(of / 1_000n))
  const rest = (of < 0n ? -of : of) % 1_000n
  const sign = of < 0n && of > -1_000n ? '−' : ''
  return (
    <span class="money">
      {sign}
      {rest === 0n ? whole : `${whole}${String(rest).padStart(3, '0').replace(/0+$/, '')}`}
    </span>
  )
}

const OptionalYuan = ({ of }: { of: Money | null }) => (of === null ? <>–</> : <Yuan of={of} />)

/** A list of differences; days are shown where the list is of several. */
export function DifferencesTable({
  rows,
  caption,
  isFiltered,
  withDay,
}: {
  rows: Slice<DifferenceView>['rows']
  caption: string
  isFiltered: boolean
  withDay: boolean
}) {
  const t = useText()
  return (
    <DataTable
      caption={caption}
      rows={rows}
      rowKey={(row) => row.id}
      empty={
        isFiltered ? (
          <EmptyState icon="search" title={t('reconcile.differences.none')} next={t('reconcile.differences.noneNext')} />
        ) : (
          <EmptyState icon="shield-check" title={t('reconcile.differences.empty')} next={t('reconcile.differences.emptyNext')} />
        )
      }
      columns={[
        { head: t('reconcile.kind'), cell: (row) => <a href={differencePath(row)}>{t(`reconcile.kind.${row.kind}`)}</a> },
        ...(withDay ? [{ head: t('reconcile.day'), cell: (row: DifferenceView) => <DayOf of={row} /> }] : []),
        { head: t('reconcile.number'), cell: (row) => <Numbers of={row} />, wide: true },
        { head: t('reconcile.operator'), cell: (row) => (row.operatorName ? <Name of={row.operatorName} /> : '–') },
        { head: t('reconcile.side.ours'), cell: (row) => <OptionalYuan of={row.ours} />, number: true },
        { head: t('reconcile.side.bill'), cell: (row) => <OptionalYuan of={row.billed} />, number: true },
        { head: t('reconcile.gap'), cell: (row) => <Gap ours={row.ours ?? ZERO} billed={row.billed ?? ZERO} />, number: true },
        { head: t('reconcile.owner'), cell: (row) => (row.ownerName ? <Name of={row.ownerName} /> : '–') },
        { head: t('reconcile.state'), cell: (row) => <StatusBadge noun="difference" state={row.state} /> },
      ]}
    />
  )
}

function DayOf({ of }: { of: DifferenceView }) {
  const t = useText()
  return (
    <a href={dayPath(of)}>
      {of.billDate} {t(`ledger.channel.${of.channel}`)}
    </a>
  )
}

const Numbers = ({ of: { number, providerNo } }: { of: DifferenceView }) => (
  <>
    {number ? <Name of={number} /> : '–'}
    {providerNo && <span class="cell-more">{providerNo}</span>}
  </>
)
