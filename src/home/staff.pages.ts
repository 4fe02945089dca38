import { h } from 'preact'
import { addDays, comparedStretches, type Instant } from '#src/core/time'
import { lastProof } from '#src/ledger/audit-job'
import { type LastRun, lastRuns } from '#src/monitoring/job-runs'
import { showPage } from '#src/page'
import { page } from '#src/platform/route'
import { flowsBetween, flowsByDay, liability, operatorActivity, platformCounts, topCustomers } from '#src/statistics/platform-totals'
import { latestStarts, playedBetween, playedByDay } from '#src/usage/figures'
import { AdminHomePage } from '#views/admin/home'
import { AnalyticsHomePage } from '#views/analytics/home'
import { FinanceHomePage } from '#views/finance/home'

/** The first page of each console, every figure from the books. */
export const staffHomePages = [
  page('GET /admin/', { audience: 'admin' }, async (call) => showPage(call, h(AdminHomePage, await adminFigures(call.info.now)))),
  page('GET /finance/', { audience: 'finance', permission: 'finance:dashboard' }, async (call) =>
    showPage(call, h(FinanceHomePage, await financeFigures(call.info.now))),
  ),
  page('GET /analytics/', { audience: 'analyst', permission: 'statistics:global' }, async (call) =>
    showPage(call, h(AnalyticsHomePage, await analyticsFigures(call.info.now))),
  ),
]

async function adminFigures(now: Instant) {
  const stretches = comparedStretches(now)
  const [counts, today, yesterday, days, starts, proof, jobs] = await Promise.all([
    platformCounts(now),
    playedBetween(stretches.today),
    playedBetween(stretches.yesterday),
    playedByDay(now, 30),
    latestStarts(10),
    lastProof(),
    lastRuns(),
  ])
  return {
    now,
    operators: { total: counts.operators, newToday: counts.newToday },
    applications: { active: counts.active, inactive: counts.inactive },
    requests: { pending: counts.pending, oldestAt: counts.oldestAt },
    games: { today: today.games, previous: yesterday.games, series: days.map((day) => day.games) },
    consumption: { today: today.amount, previous: yesterday.amount, series: days.map((day) => day.amount) },
    lockedAccounts: counts.locked,
    starts,
    proof: proofLight(proof),
    jobs: jobs.map(jobLine),
  }
}

function proofLight(proof: Awaited<ReturnType<typeof lastProof>>) {
  if (!proof) return { state: 'never' as const }
  const facts = { at: proof.finishedAt, rows: Number(proof.transactions) }
  const isClean = proof.drift === 0n && (proof.findings as unknown[]).length === 0
  return isClean ? { state: 'ok' as const, ...facts } : { state: 'drift' as const, ...facts, drift: proof.drift }
}

const JOB_STATES = { running: 'running', ok: 'succeeded', failed: 'failed' } as const

function jobLine({ job, status, startedAt, finishedAt, result, error }: LastRun) {
  const counted = Object.entries(result ?? {}).map(([name, count]) => `${name} ${count}`)
  return {
    job,
    state: JOB_STATES[status],
    startedAt,
    tookMilliseconds: finishedAt && finishedAt.getTime() - startedAt.getTime(),
    result: error ?? counted.join(' · '),
  }
}

async function financeFigures(now: Instant) {
  const stretches = comparedStretches(now)
  const [today, yesterday, counts, owed, days, top] = await Promise.all([
    flowsBetween(stretches.today),
    flowsBetween(stretches.yesterday),
    platformCounts(now),
    liability(),
    flowsByDay(now),
    topCustomers(stretches.month, 10),
  ])
  const { recharge, consumption, refund, operators: activeToday } = today
  return {
    now,
    today: { recharge, consumption, refund, net: (recharge - refund) as typeof recharge },
    yesterday,
    operators: { total: counts.operators, newToday: counts.newToday },
    activeToday,
    liability: owed,
    days,
    topCustomers: top,
  }
}

async function analyticsFigures(now: Instant) {
  const month = { from: addDays(now, -30), to: now }
  const before = { from: addDays(now, -60), to: addDays(now, -30) }
  const [operators, played, previous, days] = await Promise.all([
    operatorActivity(month),
    playedBetween(month),
    playedBetween(before),
    playedByDay(now, 30),
  ])
  return {
    now,
    operators,
    games: { count: played.games, previous: previous.games },
    players: { count: played.players, previous: previous.players },
    revenue: { amount: played.amount, previous: previous.amount },
    days: days.map(({ day, games, players, amount }) => ({ day, games, players, revenue: amount })),
  }
}
