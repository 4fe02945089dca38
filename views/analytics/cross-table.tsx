import { showId } from '#src/core/ids'
import { LineKey } from '../components/line-chart'
import { Name } from '../components/name'
import { type Dimension, heightOf, type Measure } from '../operator/statistics-measure'
import { periodName, saidOf } from '../operator/statistics-trend'
import type { Sums } from '../operator/usage'
import { type Say, useText } from '../page-context'
import { useAnalyticsLink } from './frame'

type Axis = 'operator' | 'site' | 'application' | 'period' | 'player_count'

export type Entry = { key: string | null; name: string; detail: string; sums: Sums }
export type MatrixView = { rows: readonly Entry[]; columns: readonly Entry[]; cells: readonly (readonly Sums[])[]; total: Sums }

/** A matrix as it is drawn: time goes down, what is compared goes across. */
export type Grid = { down: readonly Entry[]; across: readonly Entry[]; at: (down: number, across: number) => Sums; isTurned: boolean }

export function gridOf({ rows, columns, cells }: MatrixView, columnAxis: Axis): Grid {
  if (columnAxis !== 'period') return { down: rows, across: columns, at: (row, column) => cells[row]![column]!, isTurned: false }
  return { down: columns, across: rows, at: (column, row) => cells[row]![column]!, isTurned: true }
}

/** What has no row or column of its own is put together under one name. */
export const entryName = (t: Say, { key, name }: Entry): string => (key === null ? t('platform.others') : name)

type TableProps = { grid: Grid; rows: Axis; columns: Axis; dimension: Dimension; measure: Measure; matrix: MatrixView }

const STEPS = 5

/** Each figure darker the larger it is, with the sums of rows and columns; names lead on to what they are made of. */
export function CrossTable({ grid, rows, columns, dimension, measure, matrix }: TableProps) {
  const t = useText()
  const { down, across, at, isTurned } = grid
  const [downAxis, acrossAxis] = isTurned ? [columns, rows] : [rows, columns]
  const top = Math.max(1, ...down.flatMap((_, row) => across.map((__, place) => heightOf(at(row, place), measure))))
  const hasLines = downAxis === 'period'
  const lines = down.map((entry, row) => ({ entry, row }))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-scroll" tabIndex={0} aria-label={t('common.dataTable')}>
      <table class="table compact cross">
        <caption class="sr-only">
          {t('platform.cross.caption', { rows: t(`platform.axis.${downAxis}`), columns: t(`platform.axis.${acrossAxis}`) })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t(`platform.axis.${downAxis}`)}</th>
            {across.map((entry, order) => (
              <th key={entry.key ?? 'rest'} scope="col" class="number">
                {hasLines && order < 6 && <LineKey order={order} />} <EntryName entry={entry} axis={acrossAxis} dimension={dimension} />
              </th>
            ))}
            <th scope="col" class="number">
              {t('statistics.sum')}
            </th>
          </tr>
        </thead>
        <tbody>
          {(hasLines ? lines.toReversed() : lines).map(({ entry, row }) => (
            <tr key={entry.key ?? 'rest'}>
              <th scope="row">
                <EntryName entry={entry} axis={downAxis} dimension={dimension} />
              </th>
              {across.map((other, place) => {
                const sums = at(row, place)
                const step = sums.sessions === 0 ? 0 : Math.max(1, Math.ceil((heightOf(sums, measure) / top) * STEPS))
                return (
                  <td key={other.key ?? 'rest'} class="number">
                    {sums.sessions === 0 ? '–' : <span class={`heat-${step}`}>{saidOf(sums, measure)}</span>}
                  </td>
                )
              })}
              <td class="number">{saidOf(entry.sums, measure)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t('statistics.sum')}</th>
            {across.map((entry) => (
              <td key={entry.key ?? 'rest'} class="number">
                {saidOf(entry.sums, measure)}
              </td>
            ))}
            <td class="number">{saidOf(matrix.total, measure)}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  )
}

function EntryName({ entry, axis, dimension }: { entry: Entry; axis: Axis; dimension: Dimension }) {
  const t = useText()
  const link = useAnalyticsLink()
  const { key, name, detail } = entry
  if (key === null) return <span class="muted">{t('platform.others')}</span>
  if (axis === 'period') return <>{periodName(t, dimension, key)}</>
  if (axis === 'player_count') return <>{t('usage.players.value', { count: Number(key) })}</>
  const drills: Record<'application' | 'operator' | 'site', Record<string, string>> = {
    application: { by: 'operator', app: showId('application', key) },
    operator: { by: 'site', operator: showId('operator', key) },
    site: { by: 'application', site: showId('site', key) },
  }
  return (
    <a href={link('ranking', drills[axis])} title={detail || undefined}>
      <Name of={name} />
    </a>
  )
}
