/** Given by `src/start.ts` to its children; a server started by hand or by a container has no supervisor to outlive. */
export const SUPERVISED = '--supervised'

/** Given to a web process that joins a port which others have open. */
export const SHARES_PORT = '--shares-port'

/** Whether this process joins a port that others have open. */
export const sharesPort = (): boolean => process.argv.includes(SHARES_PORT)

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

/** What a child tells its supervisor: that its port is open, and how it answers. Without a supervisor nobody hears it. */
export function tellSupervisor(message: { ready: true } | { answers: unknown }): void {
  if (!process.send || !process.connected) return
  try {
    process.send(message)
  } catch {
    // The supervisor went away in between; standard input tells that.
  }
}
