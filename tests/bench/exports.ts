import { seedLoad } from '#drizzle/seed/load'
import type { Act } from '#src/audit-logs/audit-log'
import { now, stopwatch } from '#src/core/time'
import { exportNow } from '#src/exports/exports'
import type { ExportFormat } from '#src/exports/file'
import type { ExportKind } from '#src/exports/filters'
import { closeDatabase, openDatabase } from '#src/platform/database'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { createDatabase } from '#tests/support/database'

/** `bun run bench exports`: how long 100,000 rows take as a file, and how much memory the process grows by meanwhile. */

const USAGE = 'usage: bun run bench exports [--rows 100000] [--json]'
const TARGET_SECONDS = 5
const TARGET_MB = 150
/** How often memory is looked at. */
const LOOK_MS = 5

export type ExportFigures = {
  kind: ExportKind
  format: ExportFormat
  rows: number
  seconds: number
  cpuSeconds: number
  growthMb: number
  fileMb: number
}

const WANTED: readonly [ExportKind, ExportFormat][] = [
  ['usage', 'excel'],
  ['usage', 'csv'],
  ['transactions', 'excel'],
  ['transactions', 'csv'],
]

/** Gives the exit code: 0 when every file is within its targets, 1 when not, 2 for a wrong call. */
export async function benchExports(args: string[]): Promise<number> {
  const rows = Number(args.includes('--rows') ? args[args.indexOf('--rows') + 1] : 100_000)
  if (!Number.isInteger(rows) || rows < 1 || rows > 100_000) {
    console.error(USAGE)
    return 2
  }
  const database = await createDatabase()
  try {
    const world = await seedLoad(database.connection, { rows, operators: 1, now: now() })
    openDatabase(database.connection, { max: 4, name: 'mr-bench-exports', asApplication: true })
    await seedSettings()
    await loadSettings()
    const figures: ExportFigures[] = []
    for (const [kind, format] of WANTED) figures.push(await measure(world!.operators[0]!.id, kind, format, rows))
    console.log(args.includes('--json') ? JSON.stringify(figures) : figures.map(line).join('\n'))
    return figures.every(({ seconds, growthMb }) => seconds <= TARGET_SECONDS && growthMb <= TARGET_MB) ? 0 : 1
  } finally {
    await closeDatabase()
    await database.drop()
  }
}

async function measure(operatorId: string, kind: ExportKind, format: ExportFormat, rows: number): Promise<ExportFigures> {
  const act: Act = { actor: { kind: 'operator', id: operatorId, name: 'bench', role: 'operator' }, origin: null, at: now() }
  Bun.gc(true)
  const before = process.memoryUsage.rss()
  let [peak, bytes] = [before, 0]
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, LOOK_MS)
  const [elapsed, cpu] = [stopwatch(), process.cpuUsage()]
  // Usage has only games; the journal has the money that paid for them too, so it is cut to as many.
  const filter = kind === 'transactions' ? { type: 'consumption' } : {}
  const { bytes: chunks } = await exportNow({ kind: 'operator', id: operatorId }, { kind, format, filter, language: 'zh' }, act)
  for await (const chunk of chunks) {
    bytes += chunk.byteLength
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const seconds = elapsed() / 1000
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(watch)
  return { kind, format, rows, seconds, cpuSeconds: (user + system) / 1e6, growthMb: (peak - before) / 1e6, fileMb: bytes / 1e6 }
}

const line = ({ kind, format, rows, seconds, cpuSeconds, growthMb, fileMb }: ExportFigures): string =>
  `${kind.padEnd(13)} ${format.padEnd(6)} ${rows} rows ${seconds.toFixed(2)} s (≤ ${TARGET_SECONDS}), ${cpuSeconds.toFixed(2)} s of processor  +${growthMb.toFixed(0)} MB (≤ ${TARGET_MB})  ${fileMb.toFixed(1)} MB`
