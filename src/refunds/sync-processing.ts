import { and, asc, eq, isNotNull, isNull, lt, lte, ne, or } from 'drizzle-orm'
import { refundPayouts } from '#drizzle/schema'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { addDays, type Instant } from '#src/core/time'
import type { TickOrCall } from '#src/monitoring/tick'
import { raiseAlert } from '#src/notifications/alerts'
import { read, transaction } from '#src/platform/database'
import { log } from '#src/platform/log'
import { type Advanced, advancePayout } from './send'

/** Payouts in one run; those left over are first in the next. */
const MOST = 200
/** A bank card takes one to three working days; an answer that is missing for a day is a fault. */
const OVERDUE_DAYS = 7
const UNANSWERED_DAYS = 1

/** Asks about every payout whose time has come, sends what its provider does not have, and wakes finance for what takes too long. */
export async function syncRefunds({ now, signal }: TickOrCall): Promise<Record<string, number>> {
  const due = await read()
    .select({ id: refundPayouts.id })
    .from(refundPayouts)
    .where(and(isNotNull(refundPayouts.nextCheckAt), lte(refundPayouts.nextCheckAt, now)))
    .orderBy(asc(refundPayouts.nextCheckAt))
    .limit(MOST)
  const counts: Record<string, number> = { checked: 0, failed: 0 }
  for (const { id } of due) {
    signal?.throwIfAborted()
    const outcome = await advance(id, now)
    counts.checked!++
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return { ...counts, overdue: await tellOverdue(now) }
}

/** One payout that cannot be read must not keep the others from their money. */
async function advance(id: string, now: Instant): Promise<Advanced | 'failed'> {
  try {
    return await advancePayout(id, now)
  } catch (error) {
    log('error', 'payout failed', { operation: 'refund-sync', payout_id: id, error })
    return 'failed'
  }
}

async function tellOverdue(now: Instant): Promise<number> {
  const { createdAt, status, channel, providerState } = refundPayouts
  const overdue = await read()
    .select()
    .from(refundPayouts)
    .where(
      and(
        eq(status, 'processing'),
        ne(channel, 'bank'),
        or(
          lt(createdAt, addDays(now, -OVERDUE_DAYS)),
          and(lt(createdAt, addDays(now, -UNANSWERED_DAYS)), or(eq(providerState, 'absent'), isNull(providerState))),
        ),
      ),
    )
    .limit(MOST)
  for (const payout of overdue) {
    const details = { refund_id: showId('refund', payout.refundId), channel: payout.channel, amount: yuan(payout.amount) }
    await transaction((tx) =>
      raiseAlert(tx, { kind: 'refund_overdue', subject: payout.id, audience: 'finance', operatorId: payout.operatorId, details }, now),
    )
  }
  return overdue.length
}
