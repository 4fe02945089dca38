import type { DayRange } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import type { BusinessDay } from '#src/core/time'
import { useAddress } from '../components/address'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount, formatDay, formatShort } from '../components/figures'
import { Filters } from '../components/filters'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { ShareBar } from '../components/share-bar'
import { StatTile } from '../components/stat-tile'
import { TrendChart } from '../components/trend-chart'
import { type Dimension, heightOf, type Measure, shareOf } from '../operator/statistics-measure'
import { SumsTable } from '../operator/statistics-table'
import { periodName, saidOf } from '../operator/statistics-trend'
import type { Sums } from '../operator/usage'
import { usePage, useText } from '../page-context'
import { AnalyticsFrame, daysOf, platformMeasure, Segments, SumTiles, useAnalyticsLink } from './frame'

type Leader = Sums & { id: string; name: string }

export type OverviewProps = {
  operators: { total: number; active: number; before: number }
  sums: Sums
  /** The same for as many days before. */
  before: Sums
  dimension: Dimension
  points: readonly { first: BusinessDay; last: BusinessDay; sums: Sums }[]
  applications: readonly Leader[]
  leaders: readonly Leader[]
  measure: Measure
  /** How finely time was asked for, where it was. */
  asked: Dimension | undefined
  dates: DayRange
}

const MEASURES = ['total', 'sessions', 'players'] as const
const DIMENSIONS = ['day', 'week', 'month'] as const

/** `/analytics/`: the whole platform in some days, against as many before them. */
export function OverviewPage(props: OverviewProps) {
  const t = useText()
  const { sums, before, operators, dates, measure, dimension, asked } = props
  const link = useAnalyticsLink()
  const address = useAddress()
  return (
    <AnalyticsFrame current="overview" dates={dates} report="trend" exported={{ dimension }}>
      <Filters action="/analytics/" dates={dates} chips={[]} keep={['measure', 'dimension']} />
      <div class="tiles four">
        <StatTile
          label={t('platform.operators.active')}
          icon="store"
          figure={formatCount(operators.active)}
          note={t('platform.operators.note', { total: formatCount(operators.total), before: formatCount(operators.before) })}
          href={link('ranking', { by: 'operator' })}
        />
        <SumTiles sums={sums} before={before} average={false} />
      </div>
      <Panel id="trend" title={t('platform.trend', { measure: t(platformMeasure(measure)) })}>
        <div class="switches">
          {asked && asked !== dimension && (
            <span class="muted">{t('statistics.coarser', { dimension: t(`statistics.dimension.${dimension}`) })}</span>
          )}
          <Segments
            label={t('statistics.measure')}
            links={MEASURES.map((one) => ({ href: address({ measure: one }), words: t(platformMeasure(one)), current: one === measure }))}
          />
          <Segments
            label={t('statistics.dimension')}
            links={DIMENSIONS.map((one) => ({
              href: address({ dimension: one }),
              words: t(`statistics.dimension.${one}`),
              current: one === dimension,
            }))}
          />
        </div>
        {sums.sessions === 0 ? (
          <EmptyState icon="chart-column" title={t('statistics.empty')} next={t('platform.emptyNext')} />
        ) : (
          <Trend {...props} />
        )}
      </Panel>
      {sums.sessions > 0 && (
        <div class="columns even">
          <Leaders {...props} by="application" rows={props.applications} />
          <Leaders {...props} by="operator" rows={props.leaders} />
        </div>
      )}
    </AnalyticsFrame>
  )
}

function Trend({ points, dimension, measure, sums }: OverviewProps) {
  const { language } = usePage()
  const t = useText()
  const link = useAnalyticsLink()
  const names = points.map(({ first }) => periodName(t, dimension, first))
  return (
    <>
      <TrendChart
        summary={`${t(platformMeasure(measure))}: ${points.map((point, at) => `${names[at]} ${saidOf(point.sums, measure)}`).join(', ')}`}
        days={points.map(({ first }) => first)}
        names={
          dimension === 'day'
            ? undefined
            : points.map(({ first }) => (dimension === 'month' ? first.slice(0, 7) : formatDay(language, first)))
        }
        series={[
          {
            name: t(platformMeasure(measure)),
            values: points.map((point) => heightOf(point.sums, measure)),
            say: (at) => saidOf(points[at]!.sums, measure),
          },
        ]}
        tick={(value) => (measure === 'total' ? `¥${formatShort(language, value)}` : formatShort(language, value))}
      />
      <details class="data-toggle">
        <summary>{t('common.dataTable')}</summary>
        <SumsTable
          caption={t('platform.trend', { measure: t(platformMeasure(measure)) })}
          head={t('statistics.column.period')}
          rows={points.toReversed().map((point) => ({
            key: point.first,
            name: periodName(t, dimension, point.first),
            href: link('ranking', daysOf(point.first, point.last)),
            sums: point.sums,
          }))}
          whole={{ sums, href: link('ranking') }}
        />
      </details>
    </>
  )
}

type LeadersProps = OverviewProps & { by: 'application' | 'operator'; rows: readonly Leader[] }

function Leaders({ by, rows, sums }: LeadersProps) {
  const t = useText()
  const link = useAnalyticsLink()
  const drill = (id: string) =>
    by === 'application'
      ? link('ranking', { by: 'operator', app: showId('application', id) })
      : link('ranking', { by: 'site', operator: showId('operator', id) })
  return (
    <Panel
      id={`leaders-${by}`}
      title={t(`platform.leaders.${by}`)}
      note={<a href={link('ranking', { by })}>{t('platform.leaders.all')}</a>}
    >
      <DataTable
        compact
        caption={t(`platform.leaders.${by}`)}
        rows={rows}
        rowKey={(row) => row.id}
        empty={null}
        columns={[
          {
            head: t(`platform.axis.${by}`),
            cell: (row) => (
              <span class="bar-name">
                <a href={drill(row.id)}>
                  <Name of={row.name} />
                </a>
                <ShareBar share={shareOf(row, sums, 'total')} />
              </span>
            ),
            wide: true,
          },
          { head: t('statistics.column.sessions'), cell: (row) => formatCount(row.sessions), number: true },
          { head: t('platform.revenue'), cell: (row) => <Yuan of={row.total} />, number: true },
        ]}
      />
    </Panel>
  )
}
