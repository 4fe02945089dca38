import { now } from '#src/core/time'
import { claimRequestedRun } from '#src/monitoring/scheduled-jobs'
import { log } from '#src/platform/log'
import { runClaimed } from './run-job'
import { JOBS } from './schedule'

/** Somebody looks at the page meanwhile. */
const LOOK_MS = 1_000
/** A database that is away is not asked more often. */
const TROUBLE_MS = 5_000

/** Does the runs that people ask for on the jobs page, one at a time, until `stop`, which waits for the one under way. */
export function startRequestedRuns(): { stop(): Promise<void> } {
  const state = { ended: false, wake: () => {} }
  const working = work(state)
  return {
    stop: () => {
      state.ended = true
      state.wake()
      return working
    },
  }
}

async function work(state: { ended: boolean; wake: () => void }): Promise<void> {
  while (!state.ended) {
    const pause = await next()
    if (pause === 0 || state.ended) continue
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause)
      state.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** Gives how long to wait before the next look. */
async function next(): Promise<number> {
  try {
    return (await doRequestedRun()) ? 0 : LOOK_MS
  } catch (error) {
    log('warn', 'requested runs not looked at', { operation: 'requested_runs', error })
    return TROUBLE_MS
  }
}

/** Does one run that waits; false when there is none. */
export async function doRequestedRun(): Promise<boolean> {
  const claimed = await claimRequestedRun(now())
  if (!claimed) return false
  const unknown = { run: () => Promise.reject(new Error('this release does not know the job')), cron: '', timeoutSeconds: 1 }
  await runClaimed(JOBS.find(({ name }) => name === claimed.job) ?? { name: claimed.job, ...unknown }, claimed.scheduledFor)
  return true
}
