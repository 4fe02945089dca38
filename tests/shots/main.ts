import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { seedDemo } from '#drizzle/seed'
import { openDatabase } from '#src/platform/database'
import { loadSettings, seedSettings } from '#src/settings/settings'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { createDatabase } from '#tests/support/database'
import { startServer } from '#tests/support/http'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

/** `bun run shots`: every page as each role, at two widths, light and dark, as PNG under artifacts/; fails on anything a page complains about. */

const OUT = join(import.meta.dir, '../../artifacts/shots')
const SIZES = { 1440: DESK, 390: PHONE }

type Role = { name: string; door: string; username: string; password: string; pages: string[] }

const ROLES: Role[] = [
  { name: 'operator', door: 'operator', username: 'demo_operator', password: 'Demo@2024!', pages: ['/operator/'] },
  { name: 'admin', door: 'admin', username: 'admin', password: 'Admin@2024!', pages: ['/admin/'] },
  { name: 'finance', door: 'finance', username: 'finance001', password: 'Pass@2024!', pages: ['/finance/'] },
  { name: 'analyst', door: 'admin', username: 'analyst', password: 'Analyst@2024!', pages: ['/analytics/'] },
]
const PUBLIC = ['/', '/operator/login', '/operator/register', '/admin/login', '/finance/login']

async function shoot(page: Page, name: string, complaints: string[]): Promise<string[]> {
  await page.screenshot({ path: join(OUT, `${name}.png`), fullPage: true })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)
  return [...complaints.splice(0), ...(await axeFindings(page)), ...(wide ? ['runs off sideways'] : [])].map((fault) => `${name}: ${fault}`)
}

async function visit(browser: Browser, url: string, colorScheme: 'light' | 'dark', width: keyof typeof SIZES): Promise<string[]> {
  const faults: string[] = []
  const suffix = `${width}-${colorScheme}`
  const visitor = await watchedPage(browser, url, { ...SIZES[width], colorScheme })
  for (const path of PUBLIC) {
    await visitor.page.goto(path)
    faults.push(...(await shoot(visitor.page, `public${path.replaceAll('/', '-')}-${suffix}`, visitor.complaints)))
  }
  for (const role of ROLES) {
    const { page, complaints } = await watchedPage(browser, url, { ...SIZES[width], colorScheme })
    await page.goto(`/${role.door}/login`)
    await page.fill('[name=username]', role.username)
    await page.fill('[name=password]', role.password)
    await page.keyboard.press('Enter')
    await page.waitForURL((at) => !at.pathname.endsWith('/login'))
    for (const path of role.pages) {
      await page.goto(path)
      faults.push(...(await shoot(page, `${role.name}${path.replaceAll('/', '-')}${suffix}`, complaints)))
    }
    await page.context().close()
  }
  await visitor.page.context().close()
  return faults
}

process.env.APP_ENV = 'development'
process.env.LOG_LEVEL ??= 'warn'
mkdirSync(OUT, { recursive: true })
const database = await createDatabase()
await seedDemo(database.connection)
openDatabase(database.connection, { max: 10, name: 'mr-shots', asApplication: true })
await seedSettings()
await loadSettings()
const server = startServer()
const browser = await launchBrowser()
const faults: string[] = []
for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390] as const) faults.push(...(await visit(browser, server.url, colorScheme, width)))
}
await browser.close()
process.stdout.write(faults.length > 0 ? `${faults.join('\n')}\n` : `clean; pictures in ${OUT}\n`)
process.exit(faults.length > 0 ? 1 : 0)
