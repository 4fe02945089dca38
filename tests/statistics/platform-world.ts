import fc from 'fast-check'
import type { Uuid } from '#src/core/ids'
import { money } from '#src/core/money'
import { addMs, type Instant, instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { PlatformFilter } from '#src/statistics/platform-sums'
import { anApplication, anOperator, aSite } from '#tests/support/factory'
import { type Played, play } from '#tests/usage/games'

export type Game = Played & { operatorId: Uuid }
type World = { operators: Uuid[]; sites: Uuid[][]; applications: Uuid[]; games: Game[] }
export let world: World
const [FROM, TO] = [instant('2028-01-20T16:00:00.000Z'), instant('2028-04-05T16:00:00.000Z')]
export const AREAS = ['北京市朝阳区建国路', '上海市浦东新区世纪大道']

/** A moment in the range; some of them on the edges of days and months. */
export const aMoment = fc.oneof(
  fc.integer({ min: FROM.getTime(), max: TO.getTime() - 1 }).map((ms) => instant(ms)),
  fc
    .tuple(fc.integer({ min: 0, max: 75 }), fc.constantFrom(0, 1, 43_200_000, 86_399_999))
    .map(([day, ms]) => addMs(FROM, day * 86_400_000 + ms)),
)
export const aGame = fc.record({
  operator: fc.nat(2),
  site: fc.nat(1),
  application: fc.nat(2),
  players: fc.constantFrom(1, 2, 3, 4, 5, 8, 9, 12),
  price: fc.integer({ min: 1, max: 9_999 }),
  at: aMoment,
})

export async function playAll(
  games: readonly { operator: number; site: number; application: number; players: number; price: number; at: Instant }[],
) {
  for (const [index, operatorId] of world.operators.entries()) {
    const own = games
      .filter(({ operator }) => operator === index)
      .map(({ site, application, players, price, at }) => ({
        siteId: world.sites[index]![site]!,
        applicationId: world.applications[application]!,
        players,
        price: money(price),
        at,
      }))
    if (own.length > 0) world.games.push(...(await play(operatorId, own)).map((game) => ({ ...game, operatorId })))
  }
}

/** Three operators with two sites each and three games; 250 starts over some months, edges of days and months among them. */
export async function makeWorld(): Promise<void> {
  const operators = await Promise.all([1, 2, 3].map((at) => anOperator({ balance: '9000000.00', name: `统计运营商 ${at}` })))
  const sites = await Promise.all(
    operators.map(async ({ id }) => [await aSite(id, { name: '一店' }), await aSite(id, { name: '二店', deleted: true })]),
  )
  world = {
    operators: operators.map(({ id }) => id),
    sites,
    applications: [await anApplication(), await anApplication(), await anApplication()],
    games: [],
  }
  for (const [first, second] of sites) {
    await rawSql()`UPDATE operation_sites SET address = ${AREAS[0]!} WHERE id = ${first!}`
    await rawSql()`UPDATE operation_sites SET address = ${AREAS[1]!} WHERE id = ${second!}`
  }
  await playAll(fc.sample(aGame, { numRuns: 250, seed: 7 }))
}

/** What a person with a pocket calculator would find. */
export function naive(games: readonly Game[]) {
  return {
    sessions: games.length,
    players: games.reduce((sum, game) => sum + game.players, 0),
    total: games.reduce((sum, game) => sum + game.total, 0n),
  }
}

export function matching({ from, to, operatorIds, siteIds, applicationIds, area }: PlatformFilter): Game[] {
  const inArea = (siteId: Uuid) => world.sites.some((own) => AREAS.some((address, at) => own[at] === siteId && address.includes(area!)))
  return world.games.filter(
    (game) =>
      (!from || game.at >= from) &&
      (!to || game.at < to) &&
      (!operatorIds || operatorIds.includes(game.operatorId)) &&
      (!siteIds || siteIds.includes(game.siteId)) &&
      (!applicationIds || applicationIds.includes(game.applicationId)) &&
      (!area || inArea(game.siteId)),
  )
}
