import { formatYuan, type Money } from '#src/core/money'
import { type BusinessDay, formatMinute, type Instant } from '#src/core/time'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { drawn, formatCount, formatShort } from '../components/figures'
import { Yuan } from '../components/money'
import { Panel } from '../components/panel'
import { Change, StatTile } from '../components/stat-tile'
import { TrendChart } from '../components/trend-chart'
import { Layout } from '../layout'
import { usePage, useText } from '../page-context'

type AnalyticsDay = { day: BusinessDay; games: number; players: number; revenue: Money }

export type AnalyticsHomeProps = {
  now: Instant
  operators: { total: number; active: number }
  /** The last 30 days and the 30 before them. */
  games: { count: number; previous: number }
  players: { count: number; previous: number }
  revenue: { amount: Money; previous: Money }
  /** The last 30 business days with today last, empty ones included. */
  days: readonly AnalyticsDay[]
}

/** `/analytics/`: the whole platform over the last 30 days. */
export function AnalyticsHomePage(props: AnalyticsHomeProps) {
  const t = useText()
  return (
    <Layout title={t('nav.home')} note={t('common.asOf', { time: formatMinute(props.now) })}>
      <Tiles {...props} />
      {props.games.count === 0 ? (
        <div class="panel">
          <EmptyState icon="chart-column" title={t('analytics.home.empty')} next={t('analytics.home.emptyNext')} />
        </div>
      ) : (
        <>
          <Trends days={props.days} />
          <Days days={props.days} />
        </>
      )}
    </Layout>
  )
}

function Tiles({ operators, games, players, revenue, days }: AnalyticsHomeProps) {
  const t = useText()
  const at = (id: string) => (games.count > 0 ? `#${id}` : undefined)
  return (
    <div class="tiles four">
      <StatTile
        label={t('analytics.home.operators')}
        icon="store"
        figure={formatCount(operators.total)}
        note={t('analytics.home.operators.active', { count: formatCount(operators.active) })}
      />
      <StatTile
        label={t('analytics.home.games')}
        icon="gamepad-2"
        figure={formatCount(games.count)}
        note={<Change current={games.count} previous={games.previous} versus="common.versus.thirty" />}
        series={days.map((day) => day.games)}
        href={at('games')}
      />
      <StatTile
        label={t('analytics.home.players')}
        icon="circle-user"
        figure={formatCount(players.count)}
        note={<Change current={players.count} previous={players.previous} versus="common.versus.thirty" />}
        series={days.map((day) => day.players)}
        href={at('players')}
      />
      <StatTile
        label={t('analytics.home.revenue')}
        icon="receipt"
        figure={<Yuan of={revenue.amount} />}
        note={<Change current={drawn(revenue.amount)} previous={drawn(revenue.previous)} versus="common.versus.thirty" />}
        series={days.map((day) => drawn(day.revenue))}
        href={at('revenue')}
      />
    </div>
  )
}

function Trends({ days }: { days: readonly AnalyticsDay[] }) {
  const { language } = usePage()
  const t = useText()
  const count = (kind: 'games' | 'players'): Omit<TrendProps, 'days'> => ({
    id: kind,
    title: t(`analytics.home.${kind}.trend`),
    name: t(`operator.home.trend.${kind}`),
    value: (day) => day[kind],
    say: (day) => formatCount(day[kind]),
    tick: (value) => formatShort(language, value),
  })
  return (
    <>
      <Trend
        days={days}
        id="revenue"
        title={t('analytics.home.revenue.trend')}
        name={t('analytics.home.table.revenue')}
        value={(day) => drawn(day.revenue)}
        say={(day) => formatYuan(day.revenue)}
        tick={(value) => `¥${formatShort(language, value)}`}
      />
      <div class="columns even">
        <Trend days={days} {...count('games')} />
        <Trend days={days} {...count('players')} />
      </div>
    </>
  )
}

type TrendProps = {
  days: readonly AnalyticsDay[]
  id: string
  title: string
  name: string
  value: (day: AnalyticsDay) => number
  say: (day: AnalyticsDay) => string
  tick: (value: number) => string
}

const Trend = ({ days, id, title, name, value, say, tick }: TrendProps) => (
  <Panel id={id} title={title}>
    <TrendChart
      summary={title}
      days={days.map((day) => day.day)}
      series={[{ name, values: days.map(value), say: (at) => say(days[at]!) }]}
      tick={tick}
    />
  </Panel>
)

function Days({ days }: { days: readonly AnalyticsDay[] }) {
  const t = useText()
  return (
    <Panel id="days" title={t('analytics.home.table')}>
      <DataTable
        compact
        caption={t('analytics.home.table')}
        rows={days.toReversed()}
        rowKey={(day) => day.day}
        empty={null}
        columns={[
          { head: t('operator.home.trend.day'), cell: (day) => day.day, wide: true },
          { head: t('operator.home.trend.games'), cell: (day) => formatCount(day.games), number: true, wide: true },
          { head: t('operator.home.trend.players'), cell: (day) => formatCount(day.players), number: true, wide: true },
          { head: t('analytics.home.table.revenue'), cell: (day) => <Yuan of={day.revenue} />, number: true, wide: true },
        ]}
      />
    </Panel>
  )
}
