import { addDays, iso, now } from '#src/core/time'
import { JOBS } from '#workers/schedule'
import type { TestDatabase } from './database'

/**
 * Lets workers processes find every job done until tomorrow: a test about what the queue sends needs no backup, no proof and no alert of
 * theirs beside it.
 */
export async function stillClock({ owner }: Pick<TestDatabase, 'owner'>): Promise<void> {
  const tomorrow = iso(addDays(now(), 1))
  await owner`
    INSERT INTO job_runs (job, scheduled_for, started_at, finished_at, status, result)
    SELECT job, ${tomorrow}::timestamptz, now(), now(), 'ok', '{}' FROM unnest(${JOBS.map(({ name }) => name)}::text[]) AS job`
}
