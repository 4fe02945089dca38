import type { ComponentChildren } from 'preact'
import { showId } from '#src/core/ids'
import { type Money, ZERO } from '#src/core/money'
import { isPlainKey } from '#src/core/text'
import type { Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { Facts } from '../components/facts'
import { Moment } from '../components/moment'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { StatusBadge } from '../components/status-badge'
import { Timeline, type TimelineEvent } from '../components/timeline'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Decision, type DecisionProps } from './reconciliation-decision'
import { type ActionValue, DIFFERENCES_PATH, type DifferenceView, dayPath, Fee, Gap, RECONCILIATION_PATH } from './reconciliation-parts'

type JournalView = { seq: bigint; at: Instant; debit: string; credit: string; amount: Money; description: string }
export type DifferenceCase = DifferenceView & {
  foundAt: Instant
  closedAt: Instant | null
  action: ActionValue | null
  proposedAt: Instant | null
  proposerName: string | null
  approvedAt: Instant | null
  approverName: string | null
  actionOperator: string | null
  order: {
    amount: Money
    status: 'pending' | 'processing' | 'success' | 'failed' | 'expired' | 'abnormal'
    outTradeNo: string
    providerTxnId: string | null
    createdAt: Instant
    paidAt: Instant | null
  } | null
  payout: {
    amount: Money
    status: 'processing' | 'completed' | 'abnormal' | 'replaced' | 'returned'
    outRefundNo: string
    refundId: string
    createdAt: Instant
    finishedAt: Instant | null
  } | null
  journal: JournalView | null
  resolution: JournalView | null
  line: {
    no: number
    kind: 'payment' | 'refund'
    amount: Money
    feeMillifen: bigint
    state: string
    at: Instant
    ourNo: string
    providerNo: string
    refundNo: string | null
  } | null
}
type FeeLineView = { no: number; ourNo: string; kind: 'payment' | 'refund'; amount: Money; feeMillifen: bigint; at: Instant }

export type DifferencePageProps = { difference: DifferenceCase; ageDays: number; feeLines: readonly FeeLineView[] } & Omit<
  DecisionProps,
  'difference'
>

/** `/finance/reconciliation/differences/:id`: the three sides beside each other, what may be done, and what was. */
export function DifferencePage({ difference, ageDays, feeLines, ...decision }: DifferencePageProps) {
  const t = useText()
  const day = `${difference.billDate} ${t(`ledger.channel.${difference.channel}`)}`
  return (
    <Layout
      title={`${t(`reconcile.kind.${difference.kind}`)} ${day}`}
      trail={[
        { href: RECONCILIATION_PATH, label: t('reconcile.title') },
        { href: DIFFERENCES_PATH, label: t('reconcile.differences') },
      ]}
    >
      {decision.message && <Notice tone="bad" title={decision.message} focus />}
      <Panel
        id="difference"
        title={t(`reconcile.kind.${difference.kind}.what`)}
        note={<StatusBadge noun="difference" state={difference.state} />}
      >
        <Facts
          wide
          rows={[
            { label: t('reconcile.day'), value: <a href={dayPath(difference)}>{day}</a> },
            { label: t('reconcile.side.ours'), value: difference.ours === null ? '–' : <Yuan of={difference.ours} /> },
            { label: t('reconcile.side.bill'), value: difference.billed === null ? '–' : <Yuan of={difference.billed} /> },
            { label: t('reconcile.gap'), value: <Gap ours={difference.ours ?? ZERO} billed={difference.billed ?? ZERO} /> },
            { label: t('reconcile.operator'), value: difference.operatorName ? <Name of={difference.operatorName} /> : '–' },
            { label: t('reconcile.age'), value: t('reconcile.age.days', { days: ageDays }) },
            { label: t('reconcile.owner'), value: difference.ownerName ? <Name of={difference.ownerName} /> : '–' },
            ...(difference.dueOn ? [{ label: t('reconcile.carry.due'), value: difference.dueOn }] : []),
          ]}
        />
      </Panel>
      <Sides of={difference} />
      {feeLines.length > 0 && <FeeLines rows={feeLines} />}
      <div class="columns even">
        <Decision difference={difference} {...decision} />
        <Panel id="history" title={t('reconcile.history')}>
          <Timeline events={useEvents(difference)} />
        </Panel>
      </div>
    </Layout>
  )
}

function Sides({ of }: { of: DifferenceCase }) {
  const t = useText()
  return (
    <section aria-label={t('reconcile.sides')} class="columns thirds">
      <Panel id="order" title={of.payout ? t('reconcile.sides.payout') : t('reconcile.sides.order')}>
        {of.payout ? <PayoutFacts of={of.payout} /> : <OrderFacts of={of.order} />}
      </Panel>
      <Panel id="journal" title={t('reconcile.sides.journal')}>
        <JournalFacts of={of.journal} />
      </Panel>
      <Panel id="line" title={t('reconcile.sides.line')} note={of.line && t('reconcile.line.no', { no: of.line.no })}>
        <LineFacts of={of.line} />
      </Panel>
    </section>
  )
}

