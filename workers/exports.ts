import { now } from '#src/core/time'
import { claimExport, makeExport } from '#src/exports/work'
import { log } from '#src/platform/log'
import { startMaking } from './file-maker'

/** Makes the exports that people wait for. */
export const startExports = (): { stop(): Promise<void> } =>
  startMaking('export', async (signal) => {
    const claimed = await claimExport(now())
    if (!claimed) return 'none'
    const outcome = await makeExport(claimed, signal)
    log('info', `export ${outcome}`, { operation: 'export', export_id: claimed.id, kind: claimed.kind, attempts: claimed.attempts })
    return outcome === 'ready' ? 'one' : 'trouble'
  })
