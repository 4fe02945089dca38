import { lastGoodBackup } from '#src/backups/records'
import { now } from '#src/core/time'
import { lastProof } from '#src/ledger/audit-job'
import { ALERT_KINDS, isAlertKind } from '#src/notifications/alert-kinds'
import { poolUse, rawSql } from '#src/platform/database'
import { watchLoop } from '#src/platform/loop-lag'
import {
  alertsOpen,
  backupLastGood,
  burnRate,
  connectionsActive,
  databaseUp,
  deliveries,
  jobLastSuccess,
  ledgerDrift,
  loopLag,
  operatorBalance,
  processStart,
  registry,
  residentMemory,
  workersAlive,
} from '#src/platform/metrics'
import { burnNow } from '#src/service-level/watch'
import { version } from '../../package.json'
import { lastSuccesses } from './job-runs'
import { countAliveWorkers } from './worker-processes'

const longestWait = watchLoop()
const startedAt = Math.floor(now().getTime() / 1000 - process.uptime())

/** The metrics of this process and, read from the database at this moment, of the product: money, jobs, queues, alerts, backups. */
export async function scrape(): Promise<string> {
  connectionsActive.set(poolUse().active)
  loopLag.set(longestWait())
  residentMemory.set(process.memoryUsage.rss())
  processStart.set({ version }, startedAt)
  const answered = await Promise.all([balances(), jobs(), drift(), backups(), workers(), queue(), alerts(), burns()].map(inTime))
  databaseUp.set(answered.includes(true) ? 1 : 0)
  return registry.metrics()
}

/** Whoever scrapes waits ten seconds as a rule, and the metrics of the process are worth something without the database. */
const PATIENCE_MS = 5_000
const inTime = (work: Promise<void>): Promise<boolean> =>
  Promise.race([
    work.then(
      () => true,
      () => false,
    ),
    Bun.sleep(PATIENCE_MS).then(() => false),
  ])

async function balances(): Promise<void> {
  const rows = await rawSql()<{ id: string; tier: string; fen: bigint }[]>`
    SELECT id, category AS tier, balance_fen AS fen FROM operator_accounts WHERE deactivated_at IS NULL`
  operatorBalance.reset()
  for (const { id, tier, fen } of rows) operatorBalance.set({ operator_id: `op_${id}`, tier }, Number(fen) / 100)
}

async function jobs(): Promise<void> {
  for (const { job, at } of await lastSuccesses()) jobLastSuccess.set({ job }, Math.floor(at.getTime() / 1000))
}

async function drift(): Promise<void> {
  const proof = await lastProof()
  if (proof) ledgerDrift.set(Number(proof.drift))
}

async function backups(): Promise<void> {
  const good = await lastGoodBackup(now())
  backupLastGood.set(good ? Math.floor(good.takenAt.getTime() / 1000) : 0)
}

async function workers(): Promise<void> {
  workersAlive.set(await countAliveWorkers(now()))
}

async function queue(): Promise<void> {
  const [row] = await rawSql()<
    Record<'waiting' | 'failing' | 'dead', number>[]
  >`SELECT waiting::int, failing::int, dead::int FROM count_work()`
  for (const state of ['waiting', 'failing', 'dead'] as const) deliveries.set({ state }, row![state])
}

async function alerts(): Promise<void> {
  const rows = await rawSql()<{ kind: string; open: number }[]>`
    SELECT kind, count(*)::int AS open FROM alerts WHERE closed_at IS NULL GROUP BY kind`
  alertsOpen.reset()
  for (const { kind, open } of rows) alertsOpen.set({ kind, severity: isAlertKind(kind) ? ALERT_KINDS[kind].severity : 'warning' }, open)
}

async function burns(): Promise<void> {
  for (const { name, errors, slow } of await burnNow(now())) {
    burnRate.set({ of: 'errors', window: name }, errors)
    burnRate.set({ of: 'slow', window: name }, slow)
  }
}
