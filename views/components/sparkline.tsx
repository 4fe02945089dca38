const WIDTH = 96
const HEIGHT = 28

/** A line without scale beside a figure; the figure and its table carry the meaning, so readers skip it. */
export function Sparkline({ values }: { values: readonly number[] }) {
  const top = Math.max(0, ...values)
  if (values.length < 2 || top === 0) return null
  const points = values.map((value, at) => {
    const x = 1 + (at / (values.length - 1)) * (WIDTH - 2)
    const y = HEIGHT - 2 - (Math.max(value, 0) / top) * (HEIGHT - 4)
    return `${x.toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      width={WIDTH}
      height={HEIGHT}
      aria-hidden="true"
      focusable="false"
    >
      <polygon class="sparkline-area" points={`1,${HEIGHT} ${points.join(' ')} ${WIDTH - 1},${HEIGHT}`} />
      <polyline class="sparkline-line" points={points.join(' ')} />
    </svg>
  )
}
