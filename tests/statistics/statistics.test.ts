import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { showId, type Uuid } from '#src/core/ids'
import { money, yuan } from '#src/core/money'
import { addMs, businessDay, daysBetween, type Instant, instant, iso, shanghaiClock, startOfDay } from '#src/core/time'
import { proveLedger } from '#src/ledger/prove'
import { bucketsOf, sumOf, sumsByClock } from '#src/usage/sums'
import { faultyFields, operatorToken, withServer } from '#tests/support/api'
import { anApplication, anOperator, aSite } from '#tests/support/factory'
import { type PastGame, type Played, play } from '#tests/usage/games'

const { started, call } = withServer()

async function aPlayer(games: (place: { sites: Uuid[]; applications: Uuid[] }) => PastGame[]) {
  const operator = await anOperator({ balance: '9000000.00' })
  const sites = [await aSite(operator.id, { name: '北京门店' }), await aSite(operator.id, { name: '上海门店', deleted: true })]
  const applications = [await anApplication(), await anApplication()]
  const token = await operatorToken(operator.id)
  const played = await play(operator.id, games({ sites, applications }))
  const ask = (path: string) => call(`GET /v1/operators/me/statistics/${path}`, { token })
  return { operator, sites, applications, played, ask }
}

const [FROM, TO] = [instant('2028-02-25T16:00:00.000Z'), instant('2028-03-10T16:00:00.000Z')]
const aMoment = fc.integer({ min: FROM.getTime(), max: TO.getTime() - 1 }).map((ms) => instant(ms))
/** Moments on edges too: midnight in Shanghai, full hours, the leap day. */
const anEdge = fc
  .tuple(fc.integer({ min: 0, max: 13 }), fc.constantFrom(0, 1, 999, 3_600_000, 3_599_999, 86_399_999))
  .map(([day, ms]) => addMs(FROM, day * 86_400_000 + ms))
const aGame = fc.record({
  site: fc.nat(1),
  application: fc.nat(1),
  players: fc.integer({ min: 1, max: 9 }),
  price: fc.integer({ min: 1, max: 99_999 }),
  at: fc.oneof(aMoment, anEdge),
})
const aFilter = fc.record({
  site: fc.option(fc.nat(1), { nil: undefined }),
  application: fc.option(fc.nat(1), { nil: undefined }),
  from: fc.option(fc.oneof(aMoment, anEdge), { nil: undefined }),
  to: fc.option(fc.oneof(aMoment, anEdge), { nil: undefined }),
  dimension: fc.constantFrom('day', 'week', 'month'),
})

/** What a person with a pocket calculator would find. */
function naive(games: readonly Played[]) {
  const sessions = games.length
  const players = games.reduce((sum, game) => sum + game.players, 0)
  return { total_sessions: sessions, total_players: players, total_cost: yuan(money(games.reduce((sum, game) => sum + game.total, 0n))) }
}
const naiveAverage = (games: readonly Played[]) =>
  games.length === 0 ? 0 : Number((Math.round((naive(games).total_players / games.length) * 10 + 1e-9) / 10).toFixed(1))

function naivePeriod(at: Instant, dimension: string): string {
  const day = businessDay(at)
  if (dimension === 'month') return `${day.slice(0, 7)}-01`
  if (dimension === 'day') return day
  return businessDay(addMs(startOfDay(day), -((shanghaiClock(at).weekday + 6) % 7) * 86_400_000))
}

