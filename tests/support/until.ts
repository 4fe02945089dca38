import { stopwatch } from '#src/core/time'

/** Asks again and again until the answer is something; throws after `seconds`. What is awaited is the fact, never the clock. */
export async function until<T>(what: string, ask: () => Promise<T | undefined | false> | T | undefined | false, seconds = 20): Promise<T> {
  for (const elapsed = stopwatch(); elapsed() < seconds * 1_000; await Bun.sleep(25)) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
  }
  throw new Error(`${what}: not within ${seconds} seconds`)
}
