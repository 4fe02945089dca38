import { formatYuan, type Money, minus } from '#src/core/money'
import { formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount } from '../components/figures'
import { Icon } from '../components/icon'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { StatTile } from '../components/stat-tile'
import { Badge, StatusBadge } from '../components/status-badge'
import { Layout } from '../layout'
import { useText } from '../page-context'
import {
  type BillDayView,
  type ChannelValue,
  DIFFERENCES_PATH,
  dayPath,
  Fee,
  Gap,
  RECONCILIATION_PATH,
  ReconciliationTabs,
} from './reconciliation-parts'

type ProofView = {
  channel: ChannelValue
  balance: Money
  settled: Money
  gaps: Money
  unbilled: Money
  unbilledRows: number
  missing: Money
  reversed: Money
  fees: Money
  agrees: boolean
}

export type ReconciliationProps = {
  now: Instant
  month: string
  previous: string
  /** Null where it has not begun. */
  next: string | null
  days: readonly BillDayView[]
  counts: { todo: number; proposed: number; carried: number; overdue: number }
  proofs: readonly ProofView[]
}

/** `/finance/reconciliation`: does every day at every channel agree, and if not, how much is open? */
export function ReconciliationPage({ now, month, previous, next, days, counts, proofs }: ReconciliationProps) {
  const t = useText()
  return (
    <Layout title={t('reconcile.title')} note={t('common.asOf', { time: formatMinute(now) })}>
      <ReconciliationTabs current="days" />
      <div class="tiles four">
        <Tile of="todo" count={counts.todo} />
        <Tile of="proposed" count={counts.proposed} />
        <Tile of="carried" count={counts.carried} />
        <Tile of="overdue" count={counts.overdue} />
      </div>
      <Panel id="days" title={`${t('reconcile.days')} ${month}`} note={t('reconcile.days.note')}>
        <nav class="pager-steps" aria-label={t('reconcile.month')}>
          <a class="button" href={`${RECONCILIATION_PATH}?month=${previous}`} rel="prev">
            <Icon name="chevron-left" />
            {t('reconcile.month.previous')}
          </a>
          {next && (
            <a class="button" href={`${RECONCILIATION_PATH}?month=${next}`} rel="next">
              {t('reconcile.month.next')}
              <Icon name="chevron-right" />
            </a>
          )}
        </nav>
        <Days days={days} />
      </Panel>
      <div class="columns even" id="proof">
        {proofs.map((proof) => (
          <Proof key={proof.channel} {...proof} />
        ))}
      </div>
    </Layout>
  )
}

const TILE_ICONS = { todo: 'circle-alert', proposed: 'circle-user', carried: 'inbox', overdue: 'triangle-alert' } as const

function Tile({ of, count }: { of: keyof typeof TILE_ICONS; count: number }) {
  const t = useText()
  return (
    <StatTile
      label={t(`reconcile.tile.${of}`)}
      icon={TILE_ICONS[of]}
      figure={formatCount(count)}
      note={t(`reconcile.tile.${of}.note`)}
      tone={count > 0 && of === 'overdue' ? 'bad' : count > 0 && of === 'todo' ? 'warn' : 'plain'}
      href={`${DIFFERENCES_PATH}?state=${of}`}
    />
  )
}

function Days({ days }: { days: readonly BillDayView[] }) {
  const t = useText()
  return (
    <DataTable
      caption={t('reconcile.days')}
      rows={days}
      rowKey={(row) => `${row.billDate} ${row.channel}`}
      empty={<EmptyState title={t('reconcile.days.empty')} next={t('reconcile.days.emptyNext')} />}
      columns={[
        { head: t('reconcile.day'), cell: (row) => <a href={dayPath(row)}>{row.billDate}</a> },
        { head: t('reconcile.channel'), cell: (row) => t(`ledger.channel.${row.channel}`) },
        { head: t('reconcile.ours'), cell: (row) => <Net of={row} side="ours" />, number: true },
        { head: t('reconcile.bill'), cell: (row) => <Net of={row} side="bill" />, number: true },
        { head: t('reconcile.gap'), cell: (row) => <NetGap of={row} />, number: true },
        { head: t('reconcile.fee'), cell: (row) => (row.importedAt ? <Fee of={row.feeMillifen} /> : '–'), number: true },
        { head: t('reconcile.open'), cell: (row) => <Open of={row} />, number: true },
        { head: t('reconcile.state'), cell: (row) => <StatusBadge noun="bill" state={row.state} /> },
      ]}
    />
  )
}

const netOf = (row: BillDayView, side: 'ours' | 'bill'): Money =>
  side === 'ours' ? minus(row.ourPayment, row.ourRefund) : minus(row.payment, row.refund)

