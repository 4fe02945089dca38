import type { Uuid } from '#src/core/ids'
import type { BusinessDay } from '#src/core/time'
import { formatDay, formatShort } from '../components/figures'
import { LineChart, LineKey } from '../components/line-chart'
import { Name } from '../components/name'
import { usePage, useText } from '../page-context'
import { type Dimension, heightOf, type Measure, measureName } from './statistics-measure'
import { periodName, saidOf } from './statistics-trend'
import type { Sums } from './usage'
import { type UsageQuery, usageAddress } from './usage-address'

export type Series = { id: Uuid; name: string; sums: Sums; values: readonly Sums[] }

type ComparisonProps = {
  dimension: Dimension
  points: readonly { first: BusinessDay; last: BusinessDay }[]
  series: readonly Series[]
  measure: Measure
  query: UsageQuery
}

/** Up to six sites as lines, and the same figures as a table in which each leads to its games. */
export function Comparison({ dimension, points, series, measure, query }: ComparisonProps) {
  const { language } = usePage()
  const t = useText()
  return (
    <>
      <LineChart
        summary={series.map((one) => `${one.name} ${saidOf(one.sums, measure)}`).join(', ')}
        labels={points.map(({ first }) => formatDay(language, first))}
        lines={series.map(({ name, values }) => ({ name, values: values.map((value) => heightOf(value, measure)) }))}
        tick={(value) => (measure === 'total' ? `¥${formatShort(language, value)}` : formatShort(language, value))}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="table-scroll" tabIndex={0} aria-label={t('common.dataTable')}>
        <table class="table compact">
          <caption class="sr-only">{t('statistics.compare', { measure: t(measureName(measure)) })}</caption>
          <thead>
            <tr>
              <th scope="col">{t('statistics.column.period')}</th>
              {series.map((one, order) => (
                <th key={one.id} scope="col" class="number">
                  <LineKey order={order} /> <Name of={one.name} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points
              .map((point, at) => ({ ...point, at }))
              .toReversed()
              .map(({ first, last, at }) => (
                <tr key={first}>
                  <td>{periodName(t, dimension, first)}</td>
                  {series.map((one) => (
                    <td key={one.id} class="number">
                      <Figure sums={one.values[at]!} measure={measure} href={usageAddress({ ...query, siteId: one.id, first, last })} />
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
          <tfoot>
            <tr>
              <td>{t('statistics.compare.all')}</td>
              {series.map((one) => (
                <td key={one.id} class="number">
                  <Figure sums={one.sums} measure={measure} href={usageAddress({ ...query, siteId: one.id })} />
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </section>
    </>
  )
}

const Figure = ({ sums, measure, href }: { sums: Sums; measure: Measure; href: string }) =>
  sums.sessions === 0 ? <>–</> : <a href={href}>{saidOf(sums, measure)}</a>
