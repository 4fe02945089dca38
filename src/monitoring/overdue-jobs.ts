import { Cron } from 'croner'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { rawSql, type Transaction, transaction } from '#src/platform/database'

/** A job may come this much later than its time and its longest run: half of the time between two ticks, two minutes to an hour. */
const GRACE_SECONDS = { least: 120, most: 3_600 }

/** A pattern of the clock in Asia/Shanghai, to be asked and never run. */
export const pattern = (cron: string): Cron => new Cron(cron, { timezone: 'Asia/Shanghai', paused: true })

/** The newest tick at or before `at`; null for a pattern that has had none. */
export const newestTick = (cron: Cron, at: Instant): Instant | null => cron.previousRuns(1, addSeconds(at, 0.001))[0] ?? null

type Expected = { cron: string; timeoutSeconds: number; knownSince: Instant; lastSuccessFor: Instant | null }

/**
 * The tick that a job should have done by now and has not: the newest one whose grace is over, unless it, or a later one, or a run by hand
 * after it, succeeded. Null when the job is in time; ticks from before the clock knew the job do not count.
 */
export function overdueSince({ cron, timeoutSeconds, knownSince, lastSuccessFor }: Expected, now: Instant): Instant | null {
  const clock = pattern(cron)
  const next = clock.nextRun(now)
  const after = next && clock.nextRun(next)
  const periodSeconds = next && after ? (after.getTime() - next.getTime()) / 1000 : GRACE_SECONDS.most * 2
  const grace = Math.min(Math.max(periodSeconds / 2, GRACE_SECONDS.least), GRACE_SECONDS.most)
  const due = newestTick(clock, addSeconds(now, -(timeoutSeconds + grace)))
  if (!due || due < knownSince || (lastSuccessFor && lastSuccessFor >= due)) return null
  return due
}

type Looked = Expected & { name: string; overdueSince: Instant | null }

/** Looks at every job of the clock and tells of those that are overdue, each once until it succeeds. */
export async function watchJobs({ now }: { now: Instant }): Promise<{ overdue: number }> {
  const jobs = await rawSql()<Looked[]>`
    SELECT j.name, j.cron, j.timeout_seconds AS "timeoutSeconds", j.known_since AS "knownSince", j.overdue_since AS "overdueSince", ok.at AS "lastSuccessFor"
    FROM scheduled_jobs j
    LEFT JOIN LATERAL (
      SELECT scheduled_for AS at FROM job_runs WHERE job = j.name AND status = 'ok' ORDER BY scheduled_for DESC LIMIT 1) ok ON true`
  let overdue = 0
  for (const job of jobs) {
    const since = overdueSince(job, now)
    if (since) overdue++
    if (since && !job.overdueSince) await tellOverdue(job.name, since, now)
  }
  return { overdue }
}

/** One of the processes that look at once tells it. */
function tellOverdue(name: string, since: Instant, now: Instant): Promise<void> {
  return transaction(async (tx) => {
    const told = await tx.sql`
      UPDATE scheduled_jobs SET overdue_since = ${iso(since)}::timestamptz WHERE name = ${name} AND overdue_since IS NULL RETURNING name`
    if (told.length === 0) return
    const details = { due_at: iso(since) }
    await raiseAlert(tx, { kind: 'job_overdue', subject: name, audience: 'operations', details }, now)
  })
}

/** The job has succeeded. */
export async function settleOverdue(tx: Transaction, name: string, at: Instant): Promise<void> {
  const settled =
    await tx.sql`UPDATE scheduled_jobs SET overdue_since = NULL WHERE name = ${name} AND overdue_since IS NOT NULL RETURNING name`
  if (settled.length > 0) await settleAlert(tx, { kind: 'job_overdue', subject: name }, at)
}
