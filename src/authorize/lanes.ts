import { turnstile } from '#src/platform/turnstile'
import { commitWaiting, type Outcome } from './commit-batch'
import type { Call } from './decide'
import { type GroupCommit, groupCommit } from './group-commit'

/** Lanes that may wait for their account at the same time: each keeps a connection of the pool while it does. */
const MAX_WAITING = 4

type Lane = { calls: number; commits: GroupCommit<Call, Outcome> }

const lanes = new Map<string, Lane>()
const inTurn = turnstile(MAX_WAITING)

/** True while calls of this account (key digest in hex) wait for somebody to let it go. */
export const hasLane = (apiKeySha256: string): boolean => lanes.has(apiKeySha256)

/** Lets a call wait for its held account, together with the other calls of that account and with nobody else's. */
export async function submitToLane(call: Call): Promise<Outcome> {
  const lane = lanes.get(call.apiKeySha256) ?? openLane(call.apiKeySha256)
  lane.calls++
  try {
    return await lane.commits.submit(call)
  } finally {
    if (--lane.calls === 0) lanes.delete(call.apiKeySha256)
  }
}

function openLane(apiKeySha256: string): Lane {
  const commits = groupCommit<Call, Outcome>({ commit: (calls) => inTurn(() => commitWaiting(calls)), windowMs: () => 0, maxUnderWay: 1 })
  const lane = { calls: 0, commits }
  lanes.set(apiKeySha256, lane)
  return lane
}
