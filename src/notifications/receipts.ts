import { and, asc, desc, eq, gt, lt, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/pg-core'
import { adminAccounts, announcementRecipients, announcements, type CATEGORIES, operatorAccounts } from '#drizzle/schema'
import { parseId, showId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { rawSql, read } from '#src/platform/database'
import { contains, likePattern } from '#src/platform/like'

/** Announcements with what became of them: how many were told, who has read them. */

export const ANNOUNCEMENT_STATES = ['scheduled', 'published', 'withdrawn'] as const
export type AnnouncementsFilter = { state: (typeof ANNOUNCEMENT_STATES)[number] | 'all'; keyword: string }

const withdrawer = alias(adminAccounts, 'withdrawers')

/** By the indexes on what a message is about and on what was read of it. */
const readCount = sql<number>`(SELECT count(*)::int FROM message_notifications m JOIN operator_message_reads r ON r.message_id = m.id
  WHERE m.related_kind = 'announcement' AND m.related_id = ${announcements.id})`
const chosenCount = sql<number>`(SELECT count(*)::int FROM ${announcementRecipients}
  WHERE ${announcementRecipients.announcementId} = ${announcements.id})`

const selectAnnouncements = () =>
  read()
    .select({
      id: announcements.id,
      title: announcements.title,
      content: announcements.content,
      target: announcements.target,
      targetCategory: announcements.targetCategory,
      status: announcements.status,
      recipients: announcements.recipientsCount,
      reads: readCount,
      chosen: chosenCount,
      authorName: adminAccounts.name,
      createdAt: announcements.createdAt,
      publishAt: announcements.publishAt,
      publishedAt: announcements.publishedAt,
      withdrawnAt: announcements.withdrawnAt,
      withdrawnByName: withdrawer.name,
    })
    .from(announcements)
    .innerJoin(adminAccounts, eq(adminAccounts.id, announcements.publishedBy))
    .leftJoin(withdrawer, eq(withdrawer.id, announcements.withdrawnBy))
export type ListedAnnouncement = Awaited<ReturnType<typeof selectAnnouncements>>[number]

/** One page of announcements, newest first. */
export async function announcementsPage({ state, keyword }: AnnouncementsFilter, keyset: Keyset) {
  const back = isBackwards(keyset)
  const id = parseId('announcement', keyword.trim())
  const words = contains([announcements.title, announcements.content], keyword)
  const rows = await selectAnnouncements()
    .where(
      and(
        state === 'all' ? undefined : eq(announcements.status, state),
        id ? or(words, eq(announcements.id, id)) : words,
        keyset.after ? lt(announcements.id, keyset.after) : undefined,
        back ? gt(announcements.id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(announcements.id) : desc(announcements.id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

/** One announcement. Throws RESOURCE_NOT_FOUND. */
export async function requireAnnouncement(id: Uuid): Promise<ListedAnnouncement> {
  const [row] = await selectAnnouncements().where(eq(announcements.id, id))
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('announcement', id) }, 'resource')
  return row
}

const SHOWN_CHOSEN = 200

/** For whom an announcement of chosen operators is, by username. */
export const chosenOperators = (announcementId: Uuid) =>
  read()
    .select({ id: operatorAccounts.id, name: operatorAccounts.name, username: operatorAccounts.username })
    .from(announcementRecipients)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, announcementRecipients.operatorId))
    .where(eq(announcementRecipients.announcementId, announcementId))
    .orderBy(asc(operatorAccounts.username))
    .limit(SHOWN_CHOSEN)

export type Receipt = {
  operatorId: Uuid
  name: string
  username: string
  category: (typeof CATEGORIES)[number]
  readAt: Instant | null
}
export type ReceiptsFilter = { read: 'yes' | 'no' | 'all'; keyword: string }

/**
 * Whose message centre an announcement is in, with the time of reading: chosen operators by their own messages; of all and of a tier,
 * those who were there when it was published. Who has left the tier since stays if it has read it.
 */
const inWhoseInbox = ({ id, target }: Pick<ListedAnnouncement, 'id' | 'target'>) => {
  const sql = rawSql()
  const reads = sql`LEFT JOIN operator_message_reads r ON r.operator_id = o.id AND r.message_id = m.id`
  const about = sql`m.related_kind = 'announcement' AND m.related_id = ${id}`
  if (target === 'specific')
    return sql`message_notifications m JOIN operator_accounts o ON o.id = m.target_operator_id ${reads} WHERE ${about}`
  const tier = target === 'tier' ? sql`AND (o.category = m.target_category OR r.read_at IS NOT NULL)` : sql``
  return sql`message_notifications m
    JOIN operator_accounts o ON o.created_at <= m.created_at AND (o.deactivated_at IS NULL OR o.deactivated_at > m.created_at) ${reads}
    WHERE ${about} ${tier}`
}

const narrowed = ({ read: state, keyword }: ReceiptsFilter) => {
  const sql = rawSql()
  const pattern = likePattern(keyword)
  return sql`
    ${state === 'all' ? sql`` : state === 'yes' ? sql`AND r.read_at IS NOT NULL` : sql`AND r.read_at IS NULL`}
    ${keyword === '' ? sql`` : sql`AND (o.name ILIKE ${pattern} OR o.username ILIKE ${pattern})`}`
}

/** One page of receipts, newest accounts first. */
export async function receiptsPage(
  announcement: Pick<ListedAnnouncement, 'id' | 'target'>,
  filter: ReceiptsFilter,
  keyset: Keyset,
): Promise<Slice<Receipt>> {
  const sql = rawSql()
  const back = isBackwards(keyset)
  const rows = await sql<Receipt[]>`
    SELECT o.id AS "operatorId", o.name, o.username, o.category, r.read_at AS "readAt" FROM ${inWhoseInbox(announcement)}
    ${narrowed(filter)}
    ${keyset.after ? sql`AND o.id < ${keyset.after}::uuid` : back ? sql`AND o.id > ${keyset.before!}::uuid` : sql``}
    ORDER BY o.id ${back ? sql`` : sql`DESC`} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, (row) => row.operatorId)
}

const EVERYBODY: ReceiptsFilter = { read: 'all', keyword: '' }

/** How many have it, and how many of them have read it; of everybody or of those a filter leaves. */
export async function receiptCounts(
  announcement: Pick<ListedAnnouncement, 'id' | 'target'>,
  filter: ReceiptsFilter = EVERYBODY,
): Promise<{ all: number; read: number }> {
  const [row] = await rawSql()<{ all: number; read: number }[]>`
    SELECT count(*)::int AS all, count(r.read_at)::int AS read FROM ${inWhoseInbox(announcement)} ${narrowed(filter)}`
  return row!
}
