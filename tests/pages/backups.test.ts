import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { loadSettings } from '#src/settings/settings'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { aStaff, aStore, PASSWORD } from '#tests/support/factory'
import { atDesk } from '#tests/support/staff-desk'
import { until } from '#tests/support/until'
import { DESK, watchedPage } from '#tests/support/watched-page'
import { nothingMissed, spawnWorkers, workersAreUp } from '#tests/support/workers'

const { started } = withServer()
const dataDir = mkdtempSync(join(tmpdir(), 'mr-backups-page-'))
let browser: Browser
let workers: ReturnType<typeof spawnWorkers>
beforeAll(async () => {
  browser = await launchBrowser()
  await started.database.owner`UPDATE system_configs SET value = 'true' WHERE key = 'backup_daily'`
  await loadSettings()
  await nothingMissed(started.database)
  workers = spawnWorkers(started.database.url, { DATA_DIR: dataDir, BACKUP_WAY: 'archive' })
  await workersAreUp(started.database)
})
afterAll(async () => {
  await browser.close()
  await workers.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

test('E63 a backup that is asked for is made, restored and shown with its proof; the home page has its light', async () => {
  await aStore({ balance: '100.00' })
  const { username } = await aStaff('super_admin')
  const { page, complaints } = await watchedPage(browser, started.url, DESK)
  await page.goto('/admin/login')
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', PASSWORD)
  await page.click('main form button[type=submit]')
  await page.waitForURL('**/admin/')
  expect(await page.textContent('#lights')).toContain('没有有效备份')

  await page.click('nav a[href="/admin/backups"]')
  await page.waitForURL('**/admin/backups')
  expect(await page.textContent('main')).toContain('还没有备份')
  expect(await axeFindings(page)).toEqual([])
  await page.click('main a[href="/admin/backups/run"]')
  await page.waitForURL('**/admin/backups/run')
  expect(await page.textContent('main')).toContain('目前没有有效备份')
  await page.click('main form button[type=submit]')
  await page.waitForURL('**/admin/backups')
  expect(await page.textContent('[role=status]')).toContain('备份已排队')

  await until(
    'a good backup',
    async () => {
      const [row] = await started.database.owner<{ good: boolean }[]>`SELECT count(*) > 0 AS good FROM backups WHERE status = 'good'`
      return row!.good
    },
    60,
  )
  await page.reload()
  const list = await page.textContent('#list')
  expect(list).toContain('有效')
  expect(list).toContain('内置归档')
  expect(list).toContain('未加密')
  expect(await page.textContent('#restores')).toContain('备份验证')
  expect(await page.textContent('#restores')).toContain('完好')
  expect(await axeFindings(page)).toEqual([])
  await page.goto('/admin/')
  expect(await page.textContent('#lights')).toContain('已验证')
  expect(complaints).toEqual([])
}, 120_000)

test('every administrator may look, who may run jobs may ask for one, finance and operators see nothing', async () => {
  const admin = await atDesk(started.url, 'admin', (await aStaff('admin')).username)
  const looked = await admin.get('/admin/backups')
  expect(looked.status).toBe(200)
  expect(looked.html).not.toContain('/admin/backups/run')
  expect((await admin.get('/admin/backups/run')).status).toBe(403)
  expect((await admin.send('/admin/backups/run')).status).toBe(403)
  const finance = await atDesk(started.url, 'finance', (await aStaff('finance', 'auditor')).username)
  expect((await finance.get('/admin/backups')).status).toBe(403)
})

test('older backups are a page further on; a mistyped address shows the newest', async () => {
  await started.database.owner`
    INSERT INTO backups (id, name, reason, status, phase, taken_at, updated_at, finished_at, error_code, error_facts)
    SELECT gen_random_uuid(), 'old-' || to_char(at, 'YYYYMMDD"T"HH24MISS"Z"') || '-abcdef', 'daily', 'failed', NULL, at, at, at, 'part_cut',
      '{"part": "public.usage_records.copy.zst", "expected": 10, "found": 9}'
    FROM generate_series('2026-01-01'::timestamptz, '2026-02-10', '1 day') AS at`
  const { username } = await aStaff('super_admin')
  const desk = await atDesk(started.url, 'admin', username)
  const first = await desk.get('/admin/backups')
  const older = /href="(\/admin\/backups\?older=\d+)"/.exec(first.html)![1]!
  expect(first.html).toContain('public.usage_records.copy.zst 不完整：应有 10 字节，只有 9 字节')
  const second = await desk.get(older)
  expect(second.html).toContain('old-20260101T')
  expect(second.html).not.toContain('?older=')
  expect((await desk.get('/admin/backups?older=x')).html).toContain(older)
})
