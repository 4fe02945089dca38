import { and, eq, isNull } from 'drizzle-orm'
import { usageRecords } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { invalidField, Problem } from '#src/core/problem'
import { addSeconds, type Instant } from '#src/core/time'
import { type Transaction, transaction } from '#src/platform/database'

export type EndReport = { durationSeconds: number | undefined; endedAt: Instant | undefined }
export type EndedGame = { id: Uuid; sessionId: string; endedAt: Instant; durationSeconds: number; estimated: boolean }

const LONGEST_GAME_SECONDS = 86_400

/**
 * Records the end of a game, once; money does not move. Without a duration it is counted from the authorisation to `now` and marked
 * estimated. The same report again gives the first answer; a different one throws SESSION_ID_CONFLICT, an unknown session
 * SESSION_NOT_FOUND.
 */
export function endGame(
  operatorId: Uuid,
  sessionId: string,
  report: EndReport,
  now: Instant,
): Promise<{ usage: EndedGame; isRepeat: boolean }> {
  return transaction(async (tx) => {
    const usage = await lockUsage(tx, operatorId, sessionId)
    if (!usage) throw new Problem('SESSION_NOT_FOUND', { id: sessionId.slice(0, 128) })
    if (usage.endedAt === null) return { usage: await end(tx, usage, report, now), isRepeat: false }
    if (differs(usage, report)) throw new Problem('SESSION_ID_CONFLICT', { session_id: usage.sessionId, differs: ['duration_seconds'] })
    return { usage: usage as EndedGame, isRepeat: true }
  })
}

type Usage = {
  id: Uuid
  sessionId: string
  startedAt: Instant
  endedAt: Instant | null
  durationSeconds: number | null
  estimated: boolean | null
}

async function lockUsage(tx: Transaction, operatorId: Uuid, sessionId: string): Promise<Usage | undefined> {
  const { id, startedAt, endedAt, durationSeconds, estimated } = usageRecords
  const [usage] = await tx.db
    .select({ id, sessionId: usageRecords.sessionId, startedAt, endedAt, durationSeconds, estimated })
    .from(usageRecords)
    .where(and(eq(usageRecords.operatorId, operatorId), eq(usageRecords.sessionId, sessionId)))
    .for('no key update')
  return usage
}

async function end(tx: Transaction, usage: Usage, report: EndReport, now: Instant): Promise<EndedGame> {
  const estimated = report.durationSeconds === undefined
  const durationSeconds = report.durationSeconds ?? secondsBetween(usage.startedAt, now)
  const endedAt = report.endedAt ?? (estimated ? now : addSeconds(usage.startedAt, durationSeconds))
  if (endedAt < usage.startedAt || endedAt > addSeconds(usage.startedAt, LONGEST_GAME_SECONDS)) {
    throw invalidField('ended_at', '须在开始后24小时内', 'must lie within 24 hours after the start')
  }
  await tx.db
    .update(usageRecords)
    .set({ endedAt, durationSeconds, estimated })
    .where(and(eq(usageRecords.id, usage.id), isNull(usageRecords.endedAt)))
  return { id: usage.id, sessionId: usage.sessionId, endedAt, durationSeconds, estimated }
}

const secondsBetween = (from: Instant, to: Instant): number =>
  Math.min(LONGEST_GAME_SECONDS, Math.max(0, Math.round((to.getTime() - from.getTime()) / 1000)))

/** A repeat may leave out what it does not know; what it says must be what was said. */
function differs(usage: Usage, report: EndReport): boolean {
  if (report.endedAt && report.endedAt.getTime() !== usage.endedAt?.getTime()) return true
  return report.durationSeconds === undefined
    ? usage.estimated === false
    : report.durationSeconds !== usage.durationSeconds || usage.estimated === true
}
