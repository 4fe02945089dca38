import type { ComponentChildren } from 'preact'
import type { BusinessDay, Instant } from '#src/core/time'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import type { IconName } from '../components/icon'
import { Moment } from '../components/moment'
import type { Tone } from '../components/notice'
import { Panel } from '../components/panel'
import { Badge, StatusBadge } from '../components/status-badge'
import { useText } from '../page-context'
import { CLOSING_PATH, PROOFS_PATH } from './closing-parts'
import { RECONCILIATION_PATH } from './reconciliation-parts'

type WorkKind =
  | 'refunds'
  | 'payouts'
  | 'invoices'
  | 'red_invoices'
  | 'bank_transfers'
  | 'adjustments'
  | 'quarantine'
  | 'abnormal_orders'
  | 'differences'
export type WorkRow = {
  kind: WorkKind
  count: number
  oldestAt: Instant | null
  /** How long the oldest has waited, in hours; null where nothing waits. */
  hours: number | null
}

/** Where each is dealt with. */
const DESKS: Readonly<Record<WorkKind, string>> = {
  refunds: '/finance/refunds',
  payouts: '/finance/refunds/abnormal',
  invoices: '/finance/invoices?status=pending',
  red_invoices: '/finance/invoices',
  bank_transfers: '/finance/bank-transfers',
  adjustments: '/finance/adjustments?status=waiting',
  quarantine: '/finance/quarantine',
  abnormal_orders: '/finance/recharge-orders?status=abnormal',
  differences: '/finance/reconciliation/differences?state=todo',
}

/** Reviews are promised within a day. */
const LATE_HOURS = 24

/** What waits for somebody, what has waited longest first; what does not wait is not listed. */
export function WorkList({ rows }: { rows: readonly WorkRow[] }) {
  const t = useText()
  const waiting = rows.filter(({ count }) => count > 0).toSorted((a, b) => (b.hours ?? 0) - (a.hours ?? 0))
  return (
    <Panel id="work" title={t('finance.work')} note={waiting.length > 0 ? t('finance.work.note') : undefined}>
      {waiting.length === 0 ? (
        <EmptyState icon="circle-check" title={t('finance.work.empty')} next={t('finance.work.emptyNext')} />
      ) : (
        <ul class="list">
          {waiting.map((row) => (
            <li key={row.kind}>
              <p class="with-badge">
                <a href={DESKS[row.kind]}>{t(`finance.work.${row.kind}`)}</a>
                <Badge tone={(row.hours ?? 0) >= LATE_HOURS ? 'warn' : 'info'}>{formatCount(row.count)}</Badge>
                <span class="muted list-text">
                  <Age of={row} />
                </span>
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Age({ of: { hours, oldestAt } }: { of: WorkRow }) {
  const t = useText()
  if (hours === null || !oldestAt) return null
  return (
    <>
      {hours < 1
        ? t('finance.work.fresh')
        : hours < 48
          ? t('finance.work.hours', { hours })
          : t('finance.work.days', { days: Math.floor(hours / 24) })}{' '}
      · <Moment at={oldestAt} />
    </>
  )
}

export type LightsProps = {
  yesterday: BusinessDay
  bills: readonly { channel: 'wechat' | 'alipay'; state: 'waiting' | 'imported' | 'matched' | 'closed'; open: number }[]
  proof: { finishedAt: Instant; transactions: bigint; isClean: boolean } | null
  lastClosed: BusinessDay | null
  daysBehind: number
}

/** Yesterday's bills, the last proof of the ledger, the last day closed: each opens what it is judged by. */
export function Lights({ yesterday, bills, proof, lastClosed, daysBehind }: LightsProps) {
  const t = useText()
  return (
    <Panel id="lights" title={t('finance.lights')}>
      <ul class="list">
        {bills.length === 0 && (
          <Light href={RECONCILIATION_PATH} label={t('finance.lights.bills')} facts={t('finance.lights.bills.none')} />
        )}
        {bills.map((bill) => (
          <Light
            key={bill.channel}
            href={`${RECONCILIATION_PATH}/days/${bill.channel}/${yesterday}`}
            label={t('finance.lights.bill', { channel: t(`ledger.channel.${bill.channel}`) })}
            facts={bill.open > 0 ? t('finance.lights.bills.open', { count: bill.open }) : yesterday}
          >
            <StatusBadge noun="bill" state={bill.state} />
          </Light>
        ))}
        <Light
          href={PROOFS_PATH}
          label={t('finance.lights.proof')}
          facts={
            proof && (
              <>
                {t('finance.lights.proof.rows', { rows: formatCount(Number(proof.transactions)) })} · <Moment at={proof.finishedAt} />
              </>
            )
          }
        >
          <StatusBadge noun="proof" state={proof ? (proof.isClean ? 'ok' : 'drift') : 'never'} />
        </Light>
        <Light
          href={CLOSING_PATH}
          label={t('finance.lights.closing')}
          facts={lastClosed ? t('finance.lights.closing.last', { day: lastClosed }) : t('finance.lights.closing.never')}
        >
          <Behind days={daysBehind} closed={lastClosed !== null} />
        </Light>
      </ul>
    </Panel>
  )
}

type LightProps = { href: string; label: string; facts: ComponentChildren; children?: ComponentChildren }

const Light = ({ href, label, facts, children }: LightProps) => (
  <li>
    <p class="with-badge">
      <a href={href}>{label}</a>
      {children}
      <span class="muted list-text">{facts}</span>
    </p>
  </li>
)

/** The day before yesterday may still wait for its bill; what is older should be closed. */
const MOST_BEHIND = 2

function Behind({ days, closed }: { days: number; closed: boolean }) {
  const t = useText()
  if (!closed) return null
  const [tone, icon]: [Tone, IconName] =
    days > MOST_BEHIND ? ['warn', 'triangle-alert'] : days > 0 ? ['info', 'loader-circle'] : ['ok', 'circle-check']
  return (
    <Badge tone={tone} icon={icon}>
      {days === 0 ? t('finance.lights.closing.upToDate') : t('finance.lights.closing.behind', { days })}
    </Badge>
  )
}
