import { showId } from '#src/core/ids'
import { formatYuan, type Money, minus, ZERO } from '#src/core/money'
import { type BusinessDay, formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { drawn, formatCount, formatDay, formatShare, formatShort } from '../components/figures'
import { Icon, type IconName } from '../components/icon'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { ShareBar } from '../components/share-bar'
import { Change, StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { TrendChart } from '../components/trend-chart'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { Lights, type LightsProps, WorkList, type WorkRow } from './home-work'

type Flows = { recharge: Money; consumption: Money; refund: Money }
type FlowsDay = Flows & { day: BusinessDay }

type TopCustomer = {
  id: string
  name: string
  category: 'trial' | 'normal' | 'vip'
  amount: Money
  sessions: number
}

export type FinanceHomeProps = {
  now: Instant
  /** Each with the same stretch before it. */
  flows: Record<'today' | 'yesterday' | 'month' | 'monthBefore', Flows>
  standing: {
    operators: number
    newToday: number
    activeToday: number
    /** What the platform owes: all balances together, and how many are not empty. */
    liability: Money
    accounts: number
  }
  work: readonly WorkRow[]
  lights: LightsProps
  /** The month that is drawn, and its days up to today, empty ones included. */
  trend: { month: string; previous: string; next: string | null; days: readonly FlowsDay[] }
  /** At most 10, highest first, and what all consumed this month. */
  top: { customers: readonly TopCustomer[]; total: Money }
}

/** `/finance/`: what came in and went out, what is owed, what waits for somebody, and whether the books are proved. */
export function FinanceHomePage(props: FinanceHomeProps) {
  const t = useText()
  return (
    <Layout title={t('nav.home')} note={t('common.asOf', { time: formatMinute(props.now) })}>
      <Moved {...props} stretch="today" />
      <Moved {...props} stretch="month" />
      <Standing of={props.standing} />
      <div class="columns even">
        <WorkList rows={props.work} />
        <Lights {...props.lights} />
      </div>
      <div class="columns">
        <Trend {...props.trend} />
        <TopCustomers {...props.top} />
      </div>
    </Layout>
  )
}

const KINDS = ['recharge', 'consumption', 'refund'] as const
const ICONS: Readonly<Record<(typeof KINDS)[number], IconName>> = {
  recharge: 'arrow-down-left',
  consumption: 'gamepad-2',
  refund: 'arrow-up-right',
}
const BEFORE = { today: 'yesterday', month: 'monthBefore' } as const

/** Four figures of a stretch; each leads to the rows of the ledger that it is the sum of. */
function Moved({ flows, stretch }: Pick<FinanceHomeProps, 'flows'> & { stretch: 'today' | 'month' }) {
  const t = useText()
  const [current, previous] = [flows[stretch], flows[BEFORE[stretch]]]
  const net = minus(current.recharge, current.refund)
  const versus = stretch === 'today' ? 'common.versus.yesterday' : 'common.versus.month'
  return (
    <section class="tiles four" aria-label={t(`finance.home.${stretch}`)}>
      {KINDS.map((kind) => (
        <StatTile
          key={kind}
          label={t(`finance.home.${stretch}.${kind}`)}
          icon={ICONS[kind]}
          figure={<Yuan of={current[kind]} />}
          note={<Change current={drawn(current[kind])} previous={drawn(previous[kind])} versus={versus} />}
          href={`/finance/transactions?type=${kind}&range=${stretch}`}
        />
      ))}
      <StatTile
        label={t(`finance.home.${stretch}.net`)}
        icon="receipt"
        figure={<Yuan of={net} />}
        tone={net < ZERO ? 'warn' : 'plain'}
        note={t('finance.home.net.hint')}
        href={stretch === 'today' ? '/finance/transactions?range=today' : '#trend'}
      />
    </section>
  )
}

function Standing({ of }: { of: FinanceHomeProps['standing'] }) {
  const t = useText()
  return (
    <section class="tiles" aria-label={t('finance.home.standing')}>
      <StatTile
        label={t('finance.home.liability')}
        icon="landmark"
        figure={<Yuan of={of.liability} />}
        note={t('finance.home.liability.hint', { count: formatCount(of.accounts) })}
        href="/finance/customers"
      />
      <StatTile
        label={t('finance.home.operators')}
        icon="store"
        figure={formatCount(of.operators)}
        note={t('finance.home.operators.new', { count: formatCount(of.newToday) })}
        href="/finance/customers"
      />
      <StatTile
        label={t('finance.home.active')}
        icon="circle-check"
        figure={formatCount(of.activeToday)}
        note={t('finance.home.active.hint')}
        href="/finance/transactions?range=today"
      />
    </section>
  )
}

function Trend({ month, previous, next, days }: FinanceHomeProps['trend']) {
  const { language } = usePage()
  const t = useText()
  const moved = days.some((day) => day.recharge > ZERO || day.consumption > ZERO || day.refund > ZERO)
  return (
    <Panel id="trend" title={t('finance.home.trend')} note={<Months month={month} previous={previous} next={next} />}>
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

function Months({ month, previous, next }: Omit<FinanceHomeProps['trend'], 'days'>) {
  const t = useText()
  return (
    <span class="running">
      <a href={`/finance/?month=${previous}#trend`}>
        <Icon name="chevron-left" /> {previous} <span class="sr-only">{t('finance.home.trend.previous')}</span>
      </a>
      <b>{month}</b>
      {next && (
        <a href={`/finance/?month=${next}#trend`}>
          {next} <Icon name="chevron-right" /> <span class="sr-only">{t('finance.home.trend.next')}</span>
        </a>
      )}
    </span>
  )
}

function TrendTable({ days }: { days: readonly FlowsDay[] }) {
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
          {
            head: t('operator.home.trend.day'),
            cell: ({ day }) => <a href={`/finance/transactions?from=${day}&to=${day}`}>{formatDay(language, day)}</a>,
            wide: true,
          },
          { head: t('finance.home.trend.recharge'), cell: (day) => <Yuan of={day.recharge} />, number: true },
          { head: t('finance.home.trend.consumption'), cell: (day) => <Yuan of={day.consumption} />, number: true },
          { head: t('finance.home.trend.refund'), cell: (day) => <Yuan of={day.refund} />, number: true },
          { head: t('finance.home.trend.net'), cell: (day) => <Yuan of={minus(day.recharge, day.refund)} />, number: true },
        ]}
      />
    </details>
  )
}

function TopCustomers({ customers, total }: FinanceHomeProps['top']) {
  const t = useText()
  const ranked = customers.map((row, at) => ({ ...row, rank: at + 1 }))
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
                <a href={`/finance/customers/${showId('operator', row.id)}`}>
                  <Name of={row.name} />
                </a>
                {row.category === 'vip' && <Badge tone="info">{t('category.vip')}</Badge>}
              </span>
            ),
            wide: true,
          },
          { head: t('finance.home.top.games'), cell: (row) => formatCount(row.sessions), number: true },
          { head: t('finance.home.top.amount'), cell: (row) => <Yuan of={row.amount} />, number: true },
          { head: t('finance.home.top.share'), cell: (row) => <Share part={row.amount} of={total} />, number: true },
        ]}
      />
    </Panel>
  )
}

/** For a bar and one decimal only; money itself never becomes a float. */
function Share({ part, of }: { part: Money; of: Money }) {
  const share = of === ZERO ? 0 : drawn(part) / drawn(of)
  return (
    <>
      {formatShare(share)}
      <ShareBar share={share} />
    </>
  )
}
