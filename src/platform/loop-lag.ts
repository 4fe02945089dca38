import { stopwatch } from '#src/core/time'

/** A turn of the event loop that takes longer than this shows; looking costs nothing. */
const LOOK_MS = 100
/** The longest wait is known for each of the last so many stretches of so many looks: a minute in all. */
const STRETCHES = 12
const LOOKS = 50

/** Watches how long the event loop keeps its timers waiting. Gives the longest wait of the last minute, in seconds; the watch ends with the process. */
export function watchLoop(): () => number {
  const longest = [0]
  let elapsed = stopwatch()
  let looks = 0
  setInterval(() => {
    const late = Math.max(0, elapsed() - LOOK_MS)
    elapsed = stopwatch()
    if (++looks % LOOKS === 0) {
      longest.unshift(0)
      longest.length = Math.min(longest.length, STRETCHES)
    }
    longest[0] = Math.max(longest[0]!, late)
  }, LOOK_MS).unref()
  return () => Math.max(...longest) / 1000
}
