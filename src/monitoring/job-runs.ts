import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** Claims a tick for this process: the row (job, scheduled_for) is the claim. False when another process has it. */
export async function claimTick(job: string, scheduledFor: Instant, at: Instant): Promise<boolean> {
  const claimed = await rawSql()`
    INSERT INTO job_runs (job, scheduled_for, started_at) VALUES (${job}, ${scheduledFor}, ${at})
    ON CONFLICT (job, scheduled_for) DO NOTHING RETURNING job`
  return claimed.length > 0
}

export type JobOutcome = { status: 'ok'; counts: Record<string, number> } | { status: 'failed'; error: string }

/** Writes how a claimed tick ended. */
export async function finishTick(job: string, scheduledFor: Instant, outcome: JobOutcome, at: Instant): Promise<void> {
  await rawSql()`
    UPDATE job_runs SET status = ${outcome.status}, finished_at = ${at}, result = ${outcome.status === 'ok' ? JSON.stringify(outcome.counts) : null}::jsonb,
      error = ${outcome.status === 'failed' ? outcome.error : null}
    WHERE job = ${job} AND scheduled_for = ${scheduledFor}`
}

/** The newest tick of a job that any process has claimed. */
export async function lastTick(job: string): Promise<Instant | null> {
  const [row] = await rawSql()<{ at: Instant | null }[]>`SELECT max(scheduled_for) AS at FROM job_runs WHERE job = ${job}`
  return row?.at ?? null
}

export type LastRun = {
  job: string
  status: 'requested' | 'running' | 'ok' | 'failed'
  startedAt: Instant
  finishedAt: Instant | null
  result: Record<string, number> | null
  error: string | null
}

/** The newest run of each job, by name; goes from job to job instead of reading a month of runs. */
export const lastRuns = (): Promise<LastRun[]> =>
  rawSql()<LastRun[]>`
    WITH RECURSIVE jobs AS (
      (SELECT job FROM job_runs ORDER BY job LIMIT 1)
      UNION ALL SELECT (SELECT r.job FROM job_runs r WHERE r.job > jobs.job ORDER BY r.job LIMIT 1) FROM jobs WHERE jobs.job IS NOT NULL)
    SELECT r.job, r.status, r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.result, r.error
    FROM jobs CROSS JOIN LATERAL (SELECT * FROM job_runs WHERE job_runs.job = jobs.job ORDER BY scheduled_for DESC LIMIT 1) r
    ORDER BY r.job`
