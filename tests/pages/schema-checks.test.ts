import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { now } from '#src/core/time'
import { openedConnection, transaction } from '#src/platform/database'
import { keepCheck, tellCheck } from '#src/schema-verify/checks'
import { verifySchema } from '#src/schema-verify/verify'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { aStaff } from '#tests/support/factory'
import { csrfIn } from '#tests/support/pages'
import { atDesk } from '#tests/support/staff-desk'
import { DESK, PHONE, signedInPage } from '#tests/support/watched-page'
import { nothingMissed, spawnWorkers, workersAreUp } from '#tests/support/workers'

const { started } = withServer()
let browser: Browser
let workers: ReturnType<typeof spawnWorkers>
beforeAll(async () => {
  browser = await launchBrowser()
  // New entries are checked twice a minute; here at once.
  await nothingMissed(started.database, 'ledger-touched')
  workers = spawnWorkers(started.database.url)
  await workersAreUp(started.database)
})
afterAll(async () => {
  await browser.close()
  await workers.stop()
})

const main = async (page: Page): Promise<string> => (await page.textContent('main')) ?? ''

const signIn = (username: string, options: BrowserContextOptions) => signedInPage(browser, started.url, 'admin', username, options)

/** Looks again until the page says so: the workers process does it meanwhile. */
async function sees(page: Page, words: string): Promise<void> {
  for (let look = 0; look < 100 && !(await main(page)).includes(words); look++) {
    await Bun.sleep(250)
    await page.reload()
  }
  expect(await main(page)).toContain(words)
}

const checksKept = async (): Promise<number> => {
  const [row] = await started.database.owner<{ kept: number }[]>`SELECT count(*)::int AS kept FROM schema_checks`
  return row!.kept
}

describe.each([
  ['a desk', DESK],
  ['a phone without JavaScript', { ...PHONE, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('at %s', (_, options) => {
  test('who may run jobs asks for both checks, and the page says what came of them', async () => {
    const { page, complaints } = await signIn((await aStaff('super_admin')).username, options)
    const before = await checksKept()
    await page.goto('/admin/schema-checks')
    await page.click('button:has-text("立即核对结构")')
    for (let look = 0; look < 100 && (await checksKept()) === before; look++) await Bun.sleep(100)
    await sees(page, '立即核对结构')
    expect(await main(page)).toContain('一致')
    await page.click('button:has-text("立即重算整本账")')
    await sees(page, '分毫不差')
    await sees(page, '核对到')
    if (options.javaScriptEnabled !== false) expect(await axeFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  }, 60_000)
})

test('what has drifted is named with what was expected and what was found, an alert is open, and the home page is red', async () => {
  await started.database.owner.unsafe('CREATE TABLE notes (id integer); GRANT UPDATE ON transaction_records TO mr_app')
  const startedAt = now()
  const found = await verifySchema(openedConnection())
  await transaction((tx) => tellCheck(tx, found, now()))
  await transaction((tx) => keepCheck(tx, 'command', found, startedAt, now()))

  const { page } = await signIn((await aStaff('admin')).username, DESK)
  expect(await main(page)).toContain('有差异')
  await page.goto('/admin/schema-checks?drift=true')
  const words = await main(page)
  for (const word of ['grant transaction_records', 'INSERT,SELECT,UPDATE', 'table notes', '命令行或发布']) expect(words).toContain(word)
  expect(words).not.toContain('立即核对结构')
  expect(await axeFindings(page)).toEqual([])
  const [alert] = await started.database.owner`SELECT details FROM alerts WHERE kind = 'schema_drift' AND closed_at IS NULL`
  expect(alert!.details).toMatchObject({ findings: expect.any(String), first: expect.stringContaining('transaction_records') })

  await started.database.owner.unsafe('DROP TABLE notes; REVOKE UPDATE ON transaction_records FROM mr_app')
  const sound = await verifySchema(openedConnection())
  await transaction((tx) => tellCheck(tx, sound, now()))
  expect(await started.database.owner`SELECT FROM alerts WHERE kind = 'schema_drift' AND closed_at IS NULL`).toHaveLength(0)
})

test('who may not run jobs is refused, and a job that is no check is unknown', async () => {
  const admin = await atDesk(started.url, 'admin', (await aStaff('admin')).username)
  expect((await admin.send('/admin/schema-checks', { job: 'schema-verify' })).status).toBe(403)
  const analyst = await atDesk(started.url, 'admin', (await aStaff('analyst')).username)
  expect((await analyst.get('/admin/schema-checks')).status).toBe(403)
  const root = await atDesk(started.url, 'admin', (await aStaff('super_admin')).username)
  expect((await root.send('/admin/schema-checks', { job: 'payment-sync' })).status).toBe(404)
  expect(csrfIn((await root.get('/admin/schema-checks')).html)).not.toBe('')
})
