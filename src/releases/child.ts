import { stopwatch } from '#src/core/time'
import { type AnswerTally, addTallies, EMPTY_TALLY } from '#src/platform/answer-tally'
import { SUPERVISED } from '#src/platform/supervised'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000
/** Who lived this long did not die of its start; its next restart is quick again. */
const CALM_MS = 10_000
/** The server's promise: what is under way is answered within 10 s of SIGTERM. */
const DRAIN_MS = 10_000

export type Program = {
  name: string
  /** The folder of the release, and the Bun that it is run with. */
  root: string
  bun: string
  script: string
  env: Record<string, string>
  words?: string[]
  say: (text: string) => void
}

export type Child = {
  /** How often it ended without being told to. */
  deaths(): number
  /** Whether it has said that its port is open, in its present life. */
  isReady(): boolean
  /** Seconds since it was heard of; a process that works tells every second how it answers. */
  silentSeconds(): number
  /** How it has answered in all its lives. */
  answers(): AnswerTally
  /** Lets it end what is under way; after `patienceMs` it is killed. */
  stop(patienceMs?: number): Promise<void>
}

/** Runs a script of ours and starts it again whenever it dies, after 0.2 s at first and 5 s at last, until it is stopped or `signal` is aborted. */
export function keepAlive(program: Program, signal: AbortSignal): Child {
  const { name, say } = program
  let [deaths, isReady, isStopped] = [0, false, false]
  let [before, present] = [EMPTY_TALLY, EMPTY_TALLY]
  let sinceHeard = stopwatch()
  const spawn = () =>
    spawnProgram(program, (message) => {
      sinceHeard = stopwatch()
      if ('ready' in message) isReady = true
      else present = message.answers
    })
  let current = spawn()
  const isOver = () => isStopped || signal.aborted
  const watch = async () => {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const alive = stopwatch()
      await current.exited
      // Ctrl-C reaches the child too, which may be faster than we are.
      if (isOver()) return
      deaths++
      isReady = false
      ;[before, present] = [addTallies(before, present), EMPTY_TALLY]
      if (alive() > CALM_MS) pause = FIRST_PAUSE_MS
      const reason = current.signalCode ?? current.exitCode
      say(`${name} 意外退出（${reason}），${pause / 1000} 秒后重启 / ${name} ended (${reason}), again in ${pause / 1000} s`)
      await Bun.sleep(pause)
      if (isOver()) return
      current = spawn()
    }
  }
  void watch()
  return {
    deaths: () => deaths,
    isReady: () => isReady,
    silentSeconds: () => sinceHeard() / 1000,
    answers: () => addTallies(before, present),
    stop: async (patienceMs = DRAIN_MS) => {
      isStopped = true
      current.kill('SIGTERM')
      const late = setTimeout(() => current.kill('SIGKILL'), patienceMs)
      await current.exited
      clearTimeout(late)
    },
  }
}

type Message = { ready: true } | { answers: AnswerTally }

function spawnProgram({ root, bun, script, env, words = [] }: Program, told: (message: Message) => void) {
  // The pipe is never written to: it closes when this process dies, however it dies, and the child then ends by itself.
  return Bun.spawn([bun, script, SUPERVISED, ...words], {
    ...{ cwd: root, env, stdin: 'pipe', stdout: 'inherit', stderr: 'inherit' },
    ipc: (message) => {
      if (message !== null && typeof message === 'object') told(message as Message)
    },
  })
}
