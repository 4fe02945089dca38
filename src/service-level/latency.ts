/**
 * The upper ends, in milliseconds, of the steps that durations are counted in; the last step has none. Near the targets they are close
 * together. Rows of authorize_minutes hold one count for each: a step that is added or moved needs a migration.
 */
const STEP_ENDS_MS = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1_000, 2_000, 5_000] as const

/** One count for each step. */
export type Latency = readonly number[]

/** No call in any step; add to a copy. */
export const noLatency = (): number[] => new Array<number>(STEP_ENDS_MS.length + 1).fill(0)

/** The step that a duration falls into. */
export function stepOf(milliseconds: number): number {
  const step = STEP_ENDS_MS.findIndex((end) => milliseconds <= end)
  return step === -1 ? STEP_ENDS_MS.length : step
}

/** The steps of several counts, added up. */
export function addLatency(all: readonly Latency[]): number[] {
  const sum = noLatency()
  for (const one of all) for (const [step, calls] of one.entries()) sum[step] = (sum[step] ?? 0) + calls
  return sum
}

const beginOf = (step: number): number => (step === 0 ? 0 : STEP_ENDS_MS[step - 1]!)

/**
 * The milliseconds within which `share` (0–1) of the calls were answered, evenly spread inside a step; null without calls. What lies in
 * the open last step counts as its beginning: it is said too low there, and the page says "over".
 */
export function percentile(latency: Latency, share: number): number | null {
  const total = latency.reduce((sum, calls) => sum + calls, 0)
  if (total === 0) return null
  let left = share * total
  for (const [step, calls] of latency.entries()) {
    if (calls === 0 || left > calls) {
      left -= calls
      continue
    }
    const end = STEP_ENDS_MS[step]
    return end === undefined ? beginOf(step) : beginOf(step) + (end - beginOf(step)) * (left / calls)
  }
  return beginOf(latency.length - 1)
}

/** How many calls took longer than `milliseconds`, at most the end of the last step but one: a step that it divides counts by its part. */
export function slowerThan(latency: Latency, milliseconds: number): number {
  return latency.reduce((sum, calls, step) => sum + calls * partAbove(step, milliseconds), 0)
}

function partAbove(step: number, milliseconds: number): number {
  const [begin, end] = [beginOf(step), STEP_ENDS_MS[step]]
  if (begin >= milliseconds || end === undefined) return 1
  return end <= milliseconds ? 0 : (end - milliseconds) / (end - begin)
}
