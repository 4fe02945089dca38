import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { showId, type Uuid } from '#src/core/ids'
import { addDays, businessDay, now, useClock } from '#src/core/time'
import { auditRows, browserHeaders } from '#tests/support/api'
import { axeFindings, launchBrowser } from '#tests/support/browser'
import { authorize } from '#tests/support/client'
import { openTestDatabase } from '#tests/support/database'
import { anOperator, aStore, credit, debit, PASSWORD } from '#tests/support/factory'
import { startServer } from '#tests/support/http'
import { DESK, openFilters, PHONE, watchedPage } from '#tests/support/watched-page'
import { csvRows } from '../exports/read'

let database: Awaited<ReturnType<typeof openTestDatabase>>
let server: ReturnType<typeof startServer>
let browser: Browser
let folder: string
beforeAll(async () => {
  database = await openTestDatabase()
  server = startServer()
  browser = await launchBrowser()
  folder = mkdtempSync(join(tmpdir(), 'mr-ledger-'))
})
afterAll(async () => {
  await browser.close()
  await server.drain(1_000)
  await database.close()
  rmSync(folder, { recursive: true })
})

/** A page as its owner's browser gets it. */
async function visit(operatorId: Uuid, path: string, form?: Record<string, string>) {
  const response = await fetch(server.url + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: await browserHeaders({ operatorId }),
    ...(form ? { body: new URLSearchParams(form) } : {}),
  })
  const bytes = new Uint8Array(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes, html: new TextDecoder().decode(bytes) }
}
const textOf = (html: string): string =>
  html
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')

/** 500.00 put in yesterday, two games and a correction today. */
async function anOwner() {
  const store = await aStore({ price: '12.50' })
  const yesterday = addDays(now(), -1).getTime()
  const release = useClock(() => yesterday)
  await credit(store.operator.id, '500.00')
  release()
  for (const players of [2, 4]) expect((await authorize(server.url, store, { players })).status).toBe(200)
  await debit(store.operator.id, '5.00')
  return store
}

async function signIn(page: Awaited<ReturnType<typeof watchedPage>>['page'], username: string): Promise<void> {
  await page.goto('/operator/login')
  await page.fill('[name=username]', username)
  await page.fill('[name=password]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/operator/')
}

