import { noticeExpiries } from '#src/applications/expiry-notices'
import { applyScheduledPrices } from '#src/applications/price-schedules'
import { checkByClock } from '#src/audit-logs/checks'
import { scanForAnomalies } from '#src/authorize/anomaly'
import { noticeLowBalances } from '#src/balances/low-balance'
import type { Instant } from '#src/core/time'
import { expireExports } from '#src/exports/expire'
import { alertRedTasks } from '#src/invoices/red-tasks'
import { proveAndKeep } from '#src/ledger/audit-job'
import { pruneJobRuns } from '#src/monitoring/job-run-retention'
import { tendPartitions } from '#src/monitoring/partitions'
import { cleanUpSessions } from '#src/monitoring/session-cleanup'
import { publishScheduledAnnouncements } from '#src/notifications/announcements'
import { expireOrders, syncPendingOrders } from '#src/payments/sync-pending'
import { openedConnection } from '#src/platform/database'
import { reconcileBills } from '#src/reconciliation/close-day'
import { syncRefunds } from '#src/refunds/sync-processing'
import { askScheduled } from '#src/reports/schedule'
import { verifySchema } from '#src/schema-verify/verify'
import { makeStatisticsDays } from '#src/statistics/days'
import { tellChain } from './tell-chain'

/** The tick a job runs for. */
type Tick = { now: Instant }
/** What a job did, in numbers; it goes to job_runs and the log. */
type Counts = Record<string, number>

export type Job = {
  name: string
  /** croner pattern with seconds, Asia/Shanghai. */
  cron: string
  /** Longer than this is a fault that the log names. */
  timeoutSeconds: number
  run: (tick: Tick) => Promise<Counts>
}

/** Everything the clock does (PRODUCT 7). Each job is bounded, safe to run twice, and claimed by one process per tick. */
export const JOBS: Job[] = [
  { name: 'anomaly-scan', cron: '*/30 * * * * *', timeoutSeconds: 25, run: scanForAnomalies },
  { name: 'low-balance', cron: '*/15 * * * * *', timeoutSeconds: 10, run: noticeLowBalances },
  { name: 'payment-sync', cron: '0 */5 * * * *', timeoutSeconds: 240, run: syncPendingOrders },
  { name: 'order-expire', cron: '15 * * * * *', timeoutSeconds: 50, run: expireOrders },
  { name: 'refund-sync', cron: '30 */5 * * * *', timeoutSeconds: 240, run: syncRefunds },
  { name: 'report-daily', cron: '0 0 1 * * *', timeoutSeconds: 30, run: askScheduled('daily') },
  { name: 'report-weekly', cron: '0 0 2 * * 1', timeoutSeconds: 30, run: askScheduled('weekly') },
  { name: 'report-monthly', cron: '0 0 3 1 * *', timeoutSeconds: 30, run: askScheduled('monthly') },
  // On the minute, as the forms ask for it: a price counts from its own minute on.
  { name: 'price-schedule', cron: '0 * * * * *', timeoutSeconds: 50, run: applyScheduledPrices },
  { name: 'announcement-publish', cron: '2 * * * * *', timeoutSeconds: 50, run: publishScheduledAnnouncements },
  { name: 'expiry-notice', cron: '0 0 9 * * *', timeoutSeconds: 300, run: noticeExpiries },
  { name: 'ledger-audit', cron: '0 0 4 * * *', timeoutSeconds: 3_600, run: proveLedgerTick },
  { name: 'audit-chain', cron: '0 30 4 * * *', timeoutSeconds: 3_600, run: checkAuditTick },
  { name: 'partitions', cron: '0 10 0 * * *', timeoutSeconds: 60, run: tendPartitions },
  { name: 'statistics-days', cron: '0 20 0 * * *', timeoutSeconds: 600, run: makeStatisticsDays },
  { name: 'session-cleanup', cron: '0 30 3 * * *', timeoutSeconds: 300, run: cleanUpSessions },
  { name: 'job-run-retention', cron: '0 40 3 * * *', timeoutSeconds: 300, run: pruneJobRuns },
  { name: 'export-expiry', cron: '0 20 * * * *', timeoutSeconds: 60, run: expireExports },
  // From 10:30 on, once an hour until the bills are there.
  { name: 'provider-bill', cron: '0 30 10-23 * * *', timeoutSeconds: 1_800, run: reconcileBills },
  { name: 'invoice-red', cron: '20 * * * * *', timeoutSeconds: 30, run: alertRedTasks },
  { name: 'schema-verify', cron: '0 0 * * * *', timeoutSeconds: 60, run: verifySchemaTick },
]

async function proveLedgerTick({ now }: Tick): Promise<Counts> {
  const { operators, transactions, drift, findings } = await proveAndKeep(now)
  if (findings.length > 0)
    throw new Error(`the ledger proof has ${findings.length} findings, first: ${findings[0]!.row} ${findings[0]!.text}`)
  return { operators, transactions, drift_fen: Number(drift) }
}

async function checkAuditTick({ now }: Tick): Promise<Counts> {
  const outcome = await checkByClock(now)
  await tellChain(outcome)
  const { rows, brokenAt } = outcome
  if (brokenAt !== null) throw new Error(`the audit log's chain is broken at seq ${brokenAt}`)
  return { rows }
}

async function verifySchemaTick(): Promise<Counts> {
  const { findings } = await verifySchema(openedConnection())
  if (findings.length > 0) throw new Error(`the schema has ${findings.length} findings, first: ${findings[0]}`)
  return { findings: 0 }
}
