import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { stopwatch } from '#src/core/time'

/** A fast stop writes a last checkpoint; after this the server is stopped without one and recovers at its next start. */
const FAST_STOP_MS = 20_000
const IMMEDIATE_STOP_MS = 5_000
const POLL_MS = 20

const lockFile = (folder: string): string => join(folder, 'postmaster.pid')

/** The process id of the server that runs on the cluster in `folder`, or undefined. A zombie or a stranger with its old number is none. */
export function findPostmaster(folder: string): number | undefined {
  const pid = lockedBy(folder)
  return pid !== undefined && commandLine(pid).includes(folder) ? pid : undefined
}

/**
 * Removes the lock of a server that died by kill -9 when its process number lives on, as a zombie that nobody reaps or as a stranger:
 * PostgreSQL sees only that the number is taken and would refuse to start for ever. Everything else it judges better itself.
 */
export function dropStaleLock(folder: string): void {
  const pid = lockedBy(folder)
  if (pid !== undefined && isTaken(pid) && !findPostmaster(folder)) rmSync(lockFile(folder), { force: true })
}

/** Stops the server on `folder`, if there is one, and returns when it has ended. */
export async function stopPostmaster(folder: string): Promise<void> {
  const pid = findPostmaster(folder)
  if (pid === undefined) return
  if (await ends(folder, pid, 'SIGINT', FAST_STOP_MS)) return
  await ends(folder, pid, 'SIGQUIT', IMMEDIATE_STOP_MS)
}

async function ends(folder: string, pid: number, signal: NodeJS.Signals, milliseconds: number): Promise<boolean> {
  if (isTaken(pid)) process.kill(pid, signal)
  for (const elapsed = stopwatch(); elapsed() < milliseconds; await Bun.sleep(POLL_MS)) {
    if (!commandLine(pid).includes(folder)) return true
  }
  return false
}

function lockedBy(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(lockFile(folder), 'utf8').split('\n')[0])
    return Number.isInteger(pid) && pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Empty for a process that is gone or a zombie. */
function commandLine(pid: number): string {
  if (process.platform !== 'linux') return Bun.spawnSync(['ps', '-o', 'command=', '-p', String(pid)]).stdout.toString()
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
