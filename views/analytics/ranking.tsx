import type { DayRange } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import { useAddress } from '../components/address'
import { DataTable } from '../components/data-table'
import { EmptyState } from '../components/empty-state'
import { formatCount, formatShare } from '../components/figures'
import { Filters, FilterText } from '../components/filters'
import { Yuan } from '../components/money'
import { Name } from '../components/name'
import { Panel } from '../components/panel'
import { ShareBar } from '../components/share-bar'
import { type Measure, shareOf } from '../operator/statistics-measure'
import type { Sums } from '../operator/usage'
import { useText } from '../page-context'
import {
  AnalyticsFrame,
  NARROWED_FIELDS,
  type Narrowed,
  narrowedChips,
  platformMeasure,
  Segments,
  SumTiles,
  useAnalyticsLink,
} from './frame'

type Subject = 'application' | 'site' | 'operator'
type Row = Sums & { id: string; name: string; detail: string; ownerId: string | null; ownerName: string }

export type RankingProps = {
  rows: readonly Row[]
  /** What stands behind the last row. */
  rest: { count: number; sums: Sums }
  sums: Sums
  by: Subject
  measure: Measure
  narrowed: Narrowed
  dates: DayRange
}

const SUBJECTS = ['application', 'site', 'operator'] as const
const MEASURES = ['total', 'sessions', 'players'] as const

/** `/analytics/ranking`: games, sites or operators by what was played, each leading on to what it is made of. */
export function RankingPage(props: RankingProps) {
  const t = useText()
  const { rows, rest, sums, by, measure, narrowed, dates } = props
  const address = useAddress()
  return (
    <AnalyticsFrame current="ranking" dates={dates} report={`by-${by}`} narrowed={narrowed}>
      <Filters action="/analytics/ranking" dates={dates} chips={narrowedChips(t, narrowed)} keep={['by', 'measure', ...NARROWED_FIELDS]}>
        <FilterText name="area" label={t('platform.area')} value={narrowed.area} placeholder={t('platform.area.hint')} />
      </Filters>
      <div class="tiles four">
        <SumTiles sums={sums} />
      </div>
      <Panel id="ranking" title={t(`platform.ranking.${by}`, { measure: t(platformMeasure(measure)).toLowerCase() })}>
        <div class="switches">
          <Segments
            label={t('platform.by')}
            links={SUBJECTS.map((one) => ({ href: address({ by: one }), words: t(`platform.by.${one}`), current: one === by }))}
          />
          <Segments
            label={t('statistics.measure')}
            links={MEASURES.map((one) => ({ href: address({ measure: one }), words: t(platformMeasure(one)), current: one === measure }))}
          />
        </div>
        <Rows {...props} />
        {rest.count > 0 && (
          <p class="muted">
            {t('platform.rest', {
              count: formatCount(rest.count),
              sessions: formatCount(rest.sums.sessions),
              shown: formatCount(rows.length),
            })}{' '}
            <Yuan of={rest.sums.total} />
          </p>
        )}
      </Panel>
    </AnalyticsFrame>
  )
}

function Rows({ rows, by, measure, sums }: RankingProps) {
  const t = useText()
  return (
    <DataTable
      caption={t(`platform.ranking.${by}`, { measure: t(platformMeasure(measure)).toLowerCase() })}
      rows={rows.map((row, at) => ({ ...row, at: at + 1 }))}
      rowKey={(row) => row.id}
      empty={<EmptyState icon="chart-column" title={t('statistics.empty')} next={t('platform.emptyNext')} />}
      columns={[
        { head: t('platform.rank'), cell: (row) => row.at, number: true },
        { head: t(`platform.axis.${by}`), cell: (row) => <Subject row={row} by={by} share={shareOf(row, sums, measure)} />, wide: true },
        { head: t('statistics.column.sessions'), cell: (row) => formatCount(row.sessions), number: true },
        { head: t('statistics.column.players'), cell: (row) => formatCount(row.players), number: true },
        { head: t('statistics.column.average'), cell: (row) => (row.players / row.sessions).toFixed(1), number: true },
        { head: t('platform.revenue'), cell: (row) => <Yuan of={row.total} />, number: true },
        { head: t('statistics.column.share'), cell: (row) => formatShare(shareOf(row, sums, measure)), number: true },
        { head: t('platform.next'), action: true, cell: (row) => <OverTime row={row} by={by} /> },
      ]}
    />
  )
}

/** A game leads to its operators, an operator to its sites, a site to its games. */
function Subject({ row, by, share }: { row: Row; by: Subject; share: number }) {
  const link = useAnalyticsLink()
  const drill = {
    application: () => link('ranking', { by: 'operator', app: showId('application', row.id) }),
    operator: () => link('ranking', { by: 'site', operator: showId('operator', row.id) }),
    site: () => link('ranking', { by: 'application', site: showId('site', row.id) }),
  }
  return (
    <span class="bar-name">
      <a href={drill[by]()}>
        <Name of={row.name} />
      </a>
      {(row.ownerName || row.detail) && (
        <span class="cell-more">
          <Name of={[row.ownerName, row.detail].filter(Boolean).join(' · ')} />
        </span>
      )}
      <ShareBar share={share} />
    </span>
  )
}

function OverTime({ row, by }: { row: Row; by: Subject }) {
  const t = useText()
  const link = useAnalyticsLink()
  return (
    <a href={link('cross', { rows: by, columns: 'period', ids: showId(by, row.id) })}>
      {t('platform.overTime')}
      <span class="sr-only"> {row.name}</span>
    </a>
  )
}
