import { type Instant, now, stopwatch } from '#src/core/time'
import { claimTick, finishTick, type JobOutcome } from '#src/monitoring/job-runs'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { log } from '#src/platform/log'
import { JOBS, type Job } from './schedule'

/**
 * Runs a job for one tick, unless another process has claimed it. The outcome stands in job_runs, in one log line and in the metric
 * of the last success.
 */
export async function runJob(job: Job, scheduledFor: Instant): Promise<JobOutcome | { status: 'taken' }> {
  if (!(await claimTick(job.name, scheduledFor, now()))) return { status: 'taken' }
  return runClaimed(job, scheduledFor)
}

/** Runs a job whose row this process holds. */
export async function runClaimed(job: Job, scheduledFor: Instant): Promise<JobOutcome> {
  const elapsed = stopwatch()
  const outcome = await attempt(job)
  const seconds = Math.round(elapsed()) / 1000
  await finishTick(job.name, scheduledFor, outcome, now())
  await tellOutcome(job, outcome)
  const facts = {
    operation: `job:${job.name}`,
    seconds,
    ...(outcome.status === 'ok' ? outcome.counts : { error: outcome.error, alert: true }),
  }
  log(outcome.status === 'ok' ? 'info' : 'error', `job ${outcome.status}`, facts)
  if (seconds > job.timeoutSeconds) log('warn', 'job took longer than it should', { ...facts, timeout_seconds: job.timeoutSeconds })
  return outcome
}

async function attempt(job: Job): Promise<JobOutcome> {
  try {
    return { status: 'ok', counts: await job.run({ now: now() }) }
  } catch (error) {
    return { status: 'failed', error: error instanceof Error ? error.message.slice(0, 1_000) : 'unknown' }
  }
}

/** A failure is an alert until the job succeeds again. */
function tellOutcome({ name }: Job, outcome: JobOutcome): Promise<void> {
  const about = { kind: 'job_failed', subject: name }
  return transaction(async (tx) => {
    if (outcome.status === 'ok') return settleAlert(tx, about, now())
    await raiseAlert(tx, { ...about, audience: 'operations', details: { error: outcome.error.slice(0, 300) } }, now())
  })
}

/** A job of the schedule by its name. */
export const findJob = (name: string): Job | undefined => JOBS.find((job) => job.name === name)
