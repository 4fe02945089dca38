import { stopwatch } from '#src/core/time'
import { type AnswerTally, addTallies, EMPTY_TALLY } from '#src/platform/answer-tally'
import { SHARES_PORT } from '#src/platform/supervised'
import { type Child, keepAlive } from './child'

const READY_MS = 30_000
const POLL_MS = 25
/** Who dies this often before it was ever ready will not get better by itself. */
export const HOPELESS_DEATHS = 4

export type Release = {
  /** The name of its folder; null for a machine that runs from a plain checkout. */
  version: string | null
  root: string
  bun: string
}

/** The processes of one release: web processes that share the port, and one of workers. */
export type Generation = {
  release: Release
  /** Returns once every web process has its port open. Throws when they die again and again, or take too long. */
  ready(signal: AbortSignal): Promise<void>
  deaths(): number
  /** Seconds since the quietest web process was heard of. */
  silentSeconds(): number
  answers(): AnswerTally
  stop(patienceMs?: number): Promise<void>
}

type Setting = { env: Record<string, string>; webProcesses: number; sharesPort: boolean; say: (text: string) => void }

export function startGeneration(release: Release, { env, webProcesses, sharesPort, say }: Setting, signal: AbortSignal): Generation {
  const { root, bun } = release
  const words = sharesPort ? [SHARES_PORT] : []
  const web = Array.from({ length: webProcesses }, () =>
    keepAlive({ name: 'server', root, bun, script: 'src/server.ts', env, words, say }, signal),
  )
  const children = [...web, keepAlive({ name: 'workers', root, bun, script: 'workers/main.ts', env, say }, signal)]
  const deaths = () => children.reduce((sum, child) => sum + child.deaths(), 0)
  return {
    release,
    ready: (giveUp) => untilReady(web, deaths, giveUp),
    deaths,
    silentSeconds: () => Math.max(...web.map((child) => child.silentSeconds())),
    answers: () => web.reduce((sum, child) => addTallies(sum, child.answers()), EMPTY_TALLY),
    stop: async (patienceMs) => {
      await Promise.all(children.map((child) => child.stop(patienceMs)))
    },
  }
}

async function untilReady(web: readonly Child[], deaths: () => number, signal: AbortSignal): Promise<void> {
  for (const elapsed = stopwatch(); elapsed() < READY_MS; await Bun.sleep(POLL_MS)) {
    signal.throwIfAborted()
    if (web.every((child) => child.isReady())) return
    if (deaths() >= HOPELESS_DEATHS) throw new Error('新版本的进程反复退出，原因见日志 / its processes end again and again, see the log')
  }
  throw new Error(`新版本 ${READY_MS / 1000} 秒内未就绪 / it was not ready within ${READY_MS / 1000} s`)
}
