import { stopwatch } from '#src/core/time'
import { authorize, newSessionId } from '#tests/support/client'
import type { Store } from '#tests/support/factory'

const CALLERS = 4
/** A headset server between two game starts. */
const PAUSE_MS = 20
const RETRY_MS = 50
/** A caller that got no answer for so long says so; the session stays its own. */
const CALL_MS = 5_000

type Acknowledged = { sessionId: string; token: string }

export type Load = {
  /** Every start that was answered with 200, as its caller wrote it down. */
  journal: Acknowledged[]
  /** Answers that a caller must never get, with their words. */
  wrong: string[]
  /** The longest time without any answer, in seconds, since it was asked last. */
  longestGap(): number
  stop(): Promise<void>
}

/** Constant signed load: each caller starts one game after the other and repeats a start with its own session until it is answered. */
export function startLoad(url: string, store: Store): Load {
  const [journal, wrong]: [Acknowledged[], string[]] = [[], []]
  let [isEnding, gap, since] = [false, 0, stopwatch()]
  const answered = () => {
    gap = Math.max(gap, since())
    since = stopwatch()
  }
  const startGame = async (sessionId: string) => {
    while (!isEnding) {
      const answer = await withinPatience(authorize(url, store, { sessionId, players: 1, headers: { Connection: 'close' } }))
      if (answer?.status === 200) {
        journal.push({ sessionId, token: String(answer.body.data?.authorization_token) })
        return answered()
      }
      // Our fault, or nobody there: the same session again. Anything else would be a lie about this store.
      if (answer && answer.status < 500) return void wrong.push(`${answer.status} ${answer.body.error_code}`)
      await Bun.sleep(RETRY_MS)
    }
  }
  const caller = async () => {
    while (!isEnding) {
      await startGame(newSessionId(store.operator.id))
      await Bun.sleep(PAUSE_MS)
    }
  }
  const callers = Array.from({ length: CALLERS }, caller)
  return {
    journal,
    wrong,
    longestGap: () => {
      const longest = Math.max(gap, since())
      gap = 0
      return longest / 1000
    },
    stop: async () => {
      isEnding = true
      await Promise.all(callers)
    },
  }
}

const withinPatience = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work.catch(() => undefined), Bun.sleep(CALL_MS).then(() => undefined)])
