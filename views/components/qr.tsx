export type QrDrawing = { size: number; path: string }

/** Sharp at every size, and black on white whatever the theme: cameras want it so. */
export const Qr = ({ of, label }: { of: QrDrawing; label: string }) => (
  <svg viewBox={`0 0 ${of.size} ${of.size}`} role="img" aria-label={label} shape-rendering="crispEdges">
    <rect fill="white" width={of.size} height={of.size} />
    <path fill="black" d={of.path} />
  </svg>
)
