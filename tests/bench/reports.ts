import { rmSync } from 'node:fs'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { addDays, businessDay, now, startOfDay, stopwatch } from '#src/core/time'
import { closeDatabase, openDatabase, rawSql, transaction } from '#src/platform/database'
import { placeOf } from '#src/reports/file'
import { claimReport, makeReport } from '#src/reports/make'
import type { ReportFormat } from '#src/reports/paper'
import { requireReport } from '#src/reports/queries'
import { askReport } from '#src/reports/request'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { openStock } from './pages-stock'

/** `bun run bench reports`: how long a report over the last year takes from being asked for to its file, on so many games. */

const USAGE = 'usage: bun run bench reports [--rows 10000000] [--json]'
const TARGET_SECONDS = 10
const FORMATS: readonly ReportFormat[] = ['pdf', 'excel', 'csv']
const SECTIONS = ['income_summary', 'top_customers', 'usage_statistics', 'refund_summary'] as const
/** How often memory is looked at. */
const LOOK_MS = 5

type ReportBench = { format: ReportFormat; games: number; seconds: number; growthMb: number; fileKb: number }

/** Gives the exit code: 0 when every file is within the target, 1 when not, 2 for a wrong call. */
export async function benchReports(args: string[]): Promise<number> {
  const rows = Number(args.includes('--rows') ? args[args.indexOf('--rows') + 1] : 10_000_000)
  if (!Number.isInteger(rows) || rows < 1) {
    console.error(USAGE)
    return 2
  }
  const stock = await openStock(rows, (line) => console.error(line))
  try {
    openDatabase(stock.place, { max: 4, name: 'mr-bench-reports', asApplication: true })
    await seedSettings()
    await loadSettings()
    const figures: ReportBench[] = []
    for (const format of FORMATS) figures.push(await measure(format))
    console.log(args.includes('--json') ? JSON.stringify(figures) : figures.map(line).join('\n'))
    return figures.every(({ seconds }) => seconds <= TARGET_SECONDS) ? 0 : 1
  } finally {
    await closeDatabase()
    await stock.stop()
  }
}

async function measure(format: ReportFormat): Promise<ReportBench> {
  const [newest] = await rawSql()<{ day: string }[]>`SELECT to_char(max(day), 'YYYY-MM-DD') AS day FROM usage_days`
  const last = newest!.day
  const first = businessDay(addDays(startOfDay(last), -364))
  Bun.gc(true)
  const before = process.memoryUsage.rss()
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, LOOK_MS)
  const elapsed = stopwatch()
  const id = await transaction(async (tx) =>
    askReport(tx, { reportType: 'custom', first, last, format, sections: SECTIONS, language: 'zh', recipients: [] }, await anAct()),
  )
  const outcome = await makeReport((await claimReport(now()))!)
  const seconds = elapsed() / 1000
  clearInterval(watch)
  const report = await requireReport(id)
  if (outcome !== 'completed' || !report.filePath) throw new Error(`the report is ${report.status}`)
  rmSync(placeOf(report.filePath))
  const [games] = await rawSql()<{ count: number }[]>`
    SELECT sum(sessions)::int AS count FROM usage_days WHERE day BETWEEN ${first}::date AND ${last}::date`
  return { format, games: games!.count, seconds, growthMb: (peak - before) / 1e6, fileKb: Number(report.fileBytes) / 1e3 }
}

async function anAct(): Promise<PersonalAct> {
  const [staff] = await rawSql()<{ id: Uuid }[]>`SELECT id FROM admin_accounts LIMIT 1`
  return { actor: { kind: 'staff', id: staff!.id, name: 'bench', role: 'manager' }, origin: null, at: now() }
}

const line = ({ format, games, seconds, growthMb, fileKb }: ReportBench): string =>
  `${format.padEnd(6)} a year of ${games} games ${seconds.toFixed(2)} s (≤ ${TARGET_SECONDS})  +${growthMb.toFixed(0)} MB  ${fileKb.toFixed(0)} kB`
