import { type Bench, startBench } from './cluster'
import type { Latency, LoadResult } from './load-job'
import { type Crowd, type Load, OUR_POOL, openStage, type Round, type Stage, startLoad } from './stage'

type Side = { perSecond: number; p50: number; p99: number }
export type Comparison = {
  crowd: Crowd
  connections: number
  history: number
  pool: number
  ours: Side
  baseline: Side
  ratio: number
  ratios: number[]
}
export type Report = {
  postgres: string
  comparisons: Comparison[]
  /** Poisson arrivals over a thousand operators, a tenth of them to one; milliseconds from the planned moment of sending. */
  offered: Latency & { offeredPerSecond: number; seconds: number; answeredPerSecond: number }
  lone: { oursP50: number; baselineP50: number; differenceMs: number }
  /** Median latency on the longest history divided by that on an empty one; only in a full run. */
  history: { games: number; connections: number; emptyP50: number; fullP50: number; ratio: number }[]
  rssMb: number
  accepted: number
  faults: string[]
}

const POOLS = [4, 8, 16, 32]
const QUICK = {
  histories: [0],
  connections: [128],
  pairs: 5,
  pairsWithHistory: 5,
  lonePairs: 3,
  seconds: 0.8,
  warmup: 0.2,
  calibration: 0.5,
  offeredSeconds: 10,
}
const FULL = {
  histories: [0, 10_000, 1_000_000],
  connections: [1, 16, 128, 512],
  pairs: 5,
  pairsWithHistory: 3,
  lonePairs: 7,
  seconds: 1,
  warmup: 0.25,
  calibration: 0.8,
  offeredSeconds: 60,
}
type Plan = typeof FULL
const OFFERED_PER_SECOND = 1_000
const OFFERED_CONNECTIONS = 256

/** The whole measurement (docs/benchmarks.md). `tell` gets one line for each thing that is done. */
export async function benchAuthorize(quick: boolean, tell: (line: string) => void): Promise<Report> {
  const plan = quick ? QUICK : FULL
  const bench = await startBench()
  const load = await startLoad()
  try {
    return await measure(bench, load, plan, tell)
  } finally {
    load.stop()
    await bench.stop()
  }
}

async function measure(bench: Bench, load: Load, plan: Plan, tell: (line: string) => void): Promise<Report> {
  const report: Report = {
    postgres: bench.version,
    comparisons: [],
    offered: { p50: 0, p95: 0, p99: 0, max: 0, offeredPerSecond: OFFERED_PER_SECOND, seconds: plan.offeredSeconds, answeredPerSecond: 0 },
    lone: { oursP50: 0, baselineP50: 0, differenceMs: 0 },
    history: [],
    rssMb: 0,
    accepted: 0,
    faults: [],
  }
  const pools = new Map<string, number>()
  for (const games of plan.histories) {
    tell(`history of ${games} games`)
    const stage = await openStage(bench, load, games)
    if (pools.size === 0) await calibrate(stage, plan, pools, tell)
    await stage.analyze()
    for (const crowd of ['hot', 'spread'] as const) {
      for (const connections of plan.connections) {
        const comparison = await compare(stage, plan, { crowd, connections }, pools.get(`${crowd}/${connections}`)!)
        report.comparisons.push(comparison)
        tell(sentence(comparison))
      }
    }
    if (games === 0) {
      report.lone = await measureLone(stage, plan)
      report.offered = await measureOffered(stage, plan)
    }
    await closeStage(stage, report, tell)
  }
  const longest = plan.histories.at(-1)!
  if (longest > 0) await compareHistories(bench, load, plan, longest, report, tell)
  return report
}

/** Finds the pool that is best for the baseline, once for each crowd and number of connections. */
async function calibrate(stage: Stage, plan: Plan, pools: Map<string, number>, tell: (line: string) => void): Promise<void> {
  const round = { seconds: plan.calibration, warmupSeconds: plan.warmup }
  for (const crowd of ['hot', 'spread'] as const) {
    for (const connections of plan.connections) {
      const rates: { pool: number; perSecond: number }[] = []
      for (const pool of POOLS)
        rates.push({ pool, perSecond: (await stage.run('baseline', pool, { ...round, crowd, connections })).perSecond })
      const best = rates.reduce((one, other) => (other.perSecond > one.perSecond ? other : one))
      pools.set(`${crowd}/${connections}`, best.pool)
      tell(
        `baseline, ${crowd}, ${connections} connections: pool ${rates.map(({ pool, perSecond }) => `${pool} → ${Math.round(perSecond)}/s`).join(', ')}`,
      )
    }
  }
}

