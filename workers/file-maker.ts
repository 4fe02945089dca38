import { log } from '#src/platform/log'

/** A file that waits is seen within this time. */
const LOOK_MS = 1_000
/** A database that is away, or a file that could not be made, is not tried more often. */
const TROUBLE_MS = 5_000

/** What a look came to: one file made, none waiting, or one that could not be made. */
type Look = 'one' | 'none' | 'trouble'

/** Makes the files that `look` finds waiting, one at a time, until `stop`; what is under way then is given back and made by the next process. */
export function startMaking(operation: string, look: (signal: AbortSignal) => Promise<Look>): { stop(): Promise<void> } {
  const ending = new AbortController()
  const running = work(operation, look, ending.signal)
  return {
    stop: () => {
      ending.abort()
      return running
    },
  }
}

async function work(operation: string, look: (signal: AbortSignal) => Promise<Look>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const came = await look(signal).catch((error: unknown): Look => {
      log('warn', `${operation}s not looked at`, { operation, error })
      return 'trouble'
    })
    if (came !== 'one') await pause(came === 'none' ? LOOK_MS : TROUBLE_MS, signal)
  }
}

/** Waits; ends early when the signal is aborted. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end)
  })
