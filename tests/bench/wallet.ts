import type { Sql } from 'postgres'
import { partners } from '#drizzle/schema'
import { newId } from '#src/core/ids'
import { now } from '#src/core/time'
import { apiKeyDigest } from '#src/platform/client-signature'
import { closeDatabase, openDatabase, read } from '#src/platform/database'
import { openWallet } from '#src/wallets/open'
import { proveWallets } from '#src/wallets/prove'
import { asOwner, type Place, startBench } from './cluster'
import type { LoadResult } from './load-job'
import { type Server, startServer } from './servers'
import { type Load, startLoad } from './stage'

/** `bun run bench wallet`: transfers a second out of one hot wallet, with group commit and with one transaction per request, side by side. */

const USAGE = 'usage: bun run bench wallet [--quick] [--json]'
const TARGET_PER_SECOND = 2_000
const PLATFORM = 'bench'
type Way = 'ours' | 'perRequest'
const KEY = new Bun.CryptoHasher('sha256').update('bench partner').digest('hex')
const HOT = 'hot'
const OTHERS = Array.from({ length: 1_000 }, (_, index) => `player-${index}`)
const CONNECTIONS = 128
const POOLS = { ours: 10, perRequest: 4 }
const COINS = 1_000_000_000
/** More than either side has ever answered in a second. */
const SIGNED_PER_SECOND = { ours: 12_000, perRequest: 4_000 }

type Side = { perSecond: number; p50: number; p99: number }
type Figures = { ours: Side; perRequest: Side; ratio: number; ratios: number[]; transfers: number; findings: string[] }

/** Gives the exit code: 0 measured and the books are right; 1 they are not or the target was missed; 2 for a wrong call. */
export async function benchWallet(flags: string[]): Promise<number> {
  if (flags.some((flag) => flag !== '--quick' && flag !== '--json')) {
    console.error(USAGE)
    return 2
  }
  const figures = await measure(flags.includes('--quick') ? 3 : 7)
  console.log(flags.includes('--json') ? JSON.stringify(figures) : words(figures))
  for (const finding of figures.findings) console.error(finding)
  return figures.findings.length === 0 && figures.ours.perSecond >= TARGET_PER_SECOND ? 0 : 1
}

async function measure(pairs: number): Promise<Figures> {
  const bench = await startBench()
  const load = await startLoad()
  const place = await bench.copy('wallets', fill)
  const servers = {
    ours: await startServer('ours', place, POOLS.ours),
    perRequest: await startServer('perRequest', place, POOLS.perRequest),
  }
  try {
    const rounds: Record<Way, LoadResult[]> = { ours: [], perRequest: [] }
    await run(load, servers, 'ours')
    await run(load, servers, 'perRequest')
    for (let pair = 0; pair < pairs; pair++)
      for (const kind of ['ours', 'perRequest'] as const) rounds[kind].push(await run(load, servers, kind))
    await Promise.all(Object.values(servers).map((server) => server.stop()))
    const ratios = rounds.ours.map(({ perSecond }, index) => perSecond / rounds.perRequest[index]!.perSecond)
    return { ours: sideOf(rounds.ours), perRequest: sideOf(rounds.perRequest), ratio: median(ratios), ratios, ...(await books(place)) }
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()))
    load.stop()
    await bench.drop(place)
    await bench.stop()
  }
}

/** A partner and its players; the hot one has coins enough for ever. */
async function fill(place: Place): Promise<void> {
  openDatabase(place, { max: 4, name: 'mr-bench-wallet', asApplication: true })
  const at = now()
  const key = { keySha256: Buffer.from(apiKeyDigest(KEY), 'hex'), keyHint: 'bench', keyGeneratedAt: at }
  const limits = { scopes: ['wallet:read', 'wallet:transfer'] as const, rateLimitPerMinute: 10_000_000 }
  await read()
    .insert(partners)
    .values({
      id: newId(),
      platform: PLATFORM,
      name: '压测平台',
      ...key,
      ...limits,
      scopes: [...limits.scopes],
      createdAt: at,
      updatedAt: at,
    })
  for (const user of [HOT, ...OTHERS]) await openWallet(PLATFORM, user)
  const { move } = await import('#src/wallets/move')
  const words = { reason: 'bench', reference: null }
  await move({
    platform: PLATFORM,
    idempotencyKey: 'bench-opening',
    requestHash: '0'.repeat(64),
    act: { kind: 'credit', userId: HOT, currency: 'gameCoins', amount: BigInt(COINS), ...words },
  })
  await closeDatabase()
}

async function run(load: Load, servers: Record<Way, Server>, kind: Way): Promise<LoadResult> {
  const round = { connections: CONNECTIONS, seconds: 1, warmupSeconds: 0.3 }
  const requests = Math.ceil((round.seconds + round.warmupSeconds) * SIGNED_PER_SECOND[kind]) + CONNECTIONS
  const result = await load.run({ ...round, port: servers[kind].port, requests, partnerKey: KEY, hot: HOT, others: OTHERS })
  const refused = Object.entries(result.statuses).filter(([status]) => status !== '200')
  if (refused.length > 0 || result.lost > 0) throw new Error(`${kind}: answers ${JSON.stringify(result.statuses)}, ${result.lost} lost`)
  return result
}

/** Every statement is recomputed from its first row; no coin was made or lost. */
async function books(place: Place): Promise<{ transfers: number; findings: string[] }> {
  openDatabase(place, { max: 2, name: 'mr-bench-wallet', asApplication: true })
  const owner: Sql<{ bigint: bigint }> = asOwner(place)
  const { findings } = await proveWallets()
  const [sums] = await owner<{ coins: bigint; transfers: number }[]>`
    SELECT (SELECT sum(game_coins) FROM wallets)::bigint AS coins,
           (SELECT count(*)::int FROM wallet_operations WHERE kind = 'transfer') AS transfers`
  await owner.end()
  await closeDatabase()
  const expected = BigInt(COINS + 1_000 * (OTHERS.length + 1))
  const lost = sums!.coins === expected ? [] : [`${sums!.coins} coins where ${expected} should be`]
  return { transfers: sums!.transfers, findings: [...findings.map(({ text }) => text), ...lost] }
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

const sideOf = (results: LoadResult[]): Side => ({
  perSecond: median(results.map(({ perSecond }) => perSecond)),
  p50: median(results.map(({ latency }) => latency.p50)),
  p99: median(results.map(({ latency }) => latency.p99)),
})

const words = ({ ours, perRequest, ratio, ratios, transfers, findings }: Figures): string =>
  [
    `one hot wallet, ${CONNECTIONS} connections, transfers to ${OTHERS.length} players`,
    `group commit     ${Math.round(ours.perSecond)}/s (≥ ${TARGET_PER_SECOND}), p50 ${ours.p50.toFixed(1)} ms, p99 ${ours.p99.toFixed(1)} ms`,
    `per request      ${Math.round(perRequest.perSecond)}/s, p50 ${perRequest.p50.toFixed(1)} ms, p99 ${perRequest.p99.toFixed(1)} ms`,
    `ratio ${ratio.toFixed(1)} (${ratios.map((one) => one.toFixed(1)).join(', ')})`,
    `${findings.length === 0 ? 'proved' : 'NOT PROVED'}: ${transfers} transfers, every statement recomputed, no coin made or lost`,
  ].join('\n')