function Nothing() {
  const t = useText()
  return <p class="muted">{t('reconcile.sides.none')}</p>
}

const row = (label: string, value: ComponentChildren) => ({ label, value })

function OrderFacts({ of }: { of: DifferenceCase['order'] }) {
  const t = useText()
  if (!of) return <Nothing />
  return (
    <Facts
      rows={[
        row(t('reconcile.amount'), <Yuan of={of.amount} />),
        row(t('reconcile.state'), <StatusBadge noun="recharge" state={of.status} />),
        row(t('reconcile.number'), <Name of={of.outTradeNo} />),
        row(t('reconcile.providerNo'), of.providerTxnId ? <Name of={of.providerTxnId} /> : '–'),
        row(t('reconcile.time'), <Moment at={of.paidAt ?? of.createdAt} seconds />),
      ]}
    />
  )
}

function PayoutFacts({ of }: { of: NonNullable<DifferenceCase['payout']> }) {
  const t = useText()
  return (
    <Facts
      rows={[
        row(t('reconcile.amount'), <Yuan of={of.amount} />),
        row(t('reconcile.state'), <StatusBadge noun="payout" state={of.status} />),
        row(t('reconcile.number'), <Name of={of.outRefundNo} />),
        row(t('reconcile.time'), <Moment at={of.finishedAt ?? of.createdAt} seconds />),
        row(t('reconcile.sides.payout'), <Name of={showId('refund', of.refundId)} />),
      ]}
    />
  )
}

function JournalFacts({ of }: { of: JournalView | null }) {
  const t = useText()
  if (!of) return <Nothing />
  return (
    <Facts
      rows={[
        row(t('reconcile.amount'), <Yuan of={of.amount} />),
        row(t('reconcile.journal.debit'), <AccountName of={of.debit} />),
        row(t('reconcile.journal.credit'), <AccountName of={of.credit} />),
        row(t('reconcile.seq'), String(of.seq)),
        row(t('reconcile.time'), <Moment at={of.at} seconds />),
        row(t('reconcile.description'), <Name of={of.description} />),
      ]}
    />
  )
}

/** An account of the books by its name. */
function AccountName({ of }: { of: string }): ComponentChildren {
  const t = useText()
  const key = `ledger.account.${of}`
  return isPlainKey(key) ? t(key) : <code>{of}</code>
}

function LineFacts({ of }: { of: DifferenceCase['line'] }) {
  const t = useText()
  if (!of) return <Nothing />
  return (
    <Facts
      rows={[
        row(t('reconcile.amount'), <Yuan of={of.amount} />),
        row(t('reconcile.fee'), <Fee of={of.feeMillifen} />),
        row(t('reconcile.state'), of.state || '–'),
        row(t('reconcile.number'), <Name of={of.refundNo ?? of.ourNo} />),
        row(t('reconcile.providerNo'), <Name of={of.providerNo} />),
        row(t('reconcile.time'), <Moment at={of.at} seconds />),
      ]}
    />
  )
}

function FeeLines({ rows }: { rows: readonly FeeLineView[] }) {
  const t = useText()
  return (
    <Panel id="fee-lines" title={t('reconcile.feeLines')}>
      <DataTable
        caption={t('reconcile.feeLines')}
        rows={rows}
        rowKey={(line) => String(line.no)}
        empty={null}
        columns={[
          { head: t('reconcile.line.no.label'), cell: (line) => String(line.no), number: true },
          { head: t('reconcile.number'), cell: (line) => <Name of={line.ourNo} />, wide: true },
          { head: t('reconcile.time'), cell: (line) => <Moment at={line.at} /> },
          { head: t('reconcile.amount'), cell: (line) => <Yuan of={line.amount} />, number: true },
          { head: t('reconcile.fee'), cell: (line) => <Fee of={line.feeMillifen} />, number: true },
        ]}
      />
    </Panel>
  )
}

/** Newest first. */
function useEvents(of: DifferenceCase): TimelineEvent[] {
  const t = useText()
  const words = of.reason && <p class="prose">{of.reason}</p>
  const events: TimelineEvent[] = [{ key: 'found', at: of.foundAt, tone: 'warn', title: t('reconcile.history.found') }]
  if (of.proposedAt)
    events.push({
      key: 'proposed',
      at: of.proposedAt,
      tone: 'info',
      title: t('reconcile.history.proposed'),
      actor: of.proposerName,
      children: words,
    })
  if (of.state === 'vanished')
    events.push({ key: 'vanished', at: of.closedAt, tone: 'ok', title: t('reconcile.history.vanished'), children: words })
  if (of.state === 'resolved')
    events.push({
      key: 'resolved',
      at: of.approvedAt,
      tone: 'ok',
      title: t('reconcile.history.resolved'),
      actor: of.approverName,
      children: of.resolution && <JournalFacts of={of.resolution} />,
    })
  return events.toReversed()
}
