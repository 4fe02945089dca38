import { formatYuan } from '#src/core/money'
import type { BusinessDay } from '#src/core/time'
import { formatCount, formatDay, formatShort } from '../components/figures'
import { Yuan } from '../components/money'
import { TrendChart } from '../components/trend-chart'
import { type Say, usePage, useText } from '../page-context'
import { type Dimension, heightOf, type Measure, measureName } from './statistics-measure'
import { SumsTable } from './statistics-table'
import type { Sums } from './usage'
import { type UsageQuery, usageAddress } from './usage-address'

export type Point = { first: BusinessDay; last: BusinessDay; now: Sums; before: (Sums & { day: BusinessDay }) | null }

type TrendProps = { dimension: Dimension; points: readonly Point[]; measure: Measure; sums: Sums; query: UsageQuery }

/** Bars by day, week or month, the days before as outlines, and the table of it. */
export function Trend({ dimension, points, measure, sums, query }: TrendProps) {
  const { language } = usePage()
  const t = useText()
  const names = points.map((point) => periodName(t, dimension, point.first))
  const isCompared = points.some(({ before }) => before !== null)
  const series = [
    {
      name: t('statistics.trend.now'),
      values: points.map(({ now }) => heightOf(now, measure)),
      say: (at: number) => saidOf(points[at]!.now, measure),
    },
    ...(isCompared
      ? [
          {
            name: t('statistics.trend.before'),
            values: points.map(({ before }) => (before ? heightOf(before, measure) : 0)),
            say: (at: number) => (points[at]!.before ? saidOf(points[at]!.before, measure) : '–'),
          },
        ]
      : []),
  ]
  return (
    <>
      <TrendChart
        summary={`${t(measureName(measure))}: ${points.map((point, at) => `${names[at]} ${saidOf(point.now, measure)}`).join(', ')}`}
        days={points.map(({ first }) => first)}
        names={dimension === 'day' ? undefined : names.map((_, at) => shortName(dimension, points[at]!.first, language))}
        series={series}
        tick={(value) => (measure === 'total' ? `¥${formatShort(language, value)}` : formatShort(language, value))}
      />
      <SumsTable
        caption={t('statistics.trend', { measure: t(measureName(measure)) })}
        head={t('statistics.column.period')}
        rows={points.toReversed().map((point) => ({
          key: point.first,
          name: periodName(t, dimension, point.first),
          href: usageAddress({ ...query, first: point.first, last: point.last }),
          sums: point.now,
          more: point.before && <Before of={point.before} query={query} />,
        }))}
        more={isCompared ? t('statistics.column.before') : undefined}
        whole={{ sums, href: usageAddress(query) }}
      />
    </>
  )
}

function Before({ of, query }: { of: Sums & { day: BusinessDay }; query: UsageQuery }) {
  const amount = <Yuan of={of.total} />
  return of.sessions === 0 ? amount : <a href={usageAddress({ ...query, first: of.day, last: of.day })}>{amount}</a>
}

/** A figure of the measure as it is said. */
export const saidOf = (sums: Sums, measure: Measure): string => (measure === 'total' ? formatYuan(sums.total) : formatCount(sums[measure]))

/** A day, a week or a month by name. */
export function periodName(t: Say, dimension: Dimension, first: BusinessDay): string {
  if (dimension === 'week') return t('statistics.trend.week', { day: first })
  if (dimension === 'month') return t('statistics.trend.month', { year: first.slice(0, 4), month: first.slice(5, 7) })
  return first
}

const shortName = (dimension: Dimension, first: BusinessDay, language: 'zh' | 'en'): string =>
  dimension === 'month' ? first.slice(0, 7) : formatDay(language, first)
