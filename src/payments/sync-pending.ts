import { and, asc, eq, gt, isNotNull, lt, lte, ne, or, sql } from 'drizzle-orm'
import { rechargeOrders } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant } from '#src/core/time'
import type { TickOrCall } from '#src/monitoring/tick'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { read, transaction } from '#src/platform/database'
import { checkOrder } from './check'
import { finishReturns } from './return-payment'

/** Orders of one run at most, and asked about at once: providers limit how often they are asked. */
const MOST_PER_RUN = 200
const AT_ONCE = 8
/** Three ticks of the clock missed: nobody looks after money that may have come in. */
const OVERDUE_SECONDS = 15 * 60

type Counts = Record<string, number>

/** Every five minutes: asks about orders whose time has come, oldest first, and settles what was paid without a notification. */
export async function syncPendingOrders({ now, signal }: TickOrCall): Promise<Counts> {
  const overdue = await alertOverdue(now)
  const due = await dueOrders(now, or(ne(rechargeOrders.status, 'pending'), gt(rechargeOrders.expiresAt, now)))
  return { ...(await checkAll(due, now, signal)), returned: await finishReturns(now), overdue }
}

/** Every minute: orders whose time to pay is over are asked about once more, closed at the provider and ended. */
export async function expireOrders({ now, signal }: TickOrCall): Promise<Counts> {
  const over = and(eq(rechargeOrders.status, 'pending'), lte(rechargeOrders.expiresAt, now))
  return checkAll(await dueOrders(now, over), now, signal)
}

async function dueOrders(now: Instant, which: ReturnType<typeof and>): Promise<Uuid[]> {
  const rows = await read()
    .select({ id: rechargeOrders.id })
    .from(rechargeOrders)
    .where(
      and(isNotNull(rechargeOrders.nextCheckAt), lte(rechargeOrders.nextCheckAt, now), ne(rechargeOrders.paymentMethod, 'bank'), which),
    )
    .orderBy(asc(rechargeOrders.nextCheckAt))
    .limit(MOST_PER_RUN)
  return rows.map(({ id }) => id)
}

async function checkAll(ids: Uuid[], now: Instant, signal?: AbortSignal): Promise<Counts> {
  const counts: Counts = { checked: ids.length, settled: 0, expired: 0, failed: 0 }
  const queue = [...ids]
  const worker = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      signal?.throwIfAborted()
      const came = await checkOrder(id, now)
      if (came in counts) counts[came]! += 1
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return counts
}

const LATE = { kind: 'payment_checks_overdue', subject: 'payment-sync' } as const

/** A poll that is overdue means that this job does not run, or does not keep up. */
async function alertOverdue(now: Instant): Promise<number> {
  const [row] = await read()
    .select({ count: sql<number>`count(*)::int` })
    .from(rechargeOrders)
    .where(and(isNotNull(rechargeOrders.nextCheckAt), lt(rechargeOrders.nextCheckAt, addSeconds(now, -OVERDUE_SECONDS))))
  const count = row!.count
  if (count > 0) {
    const alert = {
      ...LATE,
      audience: 'operations',
      details: { orders: String(count) },
    } as const
    await transaction((tx) => raiseAlert(tx, alert, now))
  } else await transaction((tx) => settleAlert(tx, LATE, now))
  return count
}
