import type { Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** A run as its process holds it: who comes late, after the run was given to another, changes nothing. */
export type RunClaim = { job: string; scheduledFor: Instant; attempt: number; processId: Uuid | null }

/**
 * Claims a tick: the row (job, scheduled_for) is the claim. False when somebody has it. `processId` is the workers process, null for a
 * run on the command line, which nobody takes over. A process whose answer was lost may ask again, with the same `at`.
 */
export async function claimTick(job: string, scheduledFor: Instant, processId: Uuid | null, at: Instant): Promise<boolean> {
  const claimed = await rawSql()`
    INSERT INTO job_runs AS run (job, scheduled_for, started_at, process_id) VALUES (${job}, ${scheduledFor}, ${at}, ${processId})
    ON CONFLICT (job, scheduled_for) DO UPDATE SET status = run.status
      WHERE run.status = 'running' AND run.process_id = excluded.process_id AND run.started_at = excluded.started_at
    RETURNING job`
  return claimed.length > 0
}

/** Takes the oldest run that waits: one that somebody asked for, or one whose process ended. One caller gets each. */
export async function claimRequestedRun(at: Instant, processId: Uuid | null): Promise<RunClaim | undefined> {
  const [claimed] = await rawSql()<{ job: string; scheduledFor: Instant; attempt: number }[]>`
    UPDATE job_runs SET status = 'running', started_at = ${iso(at)}::timestamptz, process_id = ${processId}, progress_done = NULL, progress_total = NULL
    WHERE (job, scheduled_for) = (
      SELECT job, scheduled_for FROM job_runs WHERE status = 'requested' ORDER BY job LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING job, scheduled_for AS "scheduledFor", attempts AS attempt`
  return claimed && { ...claimed, processId }
}

export type JobOutcome = { status: 'ok'; counts: Record<string, number> } | { status: 'failed'; error: string }

/** Writes how a run ended. False when it is no more the caller's: its process was thought dead and somebody else runs it. */
export async function finishRun(claim: RunClaim, outcome: JobOutcome, at: Instant): Promise<boolean> {
  const { count } = await rawSql()`
    UPDATE job_runs SET status = ${outcome.status}, finished_at = ${at}, result = ${outcome.status === 'ok' ? JSON.stringify(outcome.counts) : null}::jsonb,
      error = ${outcome.status === 'failed' ? outcome.error : null}
    WHERE ${stillHeld(claim)}`
  return count > 0
}

/** Tells how far a run has come. */
export async function noteProgress(claim: RunClaim, { done, total }: { done: number; total?: number | undefined }): Promise<void> {
  await rawSql()`
    UPDATE job_runs SET progress_done = ${Math.round(done)}, progress_total = ${total === undefined ? null : Math.round(total)} WHERE ${stillHeld(claim)}`
}

const stillHeld = ({ job, scheduledFor, attempt, processId }: RunClaim) => rawSql()`
  job = ${job} AND scheduled_for = ${scheduledFor} AND attempts = ${attempt} AND status = 'running'
  AND process_id IS NOT DISTINCT FROM ${processId}::uuid`

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

/** Goes from job to job instead of reading a month of runs. */
const eachJob = () => rawSql()`
  jobs AS (
    (SELECT job FROM job_runs ORDER BY job LIMIT 1)
    UNION ALL SELECT (SELECT r.job FROM job_runs r WHERE r.job > jobs.job ORDER BY r.job LIMIT 1) FROM jobs WHERE jobs.job IS NOT NULL)`

/** The newest run of each job, by name. */
export const lastRuns = (): Promise<LastRun[]> =>
  rawSql()<LastRun[]>`
    WITH RECURSIVE ${eachJob()}
    SELECT r.job, r.status, r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.result, r.error
    FROM jobs CROSS JOIN LATERAL (SELECT * FROM job_runs WHERE job_runs.job = jobs.job ORDER BY scheduled_for DESC LIMIT 1) r
    ORDER BY r.job`

/** When each job that ever succeeded did so last. */
export const lastSuccesses = (): Promise<{ job: string; at: Instant }[]> =>
  rawSql()<{ job: string; at: Instant }[]>`
    WITH RECURSIVE ${eachJob()}
    SELECT r.job, r.finished_at AS at
    FROM jobs CROSS JOIN LATERAL (
      SELECT job, finished_at FROM job_runs WHERE job_runs.job = jobs.job AND status = 'ok' ORDER BY scheduled_for DESC LIMIT 1) r`
