import { expect, test } from 'bun:test'
import { businessDay, instant, iso, now } from '#src/core/time'
import { auditRows, faultyFields, operatorToken, withServer } from '#tests/support/api'
import { authorize } from '#tests/support/client'
import { aGrant, anApplication, anOperator, aSite, aStore, type Store } from '#tests/support/factory'
import { type Cells, csvRows, xlsxRows } from './read'

const { started, call } = withServer()

async function aPlayedStore(): Promise<{ store: Store; token: string }> {
  const store = await aStore({ balance: '500.00', price: '12.50' })
  for (const players of [2, 3, 2]) expect((await authorize(started.url, store, { players })).status).toBe(200)
  return { store, token: await operatorToken(store.operator.id) }
}

/** A file as a program gets it. */
async function download(token: string, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${started.url}/v1/operators/me/${path}`, { headers: { Authorization: `Bearer ${token}`, ...headers } })
  return { status: response.status, headers: response.headers, bytes: new Uint8Array(await response.arrayBuffer()) }
}
const today = () => businessDay(now()).replaceAll('-', '')

test('usage records come as a workbook and as CSV, with the rows of the list', async () => {
  const { token } = await aPlayedStore()
  const excel = await download(token, 'usage-records/export?format=excel')
  expect(excel.status).toBe(200)
  expect(excel.headers.get('content-type')).toBe('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
  expect(excel.headers.get('content-disposition')).toBe(`attachment; filename="usage_${today()}.xlsx"`)
  expect(excel.headers.get('cache-control')).toBe('no-store')
  const csv = await download(token, 'usage-records/export?format=csv')
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="usage_${today()}.csv"`)
  expect([...csv.bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  const [listed, [head, ...rows], [csvHead, ...csvBody]] = [
    (await call('GET /v1/operators/me/usage-records', { token })).body.items,
    await xlsxRows(excel.bytes),
    csvRows(csv.bytes),
  ]
  expect(head).toEqual(['时间', '门店', '游戏', '玩家数', '单价（元）', '消费（元）', '时长（秒）', '会话 ID', '场次编号'])
  expect(csvHead).toEqual(head as string[])
  const shown = listed.map((item) => [item.site_name, item.app_name, item.player_count, Number(item.unit_price), Number(item.total_cost)])
  expect(rows.map((row) => row.slice(1, 6))).toEqual(shown as Cells[])
  expect(csvBody.map((row) => [row[1], row[2], Number(row[3]), Number(row[4]), Number(row[5])])).toEqual(shown as never)
  expect(rows.map((row) => [row[7], row[8]])).toEqual(listed.map((item) => [item.session_id, item.usage_id]) as Cells[])
  const at = instant(String(listed[0]!.created_at))
  expect(Math.abs((rows[0]![0] as Date).getTime() - at.getTime() - 8 * 3_600_000)).toBeLessThan(2)
})

test('only what is filtered is exported', async () => {
  const { store, token } = await aPlayedStore()
  const [siteId, applicationId] = [await aSite(store.operator.id, { name: '另一门店' }), await anApplication()]
  await aGrant(store.operator.id, applicationId)
  expect((await authorize(started.url, { ...store, siteId, applicationId }, { players: 1 })).status).toBe(200)
  const count = async (query: string) => csvRows((await download(token, `usage-records/export?format=csv${query}`)).bytes).length - 1
  const newest = (await call('GET /v1/operators/me/usage-records', { token })).body.items[0]!
  expect(await count('')).toBe(4)
  expect(await count(`&site_id=site_${siteId}`)).toBe(1)
  expect(await count(`&app_id=app_${store.applicationId}`)).toBe(3)
  expect(await count(`&players=2`)).toBe(2)
  expect(await count(`&keyword=${String(newest.session_id).slice(-8)}`)).toBe(1)
  expect(await count(`&start_time=${newest.created_at}`)).toBe(1)
  expect(await count(`&end_time=${newest.created_at}`)).toBe(3)
  expect(await count(`&site_id=site_${await aSite((await anOperator()).id)}`)).toBe(0)
})

test('columns are in the language that is asked for', async () => {
  const { token } = await aPlayedStore()
  const [head] = csvRows((await download(token, 'usage-records/export?format=csv', { 'Accept-Language': 'en' })).bytes)
  expect(head).toEqual(['Time', 'Site', 'Game', 'Players', 'Unit price (CNY)', 'Cost (CNY)', 'Duration (s)', 'Session id', 'Usage id'])
})

