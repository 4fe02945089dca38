/** Lets at most `places` pieces of work run at the same time; the rest wait in the order they came. */
export function turnstile(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let underWay = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (underWay >= places) await new Promise<void>((resolve) => waiting.push(resolve))
    else underWay++
    try {
      return await work()
    } finally {
      // The place goes straight to the next in line: nobody who comes now can slip in between.
      const next = waiting.shift()
      if (next) next()
      else underWay--
    }
  }
}
