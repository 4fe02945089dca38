import { afterAll, beforeAll } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { axeFindings, launchBrowser } from './browser'
import { openTestDatabase, type TestDatabase } from './database'
import { startServer } from './http'
import { DESK, signedInPage } from './watched-page'

/** What `seen` answers of a page that is as it should be. */
export const GOOD = [[], 0]

/**
 * A database, the product's server and a browser for the journeys of one file. `tidy` runs last, before the database goes.
 */
export function withDesk(tidy: (database: TestDatabase) => Promise<void> = async () => {}) {
  let database: Awaited<ReturnType<typeof openTestDatabase>>
  let server: ReturnType<typeof startServer>
  let browser: Browser
  beforeAll(async () => {
    database = await openTestDatabase()
    server = startServer()
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await server.drain(1_000)
    await tidy(database)
    await database.close()
  })
  return {
    get database(): TestDatabase {
      return database
    },
    /** Somebody at a door of the pages, signed in, with all that the pages complain about. */
    signedIn: (door: 'operator' | 'admin' | 'finance', username: string, options: BrowserContextOptions = DESK) =>
      signedInPage(browser, server.url, door, username, options),
  }
}

export const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''

/** What axe finds and by how many pixels the page runs off; without JavaScript nobody can ask. */
export const seen = async (page: Page, { javaScriptEnabled = true }: BrowserContextOptions = {}) =>
  javaScriptEnabled
    ? [await axeFindings(page), await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)]
    : GOOD
