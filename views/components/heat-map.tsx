import { useText } from '../page-context'

type Cell = { row: number; column: number; value: number; words: string; href: string; label: string }

type HeatMapProps = {
  caption: string
  corner: string
  rows: readonly { at: number; name: string }[]
  columns: readonly { at: number; name: string; short: string }[]
  cells: readonly Cell[]
}

const STEPS = 5

/** A table whose cells are the darker the larger their figure; each figure stands in its cell and leads to its rows. */
export function HeatMap({ caption, corner, rows, columns, cells }: HeatMapProps) {
  const t = useText()
  const top = Math.max(1, ...cells.map(({ value }) => value))
  const known = new Map(cells.map((cell) => [`${cell.row}/${cell.column}`, cell]))
  return (
    <>
      <table class="heat">
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{corner}</th>
            {columns.map((column) => (
              <th key={column.at} scope="col" abbr={column.name}>
                {column.short}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.at}>
              <th scope="row">{row.name}</th>
              {columns.map((column) => (
                <HeatCell key={column.at} cell={known.get(`${row.at}/${column.at}`)} top={top} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="key-heat muted" aria-hidden="true">
        {t('statistics.hours.legend')}
        {Array.from({ length: STEPS }, (_, step) => (
          <span key={step} class={`heat-${step + 1}`} />
        ))}
        {t('statistics.hours.legend.more')}
      </p>
    </>
  )
}

function HeatCell({ cell, top }: { cell: Cell | undefined; top: number }) {
  if (!cell) return <td class="heat-0">0</td>
  return (
    <td class={`heat-${Math.max(1, Math.ceil((cell.value / top) * STEPS))}`}>
      <a href={cell.href} title={cell.label}>
        {cell.words}
        <span class="sr-only"> {cell.label}</span>
      </a>
    </td>
  )
}
