import { stopwatch } from '#src/core/time'
import { slowestOfMost } from '#src/platform/answer-tally'
import { askMachine, findMachine } from './control'
import type { Home } from './home'
import type { MachineState } from './machine'
import { type Charged, replay, requireReady } from './smoke'

const LOOK_MS = 500
const CALL_EVERY_MS = 2_000
/** One lost call may be anybody's; two in a row are the release's. */
const MOST_FAILURES = 2

/** Of fewer answers than these nothing is said. */
const [FEWEST_ERRORS, FEWEST_ANSWERS] = [3, 50]
const MOST_ERRORS = 0.02
const SLOWEST_MS = 2_000
const MOST_MEMORY_MB = 1_024
const MOST_SILENT_SECONDS = 4

/** Why a release should not stay, from what it has answered to everybody; undefined while it does well. */
export function faultIn({
  deaths,
  silentSeconds,
  answers,
}: Pick<MachineState, 'deaths' | 'silentSeconds' | 'answers'>): string | undefined {
  const { requests, serverErrors, rssMb } = answers
  if (deaths > 0) return `进程退出 ${deaths} 次 / its processes ended ${deaths} times`
  if (silentSeconds > MOST_SILENT_SECONDS)
    return `进程 ${Math.round(silentSeconds)} 秒无响应 / its process hangs for ${Math.round(silentSeconds)} s`
  if (serverErrors >= FEWEST_ERRORS && serverErrors > requests * MOST_ERRORS)
    return `${requests} 个应答中有 ${serverErrors} 个 5xx / ${serverErrors} of ${requests} answers were 5xx`
  if (requests >= FEWEST_ANSWERS && slowestOfMost(answers) === undefined) return `p99 超过 ${SLOWEST_MS} ms / p99 is above ${SLOWEST_MS} ms`
  if (rssMb > MOST_MEMORY_MB) return `内存 ${rssMb} MB / it takes ${rssMb} MB of memory`
  return undefined
}

/**
 * Looks at a release on trial for so many seconds: how it answers everybody, whether it is ready, and whether the check's game start is
 * still answered as it was. Gives a sentence about what it saw; throws an Error with the first thing that is wrong.
 */
export async function watch(home: Home, url: string, charged: Charged | undefined, seconds: number): Promise<string> {
  let [failures, lastCall] = [0, 0]
  const elapsed = stopwatch()
  while (elapsed() < seconds * 1000) {
    await Bun.sleep(LOOK_MS)
    const fault = await lookAt(home)
    if (fault) throw new Error(fault)
    if (elapsed() - lastCall < CALL_EVERY_MS) continue
    lastCall = elapsed()
    const failed = await calls(url, charged)
    failures = failed ? failures + 1 : 0
    if (failed && failures >= MOST_FAILURES) throw new Error(failed)
  }
  const failed = await calls(url, charged)
  if (failed) throw new Error(failed)
  const { answers } = await askMachine(home)
  return `${Math.round(elapsed() / 1000)} s，应答 ${answers.requests}，5xx ${answers.serverErrors}，p99 ≤ ${slowestOfMost(answers) ?? '–'} ms`
}

/** What the machine itself has seen; a look that it is too busy to answer says nothing. */
async function lookAt(home: Home): Promise<string | undefined> {
  const state = await findMachine(home)
  return state && (state.returned ?? faultIn(state))
}

async function calls(url: string, charged: Charged | undefined): Promise<string | undefined> {
  try {
    await requireReady(url)
    if (charged) await replay(url, charged)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
