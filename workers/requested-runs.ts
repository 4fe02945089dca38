import { now } from '#src/core/time'
import { claimRequestedRun, type RunClaim } from '#src/monitoring/job-runs'
import { log } from '#src/platform/log'
import { pause } from './file-maker'
import { type Holder, runClaimed } from './run-job'
import { JOBS, type Job } from './schedule'

/** Somebody looks at the page meanwhile. */
const LOOK_MS = 1_000
/** A database that is away is not asked more often. */
const TROUBLE_MS = 5_000
/** An hour's proof keeps nobody else waiting; more would keep the clock's own jobs from the database. */
const AT_ONCE = 3

/** Does the runs that people ask for, and those whose process ended, until `stop`, which waits for what is under way. */
export function startRequestedRuns(holder: Holder, jobs: readonly Job[] = JOBS): { stop(): Promise<void> } {
  const ending = new AbortController()
  const underWay = new Set<Promise<unknown>>()
  const hand = { holder, jobs, underWay }
  const working = work(hand, ending.signal)
  return {
    stop: async () => {
      ending.abort()
      await working
      await Promise.allSettled(underWay)
    },
  }
}

type Hand = { holder: Holder; jobs: readonly Job[]; underWay: Set<Promise<unknown>> }

async function work(hand: Hand, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const wait = await next(hand)
    if (wait > 0 && !signal.aborted) await pause(wait, signal)
  }
}

/** Gives how long to wait before the next look. */
async function next({ holder, jobs, underWay }: Hand): Promise<number> {
  if (underWay.size >= AT_ONCE) return LOOK_MS
  try {
    const claim = await claimRequestedRun(now(), holder.id)
    if (!claim) return LOOK_MS
    const run = runClaimed(jobOf(claim, jobs), claim, holder).catch((error: unknown) =>
      log('error', 'job could not run', { operation: `job:${claim.job}`, error }),
    )
    underWay.add(run)
    void run.then(() => underWay.delete(run))
    return 0
  } catch (error) {
    log('warn', 'requested runs not looked at', { operation: 'requested_runs', error })
    return TROUBLE_MS
  }
}

/** Does one run that waits; false when there is none. */
export async function doRequestedRun(): Promise<boolean> {
  const claim = await claimRequestedRun(now(), null)
  if (!claim) return false
  await runClaimed(jobOf(claim, JOBS), claim)
  return true
}

/** A newer release may have asked for a job that this one does not have. */
function jobOf({ job }: RunClaim, jobs: readonly Job[]): Job {
  const unknown = { run: () => Promise.reject(new Error('this release does not know the job')), cron: '', timeoutSeconds: 1 }
  return jobs.find(({ name }) => name === job) ?? { name: job, ...unknown }
}
