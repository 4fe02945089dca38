import type { Transaction } from './database'

/** A piece of work for the deliveries process. The key names it: what is queued twice under one key is done once. */
export type Work = { key: string; payload: Record<string, string> }

/**
 * Queues work in the transaction of what made it necessary: with its COMMIT the work will be done, without it there is none. The
 * deliveries process does it soon after and repeats what fails.
 */
export async function enqueue(tx: Transaction, task: string, works: readonly Work[]): Promise<void> {
  if (works.length === 0) return
  const payloads = works.map(({ payload }) => JSON.stringify(payload))
  await tx.sql`
    SELECT enqueue_work(${task}::text, payload::json, key)
    FROM unnest(${works.map(({ key }) => key)}::text[], ${payloads}::text[]) AS w (key, payload)`
}
