/** What this process has answered since it began: what its supervisor judges a new release by. */
export type AnswerTally = {
  requests: number
  serverErrors: number
  /** Answers by how long they took, in the stretches of `TALLY_BOUNDS_MS` and one above them. */
  durations: number[]
  rssMb: number
}

const TALLY_BOUNDS_MS = [10, 50, 100, 250, 500, 1_000, 2_000] as const

const tally = { requests: 0, serverErrors: 0, durations: [...TALLY_BOUNDS_MS, 0].map(() => 0) }

/** Counts an answer to somebody; what monitoring asks is left out, since it is told of faults by 503. */
export function countAnswer(route: string, status: number, durationMs: number): void {
  if (/^GET \/(health|metrics)/.test(route)) return
  tally.requests++
  if (status >= 500) tally.serverErrors++
  const stretch = TALLY_BOUNDS_MS.findIndex((bound) => durationMs <= bound)
  tally.durations[stretch === -1 ? TALLY_BOUNDS_MS.length : stretch]!++
}

export const answerTally = (): AnswerTally => ({ ...tally, rssMb: Math.round(process.memoryUsage.rss() / 1_048_576) })

export const EMPTY_TALLY: AnswerTally = { requests: 0, serverErrors: 0, durations: [...TALLY_BOUNDS_MS, 0].map(() => 0), rssMb: 0 }

/** Both together; the larger of the two memories. */
export const addTallies = (one: AnswerTally, other: AnswerTally): AnswerTally => ({
  requests: one.requests + other.requests,
  serverErrors: one.serverErrors + other.serverErrors,
  durations: one.durations.map((count, index) => count + (other.durations[index] ?? 0)),
  rssMb: Math.max(one.rssMb, other.rssMb),
})

/** Milliseconds within which 99 of 100 answers came; undefined when the slowest stretch has them, which has no bound. */
export function slowestOfMost({ requests, durations }: AnswerTally): number | undefined {
  let counted = 0
  for (const [index, count] of durations.entries()) {
    counted += count
    if (counted >= requests * 0.99) return TALLY_BOUNDS_MS[index]
  }
  return undefined
}
