import { addDays, type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** Long enough to see what a job did last month; the counts of older runs stand in the log. */
const KEEP_DAYS = 30

/** More than a week of runs: a backlog is gone after a few nights, and no night takes long. */
const MOST_ROWS = 100_000

/**
 * Removes runs that ended a month ago. Of each job its newest run stays, since the clock goes on from it, and its newest success, since
 * its age is what an alarm looks at.
 */
export async function pruneJobRuns({ now }: { now: Instant }): Promise<{ job_runs: number }> {
  const { count } = await rawSql()`
    WITH kept AS (
      SELECT job, max(scheduled_for) AS newest, max(scheduled_for) FILTER (WHERE status = 'ok') AS newest_ok FROM job_runs GROUP BY job)
    DELETE FROM job_runs WHERE (job, scheduled_for) IN (
      SELECT r.job, r.scheduled_for FROM job_runs r JOIN kept USING (job)
      WHERE r.finished_at < ${iso(addDays(now, -KEEP_DAYS))}::timestamptz
        AND r.scheduled_for <> kept.newest AND r.scheduled_for IS DISTINCT FROM kept.newest_ok
      LIMIT ${MOST_ROWS})`
  return { job_runs: count }
}
