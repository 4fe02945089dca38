import { expect, test } from 'bun:test'
import type { ExportFigures } from '../bench/exports'

/** In a process of its own, so that nothing else grows meanwhile. Other tests share the machine: what is measured is the processor's time. */
test('100,000 rows of each kind and format grow the process by less than 150 MB and take seconds of a processor', async () => {
  const run = Bun.spawn([process.execPath, 'tests/bench/main.ts', 'exports', '--json'], { stdout: 'pipe', stderr: 'inherit' })
  const figures = JSON.parse(await new Response(run.stdout).text()) as ExportFigures[]
  expect(figures.map(({ kind, format, rows }) => `${kind} ${format} ${rows}`)).toEqual([
    'usage excel 100000',
    'usage csv 100000',
    'transactions excel 100000',
    'transactions csv 100000',
  ])
  for (const { kind, format, cpuSeconds, growthMb, fileMb } of figures) {
    expect({ kind, format, quick: cpuSeconds < 8, small: growthMb < 150, whole: fileMb > 2 }).toEqual({
      kind,
      format,
      quick: true,
      small: true,
      whole: true,
    })
  }
}, 180_000)
