import { hostname } from 'node:os'
import type { Uuid } from '#src/core/ids'
import { now, stopwatch } from '#src/core/time'
import { beat, buryProcess, endProcess, registerProcess } from '#src/monitoring/worker-processes'
import { log } from '#src/platform/log'
import { version } from '../package.json'

/** How often a process beats, and after how long without a beat, on the watcher's own stopwatch, it is dead: its work goes to the others. */
const PACE = { beatMs: 2_000, silentMs: 15_000 }

type Seen = { beats: bigint; since: () => number }

/** Tells that this process lives, and watches the others, until `stop`. `hands` names what it works on the queue of deliveries with. */
export async function startHeartbeat(id: Uuid, hands: () => readonly string[], pace = PACE): Promise<{ stop(): Promise<void> }> {
  const me = { id, host: hostname(), pid: process.pid, version }
  await registerProcess(me, now())
  const seen = new Map<Uuid, Seen>()
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const round = async () => {
    try {
      const alive = await beat(id, hands(), now())
      if (!alive.has(id) && !stopped) await registerProcess(me, now())
      alive.delete(id)
      await watch(alive, seen, pace.silentMs)
    } catch (error) {
      log('warn', 'heartbeat missed', { operation: 'heartbeat', error })
    }
    if (!stopped) timer = setTimeout(next, pace.beatMs)
  }
  let beating = round()
  const next = () => {
    beating = round()
  }
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await beating
      await endProcess(id, now())
    },
  }
}

async function watch(alive: ReadonlyMap<Uuid, bigint>, seen: Map<Uuid, Seen>, silentMs: number): Promise<void> {
  for (const id of seen.keys()) if (!alive.has(id)) seen.delete(id)
  for (const [id, beats] of alive) {
    const last = seen.get(id)
    if (last?.beats !== beats) seen.set(id, { beats, since: stopwatch() })
    else if (last.since() > silentMs && (await buryProcess(id, beats, now())))
      log('error', 'a workers process has fallen silent', { operation: 'heartbeat', process_id: id, alert: true })
  }
}
