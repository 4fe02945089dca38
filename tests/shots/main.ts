import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { seedDemo } from '#drizzle/seed'
import { findOperatorByName } from '#src/accounts/operators'
import { newId } from '#src/core/ids'
import { now, stopwatch } from '#src/core/time'
import { exportFolder } from '#src/exports/place'
import { claimExport, makeExport } from '#src/exports/work'
import { announceJobs } from '#src/monitoring/scheduled-jobs'
import { simulateMail } from '#src/notifications/simulated-mails'
import { openDatabase } from '#src/platform/database'
import { claimReport, makeReport } from '#src/reports/make'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { createDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'
import { JOBS } from '#workers/schedule'
import { idsOfDemo, type Role, unvisited, visitsOf } from './plan'
import { tellStories } from './stories'

/**
 * `bun run shots`: every page of the route table as the role it is for, at two widths, light and dark, and once in English, as PNG
 * under artifacts/. Fails on anything a page complains about (console, policy, a failed answer, a foreign host, axe, running off
 * sideways) and on a page that nobody looked at. A new page is visited by itself; what a role should see besides stands in `pages`.
 * `bun run shots usage sites` takes only the pages with one of these words in their address, beside the pictures that are there.
 */

const WANTED = process.argv.slice(2)
const OUT = join(import.meta.dir, '../../artifacts/shots')

/** Both widths and both themes are checked by axe; the other passes show the same document with the same colours once more. */
const PASSES = [
  { name: '1440-light', language: 'zh', axe: true, options: { ...DESK, colorScheme: 'light' } },
  { name: '390-dark', language: 'zh', axe: true, options: { ...PHONE, colorScheme: 'dark' } },
  { name: '1440-dark', language: 'zh', axe: false, options: { ...DESK, colorScheme: 'dark' } },
  { name: '390-light', language: 'zh', axe: false, options: { ...PHONE, colorScheme: 'light' } },
  { name: '1440-light-en', language: 'en', axe: false, options: { ...DESK, colorScheme: 'light' } },
] as const

/** As a reader's browser has it: date fields are written its way. */
const LOCALES = { zh: 'zh-CN', en: 'en-GB' } as const

const ROLES: Role[] = [
  { name: 'public', door: null, username: '', password: '', pages: [] },
  {
    name: 'operator',
    door: 'operator',
    username: 'demo_operator',
    password: 'Demo@2024!',
    pages: [
      '/operator/',
      '/operator/search?q=海',
      '/operator/search?q=txn_1',
      '/operator/profile',
      '/operator/password',
      '/operator/sessions',
      '/operator/close',
      '/operator/api-keys',
      '/operator/api-keys/calls',
      '/operator/api-keys/signing',
      '/operator/usage',
      '/operator/usage?range=last_month&weekday=6&hour=14',
      '/operator/usage?range=today&players=9',
      '/operator/explain',
      '/operator/explain?q=nothing',
      '/operator/statistics',
      '/operator/statistics?tab=apps&range=last_month',
      '/operator/statistics?tab=sites&range=last_month',
      '/operator/statistics?tab=compare&range=last_month',
      '/operator/statistics?tab=players&range=last_month',
      '/operator/statistics?tab=hours&range=last_month&measure=sessions',
      '/operator/statistics?from=2020-01-01&to=2020-01-02',
      '/operator/sites',
      '/operator/sites/new',
      '/operator/applications',
      '/operator/applications/available',
      '/operator/applications/requests',
      '/operator/transactions?type=recharge&range=last_month',
      '/operator/transactions?type=refund&range=today',
      '/operator/statement?range=last_month',
      '/operator/messages',
      '/operator/messages?type=invoice',
      '/operator/messages/preferences',
    ],
  },
  {
    name: 'admin',
    door: 'admin',
    username: 'admin',
    password: 'Admin@2024!',
    pages: ['/admin/', '/staff/search?q=demo', '/admin/operators?sort=balance_least&closed=true', '/office/mine?status=rejected'],
  },
  { name: 'finance', door: 'finance', username: 'finance001', password: 'Pass@2024!', pages: ['/finance/'] },
  {
    name: 'analyst',
    door: 'admin',
    username: 'analyst',
    password: 'Analyst@2024!',
    pages: [
      '/analytics/?range=last_month',
      '/analytics/ranking?by=site&range=last_month',
      '/analytics/ranking?by=operator&area=上海&range=last_month',
      '/analytics/players?range=last_month',
      '/analytics/cross?rows=site&columns=period&range=last_month',
      '/analytics/cross?rows=operator&columns=application&range=last_month',
    ],
  },
]

/** Contexts at work at once; more of them only wait for the same two processors. */
const AT_ONCE = 3

type Job = { role: Role; pass: (typeof PASSES)[number]; visits: string[]; cookies: Cookies }
type Cookies = NonNullable<BrowserContextOptions['storageState']>

async function look({ role, pass, visits, cookies }: Job, browser: Browser, url: string): Promise<string[]> {
  const { page, complaints } = await watchedPage(browser, url, {
    ...pass.options,
    locale: LOCALES[pass.language],
    storageState: cookies,
    reducedMotion: 'reduce',
  })
  await page.context().addCookies([{ name: 'mr_language', value: pass.language, url }])
  await page.addInitScript(() =>
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    ),
  )
  const faults: string[] = []
  for (const visit of visits) {
    await page.goto(visit)
    const path = visit.split('?')[0]!.replace(ID, 'id').replaceAll('/', '-').replace(`-${role.name}-`, '-')
    const name = `${role.name}${path}${queryName(visit)}-${pass.name}`
    faults.push(...(await shoot(page, name, complaints, pass.axe)))
  }
  await page.context().close()
  return faults
}

