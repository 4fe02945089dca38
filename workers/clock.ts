import type { Cron } from 'croner'
import { addMs, addSeconds, type Instant, now, stopwatch } from '#src/core/time'
import { newestTick, pattern } from '#src/monitoring/overdue-jobs'
import { log } from '#src/platform/log'
import type { Job } from './schedule'

/** A jump of the machine's clock is seen within this time. */
const LOOK_MS = 1_000
/** A clock that is put right by less than this is an everyday matter. */
const JUMP_SECONDS = 5

export type Due = { job: Job; scheduledFor: Instant }

/**
 * Tells which ticks have come since the last look. Every process computes the same ones, whoever looks late or often. Where a look is late,
 * or the clock was put forward, the newest tick of each job stands for those that were passed over. Where the clock was put back, the
 * ticks of that stretch come again and are found taken: nothing runs twice, and each job rests until the clock is where it was.
 */
export function makeClock(jobs: readonly Job[], from: Instant): { due(at: Instant): Due[]; next(): Instant | null } {
  const hands = jobs.map((job) => ({ job, cron: pattern(job.cron), next: null as Instant | null }))
  let looked = from
  const set = (at: Instant) => {
    for (const hand of hands) hand.next = hand.cron.nextRun(at)
  }
  set(from)
  return {
    due: (at) => {
      if (at < looked) set(addMs(at, -1))
      looked = at
      return hands.flatMap((hand) => {
        if (!hand.next || hand.next > at) return []
        hand.next = hand.cron.nextRun(at)
        return [{ job: hand.job, scheduledFor: newestTick(hand.cron, at)! }]
      })
    },
    next: () => hands.reduce<Instant | null>((first, { next }) => (next && (!first || next < first) ? next : first), null),
  }
}

/** Calls `tick` for each tick that comes, until `stop`. */
export function startClock(jobs: readonly Job[], tick: (due: Due) => void): { stop(): void } {
  const clock = makeClock(jobs, now())
  let timer: ReturnType<typeof setTimeout> | undefined
  let before = { at: now(), elapsed: stopwatch() }
  const look = () => {
    const at = now()
    tellJump(before.at, before.elapsed(), at)
    before = { at, elapsed: stopwatch() }
    for (const due of clock.due(at)) tick(due)
    const wait = (clock.next()?.getTime() ?? Number.POSITIVE_INFINITY) - now().getTime()
    timer = setTimeout(look, Math.min(Math.max(wait, 1), LOOK_MS))
  }
  look()
  return { stop: () => clearTimeout(timer) }
}

function tellJump(before: Instant, elapsedMs: number, at: Instant): void {
  const jump = Math.round((at.getTime() - before.getTime() - elapsedMs) / 1000)
  if (Math.abs(jump) >= JUMP_SECONDS)
    log('error', 'the clock of this machine has jumped', { operation: 'clock', seconds: jump, alert: true })
}

/** The newest tick of a job that a late start has missed, if any. */
export function missedTick(cron: Cron, last: Instant | null, at: Instant): Instant | undefined {
  const newest = newestTick(cron, addSeconds(at, -1))
  return newest && (!last || last < newest) ? newest : undefined
}
