import type { DayRange } from '#src/core/day-range'
import { showId } from '#src/core/ids'
import { useAddress } from '../components/address'
import { EmptyState } from '../components/empty-state'
import { formatDay, formatShort } from '../components/figures'
import { FilterSelect, Filters, FilterText } from '../components/filters'
import { LineChart } from '../components/line-chart'
import { Panel } from '../components/panel'
import { type Dimension, heightOf, type Measure } from '../operator/statistics-measure'
import { usePage, useText } from '../page-context'
import { CrossTable, type Entry, entryName, type Grid, gridOf, type MatrixView } from './cross-table'
import { AnalyticsFrame, NARROWED_FIELDS, type Narrowed, narrowedChips, platformMeasure, Segments, SumTiles } from './frame'

type Axis = 'operator' | 'site' | 'application' | 'period' | 'player_count'
const AXES = ['operator', 'site', 'application', 'period', 'player_count'] as const
const MEASURES = ['total', 'sessions', 'players'] as const
const DIMENSIONS = ['day', 'week', 'month'] as const
/** Lines that are told apart in one chart; the table has them all. */
const MOST_LINES = 6
const MOST_SERIES = 20

export type CrossProps = {
  matrix: MatrixView
  rows: Axis
  columns: Axis
  dimension: Dimension
  /** How finely time was asked for, where it was. */
  asked: Dimension | undefined
  /** The things that were chosen; none means the largest. */
  ids: readonly string[]
  measure: Measure
  narrowed: Narrowed
  dates: DayRange
}

/** `/analytics/cross`: the platform's games by two things at once, as lines where one of them is time. */
export function CrossPage(props: CrossProps) {
  const t = useText()
  const { matrix, rows, columns, dimension, ids, measure, narrowed, dates } = props
  const grid = gridOf(matrix, columns)
  const subject = [rows, columns].find((axis) => axis !== 'period' && axis !== 'player_count') as
    | 'operator'
    | 'site'
    | 'application'
    | undefined
  const exported = { rows, columns, dimension, ids: subject && ids.length > 0 ? ids.map((id) => showId(subject, id)).join(',') : undefined }
  const axes = AXES.map((axis) => ({ value: axis, label: t(`platform.axis.${axis}`) }))
  return (
    <AnalyticsFrame current="cross" dates={dates} report="cross" narrowed={narrowed} exported={exported}>
      <Filters
        action="/analytics/cross"
        dates={dates}
        chips={[
          ...narrowedChips(t, narrowed),
          ...(ids.length > 0 ? [{ label: t('platform.chosen', { count: ids.length }), clear: ['ids'] }] : []),
        ]}
        keep={['measure', 'dimension', ...NARROWED_FIELDS]}
      >
        <FilterSelect name="rows" label={t('platform.rows')} value={rows} options={axes} />
        <FilterSelect name="columns" label={t('platform.columns')} value={columns} options={axes} />
        <FilterText name="area" label={t('platform.area')} value={narrowed.area} placeholder={t('platform.area.hint')} />
        {subject && <Boxes subject={subject} entries={subject === rows ? matrix.rows : matrix.columns} ids={ids} />}
      </Filters>
      <div class="tiles four">
        <SumTiles sums={matrix.total} />
      </div>
      <Panel
        id="cross"
        title={t('platform.cross', {
          rows: t(`platform.axis.${rows}`),
          columns: t(`platform.axis.${columns}`),
          measure: t(platformMeasure(measure)),
        })}
      >
        <Switches {...props} />
        {matrix.total.sessions === 0 ? (
          <EmptyState icon="chart-column" title={t('statistics.empty')} next={t('platform.emptyNext')} />
        ) : (
          <>
            {(rows === 'period' || columns === 'period') && <Lines grid={grid} measure={measure} />}
            <CrossTable {...props} grid={grid} />
          </>
        )}
      </Panel>
    </AnalyticsFrame>
  )
}

function Switches({ rows, columns, measure, dimension, asked }: CrossProps) {
  const t = useText()
  const address = useAddress()
  const hasPeriods = rows === 'period' || columns === 'period'
  return (
    <div class="switches">
      {hasPeriods && asked && asked !== dimension && (
        <span class="muted">{t('statistics.coarser', { dimension: t(`statistics.dimension.${dimension}`) })}</span>
      )}
      <Segments
        label={t('statistics.measure')}
        links={MEASURES.map((one) => ({ href: address({ measure: one }), words: t(platformMeasure(one)), current: one === measure }))}
      />
      {hasPeriods && (
        <Segments
          label={t('statistics.dimension')}
          links={DIMENSIONS.map((one) => ({
            href: address({ dimension: one }),
            words: t(`statistics.dimension.${one}`),
            current: one === dimension,
          }))}
        />
      )}
    </div>
  )
}

/** The things that are shown, to choose some of them; clearing the choice brings back the largest. */
function Boxes({
  subject,
  entries,
  ids,
}: {
  subject: 'operator' | 'site' | 'application'
  entries: readonly Entry[]
  ids: readonly string[]
}) {
  const t = useText()
  const known = entries.filter((entry) => entry.key !== null)
  if (known.length === 0) return null
  return (
    <fieldset class="choices">
      <legend>{t('platform.choose', { count: MOST_SERIES })}</legend>
      {known.map(({ key, name, detail }) => (
        <label key={key} class="check">
          <input type="checkbox" name="ids" value={showId(subject, key!)} checked={ids.includes(key!)} />
          <bdi>{detail ? `${name} · ${detail}` : name}</bdi>
        </label>
      ))}
    </fieldset>
  )
}

function Lines({ grid: { down, across, at }, measure }: { grid: Grid; measure: Measure }) {
  const { language } = usePage()
  const t = useText()
  const lines = across.slice(0, MOST_LINES)
  return (
    <>
      {across.length > MOST_LINES && <p class="muted">{t('platform.lines', { shown: MOST_LINES, all: across.length })}</p>}
      <LineChart
        summary={lines.map((entry) => entryName(t, entry)).join(', ')}
        labels={down.map(({ key }) => formatDay(language, key!))}
        lines={lines.map((entry, place) => ({
          name: entryName(t, entry),
          values: down.map((_, row) => heightOf(at(row, place), measure)),
        }))}
        tick={(value) => (measure === 'total' ? `¥${formatShort(language, value)}` : formatShort(language, value))}
      />
    </>
  )
}
