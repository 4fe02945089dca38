import { nowMs } from '#src/core/time'

/** Calls of one batch at most: bounds what one failure or one slow lock can hold up. */
const MAX_BATCH = 256
/** Batches under way at most: while one waits for the disk, the next one is already decided. */
const MAX_UNDER_WAY = 2
/** After a batch of several calls the next ones are close behind: the first of them does not start alone for this long. */
const CROWD_MS = 20

export type GroupCommit<Call, Outcome> = {
  /** Adds a call to the next batch; its outcome arrives after COMMIT. */
  submit(call: Call): Promise<Outcome>
}

/**
 * Collects calls into batches. With nothing under way a call starts at once and pays nothing; under load it joins the next batch,
 * which starts when the one before it ends, when it is full, or after `windowMs`.
 */
export function groupCommit<Call, Outcome>(options: {
  /** Outcomes in the order of the calls; one that comes later does not hold up the next batch. */
  commit: (calls: Call[]) => Promise<(Outcome | Promise<Outcome>)[]>
  windowMs: () => number
  maxUnderWay?: number
}): GroupCommit<Call, Outcome> {
  const maxUnderWay = options.maxUnderWay ?? MAX_UNDER_WAY
  type Waiting = { call: Call; resolve: (outcome: Outcome | Promise<Outcome>) => void; reject: (error: unknown) => void }
  const queue: Waiting[] = []
  let underWay = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let starting: ReturnType<typeof setImmediate> | undefined
  let crowdedUntil = 0

  function plan(): void {
    if (queue.length === 0 || underWay === maxUnderWay || starting) return
    if (underWay === 0 && nowMs() > crowdedUntil) start()
    else if (underWay === 0 || queue.length >= MAX_BATCH) startSoon()
    else timer ??= setTimeout(startSoon, options.windowMs())
  }

  /** At the end of this turn of the event loop: calls whose bytes have already come then join. */
  function startSoon(): void {
    starting ??= setImmediate(start)
  }

  function start(): void {
    clearTimeout(timer)
    timer = starting = undefined
    if (queue.length === 0 || underWay === maxUnderWay) return
    const batch = queue.splice(0, MAX_BATCH)
    underWay++
    options
      .commit(batch.map(({ call }) => call))
      .then((outcomes) => {
        for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!)
      })
      .catch((error) => {
        for (const { reject } of batch) reject(error)
      })
      .finally(() => {
        underWay--
        if (batch.length > 1) crowdedUntil = nowMs() + CROWD_MS
        plan()
      })
    plan()
  }

  function submit(call: Call): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      queue.push({ call, resolve, reject })
      plan()
    })
  }

  return { submit }
}
