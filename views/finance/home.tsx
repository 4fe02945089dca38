import { formatYuan, type Money, ZERO } from '#src/core/money'
import { type BusinessDay, formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { drawn, formatCount, formatDay, formatShare, formatShort } from '../components/figures'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { Change, StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { TrendChart } from '../components/trend-chart'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'

type FinanceDay = { day: BusinessDay; recharge: Money; consumption: Money; refund: Money }

type TopCustomer = {
  id: string
  name: string
  category: 'trial' | 'normal' | 'vip'
  amount: Money
  /** Of all consumption this month, 0–1. */
  share: number
}

export type FinanceHomeProps = {
  now: Instant
  today: { recharge: Money; consumption: Money; refund: Money; net: Money }
  /** Yesterday up to the same time. */
  yesterday: { recharge: Money; consumption: Money; refund: Money }
  operators: { total: number; newToday: number }
  activeToday: number
  /** What the platform owes: all balances together. */
  liability: { amount: Money; accounts: number }
  /** The business days of this month up to today, empty ones included. */
  days: readonly FinanceDay[]
  /** At most 10, highest first. */
  topCustomers: readonly TopCustomer[]
}

/** `/finance/`: what came in and went out, what is owed, and to whom it matters most. */
export function FinanceHomePage(props: FinanceHomeProps) {
  const t = useText()
  return (
    <Layout title={t('nav.home')} note={t('common.asOf', { time: formatMinute(props.now) })}>
      <Tiles {...props} />
      <div class="columns">
        <div class="stack">
          <Liability {...props.liability} />
          <Trend days={props.days} />
        </div>
        <TopCustomers rows={props.topCustomers} />
      </div>
    </Layout>
  )
}

function Tiles({ today, yesterday, operators, activeToday, days }: FinanceHomeProps) {
  const t = useText()
  const change = (kind: 'recharge' | 'consumption' | 'refund') => (
    <Change current={drawn(today[kind])} previous={drawn(yesterday[kind])} versus="common.versus.yesterday" />
  )
  return (
    <div class="tiles">
      <StatTile
        label={t('finance.home.recharge')}
        icon="arrow-down-right"
        figure={<Yuan of={today.recharge} />}
        note={change('recharge')}
        series={days.map((day) => drawn(day.recharge))}
        href="#trend"
      />
      <StatTile
        label={t('finance.home.consumption')}
        icon="gamepad-2"
        figure={<Yuan of={today.consumption} />}
        note={change('consumption')}
        series={days.map((day) => drawn(day.consumption))}
        href="#trend"
      />
      <StatTile
        label={t('finance.home.refund')}
        icon="arrow-up-right"
        figure={<Yuan of={today.refund} />}
        note={change('refund')}
        series={days.map((day) => drawn(day.refund))}
        href="#trend"
      />
      <StatTile
        label={t('finance.home.net')}
        icon="receipt"
        figure={<Yuan of={today.net} />}
        tone={today.net < ZERO ? 'warn' : 'plain'}
        note={t('finance.home.net.hint')}
      />
      <StatTile
        label={t('finance.home.operators')}
        icon="store"
        figure={formatCount(operators.total)}
        note={t('finance.home.operators.new', { count: formatCount(operators.newToday) })}
      />
      <StatTile
        label={t('finance.home.active')}
        icon="circle-check"
        figure={formatCount(activeToday)}
        note={t('finance.home.active.hint')}
      />
    </div>
  )
}

const Liability = ({ amount, accounts }: FinanceHomeProps['liability']) => {
  const t = useText()
  return (
    <Panel id="liability" title={t('finance.home.liability')}>
      <p class="liability">
        <span class="figure">
          <Yuan of={amount} />
        </span>
        <span class="muted">{t('finance.home.liability.hint', { count: formatCount(accounts) })}</span>
      </p>
    </Panel>
  )
}

function Trend({ days }: { days: readonly FinanceDay[] }) {
  const { language } = usePage()
  const t = useText()
  const moved = days.some((day) => day.recharge > ZERO || day.consumption > ZERO || day.refund > ZERO)
  return (
    <Panel id="trend" title={t('finance.home.trend')}>
      {moved ? (
        <>
          <TrendChart
            summary={t('finance.home.trend')}
            days={days.map((day) => day.day)}
            series={(['recharge', 'consumption'] as const).map((kind) => ({
              name: t(`finance.home.trend.${kind}`),
              values: days.map((day) => drawn(day[kind])),
              say: (at) => formatYuan(days[at]![kind]),
            }))}
            tick={(value) => `¥${formatShort(language, value)}`}
          />
          <TrendTable days={days} />
        </>
      ) : (
        <EmptyState icon="chart-column" title={t('finance.home.trend.empty')} next={t('finance.home.trend.emptyNext')} />
      )}
    </Panel>
  )
}

function TrendTable({ days }: { days: readonly FinanceDay[] }) {
  const { language } = usePage()
  const t = useText()
  return (
    <details class="more">
      <summary>{t('common.dataTable')}</summary>
      <DataTable
        compact
        caption={t('finance.home.trend')}
        rows={days}
        rowKey={(day) => day.day}
        empty={null}
        columns={[
          { head: t('operator.home.trend.day'), cell: (day) => formatDay(language, day.day), wide: true },
          { head: t('finance.home.trend.recharge'), cell: (day) => <Yuan of={day.recharge} />, number: true },
          { head: t('finance.home.trend.consumption'), cell: (day) => <Yuan of={day.consumption} />, number: true },
          { head: t('finance.home.trend.refund'), cell: (day) => <Yuan of={day.refund} />, number: true },
        ]}
      />
    </details>
  )
}

function TopCustomers({ rows }: { rows: readonly TopCustomer[] }) {
  const t = useText()
  const ranked = rows.map((row, at) => ({ ...row, rank: at + 1 }))
  return (
    <Panel id="top-customers" title={t('finance.home.top')}>
      <DataTable
        compact
        caption={t('finance.home.top.caption')}
        rows={ranked}
        rowKey={(row) => row.id}
        empty={<EmptyState icon="store" title={t('finance.home.top.empty')} next={t('finance.home.top.emptyNext')} />}
        columns={[
          { head: t('finance.home.top.rank'), cell: (row) => row.rank, number: true },
          {
            head: t('finance.home.top.operator'),
            cell: (row) => (
              <span class="with-badge">
                <Name of={row.name} />
                {row.category === 'vip' && <Badge tone="info">{t('category.vip')}</Badge>}
              </span>
            ),
            wide: true,
          },
          { head: t('finance.home.top.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
          { head: t('finance.home.top.share'), cell: (row) => <Share of={row.share} />, number: true },
        ]}
      />
    </Panel>
  )
}

const Share = ({ of }: { of: number }) => (
  <>
    {formatShare(of)}
    <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="share-all" width="100" height="4" />
      <rect class="share-part" width={(of * 100).toFixed(1)} height="4" />
    </svg>
  </>
)
