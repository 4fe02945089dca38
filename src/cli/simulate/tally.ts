import type { Uuid } from '#src/core/ids'
import { type Money, parseYuan, plus, ZERO } from '#src/core/money'
import type { Reply } from './headset'

/** What a session was answered; `charged` is undefined while nobody has told. */
export type SentSession = { operatorId: Uuid; charged: Money | undefined; receipt: string | undefined }

export type Tally = ReturnType<typeof newTally>

/** The books of the headsets' side: what was sent, what came back, how long it took. */
export function newTally() {
  const sessions = new Map<string, SentSession>()
  const refused = new Map<string, number>()
  const latencies: number[] = []
  const counts = { sent: 0, accepted: 0, replayed: 0, errors: 0, serverErrors: 0, givenUp: 0, ended: 0, endsFailed: 0, changedReceipts: 0 }
  let charged = ZERO

  /** Notes an answer to a game start; `ms` counts from when it was due, so that a slow server cannot hide behind a late sender. */
  function note(operatorId: Uuid, sessionId: string, reply: Reply, ms: number): 'accepted' | 'other' {
    latencies.push(ms)
    const session = sessions.get(sessionId) ?? { operatorId, charged: undefined, receipt: undefined }
    sessions.set(sessionId, session)
    if (!reply) counts.errors++
    else if (reply.status >= 500) counts.serverErrors++
    else if (reply.status !== 200)
      refused.set(reply.body.error_code ?? String(reply.status), (refused.get(reply.body.error_code ?? String(reply.status)) ?? 0) + 1)
    else return noteReceipt(session, reply)
    return 'other'
  }

  function noteReceipt(session: SentSession, { body }: NonNullable<Reply>): 'accepted' | 'other' {
    const receipt = JSON.stringify(body.data)
    if (body.replayed) counts.replayed++
    else counts.accepted++
    if (session.receipt !== undefined && session.receipt !== receipt) counts.changedReceipts++
    if (session.charged !== undefined) return 'other'
    session.receipt = receipt
    session.charged = parseYuan(String(body.data?.total_cost)) ?? ZERO
    charged = plus(charged, session.charged)
    return 'accepted'
  }

  return { sessions, refused, latencies, counts, note, charged: () => charged }
}

/** The value below which `share` of the sorted numbers lie. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0
}
