import { addDays, type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { Tick } from './tick'

/** Rows of one statement, and of one kind in one night: a backlog is gone after some nights, and no night takes long. */
const AT_ONCE = 10_000
const MOST_STATEMENTS = 20

type Rule = { name: string; keepDays: number; clear(before: string): Promise<{ count: number }> }

/**
 * What grows with every day and is needed only for a while; the whole list, with what is kept for ever and why, stands in
 * docs/decisions/0029-workers.md.
 */
const RULES: readonly Rule[] = [
  {
    name: 'mail_deliveries',
    keepDays: 180,
    clear: (before) => rawSql()`
      DELETE FROM mail_deliveries WHERE ctid IN (SELECT ctid FROM mail_deliveries WHERE finished_at < ${before}::timestamptz LIMIT ${AT_ONCE})`,
  },
  {
    name: 'report_mails',
    keepDays: 365,
    clear: (before) => rawSql()`
      DELETE FROM report_mails WHERE ctid IN (SELECT ctid FROM report_mails WHERE finished_at < ${before}::timestamptz LIMIT ${AT_ONCE})`,
  },
  {
    name: 'expiry_notices',
    keepDays: 180,
    clear: (before) => rawSql()`
      DELETE FROM authorization_expiry_notices WHERE ctid IN (
        SELECT ctid FROM authorization_expiry_notices WHERE expires_at < ${before}::timestamptz LIMIT ${AT_ONCE})`,
  },
  {
    // The row stays: the same notification, come again after a year, is still known.
    name: 'notification_bodies',
    keepDays: 365,
    clear: (before) => rawSql()`
      UPDATE payment_notifications SET body = '' WHERE ctid IN (
        SELECT ctid FROM payment_notifications WHERE last_received_at < ${before}::timestamptz AND body <> '' LIMIT ${AT_ONCE})`,
  },
  {
    name: 'audit_checks',
    keepDays: 365,
    clear: (before) => rawSql()`
      DELETE FROM audit_checks WHERE finished_at < ${before}::timestamptz AND started_at < (
        SELECT max(started_at) FROM audit_checks WHERE status = 'intact')`,
  },
  {
    name: 'worker_processes',
    keepDays: 30,
    clear: (before) => rawSql()`DELETE FROM worker_processes WHERE coalesce(ended_at, silent_at) < ${before}::timestamptz`,
  },
]

/** Every night: removes what is older than its rule keeps, in bounded statements. */
export async function clearOldRows({ now, signal, progress }: Tick): Promise<Record<string, number>> {
  const counts: Record<string, number> = { runs_given_up: await giveUpLostRuns(now) }
  for (const [index, { name, keepDays, clear }] of RULES.entries()) {
    counts[name] = await clearOne(clear, iso(addDays(now, -keepDays)), signal)
    progress({ done: index + 1, total: RULES.length })
  }
  return counts
}

async function clearOne(clear: Rule['clear'], before: string, signal: AbortSignal): Promise<number> {
  let cleared = 0
  for (let statement = 0; statement < MOST_STATEMENTS; statement++) {
    signal.throwIfAborted()
    const { count } = await clear(before)
    cleared += count
    if (count < AT_ONCE) break
  }
  return cleared
}

/** A run on the command line that was killed has no process whose silence would tell. */
async function giveUpLostRuns(now: Instant): Promise<number> {
  const { count } = await rawSql()`
    UPDATE job_runs SET status = 'failed', finished_at = ${iso(now)}::timestamptz, error = 'the process ended during the run'
    WHERE status = 'running' AND process_id IS NULL AND started_at < ${iso(addDays(now, -1))}::timestamptz`
  return count
}
