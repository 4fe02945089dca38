import type { messageNotifications } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { enqueue } from '#src/platform/outbox'
import { MAILED_UNLESS_CHOSEN } from './preferences'

type Row = typeof messageNotifications.$inferSelect
export type MessageType = Row['type']

/** What an operator reads in the message centre. */
export type Message = {
  type: MessageType
  title: string
  content: string
  priority?: Row['priority']
  /** The application, authorisation … it is about. */
  relatedId?: Uuid
  /** Needed where the type does not say it already: an access request, an announcement. */
  relatedKind?: NonNullable<Row['relatedKind']>
}

/** What a message of a type is about unless it says otherwise. */
const USUALLY_ABOUT: Partial<Record<MessageType, Message['relatedKind']>> = {
  price_change: 'application',
  authorization: 'authorization',
  refund: 'refund',
  invoice: 'invoice',
  system: 'announcement',
}

/**
 * Tells operators something, in the transaction of what happened: either both are there or neither. Whoever wants this kind of
 * message by mail too is sent one, by the deliveries process, after COMMIT.
 */
export async function notify(tx: Transaction, operatorIds: Uuid[], message: Message, at: Instant): Promise<void> {
  if (operatorIds.length === 0) return
  const { type, title, content, priority = 'normal', relatedId = null } = message
  const relatedKind = relatedId && (message.relatedKind ?? USUALLY_ABOUT[type] ?? null)
  const messageIds = operatorIds.map(() => newId())
  await tx.sql`
    INSERT INTO message_notifications (id, type, title, content, priority, target, target_operator_id, related_id, related_kind, created_at)
    SELECT id, ${type}::text, ${title}::text, ${content}::text, ${priority}::text, 'specific', operator_id, ${relatedId}::uuid,
           ${relatedKind}::text, ${iso(at)}::timestamptz
    FROM unnest(${messageIds}::uuid[], ${operatorIds}::uuid[]) AS t (id, operator_id)`
  await queueMails(tx, messageIds, at)
}

/** Queues the mails of messages, one for each message and operator that wants it, in the transaction that wrote the messages. */
export async function queueMails(tx: Transaction, messageIds: Uuid[], at: Instant): Promise<void> {
  const queued = await tx.sql<{ messageId: Uuid; operatorId: Uuid }[]>`
    INSERT INTO mail_deliveries (message_id, operator_id, created_at)
    SELECT m.id, o.id, ${iso(at)}::timestamptz
    FROM message_notifications m
    JOIN operator_accounts o ON o.deactivated_at IS NULL AND (m.target = 'all' OR o.id = m.target_operator_id OR o.category = m.target_category)
    LEFT JOIN message_preferences p ON p.operator_id = o.id AND p.type = m.type
    WHERE m.id = ANY (${messageIds}::uuid[]) AND coalesce(p.by_mail, m.type = ANY (${MAILED_UNLESS_CHOSEN}::text[]))
    ON CONFLICT DO NOTHING
    RETURNING message_id AS "messageId", operator_id AS "operatorId"`
  await enqueue(
    tx,
    'mail',
    queued.map(({ messageId, operatorId }) => ({
      key: `${messageId}:${operatorId}`,
      payload: { message_id: messageId, operator_id: operatorId },
    })),
  )
}
