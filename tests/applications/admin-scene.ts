import { afterAll, beforeAll } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Uuid } from '#src/core/ids'
import { operatorToken, withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { aStaff, PASSWORD } from '#tests/support/factory'
import { csrfIn, newVisitor } from '#tests/support/pages'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

/** Everything a page has to work in. */
export const WAYS: [string, BrowserContextOptions][] = [
  ['a desk', DESK],
  ['a phone', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
]
const WHY = '新店开业，需要一款四人合作的游戏'

/** Administrators at work: a server, a browser, people signed in, operators who ask. */
export function withAdmins() {
  const { started, call } = withServer()
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())
  return {
    started,
    /** One of our people in a browser. */
    signIn: async (options: BrowserContextOptions, role: 'admin' | 'operator' = 'admin') => {
      const { username } = await aStaff(role)
      const watched = await watchedPage(browser, started.url, options)
      await watched.page.goto('/admin/login')
      await watched.page.fill('[name=username]', username)
      await watched.page.fill('[name=password]', PASSWORD)
      await watched.page.click('main form button[type=submit]')
      await watched.page.waitForURL('**/admin/')
      return watched
    },
    /** The same by HTTP alone. */
    visitorOf: async (role: 'admin' | 'operator' = 'admin') => {
      const { username } = await aStaff(role)
      const visitor = newVisitor(started.url)
      await visitor.post('/admin/login', { username, password: PASSWORD })
      return { visitor, csrf_token: csrfIn((await visitor.get('/admin/app-requests')).html) }
    },
    /** An operator asks for a game; gives the number of the request. */
    ask: async (operatorId: Uuid, applicationId: Uuid): Promise<string> => {
      const body = { app_id: `app_${applicationId}`, reason: WHY }
      const made = await call('POST /v1/operators/me/app-requests', { token: await operatorToken(operatorId), body })
      return String(made.body.data.request_id)
    },
    /** What an operator was told, oldest first. */
    titlesOf: async (operatorId: Uuid): Promise<string[]> => {
      const rows = await started.database
        .owner`SELECT title FROM message_notifications WHERE target_operator_id = ${operatorId} ORDER BY id`
      return rows.map(({ title }) => title)
    },
  }
}

export const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''

/** axe is a script itself: a page without JavaScript is the same page. */
export const findings = (page: Page, { javaScriptEnabled = true }: BrowserContextOptions) => (javaScriptEnabled ? axeFindings(page) : [])

/** Forms that were refused on purpose answer 400, which a browser mentions. */
export const unexpected = (complaints: string[]): string[] => complaints.filter((complaint) => !complaint.includes('400'))
