import { existsSync, mkdirSync, readFileSync, readlinkSync, rmdirSync, rmSync, symlinkSync } from 'node:fs'
import { type Home, pathsOf } from './home'

/**
 * One release at a time: the lock is a symlink, made in one step, whose target is the process that holds it and when that began, so that
 * another process which got the same number later is not taken for it. Returns the way to let go. Throws an Error naming the holder.
 */
export function takeLock(home: Home): () => void {
  const { lock } = pathsOf(home)
  const self = `${process.pid}@${beginningOf(process.pid)}`
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      symlinkSync(self, lock)
      return () => {
        if (holderOf(lock) === self) rmSync(lock, { force: true })
      }
    } catch {
      const holder = holderOf(lock)
      if (holder && isAlive(holder)) {
        const pid = holder.split('@')[0]
        throw new Error(
          `另一次发布正在进行（进程 ${pid}），本次未做任何事 / another release is under way (process ${pid}), nothing was done`,
        )
      }
      breakLock(lock, holder)
    }
  }
  throw new Error(`无法取得 ${lock} / could not take ${lock}`)
}

/** Whether a release is under way in this home now. */
export function isLocked(home: Home): boolean {
  const holder = holderOf(pathsOf(home).lock)
  return holder !== undefined && isAlive(holder)
}

function holderOf(lock: string): string | undefined {
  try {
    return readlinkSync(lock)
  } catch {
    return undefined
  }
}

/** The holder died. Looked at again under a lock of its own, because another release may have broken this one and taken it since. */
function breakLock(lock: string, holder: string | undefined): void {
  try {
    mkdirSync(`${lock}.break`)
  } catch {
    Bun.sleepSync(50)
    return
  }
  if (holderOf(lock) === holder) rmSync(lock, { force: true })
  rmdirSync(`${lock}.break`)
}

function isAlive(holder: string): boolean {
  const [pid, began] = holder.split('@')
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return beginningOf(Number(pid)) === began
}

/** When a process began, in the machine's own ticks; the same for all where nothing tells. */
function beginningOf(pid: number): string {
  const path = `/proc/${pid}/stat`
  if (!existsSync(path)) return '0'
  return readFileSync(path, 'utf8').split(') ').at(-1)!.split(' ')[19] ?? '0'
}
