import type { LedgerKind } from '#src/balances/all-transactions'
import { showId } from '#src/core/ids'
import { formatYuan, type Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import type { Account } from '#src/ledger/chart'
import { Name } from '../components/name'
import { Badge } from '../components/status-badge'
import { usePage, useText } from '../page-context'

const KIND_TONES = {
  recharge: 'ok',
  consumption: 'neutral',
  refund: 'info',
  adjustment: 'warn',
  refund_payout: 'info',
  suspense: 'warn',
  fee: 'neutral',
} as const satisfies Record<LedgerKind, string>

export type LedgerView = {
  id: string
  seq: bigint
  at: Instant
  kind: LedgerKind
  direction: 'in' | 'out'
  amount: Money
  balanceBefore: Money
  balanceAfter: Money
  usageId: string | null
  orderId: string | null
  refundId: string | null
  channel: 'wechat' | 'alipay' | 'bank' | null
  description: string
  debit: Account
  credit: Account
  /** Whether it moved the operator's balance. */
  isOwn: boolean
  operatorId: string
  operatorName: string
}

/** Where the viewer's door has the journal. */
export function useLedgerPath(): (id?: string) => string {
  const { viewer } = usePage()
  const base = `/${viewer?.kind === 'finance' ? 'finance' : 'admin'}/transactions`
  return (id) => (id ? `${base}/${showId('transaction', id)}` : base)
}

/** The operator, and its page for those who may open it. */
export function OperatorLink({ id, name }: { id: string; name: string }) {
  const { viewer } = usePage()
  if (!viewer || viewer.kind === 'operator') return <Name of={name} />
  const href = viewer.kind === 'finance' ? 'customers' : 'operators'
  const needed = viewer.kind === 'finance' ? 'customer:view' : 'operator:view'
  if (!viewer.permissions.includes(needed)) return <Name of={name} />
  return (
    <a href={`/${viewer.kind}/${href}/${showId('operator', id)}`}>
      <Name of={name} />
    </a>
  )
}

export function LedgerKindBadge({ row }: { row: Pick<LedgerView, 'kind' | 'channel'> }) {
  const t = useText()
  return (
    <span class="with-badge">
      <Badge tone={KIND_TONES[row.kind]}>{t(`kind.${row.kind}`)}</Badge>
      {row.channel && <span class="muted">{t(`ledger.channel.${row.channel}`)}</span>}
    </span>
  )
}

/** The operator's side by word, sign and colour; between accounts of the company there is no side. */
export function LedgerAmount({ row: { isOwn, direction, amount } }: { row: Pick<LedgerView, 'isOwn' | 'direction' | 'amount'> }) {
  const t = useText()
  if (!isOwn) return <span class="money">{formatYuan(amount)}</span>
  return (
    <span class={`money ${direction}`}>
      <span class="moved-word">{t(`common.${direction}`)}</span> {direction === 'in' ? '+' : '−'}
      {formatYuan(amount)}
    </span>
  )
}
