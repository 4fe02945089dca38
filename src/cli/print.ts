/** The one place of the command line that writes to standard output. */
export const print = (text = ''): void => void process.stdout.write(`${text}\n`)

/** Replaces the last line on a terminal, cut to its width; elsewhere nothing, because a log should not fill with progress. */
export function printProgress(text: string): void {
  const { isTTY, columns: width } = process.stdout
  if (!isTTY) return
  let shown = text
  while (Bun.stringWidth(shown) >= (width || Number.POSITIVE_INFINITY)) shown = shown.slice(0, -1)
  process.stdout.write(`\r\u001b[K${shown}`)
}

/** For what went wrong: standard error, so that a pipe gets answers only. */
export const complain = (text: string): void => void process.stderr.write(`${text}\n`)

/** Rows as aligned columns; Chinese characters are two cells wide. Columns named in `right` are aligned to the right. */
export function columns(rows: string[][], right: number[] = []): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => Bun.stringWidth(row[column] ?? ''))))
  const cell = (text: string, column: number): string => {
    const gap = ' '.repeat(widths[column]! - Bun.stringWidth(text))
    return right.includes(column) ? gap + text : text + gap
  }
  return rows.map((row) => `  ${row.map(cell).join('  ')}`.trimEnd()).join('\n')
}