/** Rounds a, b, a, b, …: what disturbs the machine for longer than a round disturbs both. The ratio is the median of the pairs' ratios. */
async function compare(stage: Stage, plan: Plan, who: Pick<Round, 'crowd' | 'connections'>, pool: number): Promise<Comparison> {
  const round = { ...who, seconds: plan.seconds, warmupSeconds: plan.warmup }
  const pairs = stage.history === 0 ? plan.pairs : plan.pairsWithHistory
  const [ours, baseline]: [LoadResult[], LoadResult[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    ours.push(await stage.run('ours', OUR_POOL, round))
    baseline.push(await stage.run('baseline', pool, round))
  }
  const ratios = ours.map((result, index) => result.perSecond / baseline[index]!.perSecond)
  return { ...who, history: stage.history, pool, ours: sideOf(ours), baseline: sideOf(baseline), ratio: median(ratios), ratios }
}

const sideOf = (results: LoadResult[]): Side => ({
  perSecond: median(results.map(({ perSecond }) => perSecond)),
  p50: median(results.map(({ latency }) => latency.p50)),
  p99: median(results.map(({ latency }) => latency.p99)),
})

/** What a request that is alone pays for batching. */
async function measureLone(stage: Stage, plan: Plan): Promise<Report['lone']> {
  const { ours, baseline } = await compare(stage, { ...plan, pairs: plan.lonePairs }, { crowd: 'spread', connections: 1 }, POOLS[0]!)
  return { oursP50: ours.p50, baselineP50: baseline.p50, differenceMs: ours.p50 - baseline.p50 }
}

async function measureOffered(stage: Stage, plan: Plan): Promise<Report['offered']> {
  const round = { crowd: 'mixed', connections: OFFERED_CONNECTIONS, seconds: plan.offeredSeconds, warmupSeconds: plan.warmup } as const
  const { latency, perSecond } = await stage.run('ours', OUR_POOL, { ...round, offeredPerSecond: OFFERED_PER_SECOND })
  return { ...latency, offeredPerSecond: OFFERED_PER_SECOND, seconds: plan.offeredSeconds, answeredPerSecond: perSecond }
}

async function compareHistories(
  bench: Bench,
  load: Load,
  plan: Plan,
  games: number,
  report: Report,
  tell: (line: string) => void,
): Promise<void> {
  const [empty, full] = [await openStage(bench, load, 0), await openStage(bench, load, games)]
  for (const connections of [1, 128]) {
    const round = { crowd: 'spread', connections, seconds: plan.seconds, warmupSeconds: plan.warmup } as const
    const pairs: { empty: number; full: number }[] = []
    for (let pair = 0; pair < plan.lonePairs; pair++) {
      const [short, long] = [await empty.run('ours', OUR_POOL, round), await full.run('ours', OUR_POOL, round)]
      pairs.push({ empty: short.latency.p50, full: long.latency.p50 })
    }
    const ratio = median(pairs.map((pair) => pair.full / pair.empty))
    report.history.push({
      games,
      connections,
      emptyP50: median(pairs.map((pair) => pair.empty)),
      fullP50: median(pairs.map((pair) => pair.full)),
      ratio,
    })
    tell(`${connections} connections: ${games} games take ${ratio.toFixed(2)} × the latency of none`)
  }
  await closeStage(empty, report, tell)
  await closeStage(full, report, tell)
}

async function closeStage(stage: Stage, report: Report, tell: (line: string) => void): Promise<void> {
  const faults = await stage.close()
  report.rssMb = Math.max(report.rssMb, stage.mostRssMb())
  report.accepted += stage.accepted()
  report.faults.push(...faults)
  tell(
    faults.length === 0
      ? `proved: balance = ledger = ${stage.accepted()} accepted answers × price`
      : `${faults.length} faults in the books`,
  )
}

const sentence = ({ crowd, connections, ours, baseline, ratio }: Comparison): string =>
  `${crowd}, ${connections} connections: ${Math.round(ours.perSecond)}/s against ${Math.round(baseline.perSecond)}/s, ${ratio.toFixed(1)} ×`

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