test('statistics come as tables with the figures of the API', async () => {
  const { token } = await aPlayedStore()
  const rowsOf = async (query: string) => csvRows((await download(token, `statistics/export?format=csv&${query}`)).bytes).slice(1)
  const data = async (path: string) => (await call(`GET /v1/operators/me/statistics/${path}`, { token })).body.data as Record<string, never>
  const since = `start_time=${iso(instant(now().getTime() - 40 * 86_400_000))}`
  const sums = ({ total_sessions, total_players, avg_players_per_session, total_cost }: Record<string, unknown>) =>
    [total_sessions, total_players, avg_players_per_session, total_cost].map(String)
  for (const [report, list, name] of [
    ['by-app', 'applications', 'app_name'],
    ['by-site', 'sites', 'site_name'],
  ] as const) {
    const rows = (await data(report))[list] as unknown as Record<string, unknown>[]
    expect(await rowsOf(`report_type=${report}`)).toEqual(rows.map((row) => [String(row[name]), ...sums(row)]))
  }
  for (const dimension of ['day', 'week', 'month']) {
    const rows = (await data(`consumption?dimension=${dimension}&${since}`)).chart_data as unknown as Record<string, unknown>[]
    const exported = await rowsOf(`report_type=consumption&dimension=${dimension}&${since}`)
    expect(exported.map(([day, sessions, players, , cost]) => [day, sessions, players, cost])).toEqual(
      rows.map((row) => [row.date, row.total_sessions, row.total_players, row.total_cost].map(String)),
    )
  }
  const distribution = (await data('player-distribution')).distribution as unknown as Record<string, unknown>[]
  expect(await rowsOf('report_type=player-distribution')).toEqual(
    distribution.map((row) => [row.player_count, row.session_count, row.percentage, row.total_cost].map(String)),
  )
  const file = await download(token, 'statistics/export?format=excel&report_type=by-app')
  expect(file.headers.get('content-disposition')).toBe(`attachment; filename="statistics_by_app_${today()}.xlsx"`)
  expect(await xlsxRows(file.bytes)).toHaveLength(2)
  expect(await rowsOf('')).toEqual(await rowsOf('report_type=consumption&dimension=day'))
})

test.each([
  ['usage-records/export', ['format']],
  ['usage-records/export?format=pdf', ['format']],
  ['usage-records/export?format=csv&site_id=x&app_id=site_1&start_time=now', ['start_time', 'site_id', 'app_id']],
  ['usage-records/export?format=csv&start_time=2026-03-05T00:00:00Z&end_time=2026-03-04T00:00:00Z', ['end_time']],
  ['statistics/export?format=csv&report_type=by-moon', ['report_type']],
  ['statistics/export?format=csv&report_type=consumption&dimension=year', ['dimension']],
])('%s is refused before a byte of a file leaves', async (path, fields) => {
  const { token } = await aPlayedStore()
  const answer = await call(`GET /v1/operators/me/${path}`, { token })
  expect([answer.status, faultyFields(answer).sort()]).toEqual([400, fields.sort()])
})

test('an export holds nothing of anybody else', async () => {
  const [mine, other] = [await aPlayedStore(), await aPlayedStore()]
  const text = new TextDecoder().decode((await download(mine.token, 'usage-records/export?format=csv')).bytes)
  expect(csvRows((await download(mine.token, 'usage-records/export?format=csv')).bytes)).toHaveLength(4)
  expect(text).not.toContain(other.store.operator.id)
})

test('more rows than are allowed are refused with both numbers', async () => {
  const { store, token } = await aPlayedStore()
  await started.database
    .owner`UPDATE usage_days SET sessions = 100001, players = 200002, total_fen = 300003 WHERE operator_id = ${store.operator.id}`
  const answer = await call('GET /v1/operators/me/usage-records/export?format=csv', { token })
  expect([answer.status, faultyFields(answer)]).toEqual([400, ['end_time']])
  expect(answer.body.message).toContain('共100001行，最多导出100000行')
})

test('every export is recorded with what it was', async () => {
  const { store, token } = await aPlayedStore()
  await download(token, `usage-records/export?format=csv&site_id=site_${store.siteId}`)
  await download(token, 'statistics/export?format=excel&report_type=by-site')
  const rows = (await auditRows(started.database, store.operator.id)).filter(({ operation }) => operation === 'export')
  expect(rows.map(({ details, actor_kind }) => ({ details, actor_kind }))).toEqual([
    { actor_kind: 'operator', details: { kind: 'usage', format: 'csv', rows: 3, filter: { site_id: `site_${store.siteId}` } } },
    { actor_kind: 'operator', details: { kind: 'statistics', format: 'excel', rows: 1, filter: { report_type: 'by-site' } } },
  ])
})
