import { join } from 'node:path'
import type { Sql } from 'postgres'
import { asOwner, type Bench } from './cluster'
import { fillHistory } from './history'
import type { LoadJob, LoadResult } from './load-job'
import { closeBooks, openBooks } from './proof'
import { type Server, startServer } from './servers'
import { fillWorld, loadWorld, PLAYERS } from './world'

/** Who is asked: one operator only, a thousand in turn, or a thousand with a tenth of the calls going to one. */
type Kind = 'ours' | 'baseline'
export type Crowd = 'hot' | 'spread' | 'mixed'
export type Round = { crowd: Crowd; connections: number; seconds: number; warmupSeconds: number; offeredPerSecond?: number }

/** A database with its servers: everything that is measured on it is in the proof at the end. */
export type Stage = {
  history: number
  run(kind: Kind, pool: number, round: Round): Promise<LoadResult>
  /** What autovacuum would do within a minute: plans made while the tables were empty are made again. */
  analyze(): Promise<void>
  /** Most resident memory of any of our servers under load, in MB. */
  mostRssMb(): number
  accepted(): number
  /** Stops the servers and proves the books; gives what is wrong. */
  close(): Promise<string[]>
}

/** The product's default. */
export const OUR_POOL = 10
const RSS_EVERY_MS = 200
/** Requests signed beforehand per second of load; more than either side has ever answered. */
const SIGNED_PER_SECOND = { ours: 12_000, baseline: 4_000 }
const SIGNED_PER_CONNECTION = 1_500

export async function openStage(bench: Bench, load: Load, history: number): Promise<Stage> {
  const place = await bench.copy(`games_${history}`, async (empty) => {
    const sql = asOwner(empty)
    await fillWorld(sql)
    await fillHistory(sql, history)
    await sql.end()
  })
  const owner: Sql<{ bigint: bigint }> = asOwner(place)
  const world = await loadWorld(owner)
  const opening = await openBooks(owner)
  const servers = new Map<string, Server>()
  const accepted = new Map<string, number>()
  let mostRssMb = 0

  const operatorsOf = (crowd: Crowd) =>
    crowd === 'hot' ? world.operators.slice(0, 1) : crowd === 'mixed' ? world.operators : world.operators.slice(1)

  async function run(kind: Kind, pool: number, { crowd, ...round }: Round): Promise<LoadResult> {
    const name = `${kind}/${pool}`
    const server = servers.get(name) ?? (await startServer(kind, place, pool))
    servers.set(name, server)
    const operators = operatorsOf(crowd)
    const job = {
      ...round,
      port: server.port,
      requests: requestsFor(kind, round),
      applicationId: world.applicationId,
      players: PLAYERS,
      operators,
    }
    const sampler = kind === 'ours' ? setInterval(() => (mostRssMb = Math.max(mostRssMb, server.rssMb())), RSS_EVERY_MS) : undefined
    const result = await load.run({ ...job, hotShare: crowd === 'mixed' ? 0.1 : 0 })
    clearInterval(sampler)
    for (const [index, count] of result.accepted.entries())
      accepted.set(operators[index]!.id, (accepted.get(operators[index]!.id) ?? 0) + count)
    const refused = Object.entries(result.statuses).filter(([status]) => status !== '200')
    if (refused.length > 0 || result.lost > 0)
      throw new Error(`${name}, ${crowd}: answers ${JSON.stringify(result.statuses)}, ${result.lost} lost`)
    return result
  }

  return {
    history,
    run,
    analyze: async () => {
      await owner.unsafe('VACUUM ANALYZE')
    },
    mostRssMb: () => mostRssMb,
    accepted: () => [...accepted.values()].reduce((sum, count) => sum + count, 0),
    close: async () => {
      await Promise.all([...servers.values()].map((server) => server.stop()))
      const faults = await closeBooks(owner, opening, accepted)
      await owner.end()
      await bench.drop(place)
      return faults
    },
  }
}

function requestsFor(kind: Kind, { connections, seconds, warmupSeconds, offeredPerSecond }: Omit<Round, 'crowd'>): number {
  const perSecond = offeredPerSecond ? offeredPerSecond * 1.2 : Math.min(SIGNED_PER_SECOND[kind], connections * SIGNED_PER_CONNECTION)
  return Math.ceil((seconds + warmupSeconds) * perSecond) + connections
}

export type Load = { run(job: LoadJob): Promise<LoadResult>; stop(): void }

/** Starts the load process; it does one job after the other. */
export async function startLoad(): Promise<Load> {
  let answer: (message: LoadResult) => void = () => {}
  let fail: (error: Error) => void = () => {}
  const next = () =>
    new Promise<LoadResult>((resolve, reject) => {
      answer = resolve
      fail = reject
    })
  const ready = next()
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'load.ts')], {
    ipc: (message) => answer(message as LoadResult),
    onExit: (_, code) => fail(new Error(`the load process ended with ${code}`)),
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  await ready
  return {
    run: (job) => {
      const result = next()
      child.send(job)
      return result
    },
    stop: () => child.kill(),
  }
}
