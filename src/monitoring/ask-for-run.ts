import { type Instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'

/** Asks for a run of a job at once, for the product itself: a workers process takes it within seconds. Nothing more while one waits already. */
export async function askForRun(tx: Transaction, job: string, at: Instant): Promise<void> {
  await tx.sql`
    INSERT INTO job_runs (job, scheduled_for, started_at, status) VALUES (${job}, ${iso(at)}::timestamptz, ${iso(at)}::timestamptz, 'requested')
    ON CONFLICT DO NOTHING`
}