test('whatever was played, every statistic and the list equal a naive count and the ledger', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aGame, { maxLength: 60 }), fc.array(aFilter, { minLength: 6, maxLength: 6 }), async (games, filters) => {
      const { operator, sites, applications, played, ask } = await aPlayer(({ sites, applications }) =>
        games.map((game) => ({
          siteId: sites[game.site]!,
          applicationId: applications[game.application]!,
          players: game.players,
          price: money(game.price),
          at: game.at,
        })),
      )
      for (const { dimension, ...filter } of filters) {
        const [from, to] = filter.from && filter.to && filter.from > filter.to ? [filter.to, filter.from] : [filter.from, filter.to]
        // An end at .999 stands for the whole second: that is the contract's own rounding, asked elsewhere.
        const end = to && to.getTime() % 1000 === 999 ? addMs(to, 1) : to
        const chosen = played.filter(
          (game) =>
            (filter.site === undefined || game.siteId === sites[filter.site]) &&
            (filter.application === undefined || game.applicationId === applications[filter.application]) &&
            (!from || game.at >= from) &&
            (!end || game.at < end),
        )
        const query = new URLSearchParams({
          ...(filter.site === undefined ? {} : { site_id: sites[filter.site]! }),
          ...(filter.application === undefined ? {} : { app_id: applications[filter.application]! }),
          ...(from ? { start_time: iso(from) } : {}),
          end_time: iso(to ?? TO),
        })
        const trend = (await ask(`consumption?${query}&dimension=${dimension}`)).body.data as {
          chart_data: { date: string }[]
          summary: object
        }
        expect(trend.summary).toEqual({ ...naive(chosen), avg_players_per_session: naiveAverage(chosen) })
        expect(trend.chart_data.filter((row) => 'total_sessions' in row && row.total_sessions !== 0)).toEqual(
          [...new Set(chosen.map((game) => naivePeriod(game.at, dimension)))].sort().map((date) => ({
            date,
            ...naive(chosen.filter((game) => naivePeriod(game.at, dimension) === date)),
          })),
        )
        const bySite = (await ask(`by-site?${query}`)).body.data.sites as { site_id: string }[]
        const byApp = (await ask(`by-app?${query}`)).body.data.applications as { app_id: string }[]
        for (const row of bySite) expect(row).toMatchObject(naive(chosen.filter((game) => showId('site', game.siteId) === row.site_id)))
        for (const row of byApp)
          expect(row).toMatchObject(naive(chosen.filter((game) => showId('application', game.applicationId) === row.app_id)))
        expect([bySite.length, byApp.length]).toEqual([
          new Set(chosen.map((game) => game.siteId)).size,
          new Set(chosen.map((game) => game.applicationId)).size,
        ])
        const { data } = (await ask(`player-distribution?${query}`)).body
        const distribution = data.distribution as { player_count: number; session_count: number; total_cost: string }[]
        expect(distribution.map((row) => [row.player_count, row.session_count, row.total_cost])).toEqual(
          [...new Set(chosen.map((game) => game.players))]
            .sort((a, b) => a - b)
            .map((players) => chosen.filter((game) => game.players === players))
            .map((same) => [same[0]!.players, same.length, naive(same).total_cost]),
        )
        const own = { siteId: sites[filter.site ?? -1], applicationId: applications[filter.application ?? -1], from, to: end }
        for (const row of await sumsByClock(operator.id, own)) {
          const clock = { weekday: row.weekday, hour: row.clockHour }
          const same = chosen.filter((game) => {
            const { hour, weekday } = shanghaiClock(game.at)
            return hour === row.clockHour && (weekday || 7) === row.weekday
          })
          expect([row.sessions, row.players, row.total]).toEqual([same.length, naive(same).total_players, sumTotal(same)])
          expect(sumOf(await bucketsOf(operator.id, { ...own, ...clock }))).toEqual({
            sessions: row.sessions,
            players: row.players,
            total: row.total,
          })
        }
      }
      const proof = await proveLedger({ now: TO, operatorId: operator.id })
      expect(proof.findings.filter(({ rule }) => rule === 'I17')).toEqual([])
    }),
    { numRuns: 12 },
  )
}, 120_000)

const sumTotal = (games: readonly Played[]) => money(games.reduce((sum, game) => sum + game.total, 0n))

test('a day, a week and a month are those of Shanghai; 29 February is a day like any other', async () => {
  const moments = ['2028-02-28T15:59:59.999Z', '2028-02-28T16:00:00.000Z', '2028-02-29T15:59:59.999Z', '2028-02-29T16:00:00.000Z']
  const { ask } = await aPlayer(({ sites, applications }) =>
    moments.map((at) => ({ siteId: sites[0]!, applicationId: applications[0]!, players: 1, at: instant(at) })),
  )
  const trend = async (dimension: string, from: string, to: string) => {
    const { body } = await ask(`consumption?dimension=${dimension}&start_time=${from}&end_time=${to}`)
    return (body.data.chart_data as { date: string; total_sessions: number }[]).map((row) => [row.date, row.total_sessions])
  }
  expect(await trend('day', '2028-02-27T16:00:00.000Z', '2028-03-02T16:00:00.000Z')).toEqual([
    ['2028-02-28', 1],
    ['2028-02-29', 2],
    ['2028-03-01', 1],
    ['2028-03-02', 0],
  ])
  expect(await trend('month', '2028-02-27T16:00:00.000Z', '2028-03-02T16:00:00.000Z')).toEqual([
    ['2028-02-01', 3],
    ['2028-03-01', 1],
  ])
  // 28 February 2028 is a Monday.
  expect(await trend('week', '2028-02-26T16:00:00.000Z', '2028-03-06T16:00:00.000Z')).toEqual([
    ['2028-02-21', 0],
    ['2028-02-28', 4],
    ['2028-03-06', 0],
  ])
})

