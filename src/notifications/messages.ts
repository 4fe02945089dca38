import { newId, type Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'

/** What an operator reads in the message centre. */
export type Message = {
  type: 'price_change' | 'authorization' | 'security'
  title: string
  content: string
  priority?: 'normal' | 'high'
  /** The application, authorisation … it is about. */
  relatedId?: Uuid
}

/** Tells operators something, in the transaction of what happened: either both are there or neither. */
export async function notify(tx: Transaction, operatorIds: Uuid[], message: Message, at: Instant): Promise<void> {
  if (operatorIds.length === 0) return
  const { type, title, content, priority = 'normal', relatedId = null } = message
  await tx.sql`
    INSERT INTO message_notifications (id, type, title, content, priority, target, target_operator_id, related_id, created_at)
    SELECT id, ${type}::text, ${title}::text, ${content}::text, ${priority}::text, 'specific', operator_id, ${relatedId}::uuid, ${iso(at)}::timestamptz
    FROM unnest(${operatorIds.map(() => newId())}::uuid[], ${operatorIds}::uuid[]) AS t (id, operator_id)`
}
