/** Given by `src/start.ts` to its children; a server started by hand or by a container has no supervisor to outlive. */
export const SUPERVISED = '--supervised'

/** After this the process ends though its drain has not: the supervisor's patience is 10 s, and nobody else would end it. */
const PATIENCE_MS = 12_000

/**
 * Calls `stop` once when this process is to end: on SIGTERM, on Ctrl-C (which reaches supervisor and child alike, so it comes
 * twice) and, under a supervisor, when that is gone: its end of our standard input closes even when it was killed with -9.
 * `stop` drains and ends the process itself.
 */
export function endWithSupervisor(stop: () => void): void {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    setTimeout(() => process.exit(1), PATIENCE_MS).unref()
    stop()
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  process.on('SIGHUP', end)
  if (!process.argv.includes(SUPERVISED)) return
  process.stdin.on('end', end)
  process.stdin.on('close', end)
  process.stdin.on('error', end)
  process.stdin.resume()
}
