import { openSession } from '#src/accounts/sessions'
import { newId, showId, type Uuid } from '#src/core/ids'
import { now, stopwatch } from '#src/core/time'
import { closeDatabase, openDatabase, rawSql, transaction } from '#src/platform/database'
import { routes } from '#src/routes'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { makeStatisticsDays } from '#src/statistics/days'
import { spawnServer } from '#tests/support/http'
import { consolePages } from './consoles'
import { openStock, type Place } from './pages-stock'
import { startQueryCounter } from './query-counter'

/** `bun run bench pages`: how long the server takes for every page, over HTTP, signed in, on very many games; of operators, or of our people. */

const USAGE = 'usage: bun run bench pages [--consoles] [--rows 1000000|10000000] [--quick] [--json]'
const FLAGS = ['--quick', '--json', '--consoles']
const TARGETS_MS: Record<number, number> = { 1000000: 50, 10000000: 150 }
/** At any size. */
const CONSOLES_TARGET_MS = 100
const MOST_QUERIES = 8
/** Asked before anything is measured: statements are prepared, indexes in memory. */
const WARM_UP = 5

type PageFigures = { page: string; status: number; bytes: number; queries: number; p50: number; p95: number; max: number }

/** Gives the exit code: 0 when every page is answered and within its target, 1 when not, 2 for a wrong call. */
export async function benchPages(args: string[]): Promise<number> {
  const rows = Number(args.includes('--rows') ? args[args.indexOf('--rows') + 1] : 1_000_000)
  const flags = args.filter((arg, at) => arg !== '--rows' && args[at - 1] !== '--rows')
  if (!Number.isInteger(rows) || rows < 1 || flags.some((flag) => !FLAGS.includes(flag))) {
    console.error(USAGE)
    return 2
  }
  const consoles = flags.includes('--consoles')
  const target = consoles ? CONSOLES_TARGET_MS : (TARGETS_MS[rows] ?? (rows < 10_000_000 ? 50 : 150))
  const stock = await openStock(rows, (line) => console.error(line))
  try {
    const figures = await measure(stock.place, flags.includes('--quick') ? 40 : 200, consoles)
    console.log(flags.includes('--json') ? JSON.stringify({ rows, target, pages: figures }) : table(figures, rows, target))
    return figures.every((page) => page.status < 500 && page.p95 < target && page.queries <= MOST_QUERIES) ? 0 : 1
  } finally {
    await stock.stop()
  }
}

async function measure(place: Place, times: number, consoles: boolean): Promise<PageFigures[]> {
  openDatabase(place, { max: 2, name: 'mr-bench-pages', asApplication: false })
  await seedSettings()
  await loadSettings()
  const counter = startQueryCounter(place)
  const counted = await spawnServer(counter.url)
  const server = await spawnServer(urlOf(place))
  try {
    // What a job does every night; the first time for all days there are.
    await makeStatisticsDays({ now: now() })
    const operators = await Promise.all((await someOperators(5)).map(visitorOf))
    const own = pagesOf(operators[0]!).map((page) => ({ page, visitors: operators }))
    const figures: PageFigures[] = []
    for (const { page, visitors } of consoles ? (await consolePages()).map((one) => ({ page: one, visitors: [one.visitor] })) : own) {
      const queries = await countQueries(counted.url, counter, page, visitors[0]!)
      if (queries === undefined) continue
      figures.push({ ...(await timePage(server.url, page, visitors, times)), queries })
    }
    return figures
  } finally {
    await Promise.all([server.kill('SIGTERM'), counted.kill('SIGTERM')])
    counter.stop()
    await closeDatabase()
  }
}

export type Visitor = { id: Uuid; cookie: string; usageId: Uuid; siteId: Uuid; applicationId: Uuid; sessionText: string; requestId: Uuid }
export type Page = { name: string; pathFor(visitor: Visitor): string }

/** Views of a page that ask for more than its first sight does. */
const VIEWS: Record<string, ((visitor: Visitor) => string)[]> = {
  '/operator/usage': [
    () => '?range=month',
    ({ siteId }) => `?site=${siteId}`,
    ({ applicationId }) => `?app=${applicationId}`,
    ({ siteId, applicationId }) => `?site=${siteId}&app=${applicationId}&players=3`,
    () => '?weekday=6&hour=14',
    ({ usageId }) => `?after=${usageId}&size=100`,
    ({ sessionText }) => `?keyword=${sessionText}`,
    ({ sessionText }) => `?keyword=${sessionText.slice(-6)}`,
  ],
  '/operator/explain': [({ sessionText }) => `?q=${sessionText}`, ({ requestId }) => `?q=${requestId}`],
  '/operator/statistics': ['trend', 'apps', 'sites', 'compare', 'players', 'hours'].flatMap((tab) => [
    () => `?tab=${tab}`,
    () => `?tab=${tab}&from=2025-12-01&to=2026-11-20`,
    ({ siteId }: Visitor) => `?tab=${tab}&range=month&site=${siteId}`,
  ]),
}

