type Slice = { name: string /** 0–1 of the whole. */; share: number }

const [SIZE, CENTRE] = [120, 60]

/** Shares of a whole as slices, the first at the top; the numbers stand in the table beside it. At most five: each has its own look. */
export function Pie({ summary, slices }: { summary: string; slices: readonly Slice[] }) {
  let turned = 0
  return (
    <svg class="pie" viewBox={`0 0 ${SIZE} ${SIZE}`} width="180" height="180" role="img" aria-label={summary}>
      {slices.map(({ name, share }, order) => {
        const from = turned
        turned += share
        return share > 0 ? <path key={name} class={`pie-${order}`} d={slicePath(from, Math.min(turned, 1))} /> : null
      })}
    </svg>
  )
}

/** The look of a slice, for the words beside it. */
export const PieKey = ({ order }: { order: number }) => (
  <svg class="pie-key" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" focusable="false">
    <path class={`pie-${order}`} d="M1 1h10v10H1Z" />
  </svg>
)

function slicePath(from: number, to: number): string {
  // A whole circle has no two ends: it is drawn as two halves.
  if (to - from > 0.9999) return `M${CENTRE} 2A58 58 0 1 1 ${CENTRE} 118A58 58 0 1 1 ${CENTRE} 2Z`
  const isLarge = to - from > 0.5 ? 1 : 0
  return `M${CENTRE} ${CENTRE}L${onRim(from)}A58 58 0 ${isLarge} 1 ${onRim(to)}Z`
}

function onRim(share: number): string {
  const angle = share * 2 * Math.PI
  return `${(CENTRE + 58 * Math.sin(angle)).toFixed(2)} ${(CENTRE - 58 * Math.cos(angle)).toFixed(2)}`
}
