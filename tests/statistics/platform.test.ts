import { beforeAll, describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { addDays, businessDay, instant, shanghaiClock, startOfDay } from '#src/core/time'
import { makeStatisticsDays } from '#src/statistics/days'
import { type PlatformFilter, type PlatformKey, platformSums, platformTotal, resolvedPlatform } from '#src/statistics/platform-sums'
import { withServer } from '#tests/support/api'
import { aGame, aMoment, type Game, makeWorld, matching, naive, playAll, world } from './platform-world'

const { started } = withServer()
beforeAll(makeWorld, 60_000)

const keyOf = (game: Game, key: PlatformKey): string => {
  const day = businessDay(game.at)
  if (key === 'day') return day
  if (key === 'month') return `${day.slice(0, 7)}-01`
  if (key === 'week') return businessDay(addDays(startOfDay(day), -((shanghaiClock(game.at).weekday + 6) % 7)))
  return String({ operatorId: game.operatorId, siteId: game.siteId, applicationId: game.applicationId, playerCount: game.players }[key])
}

const KEYS: PlatformKey[] = ['operatorId', 'siteId', 'applicationId', 'playerCount', 'day', 'week', 'month']
const aQuestion = fc.record({
  keys: fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 3 }),
  from: fc.option(aMoment, { nil: undefined }),
  to: fc.option(aMoment, { nil: undefined }),
  operators: fc.option(fc.nat(2), { nil: undefined }),
  site: fc.option(fc.tuple(fc.nat(2), fc.nat(1)), { nil: undefined }),
  application: fc.option(fc.nat(2), { nil: undefined }),
  area: fc.option(fc.constantFrom('朝阳', '浦东', '市', '没有'), { nil: undefined, freq: 3 }),
})

async function answersAreRight(numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(aQuestion, async ({ keys, from, to, operators, site, application, area }) => {
      const filter: PlatformFilter = {
        from: from && to && from > to ? to : from,
        to: from && to && from > to ? from : to,
        operatorIds: operators === undefined ? undefined : [world.operators[operators]!],
        siteIds: site && [world.sites[site[0]]![site[1]]!],
        applicationIds: application === undefined ? undefined : [world.applications[application]!],
        area,
      }
      const resolved = await resolvedPlatform(filter)
      const expected = [...Map.groupBy(matching(filter), (game) => keys.map((key) => keyOf(game, key)).join(' '))].map(([key, games]) => ({
        key,
        ...naive(games),
      }))
      const found = (await platformSums<Record<PlatformKey, string>>(resolved, keys)).map((row) => ({
        key: keys.map((key) => String(row[key])).join(' '),
        sessions: row.sessions,
        players: row.players,
        total: row.total as bigint,
      }))
      const inOrder = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1)
      expect(found.sort(inOrder)).toEqual(expected.sort(inOrder))
      expect((await platformTotal(resolved)) as unknown).toEqual(naive(matching(filter)))
    }),
    { numRuns },
  )
}

describe('whatever is asked, the platform’s sums equal a naive count', () => {
  test('while no day is put together', async () => {
    await answersAreRight(60)
  }, 60_000)

  test('with some days put together, and months of them', async () => {
    expect(await makeStatisticsDays({ now: instant('2028-03-10T02:00:00.000Z') })).toMatchObject({ months: 2 })
    await answersAreRight(80)
    expect(await makeStatisticsDays({ now: instant('2028-03-10T02:00:00.000Z') })).toEqual({ days: 0, months: 0 })
  }, 60_000)

  test('when games of a day that was put together come late, once its night has passed', async () => {
    await playAll(fc.sample(aGame, { numRuns: 30, seed: 9 }))
    const { days, months } = await makeStatisticsDays({ now: instant('2028-05-01T02:00:00.000Z') })
    expect(days).toBeGreaterThan(20)
    expect(months).toBeGreaterThan(1)
    await answersAreRight(80)
    const [sums] = await started.database.owner`
      SELECT (SELECT sum(sessions)::int FROM statistics_days) AS days, (SELECT sum(sessions)::int FROM statistics_months) AS months,
        (SELECT sum(sessions)::int FROM statistics_places) AS places, (SELECT sum(sessions)::int FROM statistics_month_parties) AS parties,
        (SELECT sum(sessions)::int FROM usage_days) AS played`
    expect(sums).toEqual({
      days: sums!.played,
      months: sums!.played,
      places: sums!.played,
      parties: sums!.played,
      played: world.games.length,
    })
  }, 60_000)
})