function pagesOf(sample: Visitor): Page[] {
  const own = routes.filter(({ method, door, audience }) => method === 'GET' && door === 'pages' && audience === 'operator')
  return own.flatMap(({ path }) => {
    const at = (visitor: Visitor) => path.replace(/:(\w+)/g, (_, name: string) => idFor(path, name, visitor))
    const views = (VIEWS[path] ?? []).map(
      (view): Page => ({ name: path + shown(view(sample)), pathFor: (visitor) => at(visitor) + view(visitor) }),
    )
    return [{ name: path, pathFor: at }, ...views]
  })
}

const shown = (query: string): string => query.replace(/=[^&]{13,}/g, '=…')

function idFor(path: string, name: string, visitor: Visitor): string {
  if (path.startsWith('/operator/usage')) return showId('usage', visitor.usageId)
  if (path.startsWith('/operator/sites')) return showId('site', visitor.siteId)
  if (path.startsWith('/operator/app')) return showId('application', visitor.applicationId)
  return name.includes('seq') ? '1' : newId()
}

/** The statements of one answer; undefined for what is no page: streams, files and what leads elsewhere. */
async function countQueries(url: string, counter: { take(): number }, page: Page, visitor: Visitor): Promise<number | undefined> {
  const first = await ask(url, page, visitor)
  if (!first.isPage) return undefined
  await ask(url, page, visitor)
  counter.take()
  await ask(url, page, visitor)
  return counter.take()
}

async function timePage(url: string, page: Page, visitors: Visitor[], times: number): Promise<Omit<PageFigures, 'queries'>> {
  const took: number[] = []
  let last = { status: 0, bytes: 0 }
  for (let at = -WARM_UP; at < times; at++) {
    const elapsed = stopwatch()
    last = await ask(url, page, visitors[(at + WARM_UP) % visitors.length]!)
    if (at >= 0) took.push(elapsed())
  }
  took.sort((a, b) => a - b)
  const rank = (share: number) => took[Math.max(0, Math.ceil(took.length * share) - 1)]!
  return { page: page.name, status: last.status, bytes: last.bytes, p50: rank(0.5), p95: rank(0.95), max: took.at(-1)! }
}

async function ask(url: string, page: Page, visitor: Visitor): Promise<{ status: number; bytes: number; isPage: boolean }> {
  const left = new AbortController()
  const response = await fetch(url + page.pathFor(visitor), {
    headers: { Cookie: visitor.cookie },
    redirect: 'manual',
    signal: left.signal,
  })
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true
  if (!isPage) {
    left.abort()
    return { status: response.status, bytes: 0, isPage }
  }
  return { status: response.status, bytes: (await response.arrayBuffer()).byteLength, isPage }
}

const someOperators = (count: number): Promise<{ id: Uuid }[]> =>
  rawSql()<{ id: Uuid }[]>`SELECT id FROM operator_accounts WHERE username ^@ 'load_' ORDER BY username LIMIT ${count}`

async function visitorOf({ id }: { id: Uuid }): Promise<Visitor> {
  const info = {
    id: newId(),
    ip: '127.0.0.1',
    userAgent: 'bench',
    language: 'zh' as const,
    now: now(),
    elapsed: stopwatch(),
    route: 'bench',
  }
  const { secret } = await transaction((tx) => openSession(tx, { operatorId: id }, 'pages', info))
  const [game] = await rawSql()<{ id: Uuid; siteId: Uuid; applicationId: Uuid; sessionId: string }[]>`
    SELECT id, site_id AS "siteId", application_id AS "applicationId", session_id AS "sessionId" FROM usage_records
    WHERE operator_id = ${id} ORDER BY started_at DESC OFFSET 1000 LIMIT 1`
  const { id: usageId, siteId, applicationId, sessionId: sessionText } = game!
  return { id, cookie: `mr_session=${secret}`, usageId, siteId, applicationId, sessionText, requestId: newId() }
}

const urlOf = ({ host, username, database }: Place): string => `postgres://${username}@${encodeURIComponent(host)}:5432/${database}`

function table(figures: PageFigures[], rows: number, target: number): string {
  const width = Math.max(...figures.map(({ page }) => page.length))
  const line = (page: string, ...cells: string[]) => page.padEnd(width) + cells.map((cell) => cell.padStart(10)).join('')
  const worst = figures.reduce((most, { p95 }) => Math.max(most, p95), 0)
  return [
    line('page', 'status', 'KB', 'queries', 'p50 ms', 'p95 ms', 'max ms'),
    ...figures.map(
      ({ page, status, bytes, queries, p50, p95, max }) =>
        line(
          page,
          String(status),
          (bytes / 1024).toFixed(0),
          `${queries}${queries > MOST_QUERIES ? ' !' : ''}`,
          ...[p50, p95, max].map((ms) => ms.toFixed(1)),
        ) + (p95 < target ? '' : '  slow'),
    ),
    '',
    `${rows} games, ${figures.length} views: longest p95 ${worst.toFixed(1)} ms, target < ${target} ms; at most ${MOST_QUERIES} queries`,
  ].join('\n')
}

if (import.meta.main) {
  process.env.APP_ENV ??= 'test'
  process.env.LOG_LEVEL ??= 'warn'
  process.exit(await benchPages(Bun.argv.slice(2)))
}
