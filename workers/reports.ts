import { now } from '#src/core/time'
import { log } from '#src/platform/log'
import { claimReport, makeReport } from '#src/reports/make'

/** A report that waits is seen within this time. */
const LOOK_MS = 1_000
/** A database that is away, or a report that could not be made, is not tried more often. */
const TROUBLE_MS = 5_000

/**
 * Makes the reports that people and the clock ask for, one at a time, until `stop`; what is under way then is given back. Not from the
 * queue of mails and payouts: a long report would hold a place there, and one whose process was killed would wait for hours.
 */
export function startReports(): { stop(): Promise<void> } {
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
    const pause = await next(signal)
    for (let waited = 0; waited < pause && !signal.aborted; waited += 100) await Bun.sleep(100)
  }
}

/** Works on one report; gives how long to wait before the next look. */
async function next(signal: AbortSignal): Promise<number> {
  try {
    const claimed = await claimReport(now())
    if (!claimed) return LOOK_MS
    const outcome = await makeReport(claimed, signal)
    log('info', `report ${outcome}`, { operation: 'report', report_id: claimed.id, attempts: claimed.attempts })
    return outcome === 'completed' ? 0 : TROUBLE_MS
  } catch (error) {
    log('warn', 'reports not looked at', { operation: 'report', error })
    return TROUBLE_MS
  }
}