test('the most expensive stands first, averages have one place, shares too, and deleted sites keep their name', async () => {
  const { sites, ask } = await aPlayer(({ sites, applications }) => [
    { siteId: sites[0]!, applicationId: applications[0]!, players: 2, at: FROM },
    { siteId: sites[0]!, applicationId: applications[0]!, players: 3, at: FROM },
    { siteId: sites[0]!, applicationId: applications[1]!, players: 2, at: FROM },
    { siteId: sites[1]!, applicationId: applications[1]!, players: 9, at: FROM },
  ])
  const bySite = (await ask('by-site')).body.data.sites
  expect(bySite).toEqual([
    {
      site_id: showId('site', sites[1]!),
      site_name: '上海门店',
      total_sessions: 1,
      total_players: 9,
      total_cost: '90.00',
      avg_players_per_session: 9,
    },
    {
      site_id: showId('site', sites[0]!),
      site_name: '北京门店',
      total_sessions: 3,
      total_players: 7,
      total_cost: '70.00',
      avg_players_per_session: 2.3,
    },
  ])
  const { data } = (await ask(`player-distribution?site_id=${sites[0]}`)).body
  expect(data).toEqual({
    distribution: [
      { player_count: 2, session_count: 2, percentage: 66.7, total_cost: '40.00' },
      { player_count: 3, session_count: 1, percentage: 33.3, total_cost: '30.00' },
    ],
    total_sessions: 3,
    most_common_player_count: 2,
  })
})

test('without games every statistic is empty, not missing', async () => {
  const { ask } = await aPlayer(() => [])
  const nothing = { total_sessions: 0, total_players: 0, total_cost: '0.00' }
  const trend = (await ask('consumption?start_time=2026-03-01T00:00:00%2B08:00&end_time=2026-03-03T00:00:00%2B08:00')).body.data
  expect(trend).toEqual({
    dimension: 'day',
    chart_data: [
      { date: '2026-03-01', ...nothing },
      { date: '2026-03-02', ...nothing },
    ],
    summary: { ...nothing, avg_players_per_session: 0 },
  })
  expect((await ask('by-app')).body.data).toEqual({ applications: [] })
  expect((await ask('by-site')).body.data).toEqual({ sites: [] })
  expect((await ask('player-distribution')).body.data).toEqual({ distribution: [], total_sessions: 0, most_common_player_count: null })
})

test('366 days are drawn day by day, 367 are refused; weeks and months go on', async () => {
  const { ask } = await aPlayer(() => [])
  const days = (to: string) => `start_time=2027-12-31T16:00:00Z&end_time=${to}`
  const year = (await ask(`consumption?${days('2028-12-31T16:00:00Z')}`)).body.data.chart_data as unknown[]
  expect(year).toHaveLength(366)
  const refused = await ask(`consumption?${days('2028-12-31T16:00:01Z')}`)
  expect([refused.status, faultyFields(refused)]).toEqual([400, ['end_time']])
  expect((await ask(`consumption?dimension=month&${days('2030-01-01T00:00:00Z')}`)).status).toBe(200)
  expect(faultyFields(await ask('consumption?dimension=year'))).toEqual(['dimension'])
})

test('an operator’s statistics know nothing of anybody else’s', async () => {
  const theirs = await aPlayer(({ sites, applications }) => [{ siteId: sites[0]!, applicationId: applications[0]!, players: 4, at: FROM }])
  const mine = await aPlayer(() => [])
  for (const path of ['by-app', 'by-site', 'player-distribution', 'consumption?dimension=month']) {
    const answer = await mine.ask(`${path}${path.includes('?') ? '&' : '?'}site_id=${theirs.sites[0]}`)
    expect(answer.text).not.toContain('40.00')
  }
  expect(daysBetween(FROM, FROM)).toHaveLength(1)
})

test('a sum that somebody changed is named by the proof of the ledger, and made right again from the games', async () => {
  const { operator } = await aPlayer(({ sites, applications }) => [
    { siteId: sites[0]!, applicationId: applications[0]!, players: 4, at: FROM },
  ])
  const { owner } = started.database
  for (const change of [
    owner`UPDATE usage_days SET total_fen = total_fen + 1 WHERE operator_id = ${operator.id}`,
    owner`DELETE FROM usage_hours WHERE operator_id = ${operator.id}`,
    owner`UPDATE usage_parties SET sessions = sessions + 1, total_fen = total_fen + 1000 WHERE operator_id = ${operator.id}`,
  ]) {
    await change
    const { findings } = await proveLedger({ now: TO, operatorId: operator.id })
    expect(findings.map(({ rule, operatorId }) => [rule, operatorId])[0]).toEqual(['I17', operator.id])
    const { rebuildOperator } = await import('#src/usage/rollups')
    await owner.begin((sql) => rebuildOperator({ sql } as never, operator.id))
    expect((await proveLedger({ now: TO, operatorId: operator.id })).findings.filter(({ rule }) => rule === 'I17')).toEqual([])
  }
})

test('web and workers may read the sums and never write them', async () => {
  const { rawSql } = await import('#src/platform/database')
  for (const table of ['usage_days', 'usage_parties', 'usage_hours']) {
    for (const statement of [`DELETE FROM ${table}`, `UPDATE ${table} SET total_fen = 0`, `TRUNCATE ${table}`])
      expect(
        await rawSql()
          .unsafe(statement)
          .catch((error: { code: string }) => error.code),
      ).toBe('42501')
  }
})
