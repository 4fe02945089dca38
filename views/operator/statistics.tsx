import type { DayRange } from '#src/core/day-range'
import { showId, type Uuid } from '#src/core/ids'
import { type BusinessDay, iso } from '#src/core/time'
import { useAddress } from '../components/address'
import { EmptyState } from '../components/empty-state'
import { ExportMenu } from '../components/export-menu'
import { drawn, formatCount } from '../components/figures'
import { Filters } from '../components/filters'
import { Yuan } from '../components/money'
import { Panel } from '../components/panel'
import { Change, StatTile } from '../components/stat-tile'
import { Tabs } from '../components/tabs'
import { Layout } from '../layout'
import { useText } from '../page-context'
import { Breakdown } from './statistics-breakdown'
import { Comparison, type Series } from './statistics-compare'
import { type ClockCell, Hours } from './statistics-hours'
import { type Dimension, type Measure, measureName } from './statistics-measure'
import { Party, type PartyRow } from './statistics-players'
import { type Point, Trend } from './statistics-trend'
import { type Choices, type Narrowed, PlaceFilters, placeChips, type Sums } from './usage'
import { type UsageQuery, usageAddress } from './usage-address'

export type Content =
  | { tab: 'trend'; dimension: Dimension; points: readonly Point[] }
  | { tab: 'apps' | 'sites'; rows: readonly (Sums & { id: Uuid; name: string })[] }
  | { tab: 'compare'; dimension: Dimension; points: readonly { first: BusinessDay; last: BusinessDay }[]; series: readonly Series[] }
  | { tab: 'players'; distribution: { rows: readonly PartyRow[]; total: Sums; mostCommon: number | null } }
  | { tab: 'hours'; cells: readonly ClockCell[] }

export type StatisticsProps = {
  content: Content
  measure: Measure
  sums: Sums
  /** The same for as many days before. */
  before: Sums
  previous: { first: BusinessDay; last: BusinessDay }
  dates: DayRange
  narrowed: Pick<Narrowed, 'siteId' | 'applicationId'>
  choices: Choices
  asked: { dimension: Dimension | undefined; sites: readonly Uuid[] }
}

const TABS = ['trend', 'apps', 'sites', 'compare', 'players', 'hours'] as const
const MEASURES = ['total', 'sessions', 'players'] as const
const DIMENSIONS = ['day', 'week', 'month'] as const
const MOST_SERIES = 6

/** `/operator/statistics`: what the games of some days add up to, and the days before them; every figure leads to its games. */
export function StatisticsPage(props: StatisticsProps) {
  const { content, sums, dates, narrowed } = props
  const t = useText()
  const query: UsageQuery = { first: dates.first, last: dates.last, ...narrowed }
  const keep = ['tab', 'measure', 'dimension']
  return (
    <Layout
      title={t('nav.statistics')}
      note={t('statistics.period', { from: dates.first ?? '', to: dates.last ?? '' })}
      action={<ExportMenu kind="statistics" filter={exported(props)} />}
    >
      <TabLinks tab={content.tab} />
      <Filters
        action="/operator/statistics"
        dates={dates}
        aside={<PreviousLink previous={props.previous} query={query} />}
        chips={placeChips(t, narrowed, props.choices)}
        keep={keep}
      >
        {content.tab === 'compare' ? (
          <SiteBoxes {...props} shown={content.series} />
        ) : (
          <PlaceFilters narrowed={narrowed} choices={props.choices} />
        )}
      </Filters>
      <Tiles {...props} query={query} />
      <Panel id="chart" title={titleOf(t, props)}>
        <Switches {...props} />
        {sums.sessions === 0 ? (
          <EmptyState icon="chart-column" title={t('statistics.empty')} next={t('statistics.emptyNext')} />
        ) : (
          <Chart {...props} query={query} />
        )}
      </Panel>
    </Layout>
  )
}

function TabLinks({ tab: current }: { tab: Content['tab'] }) {
  const t = useText()
  const address = useAddress()
  const tabs = TABS.map((tab) => ({ href: address({ tab }), label: t(`statistics.tab.${tab}`), current: tab === current }))
  return <Tabs label={t('statistics.tabs')} tabs={tabs} />
}

function titleOf(t: ReturnType<typeof useText>, { content, measure }: StatisticsProps): string {
  if (content.tab === 'players' || content.tab === 'hours') return t(`statistics.${content.tab}`)
  return t(`statistics.${content.tab}`, { measure: t(measureName(measure)) })
}