describe.each([
  ['a desk with JavaScript', DESK],
  ['a phone with JavaScript', PHONE],
  ['a desk without JavaScript', { ...DESK, javaScriptEnabled: false }],
])('at %s', (_name, options) => {
  test('an operator follows its money from row to row, filters it, and finds the game behind a row', async () => {
    const { operator } = await anOwner()
    const { page, complaints } = await watchedPage(browser, server.url, options)
    await signIn(page, operator.username)
    await page.goto('/operator/transactions')
    const rows = await page.locator('main tbody tr').allTextContents()
    expect(rows).toHaveLength(4)
    expect(rows[0]).toContain('支出 −¥5.00')
    expect(rows[0]!.replace(/\s/g, '')).toContain('变动前¥425.00变动后¥420.00')
    expect(rows[1]).toContain('−¥50.00')
    expect(rows[3]).toContain('收入 +¥500.00')
    expect(await page.locator('.tile-figure').allTextContents()).toEqual(['收入 +¥500.00', '支出 −¥80.00', '收入 +¥420.00'])
    await openFilters(page)
    await page.selectOption('[name=type]', 'consumption')
    await page.click('.filters-form button')
    await page.waitForURL('**/operator/transactions?**type=consumption**')
    expect(await page.locator('main tbody tr').count()).toBe(2)
    expect(await page.locator('.tile-figure').allTextContents()).toEqual(['¥0.00', '支出 −¥75.00', '支出 −¥75.00'])
    const [usage] = await database.owner`SELECT usage_id FROM transaction_records WHERE operator_id = ${operator.id} AND seq = 3`
    expect(await page.locator('main tbody a').first().getAttribute('href')).toBe(`/operator/usage/${showId('usage', usage!.usage_id)}`)
    await page.click('.filters nav a:has-text("昨天")')
    await page.waitForURL('**range=yesterday**')
    expect(await page.textContent('main')).toContain('没有符合条件的流水')
    await page.click('.chip-clear')
    await page.waitForURL('**/operator/transactions')
    expect(await page.locator('main tbody tr').count()).toBe(4)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a statement ties, and its day leads to its rows', async () => {
    const { operator } = await anOwner()
    const [yesterday, today] = [businessDay(addDays(now(), -1)), businessDay(now())]
    const { page, complaints } = await watchedPage(browser, server.url, options)
    await signIn(page, operator.username)
    await page.goto(`/operator/statement?from=${today}&to=${today}`)
    expect(await page.locator('.tile-figure').allTextContents()).toEqual(['¥500.00', '¥0.00', '支出 −¥80.00', '¥420.00'])
    await page.goto(`/operator/statement?from=${yesterday}&to=${today}`)
    expect(await page.locator('.tile-figure').allTextContents()).toEqual(['¥0.00', '收入 +¥500.00', '支出 −¥80.00', '¥420.00'])
    expect(await page.locator('#days tbody tr').count()).toBe(2)
    if (!('javaScriptEnabled' in options)) expect(await axeFindings(page)).toEqual([])
    await page.click(`#days a:has-text("${today}")`)
    await page.waitForURL(`**/operator/transactions?from=${today}&to=${today}`)
    expect(await page.locator('main tbody tr').count()).toBe(3)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('the ledger is computed again, its head kept, and a head of another day found in it', async () => {
    const { operator } = await anOwner()
    const { page, complaints } = await watchedPage(browser, server.url, options)
    await signIn(page, operator.username)
    await page.goto('/operator/ledger')
    const head = (await page.textContent('#head .secret-value'))!
    expect(head).toMatch(/^4 [0-9a-f]{64}$/)
    await credit(operator.id, '1.00')
    await page.fill('[name=kept]', head)
    await page.click('#check button[type=submit]')
    await page.waitForSelector('.notice.ok')
    const told = (await page.textContent('.notice.ok'))!
    expect(told).toContain('账本完好')
    expect(told).toContain('第 1 至 5 行')
    expect(told).toContain('以前记下的第 4 行仍在原处')
    if (!('javaScriptEnabled' in options)) expect(await axeFindings(page)).toEqual([])
    expect(complaints).toEqual([])
    await page.fill('[name=kept]', '4 abc')
    await page.click('#check button[type=submit]')
    await page.waitForSelector('.field-error')
    expect(await page.inputValue('[name=kept]')).toBe('4 abc')
    await page.context().close()
  })
})

test('a ledger that was tampered with is told row by row', async () => {
  const { operator } = await anOwner()
  await database.owner.begin(async (sql) => {
    await sql`SET LOCAL session_replication_role = replica`
    await sql`UPDATE transaction_records SET description = '改过' WHERE operator_id = ${operator.id} AND seq = 2`
  })
  const { html, status } = await visit(operator.id, '/operator/ledger', {})
  expect(status).toBe(200)
  expect(textOf(html)).toContain('账本有 1 处不符')
  expect(textOf(html)).toContain('2 内容与自己的哈希不符')
})

test('an operator without a movement is told what will be here', async () => {
  const { id } = await anOperator()
  expect(textOf((await visit(id, '/operator/transactions')).html)).toContain('还没有资金变动')
  expect(textOf((await visit(id, '/operator/statement')).html)).toContain('所选时间内没有资金变动')
  expect(textOf((await visit(id, '/operator/statement?range=all')).html)).toContain('期末余额')
  expect(textOf((await visit(id, '/operator/ledger')).html)).toContain('账本还是空的')
  expect((await visit(id, '/operator/ledger/chain.jsonl')).bytes).toHaveLength(0)
})

test('a statement is taken away as PDF and as CSV, under its period', async () => {
  const { operator } = await anOwner()
  const [yesterday, today] = [businessDay(addDays(now(), -1)), businessDay(now())]
  const name = `statement_${yesterday.replaceAll('-', '')}_${today.replaceAll('-', '')}`
  const file = (format: string) => visit(operator.id, `/operator/statement?from=${yesterday}&to=${today}&format=${format}`)
  const pdf = await file('pdf')
  expect([pdf.headers.get('content-type'), pdf.headers.get('content-disposition')]).toEqual([
    'application/pdf',
    `attachment; filename="${name}.pdf"`,
  ])
  expect(pdf.html.slice(0, 5)).toBe('%PDF-')
  const csv = await file('csv')
  expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="${name}.csv"`)
  expect(csvRows(csv.bytes)).toEqual([
    ['日期', '笔数', '期初余额', '收入', '支出', '期末余额'],
    [yesterday, '1', '0.00', '500.00', '0.00', '500.00'],
    [today, '3', '500.00', '0.00', '80.00', '420.00'],
  ])
  expect((await file('docx')).status).toBe(400)
  const kinds = (await auditRows(database, operator.id)).filter(({ operation }) => operation === 'export').map(({ details }) => details)
  expect(kinds).toEqual([
    { kind: 'statement', format: 'pdf', first: yesterday, last: today },
    { kind: 'statement', format: 'csv', first: yesterday, last: today },
  ])
})

test('the ledger that is downloaded checks with the checker that is downloaded, and is the owner’s alone', async () => {
  const [{ operator }, other] = [await anOwner(), await anOperator({ balance: '77.77' })]
  const [chain, checker] = [
    await visit(operator.id, '/operator/ledger/chain.jsonl'),
    await visit(operator.id, '/operator/ledger/check-ledger.mjs'),
  ]
  expect(chain.headers.get('content-disposition')).toBe(`attachment; filename="ledger_op_${operator.id}.jsonl"`)
  expect(checker.headers.get('content-disposition')).toBe('attachment; filename="check-ledger.mjs"')
  expect(chain.html).not.toContain(other.id)
  const [program, file] = [join(folder, 'check-ledger.mjs'), join(folder, 'ledger.jsonl')]
  await Bun.write(program, checker.bytes)
  await Bun.write(file, chain.bytes)
  const run = Bun.spawn([process.execPath, program, file], { cwd: folder, stdout: 'pipe', stderr: 'inherit' })
  expect(await new Response(run.stdout).text()).toStartWith('sound: 4 rows, balance 420.00, head ')
  expect(await run.exited).toBe(0)
})

test('rows that arrive while somebody turns pages move nothing', async () => {
  const { id } = await anOperator()
  for (let row = 0; row < 45; row++) await credit(id, '1.00')
  const seen: string[] = []
  for (let path: string | undefined = '/operator/transactions'; path; ) {
    const { html } = await visit(id, path)
    seen.push(...[...html.matchAll(/<td class="number" data-label="序号"><span class="muted">(\d+)</g)].map(([, seq]) => seq!))
    await credit(id, '1.00')
    path = /<a class="button" href="([^"]+)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
  }
  expect(seen).toEqual(Array.from({ length: 45 }, (_, at) => String(45 - at)))
})
