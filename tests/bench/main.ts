import { arch, cpus, platform, totalmem } from 'node:os'
import { stopwatch } from '#src/core/time'
import { benchAuthorize, type Comparison, type Report } from './authorize'
import { benchExports } from './exports'
import { benchInvoices } from './invoices'
import { benchPages } from './pages'
import { benchReconcile } from './reconcile'
import { benchReports } from './reports'
import { benchWallet } from './wallet'

const USAGE = 'usage: bun run bench authorize|pages|exports|invoices|reconcile|reports|wallet [--quick] [--json]'

process.exit(await main(Bun.argv.slice(2)))

/** Exit code 0: measured and the books are right; 1: they are not; 2: wrong call. Whether a target was reached does not change it. */
async function main(args: string[]): Promise<number> {
  const [what, ...flags] = args
  if (what === 'pages') return benchPages(flags)
  if (what === 'exports') return benchExports(flags)
  if (what === 'invoices') return benchInvoices(flags)
  if (what === 'reconcile') return benchReconcile(flags)
  if (what === 'reports') return benchReports(flags)
  if (what === 'wallet') return benchWallet(flags)
  if (what !== 'authorize' || flags.some((flag) => flag !== '--quick' && flag !== '--json')) {
    console.error(USAGE)
    return 2
  }
  const [isQuick, isJson] = [flags.includes('--quick'), flags.includes('--json')]
  const elapsed = stopwatch()
  const report = await benchAuthorize(isQuick, (line) => console.error(line))
  const seconds = Math.round(elapsed() / 1000)
  console.log(isJson ? JSON.stringify(summary(report, isQuick, seconds)) : table(report, seconds))
  for (const fault of report.faults) console.error(fault)
  return report.faults.length === 0 ? 0 : 1
}

/** The figures the targets speak of come first, everything else behind them. */
function summary(report: Report, quick: boolean, seconds: number) {
  return {
    hot: headline(report, 'hot'),
    spread: headline(report, 'spread'),
    p50: report.offered.p50,
    p99: report.offered.p99,
    sizes: {
      histories: [...new Set(report.comparisons.map(({ history }) => history))],
      connections: [...new Set(report.comparisons.map(({ connections }) => connections))],
      operators: 1_000,
    },
    proved: report.faults.length === 0,
    quick,
    seconds,
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryMb: Math.round(totalmem() / 1_048_576),
      platform: `${platform()}-${arch()}`,
    },
    bun: Bun.version,
    ...report,
  }
}

/** The comparison the targets name: 128 connections on an empty history. */
function headline({ comparisons }: Report, crowd: Comparison['crowd']) {
  const { ratio, ratios, connections, pool, ours, baseline } = comparisons.find(
    (one) => one.crowd === crowd && one.connections === 128 && one.history === 0,
  )!
  return { ratio, ratios, connections, pool, ours, baseline }
}

function table(report: Report, seconds: number): string {
  const { offered, lone } = report
  const lines = [
    'operators  connections  history    ours/s   p50 ms   p99 ms  baseline/s   p50 ms   p99 ms  pool   ratio',
    ...report.comparisons.map(row),
    '',
    ...targets(report).map(([what, figure, target]) => `${what.padEnd(58)}${figure.padStart(10)}   target ${target}`),
    '',
    `offered ${offered.offeredPerSecond}/s for ${offered.seconds} s: answered ${offered.answeredPerSecond.toFixed(0)}/s, p50 ${offered.p50.toFixed(1)} ms, p95 ${offered.p95.toFixed(1)} ms, p99 ${offered.p99.toFixed(1)} ms, longest ${offered.max.toFixed(1)} ms`,
    `alone: p50 ${lone.oursP50.toFixed(2)} ms, baseline ${lone.baselineP50.toFixed(2)} ms`,
    `${report.faults.length === 0 ? 'proved' : 'NOT PROVED'}: balance = ledger = ${report.accepted} accepted answers × price; ${seconds} s in all, PostgreSQL ${report.postgres}`,
  ]
  return lines.join('\n')
}

function row({ crowd, connections, history, ours, baseline, pool, ratio }: Comparison): string {
  const cells = [ours.perSecond.toFixed(0), ours.p50.toFixed(1), ours.p99.toFixed(1)]
  const other = [baseline.perSecond.toFixed(0), baseline.p50.toFixed(1), baseline.p99.toFixed(1)]
  const widths = [10, 9, 9]
  const side = (texts: string[], first: number) => texts.map((text, index) => text.padStart(index === 0 ? first : widths[index]!)).join('')
  return (
    (crowd === 'hot' ? '1' : '1000').padStart(9) +
    String(connections).padStart(13) +
    String(history).padStart(9) +
    side(cells, 10) +
    side(other, 12) +
    String(pool).padStart(6) +
    `${ratio.toFixed(1)} ×`.padStart(8)
  )
}

function targets(report: Report): [what: string, figure: string, target: string][] {
  const worst = (crowd: Comparison['crowd']) =>
    Math.min(...report.comparisons.filter((one) => one.crowd === crowd && one.connections >= 128).map(({ ratio }) => ratio))
  return [
    ['one operator, 128 connections and more, least', `${worst('hot').toFixed(1)} ×`, '≥ 8 ×'],
    ['1,000 operators, 128 connections and more, least', `${worst('spread').toFixed(1)} ×`, '≥ 3 ×'],
    ['p99 of the offered load', `${report.offered.p99.toFixed(1)} ms`, '< 100 ms'],
    ['a lone request pays', `${report.lone.differenceMs.toFixed(2)} ms`, '≤ 1 ms'],
    ...report.history.map(({ games, connections, ratio }): [string, string, string] => [
      `latency on ${games} games, ${connections} connections`,
      `${ratio.toFixed(2)} ×`,
      '≤ 1.2 ×',
    ]),
    ['resident memory under load', `${report.rssMb.toFixed(0)} MB`, '≤ 300 MB'],
  ]
}
