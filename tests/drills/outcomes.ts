/** One injected fault: what had to come of it, and what did. */
export type Outcome = { fault: string; expected: string; found: string; passed: boolean; seconds: number }

/** Prints the table of a rehearsal; gives the exit code: 1 as soon as one outcome is wrong. */
export function report(title: string, outcomes: readonly Outcome[]): number {
  const wrong = outcomes.filter(({ passed }) => !passed)
  const lines = outcomes.map(({ fault, found, passed, seconds }) => [passed ? '✓' : '✗', fault, found, `${seconds.toFixed(1)} s`])
  const widths = [0, 1, 2].map((column) => Math.max(0, ...lines.map((line) => Bun.stringWidth(line[column]!))))
  const pad = (cell: string, column: number) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - Bun.stringWidth(cell)))
  console.log(`${title}: ${outcomes.length} faults, ${wrong.length} wrong outcomes`)
  for (const line of lines) console.log(`  ${line.map(pad).join('  ')}`)
  for (const { fault, expected, found } of wrong) console.log(`wrong: ${fault}\n  expected ${expected}\n  found    ${found}`)
  return wrong.length === 0 && outcomes.length > 0 ? 0 : 1
}