const ID = /[0-9a-f]{8}-[0-9a-f-]{27}/g
const queryName = (visit: string): string =>
  visit.includes('?') ? `-${decodeURIComponent(visit.split('?')[1]!).replace(/[^\w\u4e00-\u9fff]+/g, '_')}` : ''

/** The browser draws no picture that is taller than this. */
const TALLEST = 12_000

async function shoot(page: Page, name: string, complaints: string[], axe: boolean): Promise<string[]> {
  const [width, height] = await page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollHeight])
  const clip = { x: 0, y: 0, width: width!, height: Math.min(height!, TALLEST) }
  await page.screenshot({ path: join(OUT, `${name.replace(/-+/g, '-')}.png`), fullPage: true, clip })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  return [...(axe ? await axeFindings(page) : []), ...complaints.splice(0), ...(wide ? ['runs off sideways'] : [])].map(
    (fault) => `${name}: ${fault}`,
  )
}

/** Signs in once; every pass takes the cookies along. */
async function signIn(role: Role, browser: Browser, url: string): Promise<Cookies> {
  const { page } = await watchedPage(browser, url, DESK)
  if (role.door) {
    await page.goto(`/${role.door}/login`)
    await page.fill('[name=username]', role.username)
    await page.fill('[name=password]', role.password)
    await page.keyboard.press('Enter')
    await page.waitForURL((at) => !at.pathname.endsWith('/login'))
  }
  const cookies = await page.context().storageState()
  await page.context().close()
  return cookies
}

const isWanted = (visit: string): boolean => WANTED.length === 0 || WANTED.some((word) => visit.includes(word))

/** Works through the jobs, a few at a time. */
async function lookAtAll(jobs: Job[], url: string): Promise<string[]> {
  const faults: string[] = []
  const waiting = [...jobs]
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) faults.push(...(await look(job, browsers[job.pass.language], url)))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return faults
}

const elapsed = stopwatch()
process.env.APP_ENV = 'development'
process.env.LOG_LEVEL ??= 'warn'
if (WANTED.length === 0) rmSync(OUT, { recursive: true, force: true })
mkdirSync(OUT, { recursive: true })
const database = await createDatabase()
await seedDemo(database.connection)
openDatabase(database.connection, { max: 10, name: 'mr-shots', asApplication: true })
await seedSettings()
await loadSettings()
await simulateMail({
  id: newId(),
  to: { name: '星空探索MR乐园', address: 'demo@xingkong-mr.example' },
  subject: '余额不足提醒',
  text: '当前余额 48.00 元，已低于提醒线 50.00 元。',
})
// As the workers do, so that there are files to download.
for (let file = await claimExport(now()); file; file = await claimExport(now())) await makeExport(file)
await makeReport((await claimReport(now()))!)
await announceJobs(JOBS, now())
const demo = (await findOperatorByName('demo_operator'))!
const bank = await tellStories(database, demo)
const server = startServer()
const browsers = { zh: await launchBrowser(undefined, LOCALES.zh), en: await launchBrowser(undefined, LOCALES.en) }
const jobs: Job[] = []
for (const role of ROLES) {
  const cookies = await signIn(role, browsers.zh, server.url)
  const visits = (await visitsOf(role, idsOfDemo(database, demo.id))).filter(isWanted)
  jobs.push(...PASSES.map((pass) => ({ role, pass, visits, cookies })))
}
const faults = [
  ...(WANTED.length > 0 ? [] : unvisited(jobs.flatMap(({ visits }) => visits))).map((path) => `${path} was looked at by nobody`),
  ...(await lookAtAll(
    jobs.sort((a, b) => b.visits.length - a.visits.length),
    server.url,
  )),
]
rmSync(await exportFolder(), { recursive: true, force: true })
await bank.stop()
await Promise.all(Object.values(browsers).map((browser) => browser.close()))
const count = jobs.reduce((sum, { visits }) => sum + visits.length, 0)
const pages = new Set(jobs.flatMap(({ visits }) => visits)).size
process.stdout.write(
  `${faults.map((fault) => `${fault}\n`).join('')}${pages} pages, ${count} pictures in ${Math.round(elapsed() / 1000)} s, ${faults.length} faults; ${OUT}\n`,
)
process.exit(faults.length > 0 ? 1 : 0)
