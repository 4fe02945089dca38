import { h } from 'preact'
import { lastGoodBackup } from '#src/backups/records'
import { isTooOld } from '#src/backups/watch'
import { ZERO } from '#src/core/money'
import { comparedStretches, type Instant } from '#src/core/time'
import { lastProof } from '#src/ledger/audit-job'
import { type ScheduledJob, scheduledJobs } from '#src/monitoring/scheduled-jobs'
import { showPage } from '#src/page'
import { page } from '#src/platform/route'
import { latestStarts, playedBetween, playedByDay } from '#src/usage/figures'
import { AdminHomePage } from '#views/admin/home'
import { adminFacts } from './admin-facts'

/** The first page of the administrators, every figure from the books. */
export const adminHomePages = [
  page('GET /admin/', { audience: 'admin' }, async (call) => showPage(call, h(AdminHomePage, await figures(call.info.now)))),
]

async function figures(now: Instant) {
  const [facts, days, yesterday, starts, proof, jobs, good] = await Promise.all([
    adminFacts(now),
    playedByDay(now, 30),
    playedBetween(comparedStretches(now).yesterday),
    latestStarts(10),
    lastProof(),
    scheduledJobs(now),
    lastGoodBackup(now),
  ])
  const today = days.at(-1)!
  const failing = jobs.filter(({ last, overdueSince }) => overdueSince || last?.state === 'failed' || last?.state === 'timed_out')
  return {
    now,
    live: { games: facts.liveGames, players: facts.livePlayers },
    operators: { total: facts.operators, newToday: facts.newToday },
    applications: { active: facts.active, inactive: facts.inactive },
    games: { today: today.games, previous: yesterday.games, series: days.map((day) => day.games) },
    consumption: { today: today.amount, previous: yesterday.amount, series: days.map((day) => day.amount) },
    pending: {
      requests: { count: facts.requests, oldestAt: facts.requestsOldest },
      locked: { count: facts.locked, oldestAt: facts.lockedOldest },
      alerts: { count: facts.alerts, oldestAt: facts.alertsOldest },
      jobs: { count: failing.length, oldestAt: oldestOf(failing) },
    },
    starts,
    proof: proofLight(proof, facts.ledgerAlerts),
    schema: { state: facts.schema ?? ('never' as const), at: facts.schemaAt },
    chain: { state: facts.chain ?? ('never' as const), at: facts.chainAt },
    backup: good ? { at: good.takenAt, isOld: isTooOld(good) } : null,
    jobs: { known: jobs.filter(({ last }) => last !== null).length, failing: failing.map(({ name }) => name) },
  }
}

const oldestOf = (jobs: readonly ScheduledJob[]): Instant | null =>
  jobs.map(({ last }) => last!.startedAt).sort((a, b) => a.getTime() - b.getTime())[0] ?? null

function proofLight(proof: Awaited<ReturnType<typeof lastProof>>, alerts: number) {
  const facts = proof ? { at: proof.finishedAt, rows: Number(proof.transactions), drift: proof.drift } : undefined
  const isClean = alerts === 0 && (!proof || (proof.drift === 0n && (proof.findings as unknown[]).length === 0))
  if (!isClean) return { state: 'drift' as const, at: facts?.at ?? null, drift: facts?.drift ?? ZERO }
  return facts ? { state: 'ok' as const, at: facts.at, rows: facts.rows } : { state: 'never' as const }
}