function Net({ of, side }: { of: BillDayView; side: 'ours' | 'bill' }) {
  const t = useText()
  if (!of.importedAt) return <>–</>
  return (
    <>
      <Yuan of={netOf(of, side)} />
      {side === 'bill' && (
        <span class="cell-more">{t('reconcile.lines', { payments: formatCount(of.payments), refunds: formatCount(of.refunds) })}</span>
      )}
    </>
  )
}

const NetGap = ({ of }: { of: BillDayView }) => (of.importedAt ? <Gap ours={netOf(of, 'ours')} billed={netOf(of, 'bill')} /> : <>–</>)

function Open({ of }: { of: BillDayView }) {
  const t = useText()
  if (of.open === 0) return <>0</>
  return <a href={`${dayPath(of)}#differences`}>{t('reconcile.open.some', { count: formatCount(of.open), sum: formatYuan(of.openSum) })}</a>
}

/** A figure and, where there is one, the list behind it. */
type Line = { key: string; label: string; amount: Money; href?: string; isMinus?: boolean }

function Proof(proof: ProofView) {
  const t = useText()
  const { channel } = proof
  const listed = (query: string) => `${DIFFERENCES_PATH}?channel=${channel}&${query}`
  const lines: Line[] = [
    { key: 'settled', label: t('reconcile.proof.settled'), amount: proof.settled, href: '#days' },
    { key: 'gaps', label: t('reconcile.proof.gaps'), amount: proof.gaps, href: listed('kind=amount') },
    {
      key: 'unbilled',
      label: t('reconcile.proof.unbilled', { rows: formatCount(proof.unbilledRows) }),
      amount: proof.unbilled,
      href: `${RECONCILIATION_PATH}/unbilled/${channel}`,
    },
    { key: 'missing', label: t('reconcile.proof.missing'), amount: proof.missing, href: listed('kind=short&state=todo') },
    { key: 'reversed', label: t('reconcile.proof.reversed'), amount: proof.reversed, href: listed('kind=short&state=resolved') },
    { key: 'fees', label: t('reconcile.proof.fees'), amount: proof.fees, href: listed('kind=fee&state=resolved'), isMinus: true },
  ]
  return (
    <Panel
      id={`proof-${channel}`}
      title={t('reconcile.proof.of', { channel: t(`ledger.channel.${channel}`) })}
      note={<Badge tone={proof.agrees ? 'ok' : 'bad'}>{t(proof.agrees ? 'reconcile.proof.agrees' : 'reconcile.proof.differs')}</Badge>}
    >
      <p class="muted">{t('reconcile.proof.what')}</p>
      <dl class="facts">
        <div>
          <dt>{t('reconcile.proof.balance')}</dt>
          <dd>
            <b>
              <Yuan of={proof.balance} />
            </b>
          </dd>
        </div>
        {lines.map((line) => (
          <div key={line.key}>
            <dt>{line.href ? <a href={line.href}>{line.label}</a> : line.label}</dt>
            <dd>
              {line.isMinus && line.amount !== 0n && '−'}
              <Yuan of={line.amount} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

type UnbilledView = { at: Instant; operatorName: string; signed: Money; description: string; seq: bigint }

/** `/finance/reconciliation/unbilled/:channel`: what stands in the clearing account and in no bill yet. */
export function UnbilledPage({ channel, rows }: { channel: ChannelValue; rows: readonly UnbilledView[] }) {
  const t = useText()
  return (
    <Layout title={t('reconcile.unbilled')} trail={[{ href: RECONCILIATION_PATH, label: t('reconcile.title') }]}>
      <Panel id="unbilled" title={t('reconcile.unbilled')} note={t('reconcile.unbilled.note', { channel: t(`ledger.channel.${channel}`) })}>
        <DataTable
          caption={t('reconcile.unbilled')}
          rows={rows}
          rowKey={(row) => `${row.operatorName} ${row.seq} ${row.at.getTime()}`}
          empty={<EmptyState icon="shield-check" title={t('reconcile.unbilled.empty')} next={t('reconcile.unbilled.emptyNext')} />}
          columns={[
            { head: t('reconcile.time'), cell: (row) => <Moment at={row.at} /> },
            { head: t('reconcile.operator'), cell: (row) => <Name of={row.operatorName} />, wide: true },
            { head: t('reconcile.description'), cell: (row) => <Name of={row.description} />, wide: true },
            { head: t('reconcile.amount'), cell: (row) => <Movement of={row.signed} />, number: true },
            { head: t('reconcile.seq'), cell: (row) => String(row.seq), number: true },
          ]}
        />
      </Panel>
    </Layout>
  )
}
