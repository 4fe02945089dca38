import { stopwatch } from '#src/core/time'
import type { AnswerTally } from '#src/platform/answer-tally'
import { type Generation, HOPELESS_DEATHS, type Release } from './generation'

/** A release that failed is not waited for: what it has under way is not worth the time of everybody else. */
const IMPATIENT_MS = 2_000
const LOOK_MS = 200

export type MachineState = {
  version: string | null
  /** The version that comes back unless the present one is confirmed; null when there is no trial. */
  fallback: string | null
  /** Why the last trial ended with the version before; null when it did not. */
  returned: string | null
  deaths: number
  silentSeconds: number
  answers: AnswerTally
}

export type Machine = {
  state(): MachineState
  /**
   * Starts the processes of `next` beside those that run, and lets these drain once they have the port open. From then on `next` is on
   * trial: unless it is confirmed within `trialSeconds`, or when its processes keep dying, the version before comes back by itself,
   * whatever became of the one who asked. Throws, with everything as before, when `next` does not get ready or a trial is under way.
   */
  switchTo(next: Release, trialSeconds: number): Promise<void>
  /** Ends the trial for good: `next` stays. Throws when it is not the version that runs. */
  confirm(version: string): void
  /** Ends the trial with the version before. */
  goBack(reason: string): Promise<void>
  stop(): Promise<void>
}

type Setting = {
  /** Starts the processes of a release; they join the port. */
  start(release: Release): Generation
  /** Called with a version that was confirmed: it is what the next start of this machine runs. */
  keep(version: string): void
  say(text: string): void
  signal: AbortSignal
}

type Trial = { fallback: Release; end(): void }
type Course = { current: Generation; trial: Trial | undefined; returned: string | null; busy: boolean; leaving: Set<Promise<void>> }

/** Which release a machine runs, and how it gets from one to another without a moment in which none serves. */
export function openMachine(first: Generation, setting: Setting): Machine {
  const course: Course = { current: first, trial: undefined, returned: null, busy: false, leaving: new Set() }
  const goBack = (reason: string) => exclusively(course, () => endWithFallback(course, setting, reason))
  return {
    state: () => ({
      version: course.current.release.version,
      fallback: course.trial?.fallback.version ?? null,
      returned: course.returned,
      deaths: course.current.deaths(),
      silentSeconds: course.current.silentSeconds(),
      answers: course.current.answers(),
    }),
    switchTo: (next, trialSeconds) =>
      exclusively(course, async () => {
        if (course.trial) throw new Error(`${course.current.release.version} 尚未确认 / is still on trial`)
        const fallback = course.current.release
        await replaceBy(course, setting, next)
        course.returned = null
        course.trial = beginTrial(course, fallback, trialSeconds, (reason) => {
          void goBack(reason).catch((error: Error) => setting.say(`未能回到上一版本 / could not go back: ${error.message}`))
        })
        setting.say(`已切换到 ${next.version} / switched to ${next.version}`)
      }),
    confirm: (version) => {
      const { current, trial, busy } = course
      if (!trial && current.release.version === version) return
      if (!trial || busy || current.release.version !== version) throw new Error(`${version} 不在试运行 / is not on trial`)
      setting.keep(version)
      trial.end()
      course.trial = undefined
    },
    goBack,
    stop: async () => {
      course.trial?.end()
      await Promise.all([course.current.stop(), ...course.leaving])
    },
  }
}

async function exclusively(course: Course, work: () => Promise<void>): Promise<void> {
  if (course.busy) throw new Error('正在切换，请稍候 / a switch is under way')
  course.busy = true
  await work().finally(() => {
    course.busy = false
  })
}

/** Those that ran drain only when the next ones have the port open. Throws, with everything as before, when that does not come. */
async function replaceBy(course: Course, { start, signal }: Setting, release: Release, patienceMs?: number): Promise<void> {
  const next = start(release)
  try {
    await next.ready(signal)
  } catch (error) {
    await next.stop(IMPATIENT_MS)
    throw error
  }
  const old = course.current
  course.current = next
  const gone = old.stop(patienceMs).finally(() => course.leaving.delete(gone))
  course.leaving.add(gone)
}

async function endWithFallback(course: Course, setting: Setting, reason: string): Promise<void> {
  if (!course.trial) throw new Error('没有待确认的版本 / no version is on trial')
  const { fallback, end } = course.trial
  setting.say(`回到 ${fallback.version}：${reason} / back to ${fallback.version}`)
  await replaceBy(course, setting, fallback, IMPATIENT_MS)
  end()
  course.trial = undefined
  course.returned = reason
}

function beginTrial(course: Course, fallback: Release, seconds: number, lost: (reason: string) => void): Trial {
  const elapsed = stopwatch()
  const looking = setInterval(() => {
    const isDying = course.current.deaths() >= HOPELESS_DEATHS
    if (course.busy || (!isDying && elapsed() < seconds * 1000)) return
    lost(isDying ? '进程反复退出 / its processes keep ending' : `${seconds} 秒内未被确认 / not confirmed within ${seconds} s`)
  }, LOOK_MS)
  return { fallback, end: () => clearInterval(looking) }
}
