import { now } from '#src/core/time'
import { claimExport, makeExport } from '#src/exports/work'
import { log } from '#src/platform/log'

/** A file that waits is seen within this time. */
const LOOK_MS = 1_000
/** A database that is away is not asked more often. */
const TROUBLE_MS = 5_000

/** Makes the files that people wait for, one at a time, until `stop`; what is under way then is given back and made by the next process. */
export function startExports(): { stop(): Promise<void> } {
  const ending = new AbortController()
  const running = work(ending.signal)
  return {
    stop: () => {
      ending.abort()
      return running
    },
  }
}

async function work(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const worked = await next(signal)
    if (worked !== 'one') await pause(worked === 'none' ? LOOK_MS : TROUBLE_MS, signal)
  }
}

async function next(signal: AbortSignal): Promise<'one' | 'none' | 'trouble'> {
  try {
    const claimed = await claimExport(now())
    if (!claimed) return 'none'
    const outcome = await makeExport(claimed, signal)
    log('info', `export ${outcome}`, { operation: 'export', export_id: claimed.id, kind: claimed.kind, attempts: claimed.attempts })
    return outcome === 'ready' ? 'one' : 'trouble'
  } catch (error) {
    log('warn', 'exports not looked at', { operation: 'export', error })
    return 'trouble'
  }
}

/** Ends early when this process does. */
const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
