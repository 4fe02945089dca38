import type { BusinessDay } from '#src/core/time'
import { usePage } from '../page-context'
import { formatDay, niceCeiling } from './figures'

type TrendSeries = {
  name: string
  /** One value for each day, for the heights only. */
  values: readonly number[]
  /** The value of a day in words, shown when pointed at. */
  say: (at: number) => string
}

type TrendChartProps = {
  /** One sentence for those who cannot see it; the numbers stand in the table beside the chart. */
  summary: string
  days: readonly BusinessDay[]
  /** What stands below the bars, where they are not days. */
  names?: readonly string[]
  series: readonly TrendSeries[]
  /** The words of the axis. */
  tick: (value: number) => string
}

/** Up to so many bars each has its words; beyond so many only one in thirty. */
const [FEW, MANY] = [8, 70]

/** Bars by day. Columns are laid out by CSS and only the bars are SVG, so the words keep their size at any width. */
export function TrendChart({ summary, days, names, series, tick }: TrendChartProps) {
  const { language } = usePage()
  const nameOf = (at: number) => names?.[at] ?? formatDay(language, days[at]!)
  const density = days.length <= FEW ? ' few' : days.length > MANY ? ' many' : ''
  const top = niceCeiling(Math.max(0, ...series.flatMap((one) => one.values)))
  return (
    <div class="chart">
      {series.length > 1 && <Legend names={series.map((one) => one.name)} />}
      <div class={`chart-plot${density}`} role="img" aria-label={summary}>
        <div class="chart-axis">
          <span>{tick(top)}</span>
          <span>{tick(top / 2)}</span>
          <span>{tick(0)}</span>
        </div>
        <div class="chart-days">
          {days.map((day, at) => (
            <div class="chart-day" key={day}>
              <div class="chart-bars">
                {series.map((one, order) => (
                  <Bar key={one.name} height={((one.values[at] ?? 0) / top) * 100} order={order} />
                ))}
              </div>
              <span class="chart-label">{nameOf(at)}</span>
              <span class="chart-tip">
                <b>{nameOf(at)}</b>
                {series.map((one) => (
                  <span key={one.name}>
                    {one.name} {one.say(at)}
                  </span>
                ))}
              </span>
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

/** The first series is filled, the second an outline: told apart without colour. */
const Bar = ({ height, order }: { height: number; order: number }) => (
  <svg class={`chart-bar series-${order}`} viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect x="0" y={(100 - height).toFixed(2)} width="10" height={height.toFixed(2)} />
  </svg>
)

const Legend = ({ names }: { names: readonly string[] }) => (
  <ul class="chart-legend">
    {names.map((name, order) => (
      <li key={name}>
        <svg class={`chart-bar series-${order}`} viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" focusable="false">
          <rect x="0.5" y="0.5" width="9" height="9" />
        </svg>
        {name}
      </li>
    ))}
  </ul>
)
