import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { addDays, addMs, businessDay, type Instant, startOfDay } from '#src/core/time'
import { DEMO_OPERATORS, DEMO_STAFF, type DemoGrant, type DemoOperator, type DemoSite, type DemoStaff, type GameKey } from './accounts'
import { DEMO_GAMES, type DemoGame, PRICE_CHANGE, priceOf } from './games'
import { type Random, randomFrom } from './random'

/** Everything the demo's games are played with: accounts, sites, games and grants with their ids, as of one moment. */
export type World = {
  now: Instant
  /** The first moment of the history. */
  from: Instant
  staff: (DemoStaff & { id: Uuid; createdAt: Instant })[]
  games: WorldGame[]
  priceChangedAt: Instant
  operators: WorldOperator[]
}

export type WorldGame = DemoGame & { id: Uuid; createdAt: Instant }
export type WorldSite = DemoSite & { id: Uuid; createdAt: Instant; headsetIp: string }
type WorldGrant = DemoGrant & {
  id: Uuid
  applicationId: Uuid
  authorizedAt: Instant
  expiresAt: Instant | null
  requestId: Uuid | null
}
type WorldRequest = {
  id: Uuid
  applicationId: Uuid
  reason: string
  status: 'pending' | 'approved' | 'rejected'
  rejectReason: string | null
  createdAt: Instant
  reviewedAt: Instant | null
}
export type WorldOperator = Omit<DemoOperator, 'sites' | 'grants'> & {
  id: Uuid
  createdAt: Instant
  sites: WorldSite[]
  grants: WorldGrant[]
  requests: WorldRequest[]
}

const HISTORY_DAYS = 90
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** Requests for games: who asked for what, how long ago, and what became of it. */
const REQUESTS = [
  { username: 'demo_operator', game: 'zombie', daysAgo: 2, reason: '旗舰店夜场客人增多，希望增加惊险类内容', answer: 'pending' },
  {
    username: 'huanjie_park',
    game: 'theatre',
    daysAgo: 1,
    reason: '会员点名想玩推理剧场，希望周末前开通，先放在旗舰店试营业',
    answer: 'pending',
  },
  { username: 'juchao_game', game: 'zombie', daysAgo: 4, reason: '丧尸围城授权已到期，仍有固定客群，申请续期一年', answer: 'pending' },
  { username: 'shanhai_vr', game: 'mech', daysAgo: 3, reason: '下月承接企业团建，需要四对四的对战内容', answer: 'pending' },
  { username: 'xinglan_kids', game: 'west', daysAgo: 62, reason: '场馆以亲子客群为主，申请开通西游幻境作为主打内容', answer: 'approved' },
  {
    username: 'lingjing_vr',
    game: 'zombie',
    daysAgo: 9,
    reason: '周末夜场客人常问起丧尸题材，申请开通',
    answer: '试用期内暂不开放惊险类内容，转为正式客户后可再次申请',
  },
] as const

/** Builds the world as of `now`: the same moment gives the same world to the last id. */
export function buildWorld(now: Instant): World {
  const random = randomFrom('world')
  const from = startOfDay(businessDay(addDays(now, -HISTORY_DAYS)))
  const staffAt = addMs(addDays(from, -60), 9 * HOUR_MS)
  const gamesAt = addMs(addDays(from, -50), 10 * HOUR_MS)
  const games = DEMO_GAMES.map((game) => ({ ...game, id: random.id(gamesAt), createdAt: gamesAt }))
  return {
    now,
    from,
    staff: DEMO_STAFF.map((staff) => ({ ...staff, id: random.id(staffAt), createdAt: staffAt })),
    games,
    priceChangedAt: addMs(startOfDay(businessDay(addDays(now, -PRICE_CHANGE.daysAgo))), 9 * HOUR_MS),
    operators: DEMO_OPERATORS.map((operator, index) => buildOperator(operator, index, now, games)),
  }
}

function buildOperator(demo: DemoOperator, index: number, now: Instant, games: WorldGame[]): WorldOperator {
  const random = randomFrom(`operator/${demo.username}`)
  const createdAt = addMs(startOfDay(businessDay(addDays(now, -demo.openedDaysAgo))), 9 * HOUR_MS + random.whole(0, 50) * MINUTE_MS)
  const sitesAt = addMs(createdAt, 20 * MINUTE_MS)
  const requests = buildRequests(demo.username, now, games, random)
  return {
    ...demo,
    id: random.id(createdAt),
    createdAt,
    // Documentation addresses (RFC 5737): one per site, as a venue has one line.
    sites: demo.sites.map((site, number) => ({
      ...site,
      id: random.id(sitesAt),
      createdAt: sitesAt,
      headsetIp: `192.0.2.${10 * (index + 1) + number}`,
    })),
    grants: demo.grants.map((grant) => buildGrant(grant, addMs(createdAt, 90 * MINUTE_MS), now, games, requests, random)),
    requests,
  }
}

function buildGrant(
  grant: DemoGrant,
  authorizedAt: Instant,
  now: Instant,
  games: WorldGame[],
  requests: WorldRequest[],
  random: Random,
): WorldGrant {
  const applicationId = idOfGame(games, grant.game)
  const request = requests.find((one) => one.applicationId === applicationId && one.status === 'approved')
  return {
    ...grant,
    id: random.id(authorizedAt),
    applicationId,
    authorizedAt: request?.reviewedAt ?? authorizedAt,
    expiresAt: grant.endsInDays === undefined ? null : addDays(now, grant.endsInDays),
    requestId: request?.id ?? null,
  }
}

function buildRequests(username: string, now: Instant, games: WorldGame[], random: Random): WorldRequest[] {
  return REQUESTS.filter((request) => request.username === username).map(({ game, daysAgo, reason, answer }) => {
    const createdAt = addMs(startOfDay(businessDay(addDays(now, -daysAgo))), 11 * HOUR_MS + random.whole(0, 90) * MINUTE_MS)
    const status = answer === 'pending' || answer === 'approved' ? answer : 'rejected'
    return {
      id: random.id(createdAt),
      applicationId: idOfGame(games, game),
      reason,
      status,
      rejectReason: status === 'rejected' ? answer : null,
      createdAt,
      reviewedAt: status === 'pending' ? null : addMs(createdAt, 3 * HOUR_MS),
    }
  })
}

const idOfGame = (games: WorldGame[], key: GameKey): Uuid => games.find((game) => game.key === key)!.id

/** What a player of a game paid at a moment. */
export function priceAt(world: World, game: WorldGame, at: Instant): Money {
  return priceOf(game.key === PRICE_CHANGE.game && at < world.priceChangedAt ? PRICE_CHANGE.oldPrice : game.price)
}
