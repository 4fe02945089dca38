import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { newId } from '#src/core/ids'
import { addSeconds, type Instant, iso, now } from '#src/core/time'
import { type Deploy, STEPS, type StepOutcome } from '#src/releases/deploy-log'
import { withServer } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { aStaff, PASSWORD } from '#tests/support/factory'
import { DESK, PHONE, watchedPage } from '#tests/support/watched-page'

const { started } = withServer()
let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

const steps = (at: Instant, last: StepOutcome['result']): StepOutcome[] =>
  STEPS.map((step, index) => ({
    ...{ step, startedAt: iso(at), seconds: 1.5, note: '结构一致 / the schema is what this release expects' },
    result: index === STEPS.length - 1 ? last : 'done',
  }))

/** Rows as the command line writes them: web may only look. */
async function write(deploy: Partial<Deploy> & { finishedAt: Instant | null; startedAt: string }): Promise<string> {
  const id = newId()
  const { from = null, to = null, result = 'succeeded', failure = null, startedAt, finishedAt } = deploy
  const done = JSON.stringify(deploy.steps ?? [])
  await started.database.owner`
    INSERT INTO deploy_log (id, kind, from_version, to_version, started_by, place, started_at, finished_at, result, steps, failure, schema_head)
    VALUES (${id}, 'release', ${from}, ${to}, 'deploy', 'mr-1:/srv/mr-game-ops', ${startedAt}, ${finishedAt && iso(finishedAt)}, ${result},
      ${done}::text::jsonb, ${failure}, '0027_releases')`
  return id
}

describe.each([
  ['a desk', DESK],
  ['a phone without JavaScript', { ...PHONE, javaScriptEnabled: false }],
] as [string, BrowserContextOptions][])('releases at %s', (_, options) => {
  test('say what runs, what was taken back and why, and lead to each step; there is nothing to press', async () => {
    await started.database.owner`DELETE FROM deploy_log`
    const at = addSeconds(now(), -7_200)
    const { username } = await aStaff('operator')
    const { page, complaints } = await watchedPage(browser, started.url, options)
    await page.goto('/admin/login')
    await page.fill('[name=username]', username)
    await page.fill('[name=password]', PASSWORD)
    await page.click('main form button[type=submit]')
    await page.waitForURL('**/admin/')
    complaints.length = 0
    const main = async (): Promise<string> => (await page.textContent('main')) ?? ''

    await page.goto('/admin/releases')
    expect(await main()).toContain('还没有发布记录')
    await write({ to: '0.2.0-1f448c0', startedAt: iso(at), finishedAt: addSeconds(at, 75), steps: steps(at, 'done') })
    const failure = '303 个应答中有 12 个 5xx / 12 of 303 answers were 5xx'
    const later = addSeconds(at, 600)
    const undone = { from: '0.2.0-1f448c0', to: '0.2.1-8de7edc', result: 'undone', failure, steps: steps(later, 'failed') } as const
    const id = await write({ ...undone, startedAt: iso(later), finishedAt: addSeconds(later, 20) })
    await page.reload()
    expect(await page.textContent('#present')).toContain('0.2.0-1f448c0')
    expect(await main()).toContain('303 个应答中有 12 个 5xx')
    expect(await main()).not.toContain('12 of 303')
    expect(await page.locator('main form').count()).toBe(0)
    if (options.javaScriptEnabled !== false) expect(await axeFindings(page)).toEqual([])

    await page.click(`a[href="/admin/releases/${id}"]`)
    await page.waitForURL(`**/admin/releases/${id}`)
    expect(await main()).toContain('已自动撤回，0.2.0-1f448c0 恢复运行')
    for (const name of ['发布前检查', '数据库升级', '签名授权自检', '切换并观察']) expect(await page.textContent('#steps')).toContain(name)
    if (options.javaScriptEnabled !== false) expect(await axeFindings(page)).toEqual([])

    const running = await write({ to: '0.2.2-baf4182', result: 'running', startedAt: iso(now()), finishedAt: null })
    await page.goto('/admin/releases')
    expect(await main()).toContain('正在发布 0.2.2-baf4182')
    await started.database.owner`UPDATE deploy_log SET result = 'succeeded', finished_at = now() WHERE id = ${running}`
    // By itself where there is JavaScript, by the link where there is none.
    if (options.javaScriptEnabled === false) await page.click('a:has-text("刷新")')
    await page.locator('#present', { hasText: '0.2.2-baf4182' }).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  }, 60_000)
})
