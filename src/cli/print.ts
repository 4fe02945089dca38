/** The one place of the command line that writes to standard output. */
export const print = (text = ''): void => void process.stdout.write(`${text}\n`)

/** Replaces the last line on a terminal; elsewhere nothing, because a log should not fill with progress. */
export function printProgress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${text}`)
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
