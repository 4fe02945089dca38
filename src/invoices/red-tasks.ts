import { eq, sql } from 'drizzle-orm'
import { invoiceRedTasks as tasks } from '#drizzle/schema'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { read, type Transaction, transaction } from '#src/platform/database'

/** Tasks of one tick at most. */
const MOST = 200

type Task = typeof tasks.$inferSelect

/**
 * Tells finance of operators that have more invoiced than they paid, and takes that back once it is no longer so. The database notes the
 * tasks itself, in the transaction of the refund; this only wakes people, so that a refund never waits for it.
 */
export async function alertRedTasks({ now }: { now: Instant }): Promise<{ raised: number; settled: number }> {
  // In the order in which they were opened: of one operator's tasks the newest has the last word.
  const news = await read()
    .select()
    .from(tasks)
    .where(sql`${tasks.alertedAt} IS DISTINCT FROM ${tasks.updatedAt}`)
    .orderBy(tasks.openedAt, sql`${tasks.settledAt} NULLS LAST`)
    .limit(MOST)
  for (const task of news) await transaction((tx) => tell(tx, task, now))
  const settled = news.filter(({ settledAt }) => settledAt !== null).length
  return { raised: news.length - settled, settled }
}

async function tell(tx: Transaction, { id, operatorId, over, settledAt, updatedAt }: Task, now: Instant): Promise<void> {
  const about = { kind: 'invoice_red' as const, subject: showId('operator', operatorId) }
  if (settledAt) await settleAlert(tx, about, now)
  else await raiseAlert(tx, { ...about, audience: 'finance', operatorId, details: { over: yuan(over) } }, now)
  // What was told is the state of that moment; a change meanwhile is told next time.
  await tx.db.update(tasks).set({ alertedAt: updatedAt }).where(eq(tasks.id, id))
}
