import { now } from '#src/core/time'
import { log } from '#src/platform/log'
import { claimReport, makeReport } from '#src/reports/make'
import { startMaking } from './file-maker'

/**
 * Makes the reports that people and the clock ask for. Not from the queue of mails and payouts: a long report would hold a place there,
 * and one whose process was killed would wait for hours.
 */
export const startReports = (): { stop(): Promise<void> } =>
  startMaking('report', async (signal) => {
    const claimed = await claimReport(now())
    if (!claimed) return 'none'
    const outcome = await makeReport(claimed, signal)
    log('info', `report ${outcome}`, { operation: 'report', report_id: claimed.id, attempts: claimed.attempts })
    return outcome === 'completed' ? 'one' : 'trouble'
  })