function Tiles({ sums, before, query }: StatisticsProps & { query: UsageQuery }) {
  const t = useText()
  const average = ({ players, sessions }: Sums) => (sessions === 0 ? 0 : players / sessions)
  const change = (now: number, then: number) => <Change current={now} previous={then} versus="common.versus.period" />
  const href = usageAddress(query)
  return (
    <div class="tiles four">
      <StatTile
        label={t('statistics.column.total')}
        icon="receipt"
        figure={<Yuan of={sums.total} />}
        note={change(drawn(sums.total), drawn(before.total))}
        href={href}
      />
      <StatTile
        label={t('statistics.column.sessions')}
        icon="gamepad-2"
        figure={formatCount(sums.sessions)}
        note={change(sums.sessions, before.sessions)}
        href={href}
      />
      <StatTile
        label={t('statistics.column.players')}
        icon="circle-user"
        figure={formatCount(sums.players)}
        note={change(sums.players, before.players)}
        href={href}
      />
      <StatTile
        label={t('statistics.column.average')}
        icon="chart-column"
        figure={average(sums).toFixed(1)}
        note={change(average(sums), average(before))}
        href={href}
      />
    </div>
  )
}

function PreviousLink({ previous, query }: { previous: StatisticsProps['previous']; query: UsageQuery }) {
  const t = useText()
  return <a href={usageAddress({ ...query, ...previous })}>{t('statistics.previous', { from: previous.first, to: previous.last })}</a>
}

/** What is drawn and how finely. */
function Switches({ content, measure, asked }: StatisticsProps) {
  const t = useText()
  const address = useAddress()
  const hasPeriods = content.tab === 'trend' || content.tab === 'compare'
  return (
    <div class="switches">
      {hasPeriods && asked.dimension && asked.dimension !== content.dimension && (
        <span class="muted">{t('statistics.coarser', { dimension: t(`statistics.dimension.${content.dimension}`) })}</span>
      )}
      {content.tab !== 'players' && (
        <Segments
          label={t('statistics.measure')}
          links={MEASURES.map((one) => ({ href: address({ measure: one }), words: t(measureName(one)), current: one === measure }))}
        />
      )}
      {hasPeriods && (
        <Segments
          label={t('statistics.dimension')}
          links={DIMENSIONS.map((one) => ({
            href: address({ dimension: one }),
            words: t(`statistics.dimension.${one}`),
            current: one === content.dimension,
          }))}
        />
      )}
    </div>
  )
}

const Segments = ({ label, links }: { label: string; links: readonly { href: string; words: string; current: boolean }[] }) => (
  <nav class="segments wrap" aria-label={label}>
    {links.map(({ href, words, current }) => (
      <a key={href} href={href} aria-current={current ? 'true' : undefined}>
        {words}
      </a>
    ))}
  </nav>
)

function SiteBoxes({ choices, shown }: Pick<StatisticsProps, 'choices'> & { shown: readonly { id: Uuid }[] }) {
  const t = useText()
  const ticked = new Set(shown.map(({ id }) => id))
  return (
    <fieldset class="choices">
      <legend>{t('statistics.compare.choose', { count: MOST_SERIES })}</legend>
      {choices.sites.map(({ id, name, isGone }) => (
        <label key={id} class="check">
          <input type="checkbox" name="sites" value={showId('site', id)} checked={ticked.has(id)} />
          <bdi>{isGone ? t('usage.site.gone', { name }) : name}</bdi>
        </label>
      ))}
    </fieldset>
  )
}

function Chart({ content, measure, sums, query, dates }: StatisticsProps & { query: UsageQuery }) {
  if (content.tab === 'trend') return <Trend {...content} measure={measure} sums={sums} query={query} />
  if (content.tab === 'compare') return <Comparison {...content} measure={measure} query={query} />
  if (content.tab === 'players') return <Party {...content.distribution} query={query} />
  if (content.tab === 'hours') return <Hours cells={content.cells} measure={measure} query={query} />
  return (
    <Breakdown
      kind={content.tab}
      rows={content.rows}
      measure={measure}
      sums={sums}
      query={{ ...query, first: dates.first, last: dates.last }}
    />
  )
}

/** The table beside the chart, as a file: the same days and places in the words of the API. */
function exported({ content, dates, narrowed }: StatisticsProps) {
  const report = {
    trend: 'consumption',
    compare: 'by-site',
    apps: 'by-app',
    sites: 'by-site',
    players: 'player-distribution',
    hours: 'consumption',
  }
  return {
    report_type: report[content.tab],
    dimension: content.tab === 'trend' ? content.dimension : undefined,
    start_time: dates.stretch ? iso(dates.stretch.from) : undefined,
    end_time: dates.stretch ? iso(dates.stretch.to) : undefined,
    site_id: narrowed.siteId && showId('site', narrowed.siteId),
    app_id: narrowed.applicationId && showId('application', narrowed.applicationId),
  }
}
