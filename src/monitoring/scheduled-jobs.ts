import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { brokenRule, Problem } from '#src/core/problem'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { rawSql, type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { overdueSince, pattern } from './overdue-jobs'

type Announced = { name: string; cron: string; timeoutSeconds: number }

/** Tells the pages what the clock does: the newest workers process has the say, jobs it does not know are gone. */
export function announceJobs(jobs: readonly Announced[], at: Instant): Promise<void> {
  return transaction(async (tx) => {
    await tx.sql`DELETE FROM scheduled_jobs WHERE name <> ALL (${jobs.map(({ name }) => name)})`
    await tx.sql`
      INSERT INTO scheduled_jobs AS known (name, cron, timeout_seconds, announced_at, known_since)
      SELECT name, cron, timeout, ${iso(at)}::timestamptz, ${iso(at)}::timestamptz
      FROM unnest(${jobs.map(({ name }) => name)}::text[], ${jobs.map(({ cron }) => cron)}::text[],
                  ${jobs.map(({ timeoutSeconds }) => timeoutSeconds)}::int[]) AS j (name, cron, timeout)
      ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, timeout_seconds = excluded.timeout_seconds, announced_at = excluded.announced_at,
        known_since = CASE WHEN known.cron = excluded.cron THEN known.known_since ELSE excluded.announced_at END`
  })
}

type RunState = 'requested' | 'running' | 'succeeded' | 'failed' | 'timed_out'

export type JobRunRow = {
  job: string
  state: RunState
  scheduledFor: Instant
  startedAt: Instant
  finishedAt: Instant | null
  result: Record<string, number> | null
  error: string | null
  requestedByName: string | null
  /** How often it was begun: more than once when a process ended during it. */
  attempts: number
  progress: { done: number; total: number | null } | null
}

export type ScheduledJob = {
  name: string
  cron: string
  timeoutSeconds: number
  nextAt: Instant | null
  last: JobRunRow | null
  lastSuccessAt: Instant | null
  /** The tick that should have been done by now. */
  overdueSince: Instant | null
}

type RunRow = Omit<JobRunRow, 'progress'> & { progressDone: number | null; progressTotal: number | null }

function runOf({ progressDone: done, progressTotal: total, ...run }: RunRow): JobRunRow {
  return { ...run, progress: done === null ? null : { done, total } }
}

/** Every job of the clock with its newest run, its newest success and when it is due next. */
export async function scheduledJobs(now: Instant): Promise<ScheduledJob[]> {
  const sql = rawSql()
  type Known = Pick<ScheduledJob, 'name' | 'cron' | 'timeoutSeconds' | 'lastSuccessAt'> & {
    knownSince: Instant
    lastSuccessFor: Instant | null
  }
  const rows = await sql<(Known & Omit<RunRow, 'job'> & { job: string | null })[]>`
    SELECT j.name, j.cron, j.timeout_seconds AS "timeoutSeconds", j.known_since AS "knownSince", ok.at AS "lastSuccessAt",
      ok.scheduled_for AS "lastSuccessFor", r.*
    FROM scheduled_jobs j
    LEFT JOIN LATERAL (SELECT ${runColumns(now)} ${fromRuns()} WHERE r.job = j.name ORDER BY r.scheduled_for DESC LIMIT 1) r ON true
    LEFT JOIN LATERAL (
      SELECT finished_at AS at, scheduled_for FROM job_runs WHERE job = j.name AND status = 'ok' ORDER BY scheduled_for DESC LIMIT 1) ok ON true
    ORDER BY j.name`
  return rows.map(({ name, cron, timeoutSeconds, knownSince, lastSuccessAt, lastSuccessFor, ...run }) => ({
    ...{ name, cron, timeoutSeconds, lastSuccessAt, nextAt: nextTick(cron, now) },
    overdueSince: overdueSince({ cron, timeoutSeconds, knownSince, lastSuccessFor }, now),
    last: run.job === null ? null : runOf({ ...run, job: name }),
  }))
}

const nextTick = (cron: string, now: Instant): Instant | null => pattern(cron).nextRun(now)

export type RunFilter = { job?: string | undefined; state?: 'failed' | undefined }
/** Runs have no id: where a page ends is said by its last run. */
export type RunCursor = { scheduledFor: Instant; job: string }

/** The newest runs before a cursor, one more than `size` tells that there are others. */
export async function jobRuns(
  { job, state }: RunFilter,
  now: Instant,
  { size, before }: { size: number; before?: RunCursor | undefined },
): Promise<JobRunRow[]> {
  const sql = rawSql()
  const rows = await sql<RunRow[]>`
    SELECT ${runColumns(now)} ${fromRuns()}
    WHERE ${matching({ job, state })} ${before ? sql`AND (r.scheduled_for, r.job) < (${iso(before.scheduledFor)}::timestamptz, ${before.job}::text)` : sql``}
    ORDER BY r.scheduled_for DESC, r.job DESC LIMIT ${size + 1}`
  return rows.map(runOf)
}

/** A numbered page with the count of all, as the API gives it. */
export async function listJobRuns(filter: RunFilter, now: Instant, { page, page_size: size }: { page: number; page_size: number }) {
  const sql = rawSql()
  const [[counted], runs] = await Promise.all([
    sql<{ total: number }[]>`SELECT count(*)::int AS total FROM job_runs r WHERE ${matching(filter)}`,
    sql<RunRow[]>`
      SELECT ${runColumns(now)} ${fromRuns()} WHERE ${matching(filter)}
      ORDER BY r.scheduled_for DESC, r.job DESC LIMIT ${size} OFFSET ${(page - 1) * size}`,
  ])
  return { total: counted!.total, runs: runs.map(runOf) }
}

function matching({ job, state }: RunFilter) {
  const sql = rawSql()
  return sql`true ${job ? sql`AND r.job = ${job}` : sql``} ${state ? sql`AND r.status = 'failed'` : sql``}`
}

/** A run that should have ended long ago has died with its process. */
const runColumns = (now: Instant) => rawSql()`
  r.job, r.scheduled_for AS "scheduledFor", r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.result, r.error,
  a.name AS "requestedByName", r.attempts, r.progress_done::float8 AS "progressDone", r.progress_total::float8 AS "progressTotal",
  CASE WHEN r.status = 'ok' THEN 'succeeded'
       WHEN r.status = 'running' AND r.started_at + make_interval(secs => coalesce(s.timeout_seconds, 3600)) < ${iso(now)}::timestamptz THEN 'timed_out'
       ELSE r.status END AS state`

const fromRuns = () => rawSql()`
  FROM job_runs r LEFT JOIN admin_accounts a ON a.id = r.requested_by LEFT JOIN scheduled_jobs s ON s.name = r.job`

/**
 * Asks for a run at once; a workers process takes it within seconds. Throws RESOURCE_NOT_FOUND for a job that the clock does not know,
 * INVALID_PARAMS (JOB_UNDER_WAY) while it runs or waits already.
 */
export async function requestRun(name: string, act: PersonalAct): Promise<Instant> {
  const { actor, origin, at } = act
  if (!/^[\w-]{1,64}$/.test(name)) throw jobNotFound(name)
  try {
    await transaction(async (tx) => {
      await requireIdleJob(tx, name, at)
      await tx.sql`
        INSERT INTO job_runs (job, scheduled_for, started_at, status, requested_by)
        VALUES (${name}, ${iso(at)}::timestamptz, ${iso(at)}::timestamptz, 'requested', ${actor.id})`
      await record(tx, { actor, origin, operation: 'job_run', target: { kind: 'job', id: name }, details: { scheduled_for: iso(at) } }, at)
    })
  } catch (error) {
    if (['one_requested_run', 'job_runs_pkey'].includes(violatedConstraint(error) ?? '')) throw underWay()
    throw error
  }
  return at
}

/** The same for a job that the product itself names: unknown until the first workers process has started, INVALID_PARAMS (NO_WORKERS). */
export function requestOwnRun(name: string, act: PersonalAct): Promise<Instant> {
  return requestRun(name, act).catch((error) => {
    throw error instanceof Problem && error.code === 'RESOURCE_NOT_FOUND' ? brokenRule('NO_WORKERS', 'name') : error
  })
}

const jobNotFound = (name: string) => new Problem('RESOURCE_NOT_FOUND', { id: name.slice(0, 64) }, 'resource')
const underWay = () => brokenRule('JOB_UNDER_WAY', 'name')

async function requireIdleJob(tx: Transaction, name: string, at: Instant): Promise<void> {
  const [job] = await tx.sql<{ timeout: number }[]>`SELECT timeout_seconds AS timeout FROM scheduled_jobs WHERE name = ${name} FOR SHARE`
  if (!job) throw jobNotFound(name)
  const [open] = await tx.sql`
    SELECT job FROM job_runs WHERE job = ${name} AND scheduled_for > ${iso(addSeconds(at, -7 * 86_400))}::timestamptz
      AND (status = 'requested' OR (status = 'running' AND started_at > ${iso(addSeconds(at, -job.timeout))}::timestamptz)) LIMIT 1`
  if (open) throw underWay()
}
