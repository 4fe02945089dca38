import { type Instant, now, stopwatch } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { log } from '#src/platform/log'
import { type Counts, JOBS, type Job } from './schedule'

export type JobRun = { status: 'ok'; counts: Counts } | { status: 'failed'; error: string } | { status: 'taken' }

/**
 * Runs a job for one tick, unless another process has claimed it: the row (job, scheduled_for) is the claim. The outcome stands in
 * job_runs, in one log line and in the metric of the last success.
 */
export async function runJob(job: Job, scheduledFor: Instant): Promise<JobRun> {
  const claimed = await rawSql()`
    INSERT INTO job_runs (job, scheduled_for, started_at) VALUES (${job.name}, ${scheduledFor}, ${now()})
    ON CONFLICT (job, scheduled_for) DO NOTHING RETURNING job`
  if (claimed.length === 0) return { status: 'taken' }
  const elapsed = stopwatch()
  const run = await attempt(job)
  const seconds = Math.round(elapsed()) / 1000
  await rawSql()`
    UPDATE job_runs SET status = ${run.status}, finished_at = ${now()}, result = ${run.status === 'ok' ? JSON.stringify(run.counts) : null}::jsonb,
      error = ${run.status === 'failed' ? run.error : null} WHERE job = ${job.name} AND scheduled_for = ${scheduledFor}`
  const facts = { operation: `job:${job.name}`, seconds, ...(run.status === 'ok' ? run.counts : { error: run.error, alert: true }) }
  log(run.status === 'ok' ? 'info' : 'error', `job ${run.status}`, facts)
  if (seconds > job.timeoutSeconds) log('warn', 'job took longer than it should', { ...facts, timeout_seconds: job.timeoutSeconds })
  return run
}

async function attempt(job: Job): Promise<Exclude<JobRun, { status: 'taken' }>> {
  try {
    return { status: 'ok', counts: await job.run({ now: now() }) }
  } catch (error) {
    return { status: 'failed', error: error instanceof Error ? error.message.slice(0, 1_000) : 'unknown' }
  }
}

/** A job of the schedule by its name. */
export const findJob = (name: string): Job | undefined => JOBS.find((job) => job.name === name)
