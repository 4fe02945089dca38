import { niceCeiling } from './figures'

type Line = { name: string; values: readonly number[] }

type LineChartProps = {
  /** One sentence for those who cannot see it; the numbers stand in the table beside the chart. */
  summary: string
  labels: readonly string[]
  /** At most six: each has its own dashes, mark and colour. */
  lines: readonly Line[]
  tick: (value: number) => string
}

const [WIDTH, HEIGHT] = [1_000, 180]
/** A mark on each point while there are few, else on about twelve of them: enough to follow a line by its marks. */
const MARKS = 12

/** Lines over time. Only the lines are SVG and stretch; the words around them keep their size at any width. */
export function LineChart({ summary, labels, lines, tick }: LineChartProps) {
  const top = niceCeiling(Math.max(0, ...lines.flatMap((line) => line.values)))
  const x = (at: number) => (labels.length === 1 ? WIDTH / 2 : (at / (labels.length - 1)) * WIDTH)
  const y = (value: number) => HEIGHT - (value / top) * HEIGHT
  const every = Math.max(1, Math.ceil(labels.length / MARKS))
  return (
    <div class="chart">
      <LineLegend names={lines.map((line) => line.name)} />
      <div class="chart-plot" role="img" aria-label={summary}>
        <div class="chart-axis">
          <span>{tick(top)}</span>
          <span>{tick(top / 2)}</span>
          <span>{tick(0)}</span>
        </div>
        <div class="line-plot">
          <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
            {lines.map((line, order) => (
              <g key={line.name} class={`line line-${order}`}>
                <polyline points={line.values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')} />
                {line.values.map((value, at) =>
                  at % every === 0 || at === line.values.length - 1 ? (
                    <path key={labels[at]} d={`M${x(at).toFixed(1)} ${y(value).toFixed(1)}h0`} />
                  ) : null,
                )}
              </g>
            ))}
          </svg>
          <p class="line-ends">
            <span>{labels[0]}</span>
            <span>{labels.length > 1 ? labels.at(-1) : ''}</span>
          </p>
        </div>
      </div>
    </div>
  )
}

const LineLegend = ({ names }: { names: readonly string[] }) => (
  <ul class="chart-legend">
    {names.map((name, order) => (
      <li key={name}>
        <LineKey order={order} />
        <bdi>{name}</bdi>
      </li>
    ))}
  </ul>
)

/** How a line looks: its dashes and its mark. */
export const LineKey = ({ order }: { order: number }) => (
  <svg class={`line-key line line-${order}`} viewBox="0 0 36 12" width="36" height="12" aria-hidden="true" focusable="false">
    <polyline points="1,6 35,6" />
    <path d="M18 6h0" />
  </svg>
)
