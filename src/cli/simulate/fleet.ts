import { demoApiKey, SIMULATOR_OPERATORS } from '#drizzle/seed/accounts'
import { findOperatorByName, type Operator } from '#src/accounts/operators'
import { usableApplications } from '#src/applications/grants'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { type Instant, now } from '#src/core/time'
import { apiKeyDigest } from '#src/platform/client-signature'
import { transaction } from '#src/platform/database'
import { createSite, listSites } from '#src/sites/sites'
import { failure } from '../command'

export type Game = { id: Uuid; unitPrice: Money; minPlayers: number; maxPlayers: number }
/** A demo operator whose key is the demo's own. */
export type Player = { id: Uuid; username: string; name: string; apiKey: string; ratePerMinute: number | null; games: Game[] }
/** A headset server: one site, one key, one address. */
export type Headset = { player: Player; siteId: Uuid; ip: string }
/** A site with its headsets, which take turns. */
export type Store = { player: Player; siteId: Uuid; headsets: Headset[]; turn: number }

/** Calls of one address stay this low: the limit is 100 a minute, and arrivals are random. */
const CALLS_PER_HEADSET_MINUTE = 45

/** The demo operators that the simulator may play: those it knows the key of, with at least one game. Throws when there are none. */
export async function findPlayers(at: Instant): Promise<Player[]> {
  const players: Player[] = []
  for (const username of SIMULATOR_OPERATORS) {
    const account = await findOperatorByName(username)
    const apiKey = demoApiKey(username)
    if (!account || account.isLocked || account.deactivatedAt || !hasKey(account, apiKey)) continue
    const { id, name, rateLimitPerMinute: ratePerMinute } = account
    const games = await usableApplications(id, at)
    if (games.length > 0) players.push({ id, username, name, apiKey, ratePerMinute, games })
  }
  if (players.length === 0) {
    throw failure(
      '数据库中没有可用的演示运营商，请先在空数据库上运行 mr seed demo',
      'There are no demo operators to play: run mr seed demo on an empty database first',
    )
  }
  return players
}

const hasKey = ({ apiKeySha256 }: Operator, apiKey: string): boolean => Buffer.from(apiKeySha256).toString('hex') === apiKeyDigest(apiKey)

/** Sites of these operators in turn, `count` of them; where there are fewer, demo sites are added as an operator would add them. */
export async function openStores(players: Player[], count: number, callsPerSecond: number): Promise<{ stores: Store[]; added: number }> {
  const own = await Promise.all(players.map((player) => listSites(player.id, { includeDeleted: false, keyword: '' })))
  const longest = Math.max(...own.map((sites) => sites.length))
  const places = Array.from({ length: longest }, (_, row) =>
    players.flatMap((player, index) => (own[index]![row] ? [{ player, siteId: own[index]![row]!.id }] : [])),
  )
    .flat()
    .slice(0, count)
  const found = places.length
  while (places.length < count) {
    const player = players[places.length % players.length]!
    places.push({ player, siteId: await addSite(player, places.length + 1) })
  }
  const each = Math.max(1, Math.ceil((callsPerSecond * 60) / CALLS_PER_HEADSET_MINUTE / count))
  const stores = places.map(({ player, siteId }, index) => ({
    player,
    siteId,
    headsets: Array.from({ length: each }, (_, number) => ({ player, siteId, ip: headsetAddress(index * each + number) })),
    turn: 0,
  }))
  return { stores, added: count - found }
}

async function addSite(player: Player, number: number): Promise<Uuid> {
  const actor = { kind: 'operator', id: player.id, name: `${player.name}（模拟器）`, role: 'simulator' } as const
  const act: PersonalAct = { actor, origin: null, at: now() }
  const input = {
    name: `模拟门店${String(number).padStart(2, '0')}`,
    address: `模拟市演示区头显路${number}号`,
    description: '由模拟器创建',
  }
  const site = await transaction((tx) => createSite(tx, player.id, input, act))
  return site.id
}

const PER_RANGE = 254
const DOCUMENTATION_RANGES = ['198.51.100', '203.0.113']

/** The n-th headset's address: the ranges kept for documentation (RFC 5737), then 10.x. None of them is anybody's. */
function headsetAddress(n: number): string {
  const range = DOCUMENTATION_RANGES[Math.floor(n / PER_RANGE)]
  if (range) return `${range}.${(n % PER_RANGE) + 1}`
  const rest = n - DOCUMENTATION_RANGES.length * PER_RANGE
  return `10.${Math.floor(rest / (256 * PER_RANGE)) % 256}.${Math.floor(rest / PER_RANGE) % 256}.${(rest % PER_RANGE) + 1}`
}

/** The store's next headset. */
export function nextHeadset(store: Store): Headset {
  store.turn = (store.turn + 1) % store.headsets.length
  return store.headsets[store.turn]!
}
