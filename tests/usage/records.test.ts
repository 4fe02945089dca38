import { expect, test } from 'bun:test'
import { newId, showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { addMs, addSeconds, instant, iso, startOfDay } from '#src/core/time'
import type { UsageFilter } from '#src/usage/filter'
import { usageRows, usageSlice } from '#src/usage/records'
import { comparable, faultyFields, operatorToken, withServer } from '#tests/support/api'
import { anApplication, anOperator, aSite } from '#tests/support/factory'
import { type PastGame, play } from './games'

const { call } = withServer()
const PATH = '/v1/operators/me/usage-records'

async function aPlayer() {
  const operator = await anOperator({ balance: '100000.00' })
  const [siteId, otherSite] = [await aSite(operator.id, { name: '北京门店' }), await aSite(operator.id, { name: '上海门店' })]
  const [applicationId, otherApplication] = [await anApplication({ name: `星海${operator.username}` }), await anApplication()]
  const token = await operatorToken(operator.id)
  const list = (query = '') => call(`GET ${PATH}${query}`, { token })
  return { operator, siteId, otherSite, applicationId, otherApplication, token, list }
}
const NOON = instant('2026-03-05T12:00:00.000+08:00')

test('three games are three full rows, newest first, with sums over all of them', async () => {
  const { operator, siteId, applicationId, list } = await aPlayer()
  const games = await play(operator.id, [
    { siteId, applicationId, players: 2, at: NOON, appName: '旧名字' },
    { siteId, applicationId, players: 5, at: addSeconds(NOON, 60), endedAfter: 620 },
    { siteId, applicationId, players: 1, at: addSeconds(NOON, 120) },
  ])
  const { body } = await list()
  expect(Object.keys(body)).toEqual(['success', 'page', 'page_size', 'total', 'summary', 'items'])
  expect(body).toMatchObject({ page: 1, page_size: 20, total: 3, summary: { total_sessions: 3, total_players: 8, total_cost: '80.00' } })
  expect(body.items.map((item) => item.usage_id)).toEqual([...games].reverse().map(({ id }) => showId('usage', id)))
  expect(body.items[1]).toEqual({
    usage_id: showId('usage', games[1]!.id),
    session_id: games[1]!.sessionId,
    site_id: showId('site', siteId),
    site_name: '北京门店',
    app_id: showId('application', applicationId),
    app_name: '太空探险',
    player_count: 5,
    unit_price: '10.00',
    total_cost: '50.00',
    game_duration: 620,
    created_at: '2026-03-05T04:01:00.000Z',
  })
  expect(body.items[2]).toMatchObject({ app_name: '旧名字', game_duration: null })
})

test('no game is an empty page with sums of nothing', async () => {
  const { list } = await aPlayer()
  expect((await list()).body).toMatchObject({ total: 0, items: [], summary: { total_sessions: 0, total_players: 0, total_cost: '0.00' } })
})

test('site, application, time and session choose rows, and the sums follow the choice', async () => {
  const { operator, siteId, otherSite, applicationId, otherApplication, list } = await aPlayer()
  const games = await play(operator.id, [
    { siteId, applicationId, players: 2, at: NOON },
    { siteId: otherSite, applicationId, players: 3, at: addSeconds(NOON, 1) },
    { siteId, applicationId: otherApplication, players: 4, at: addSeconds(NOON, 2) },
  ])
  const found = async (query: string) => {
    const { body } = await list(query)
    return [body.total, (body.summary as { total_players: number }).total_players, body.items.map((item) => item.player_count)]
  }
  expect(await found(`?site_id=${showId('site', siteId)}`)).toEqual([2, 6, [4, 2]])
  expect(await found(`?app_id=${applicationId}`)).toEqual([2, 5, [3, 2]])
  expect(await found(`?site_id=${siteId}&app_id=${applicationId}`)).toEqual([1, 2, [2]])
  expect(await found(`?start_time=${iso(addSeconds(NOON, 1))}&end_time=${iso(addSeconds(NOON, 2))}`)).toEqual([1, 3, [3]])
  expect(await found(`?start_time=${iso(addMs(NOON, 1))}`)).toEqual([2, 7, [4, 3]])
  expect(await found(`?end_time=${iso(NOON)}`)).toEqual([0, 0, []])
  expect(await found(`?end_time=${iso(addMs(NOON, 999))}`)).toEqual([1, 2, [2]])
  expect(await found(`?keyword=${games[1]!.sessionId}`)).toEqual([1, 3, [3]])
  expect(await found(`?keyword=${games[1]!.sessionId.slice(3)}`)).toEqual([1, 3, [3]])
  expect(await found(`?keyword=${games[1]!.sessionId.slice(-14)}`)).toEqual([1, 3, [3]])
  expect(await found(`?keyword=op_${operator.id}`)).toEqual([3, 9, [4, 3, 2]])
  expect(await found('?keyword=%25')).toEqual([0, 0, []])
  expect(await found(`?site_id=${newId()}`)).toEqual([0, 0, []])
})

test('a page finds a piece of a session id among the newest games of its days, and says when there may be more', async () => {
  const { operator, siteId, applicationId } = await aPlayer()
  const games = await play(
    operator.id,
    Array.from({ length: 2_003 }, (_, index) => ({ siteId, applicationId, players: 2, at: addSeconds(NOON, index) })),
  )
  const slice = (filter: UsageFilter) => usageSlice(operator.id, filter, { size: 20 })
  expect(await slice({ keyword: games[5]!.sessionId.slice(-17) })).toMatchObject({ isCut: false, summary: { sessions: 1 } })
  expect(await slice({ keyword: '_1' })).toMatchObject({ isCut: true, summary: { sessions: 2_000 } })
  expect((await slice({ keyword: '_1' })).slice.rows[0]!.id).toBe(games.at(-1)!.id)
  const [from, to] = [addSeconds(NOON, 10), addSeconds(NOON, 30)]
  expect(await slice({ keyword: '_1', from, to })).toMatchObject({ isCut: false, summary: { sessions: 20 } })
})

test('every page of a long list holds the next rows, none twice and none left out, however the days are filled', async () => {
  const { operator, siteId, otherSite, applicationId, list } = await aPlayer()
  const games: PastGame[] = Array.from({ length: 130 }, (_, index) => ({
    siteId: index % 3 === 0 ? siteId : otherSite,
    applicationId,
    players: 1 + (index % 8),
    at: addSeconds(NOON, Math.floor(index / 7) * 17 * 3_600 + (index % 2)),
  }))
  await play(operator.id, games)
  for (const query of ['', `&site_id=${siteId}`]) {
    const seen: string[] = []
    for (let page = 1; page <= 20; page++) {
      const { body } = await list(`?page=${page}&page_size=9${query}`)
      expect(body.total).toBe(query ? 44 : 130)
      seen.push(...body.items.map((item) => String(item.usage_id)))
    }
    expect(seen).toHaveLength(query ? 44 : 130)
    expect(new Set(seen).size).toBe(seen.length)
    const times = (await Promise.all([1, 2].map((page) => list(`?page=${page}&page_size=100${query}`)))).flatMap(({ body }) =>
      body.items.map((item) => String(item.created_at)),
    )
    expect(times).toEqual([...times].sort().reverse())
  }
})

test('what cannot be read is refused with the field that is wrong', async () => {
  const { list, siteId } = await aPlayer()
  expect(faultyFields(await list('?site_id=app_1&app_id=x&page=0&page_size=101&start_time=gestern'))).toEqual([
    'page',
    'page_size',
    'start_time',
    'site_id',
    'app_id',
  ])
  expect(faultyFields(await list(`?start_time=2026-03-02T00:00:00Z&end_time=2026-03-01T00:00:00Z`))).toEqual(['end_time'])
  expect((await list(`?site_id=${showId('application', siteId)}`)).status).toBe(400)
})

test('one game shows when it was authorised and when it ended', async () => {
  const { operator, siteId, applicationId, token } = await aPlayer()
  const [game] = await play(operator.id, [{ siteId, applicationId, players: 2, at: NOON, endedAfter: 90 }])
  const { body } = await call(`GET ${PATH}/${showId('usage', game!.id)}`, { token })
  expect(body.data).toMatchObject({
    usage_id: showId('usage', game!.id),
    authorized_at: iso(NOON),
    ended_at: iso(addSeconds(NOON, 90)),
    estimated: false,
    game_duration: 90,
    total_cost: '20.00',
  })
})

test('another operator’s game is answered like one that never was, in the list and by id', async () => {
  const [mine, theirs] = [await aPlayer(), await aPlayer()]
  const [game] = await play(theirs.operator.id, [{ siteId: theirs.siteId, applicationId: theirs.applicationId, players: 2, at: NOON }])
  const foreign = await call(`GET ${PATH}/${showId('usage', game!.id)}`, { token: mine.token })
  const unknown = await call(`GET ${PATH}/${showId('usage', newId())}`, { token: mine.token })
  expect([foreign.status, foreign.body.error_code]).toEqual([404, 'USAGE_RECORD_NOT_FOUND'])
  expect(comparable(foreign)).toBe(comparable(unknown))
  expect((await call(`GET ${PATH}/site_${newId()}`, { token: mine.token })).status).toBe(400)
  for (const query of [`?site_id=${theirs.siteId}`, `?keyword=${game!.sessionId}`, `?keyword=${theirs.operator.id}`]) {
    expect((await mine.list(query)).body).toMatchObject({ total: 0, items: [] })
  }
})

test('the stream for exports gives every row of the filter once, newest first', async () => {
  const { operator, siteId, otherSite, applicationId } = await aPlayer()
  const games: PastGame[] = Array.from({ length: 2_500 }, (_, index) => ({
    siteId: index % 2 ? siteId : otherSite,
    applicationId,
    players: 1,
    at: addSeconds(startOfDay('2026-03-01'), index * 100),
  }))
  const played = await play(operator.id, games)
  const rows = await Array.fromAsync(usageRows(operator.id, { siteId }))
  expect(rows.map((row) => row.id)).toEqual(
    played
      .filter((game) => game.siteId === siteId)
      .map((game) => game.id)
      .reverse(),
  )
  expect(rows.map((row) => yuan(row.total)).filter((total) => total !== '10.00')).toEqual([])
})
