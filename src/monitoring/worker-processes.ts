import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { rawSql, type Transaction, transaction } from '#src/platform/database'

/** A run whose process ended is begun again this often in all; what kills five processes is no bad luck. */
const MOST_ATTEMPTS = 5

export type WorkerProcess = {
  id: Uuid
  host: string
  pid: number
  version: string
  startedAt: Instant
  beatAt: Instant
  isSilent: boolean
}

type NewProcess = Pick<WorkerProcess, 'id' | 'host' | 'pid' | 'version'>

/** A workers process is there, for the first time or again. Those of its machine that had fallen silent are replaced by it. */
export function registerProcess({ id, host, pid, version }: NewProcess, at: Instant): Promise<void> {
  return transaction(async (tx) => {
    const replaced = await tx.sql<Named[]>`
      UPDATE worker_processes SET ended_at = ${iso(at)}::timestamptz
      WHERE host = ${host} AND id <> ${id} AND silent_at IS NOT NULL AND ended_at IS NULL RETURNING host, pid`
    await tx.sql`
      INSERT INTO worker_processes (id, host, pid, version, started_at, beat_at)
      VALUES (${id}, ${host}, ${pid}, ${version}, ${iso(at)}::timestamptz, ${iso(at)}::timestamptz)
      ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at, silent_at = NULL, ended_at = NULL`
    for (const one of replaced) await settleAlert(tx, aboutSilence(one), at)
  })
}

type Named = { host: string; pid: number }
const aboutSilence = ({ host, pid }: Named) => ({ kind: 'workers_silent' as const, subject: `${host}#${pid}` })

/**
 * The process lives; `hands` is what the queue of deliveries calls it. Gives how often every process that has not ended has beaten, itself
 * included: when it is missing, its row is gone.
 */
export async function beat(id: Uuid, hands: readonly string[], at: Instant): Promise<Map<Uuid, bigint>> {
  const [mine] = await rawSql()<(Named & { wasSilent: boolean })[]>`
    UPDATE worker_processes w SET beats = w.beats + 1, beat_at = ${iso(at)}::timestamptz, hands = ${[...hands]}, silent_at = NULL
    FROM worker_processes was WHERE w.id = ${id} AND was.id = w.id AND w.ended_at IS NULL
    RETURNING w.host, w.pid, was.silent_at IS NOT NULL AS "wasSilent"`
  if (mine?.wasSilent) await transaction((tx) => settleAlert(tx, aboutSilence(mine), at))
  const rows = await rawSql()<
    { id: Uuid; beats: bigint }[]
  >`SELECT id, beats FROM worker_processes WHERE ended_at IS NULL AND silent_at IS NULL`
  return new Map(rows.map((row) => [row.id, row.beats]))
}

/**
 * A process has not beaten since `beats`: what it ran is given to the others, what it held of the queue is freed, and somebody is told
 * unless another process has taken its place on the same machine. False when it has beaten meanwhile or somebody else was quicker.
 */
export function buryProcess(id: Uuid, beats: bigint, at: Instant): Promise<boolean> {
  return transaction(async (tx) => {
    const [dead] = await tx.sql<(Named & { hands: string[]; beatAt: Instant; isReplaced: boolean })[]>`
      UPDATE worker_processes w SET silent_at = ${iso(at)}::timestamptz, ended_at = CASE WHEN ${replacement(tx)} THEN ${iso(at)}::timestamptz END
      WHERE id = ${id} AND beats = ${beats} AND silent_at IS NULL AND ended_at IS NULL
      RETURNING host, pid, hands, beat_at AS "beatAt", ended_at IS NOT NULL AS "isReplaced"`
    if (!dead) return false
    await giveBackRuns(tx, id, at)
    await tx.sql`SELECT free_work(${dead.hands}::text[])`
    const details = { host: dead.host, pid: String(dead.pid), last_beat: iso(dead.beatAt) }
    if (!dead.isReplaced) await raiseAlert(tx, { ...aboutSilence(dead), audience: 'operations', details }, at)
    return true
  })
}

