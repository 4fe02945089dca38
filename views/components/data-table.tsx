import type { ComponentChildren } from 'preact'

type Column<Row> = {
  head: string
  cell: (row: Row) => ComponentChildren
  /** Money and counts stand at the right, in figures of equal width. */
  number?: boolean
  /** Words that may take the room that is left. */
  wide?: boolean
  /** What can be done with the row: the link or button says it, so its name is for those who cannot see the column. */
  action?: boolean
}

type DataTableProps<Row> = {
  /** Read by screen readers; the panel's title stands in for it on sight. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** What stands here when there are no rows. */
  empty: ComponentChildren
  /** Few narrow columns: stays a table where others become cards. */
  compact?: boolean
}

/** A real table; in a narrow place each row becomes a card with labels. */
export function DataTable<Row>({ caption, columns, rows, rowKey, empty, compact = false }: DataTableProps<Row>) {
  if (rows.length === 0) return <>{empty}</>
  return (
    <table class={compact ? 'table compact' : 'table'}>
      <caption class="sr-only">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.head} scope="col" class={classOf(column)}>
              {column.action ? <span class="sr-only">{column.head}</span> : column.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column) => (
              <td key={column.head} class={classOf(column)} data-label={column.action ? undefined : column.head}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const classOf = (column: { number?: boolean; wide?: boolean; action?: boolean }): string | undefined =>
  [column.number && 'number', column.wide && 'wide', column.action && 'action'].filter(Boolean).join(' ') || undefined
