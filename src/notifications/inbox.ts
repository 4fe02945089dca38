import type { messageNotifications } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { type Querying, rawSql, type Transaction } from '#src/platform/database'
import type { MessageType } from './messages'

type Row = typeof messageNotifications.$inferSelect
export type InboxMessage = Pick<Row, 'id' | 'type' | 'title' | 'content' | 'priority' | 'createdAt' | 'relatedId' | 'relatedKind'> & {
  readAt: Instant | null
}
export type InboxFilter = { unread_only: boolean; type?: MessageType | undefined }

/**
 * What is for an operator: told to it, to its tier or to all, since its account exists. The table `m` with the reads `r` beside it;
 * whose messages they are stands in the statement, so that nobody meets another operator's. Ids are made in the order of time.
 */
const inboxOf = ({ sql }: Querying, operatorId: Uuid) => sql`
  operator_accounts o
  JOIN message_notifications m ON m.created_at >= o.created_at AND (
    (m.target = 'specific' AND m.target_operator_id = ${operatorId}) OR m.target = 'all' OR (m.target = 'tier' AND m.target_category = o.category))
  LEFT JOIN operator_message_reads r ON r.operator_id = ${operatorId} AND r.message_id = m.id`

const columns = ({ sql }: Querying) => sql`
  m.id, m.type, m.title, m.content, m.priority, m.created_at AS "createdAt", m.related_id AS "relatedId", m.related_kind AS "relatedKind",
  r.read_at AS "readAt"`

const chosen = ({ sql }: Querying, operatorId: Uuid, { unread_only: unreadOnly, type }: InboxFilter) => sql`
  o.id = ${operatorId} ${unreadOnly ? sql`AND r.read_at IS NULL` : sql``} ${type ? sql`AND m.type = ${type}` : sql``}`

/** One page of an operator's messages, newest first, with how many there are over the whole filter. */
export async function listMessages(
  operatorId: Uuid,
  filter: InboxFilter & { page: number; page_size: number },
): Promise<{ total: number; messages: InboxMessage[] }> {
  const db = { sql: rawSql() }
  const [[counted], messages] = await Promise.all([
    db.sql<{ total: number }[]>`SELECT count(*)::int AS total FROM ${inboxOf(db, operatorId)} WHERE ${chosen(db, operatorId, filter)}`,
    db.sql<InboxMessage[]>`
      SELECT ${columns(db)} FROM ${inboxOf(db, operatorId)} WHERE ${chosen(db, operatorId, filter)}
      ORDER BY m.id DESC LIMIT ${filter.page_size} OFFSET ${(filter.page - 1) * filter.page_size}`,
  ])
  return { total: counted!.total, messages }
}

/** One page of an operator's messages by key, newest first. */
export async function pageOfMessages(operatorId: Uuid, filter: InboxFilter, keyset: Keyset): Promise<Slice<InboxMessage>> {
  const db = { sql: rawSql() }
  const beyond = keyset.after
    ? db.sql`AND m.id < ${keyset.after}::uuid`
    : keyset.before
      ? db.sql`AND m.id > ${keyset.before}::uuid`
      : db.sql``
  const found = await db.sql<InboxMessage[]>`
    SELECT ${columns(db)} FROM ${inboxOf(db, operatorId)} WHERE ${chosen(db, operatorId, filter)} ${beyond}
    ORDER BY m.id ${isBackwards(keyset) ? db.sql`` : db.sql`DESC`} LIMIT ${rowsWanted(keyset)}`
  return cutPage(found, keyset, (message) => message.id)
}

/** How many messages the operator `o` of a statement has not read: its own by one index, those for many by another. */
export const unreadOf = ({ sql }: Querying) => sql`(
  (SELECT count(*) FROM message_notifications m
   WHERE m.target = 'specific' AND m.target_operator_id = o.id AND m.created_at >= o.created_at
     AND NOT EXISTS (SELECT FROM operator_message_reads r WHERE r.operator_id = o.id AND r.message_id = m.id))
  + (SELECT count(*) FROM message_notifications m
     WHERE m.target <> 'specific' AND (m.target = 'all' OR m.target_category = o.category) AND m.created_at >= o.created_at
       AND NOT EXISTS (SELECT FROM operator_message_reads r WHERE r.operator_id = o.id AND r.message_id = m.id)))::int`

/** How many messages an operator has not read. */
export async function unreadCount(operatorId: Uuid): Promise<number> {
  const db = { sql: rawSql() }
  const [row] = await db.sql<{ count: number }[]>`SELECT ${unreadOf(db)} AS count FROM operator_accounts o WHERE o.id = ${operatorId}`
  return row?.count ?? 0
}

/** One message, marked as read by being opened; the first time counts. Throws RESOURCE_NOT_FOUND unless it is for this operator. */
export async function openMessage(tx: Transaction, operatorId: Uuid, id: Uuid, at: Instant): Promise<InboxMessage> {
  const [message] = await tx.sql<InboxMessage[]>`
    SELECT ${columns(tx)} FROM ${inboxOf(tx, operatorId)} WHERE o.id = ${operatorId} AND m.id = ${id}`
  if (!message) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  await tx.sql`
    INSERT INTO operator_message_reads (operator_id, message_id, read_at) VALUES (${operatorId}, ${id}, ${iso(at)}) ON CONFLICT DO NOTHING`
  return { ...message, readAt: message.readAt ?? at }
}

/** Marks all that was there at `at` as read; gives how many were not. */
export async function readAll(tx: Transaction, operatorId: Uuid, at: Instant): Promise<number> {
  const marked = await tx.sql`
    INSERT INTO operator_message_reads (operator_id, message_id, read_at)
    SELECT ${operatorId}::uuid, m.id, ${iso(at)}::timestamptz FROM ${inboxOf(tx, operatorId)}
    WHERE o.id = ${operatorId} AND r.read_at IS NULL AND m.created_at <= ${iso(at)}::timestamptz
    ON CONFLICT DO NOTHING RETURNING message_id`
  return marked.length
}