const replacement = ({ sql }: Transaction) => sql`EXISTS (
  SELECT FROM worker_processes o WHERE o.host = w.host AND o.id <> w.id AND o.ended_at IS NULL AND o.silent_at IS NULL AND o.started_at >= w.beat_at)`

/** The process ends in order; a run that was cut off goes to the others. */
export function endProcess(id: Uuid, at: Instant): Promise<void> {
  return transaction(async (tx) => {
    await giveBackRuns(tx, id, at)
    await tx.sql`UPDATE worker_processes SET ended_at = ${iso(at)}::timestamptz WHERE id = ${id} AND ended_at IS NULL`
  })
}

/** What a process ran waits for another: of each job its newest run. One that has been begun too often, or has a successor, has failed. */
async function giveBackRuns(tx: Transaction, id: Uuid, at: Instant): Promise<void> {
  await tx.sql`
    UPDATE job_runs r SET status = 'requested', attempts = r.attempts + 1
    WHERE r.process_id = ${id} AND r.status = 'running' AND r.attempts < ${MOST_ATTEMPTS}
      AND NOT EXISTS (SELECT FROM job_runs o WHERE o.job = r.job AND o.status = 'requested')
      AND r.scheduled_for = (SELECT max(scheduled_for) FROM job_runs o WHERE o.process_id = ${id} AND o.status = 'running' AND o.job = r.job)`
  const lost = await tx.sql<{ job: string; isWorn: boolean }[]>`
    UPDATE job_runs SET status = 'failed', finished_at = ${iso(at)}::timestamptz, error = 'the process ended during the run'
    WHERE process_id = ${id} AND status = 'running' RETURNING job, attempts >= ${MOST_ATTEMPTS} AS "isWorn"`
  for (const { job } of lost.filter(({ isWorn }) => isWorn)) {
    const details = { error: `the process ended during the run, ${MOST_ATTEMPTS} times` }
    await raiseAlert(tx, { kind: 'job_failed', subject: job, audience: 'operations', details }, at)
  }
}

/** A machine that was taken away has no successor: after this long its processes are over. */
const FORGET_SECONDS = 86_400

/** Ends processes that have been silent for a day, and what was told of them. */
export function forgetSilent(at: Instant): Promise<number> {
  return transaction(async (tx) => {
    const gone = await tx.sql<Named[]>`
      UPDATE worker_processes SET ended_at = ${iso(at)}::timestamptz
      WHERE ended_at IS NULL AND silent_at < ${iso(addSeconds(at, -FORGET_SECONDS))}::timestamptz RETURNING host, pid`
    for (const one of gone) await settleAlert(tx, aboutSilence(one), at)
    return gone.length
  })
}

/** The processes that have not ended, oldest first. Where none is left to watch, the time since the last beat tells. */
export const workerProcesses = (now: Instant): Promise<WorkerProcess[]> =>
  rawSql()<WorkerProcess[]>`
    SELECT id, host, pid, version, started_at AS "startedAt", beat_at AS "beatAt", ${isSilent(now)} AS "isSilent"
    FROM worker_processes WHERE ended_at IS NULL ORDER BY started_at, id LIMIT 100`

/** Longer than the others wait: a page does not call somebody dead whom they have not buried. */
const SILENT_SECONDS = 30

const isSilent = (now: Instant) => rawSql()`(silent_at IS NOT NULL OR beat_at < ${iso(addSeconds(now, -SILENT_SECONDS))}::timestamptz)`

/** How many processes are there and beat. */
export async function countAliveWorkers(now: Instant): Promise<number> {
  const [row] = await rawSql()<{ alive: number }[]>`
    SELECT count(*)::int AS alive FROM worker_processes WHERE ended_at IS NULL AND NOT ${isSilent(now)}`
  return row!.alive
}
