import { recomputeTiers } from '#src/accounts/tier-recompute'
import { noticeExpiries } from '#src/applications/expiry-notices'
import { applyScheduledPrices } from '#src/applications/price-schedules'
import { checkByClock } from '#src/audit-logs/checks'
import { scanForAnomalies } from '#src/authorize/anomaly'
import { backUpByClock, watchBackups } from '#src/backups/watch'
import { noticeLowBalances } from '#src/balances/low-balance'
import { expireExports } from '#src/exports/expire'
import { alertRedTasks } from '#src/invoices/red-tasks'
import { watchDeliveries } from '#src/monitoring/deliveries/queue'
import { pruneJobRuns } from '#src/monitoring/job-run-retention'
import { clearOldRows } from '#src/monitoring/log-retention'
import { resealSecrets } from '#src/monitoring/master-keys/reseal'
import { checkMasterKeys } from '#src/monitoring/master-keys/standing'
import { watchJobs } from '#src/monitoring/overdue-jobs'
import { tendPartitions } from '#src/monitoring/partitions'
import { cleanUpSessions } from '#src/monitoring/session-cleanup'
import type { Counts, Tick } from '#src/monitoring/tick'
import { forgetSilent } from '#src/monitoring/worker-processes'
import { tendAlertNotices } from '#src/notifications/alert-notices'
import { publishScheduledAnnouncements } from '#src/notifications/announcements'
import { expireOrders, syncPendingOrders } from '#src/payments/sync-pending'
import { reconcileBills } from '#src/reconciliation/close-day'
import { syncRefunds } from '#src/refunds/sync-processing'
import { watchDeploys } from '#src/releases/deploy-log'
import { askScheduled } from '#src/reports/schedule'
import { watchServiceLevel } from '#src/service-level/watch'
import { makeStatisticsDays } from '#src/statistics/days'
import { auditTouchedLedger, auditWholeLedger } from './ledger-audit'
import { checkSchema } from './schema-check'
import { tellChain } from './tell-chain'

export type Job = {
  name: string
  /** croner pattern with seconds, Asia/Shanghai. */
  cron: string
  /** After this long the run has failed and its signal is aborted; less than the time between two ticks. */
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
  { name: 'alert-notices', cron: '50 * * * * *', timeoutSeconds: 30, run: tendAlertNotices },
  { name: 'expiry-notice', cron: '0 0 9 * * *', timeoutSeconds: 300, run: noticeExpiries },
  { name: 'service-level', cron: '8 * * * * *', timeoutSeconds: 50, run: watchServiceLevel },
  { name: 'ledger-audit', cron: '0 0 4 * * *', timeoutSeconds: 3_600, run: auditWholeLedger },
  { name: 'ledger-touched', cron: '10,40 * * * * *', timeoutSeconds: 25, run: auditTouchedLedger },
  { name: 'backup', cron: '0 0 2 * * *', timeoutSeconds: 10_800, run: backUpByClock },
  { name: 'backup-age', cron: '0 25 * * * *', timeoutSeconds: 60, run: watchBackups },
  { name: 'audit-chain', cron: '0 30 4 * * *', timeoutSeconds: 3_600, run: checkAuditTick },
  { name: 'partitions', cron: '0 10 0 * * *', timeoutSeconds: 60, run: tendPartitions },
  { name: 'statistics-days', cron: '0 20 0 * * *', timeoutSeconds: 600, run: makeStatisticsDays },
  { name: 'tier-recompute', cron: '0 0 2 1 * *', timeoutSeconds: 3_600, run: recomputeTiers },
  { name: 'session-cleanup', cron: '0 30 3 * * *', timeoutSeconds: 300, run: cleanUpSessions },
  { name: 'job-run-retention', cron: '0 40 3 * * *', timeoutSeconds: 300, run: pruneJobRuns },
  { name: 'log-retention', cron: '0 50 3 * * *', timeoutSeconds: 1_800, run: clearOldRows },
  { name: 'master-key-reseal', cron: '0 25 * * * *', timeoutSeconds: 1_800, run: resealSecrets },
  { name: 'master-key-age', cron: '0 0 8 * * *', timeoutSeconds: 60, run: checkMasterKeys },
  { name: 'job-watch', cron: '10,40 * * * * *', timeoutSeconds: 20, run: watchTick },
  { name: 'delivery-watch', cron: '25,55 * * * * *', timeoutSeconds: 20, run: watchDeliveries },
  { name: 'export-expiry', cron: '0 20 * * * *', timeoutSeconds: 60, run: expireExports },
  // From 10:30 on, once an hour until the bills are there.
  { name: 'provider-bill', cron: '0 30 10-23 * * *', timeoutSeconds: 1_800, run: reconcileBills },
  { name: 'invoice-red', cron: '20 * * * * *', timeoutSeconds: 30, run: alertRedTasks },
  { name: 'release-watch', cron: '40 * * * * *', timeoutSeconds: 30, run: watchDeploys },
  { name: 'schema-verify', cron: '0 0 * * * *', timeoutSeconds: 60, run: checkSchema },
]

async function watchTick({ now }: Tick): Promise<Counts> {
  return { ...(await watchJobs({ now })), forgotten: await forgetSilent(now) }
}

async function checkAuditTick({ now }: Tick): Promise<Counts> {
  const outcome = await checkByClock(now)
  await tellChain(outcome)
  const { rows, brokenAt } = outcome
  if (brokenAt !== null) throw new Error(`the audit log's chain is broken at seq ${brokenAt}`)
  return { rows }
}
