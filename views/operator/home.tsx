import { formatYuan, type Money, ZERO } from '#src/core/money'
import { type BusinessDay, formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { drawn, formatCount, formatDay, formatShort } from '../components/figures'
import { Moment } from '../components/moment'
import { Movement, Yuan } from '../components/money'
import { Name } from '../components/name'
import { Notice } from '../components/notice'
import { Panel } from '../components/panel'
import { Change, StatTile } from '../components/stat-tile'
import { Badge } from '../components/status-badge'
import { TrendChart } from '../components/trend-chart'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'
import { askPath } from './application-tabs'
import type { GameRowView } from './game-rows'
import { LatestGames } from './latest-games'
import { type Setup, SetupGuide } from './setup-guide'

/** An amount of a stretch of time and of the same stretch before it. */
type Compared = { amount: Money; previous: Money }

type OperatorTransaction = {
  id: string
  at: Instant
  kind: 'recharge' | 'consumption' | 'refund' | 'adjustment'
  description: string
  /** What it did to the balance: negative when money went out. */
  amount: Money
  balanceAfter: Money
}

type OperatorDay = { day: BusinessDay; amount: Money; games: number; players: number }

type ExpiringGrant = { applicationId: string; applicationName: string; expiresAt: Instant }

export type OperatorHomeProps = {
  now: Instant
  balance: Money
  /** Below this the balance tile turns to a warning. */
  lowBalanceLimit: Money
  /** When the balance runs out at the pace of the last 7 days; null when nothing was spent. */
  lastsUntil: Instant | null
  today: Compared
  week: Compared
  month: Compared
  gamesToday: number
  gamesYesterday: number
  sites: number
  activeSites: number
  /** The last 30 business days with today last, empty ones included; the chart shows the last 7. */
  days: readonly OperatorDay[]
  /** The last 10, newest first; more come in while the page is open. */
  games: readonly GameRowView[]
  /** The last 10, newest first. */
  transactions: readonly OperatorTransaction[]
  /** Ended or ending within 7 days, soonest first. */
  expiringGrants: readonly ExpiringGrant[]
  setup: Setup
}

/** `/operator/`: does the money last, what was spent, what waits. */
export function OperatorHomePage(props: OperatorHomeProps) {
  const t = useText()
  return (
    <Layout
      title={t('nav.home')}
      note={t('common.asOf', { time: formatMinute(props.now) })}
      action={
        <a class="button primary" href="/operator/recharge">
          {t('operator.home.recharge')}
        </a>
      }
    >
      {props.balance < props.lowBalanceLimit && props.setup.recharge && <LowBalance limit={props.lowBalanceLimit} />}
      <SetupGuide setup={props.setup} />
      <Tiles {...props} />
      <div class="columns">
        <Trend days={props.days.slice(-7)} />
        <ToDo grants={props.expiringGrants} now={props.now} />
      </div>
      <LatestGames games={props.games} />
      <Transactions rows={props.transactions} />
    </Layout>
  )
}

/** The way out stands beside the warning. */
function LowBalance({ limit }: { limit: Money }) {
  const t = useText()
  return (
    <Notice tone="warn" title={t('operator.home.low', { limit: formatYuan(limit) })}>
      <p>
        <a href="/operator/recharge">{t('operator.home.recharge')}</a>
      </p>
    </Notice>
  )
}

function Tiles(props: OperatorHomeProps) {
  const t = useText()
  const { balance, lowBalanceLimit, lastsUntil, days } = props
  const low = balance < lowBalanceLimit
  const spent = days.map((day) => drawn(day.amount))
  const runway = lastsUntil ? t('operator.home.runway', { time: formatMinute(lastsUntil) }) : t('operator.home.runway.none')
  const compare = ({ amount, previous }: Compared) => ({ current: drawn(amount), previous: drawn(previous) })
  return (
    <div class="tiles">
      <StatTile
        label={t('operator.home.balance')}
        icon={low ? 'triangle-alert' : 'landmark'}
        tone={low ? 'warn' : 'plain'}
        figure={<Yuan of={balance} />}
        note={
          <>
            {low && <b>{t('operator.home.low', { limit: formatYuan(lowBalanceLimit) })}</b>}
            <span>{runway}</span>
          </>
        }
        href="#transactions"
      />
      <StatTile
        label={t('operator.home.today')}
        icon="receipt"
        figure={<Yuan of={props.today.amount} />}
        note={<Change {...compare(props.today)} versus="common.versus.yesterday" />}
        href="/operator/usage?range=today"
      />
      <StatTile
        label={t('operator.home.week')}
        icon="chart-column"
        figure={<Yuan of={props.week.amount} />}
        note={<Change {...compare(props.week)} versus="common.versus.week" />}
        series={spent.slice(-7)}
        href="/operator/usage?range=week"
      />
      <StatTile
        label={t('operator.home.month')}
        icon="chart-column"
        figure={<Yuan of={props.month.amount} />}
        note={<Change {...compare(props.month)} versus="common.versus.month" />}
        series={spent}
        href="/operator/usage?range=month"
      />
      <StatTile
        label={t('operator.home.games')}
        icon="gamepad-2"
        figure={formatCount(props.gamesToday)}
        note={<Change current={props.gamesToday} previous={props.gamesYesterday} versus="common.versus.yesterday" />}
        series={days.map((day) => day.games)}
        href="/operator/usage?range=today"
      />
      <StatTile
        label={t('operator.home.sites')}
        icon="store"
        figure={formatCount(props.sites)}
        note={t('operator.home.sites.active', { count: formatCount(props.activeSites) })}
        href="/operator/sites"
      />
    </div>
  )
}

function Trend({ days }: { days: readonly OperatorDay[] }) {
  const { language } = usePage()
  const t = useText()
  const spent = days.some((day) => day.amount > ZERO)
  return (
    <Panel id="trend" title={t('operator.home.trend')}>
      {spent ? (
        <>
          <TrendChart
            summary={days.map((day) => `${formatDay(language, day.day)} ${formatYuan(day.amount)}`).join(', ')}
            days={days.map((day) => day.day)}
            series={[
              {
                name: t('operator.home.trend.amount'),
                values: days.map((day) => drawn(day.amount)),
                say: (at) => formatYuan(days[at]!.amount),
              },
            ]}
            tick={(value) => `¥${formatShort(language, value)}`}
          />
          <TrendTable days={days} />
        </>
      ) : (
        <EmptyState icon="chart-column" title={t('operator.home.trend.empty')} next={t('operator.home.trend.emptyNext')} />
      )}
    </Panel>
  )
}

function TrendTable({ days }: { days: readonly OperatorDay[] }) {
  const t = useText()
  return (
    <details class="more">
      <summary>{t('common.dataTable')}</summary>
      <DataTable
        compact
        caption={t('operator.home.trend')}
        rows={days}
        rowKey={(day) => day.day}
        empty={null}
        columns={[
          { head: t('operator.home.trend.day'), cell: (day) => day.day, wide: true },
          { head: t('operator.home.trend.games'), cell: (day) => formatCount(day.games), number: true },
          { head: t('operator.home.trend.players'), cell: (day) => formatCount(day.players), number: true },
          { head: t('operator.home.trend.amount'), cell: (day) => <Yuan of={day.amount} />, number: true },
        ]}
      />
    </details>
  )
}

function ToDo({ grants, now }: { grants: readonly ExpiringGrant[]; now: Instant }) {
  const t = useText()
  return (
    <Panel id="to-do" title={t('operator.home.todo')} note={grants.length > 0 && formatCount(grants.length)}>
      {grants.length === 0 ? (
        <EmptyState icon="circle-check" title={t('operator.home.todo.none')} next={t('operator.home.todo.noneNext')} />
      ) : (
        <ul class="list">
          {grants.map((grant) => (
            <li key={grant.applicationId}>
              <b>
                <Name of={grant.applicationName} />
              </b>
              <p class={grant.expiresAt <= now ? 'list-text bad' : 'list-text warn'}>
                {t(grant.expiresAt <= now ? 'operator.home.todo.expired' : 'operator.home.todo.expires', {
                  time: formatMinute(grant.expiresAt),
                })}
              </p>
              <a href={askPath(grant.applicationId)}>{t('apps.renew')}</a>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

const KIND_TONES = { recharge: 'ok', consumption: 'neutral', refund: 'info', adjustment: 'warn' } as const

function Transactions({ rows }: { rows: readonly OperatorTransaction[] }) {
  const t = useText()
  return (
    <Panel id="transactions" title={t('operator.home.transactions')}>
      <DataTable
        caption={t('operator.home.transactions.caption', { count: rows.length })}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t('operator.home.transactions.empty')} next={t('operator.home.transactions.emptyNext')} />}
        columns={[
          { head: t('operator.home.time'), cell: (row) => <Moment at={row.at} seconds /> },
          { head: t('operator.home.kind'), cell: (row) => <Badge tone={KIND_TONES[row.kind]}>{t(`kind.${row.kind}`)}</Badge> },
          { head: t('operator.home.description'), cell: (row) => <Name of={row.description} />, wide: true },
          { head: t('operator.home.amount'), cell: (row) => <Movement of={row.amount} />, number: true },
          { head: t('operator.home.after'), cell: (row) => <Yuan of={row.balanceAfter} />, number: true },
        ]}
      />
    </Panel>
  )
}
