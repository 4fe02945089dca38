import { formatShort } from '../components/figures'
import { HeatMap } from '../components/heat-map'
import { usePage, useText } from '../page-context'
import { heightOf, type Measure } from './statistics-measure'
import { saidOf } from './statistics-trend'
import { hourName, type Sums, weekdayName } from './usage'
import { type UsageQuery, usageAddress } from './usage-address'

export type ClockCell = Sums & { weekday: number; clockHour: number }

const WEEK = [1, 2, 3, 4, 5, 6, 7]

/** The hours of the week: from the first to the last hour that ever had a game. */
export function Hours({ cells, measure, query }: { cells: readonly ClockCell[]; measure: Measure; query: UsageQuery }) {
  const { language } = usePage()
  const t = useText()
  const open = cells.map(({ clockHour }) => clockHour)
  const [first, last] = [Math.min(...open), Math.max(...open)]
  const peak = cells.reduce((most, cell) => (heightOf(cell, measure) > heightOf(most, measure) ? cell : most), cells[0]!)
  const shortDay = (weekday: number) => (language === 'zh' ? weekdayName(t, weekday) : weekdayName(t, weekday).slice(0, 3))
  return (
    <>
      <p>{t('statistics.hours.peak', { weekday: weekdayName(t, peak.weekday), hour: hourName(t, peak.clockHour) })}</p>
      <HeatMap
        caption={t('statistics.hours')}
        corner={t('statistics.column.hour')}
        rows={Array.from({ length: last - first + 1 }, (_, at) => ({ at: first + at, name: `${first + at}:00` }))}
        columns={WEEK.map((weekday) => ({ at: weekday, name: weekdayName(t, weekday), short: shortDay(weekday) }))}
        cells={cells.map((cell) => ({
          row: cell.clockHour,
          column: cell.weekday,
          value: heightOf(cell, measure),
          words: formatShort(language, heightOf(cell, measure)),
          href: usageAddress({ ...query, weekday: cell.weekday, hour: cell.clockHour }),
          label: `${weekdayName(t, cell.weekday)} ${hourName(t, cell.clockHour)} ${saidOf(cell, measure)}`,
        }))}
      />
    </>
  )
}
