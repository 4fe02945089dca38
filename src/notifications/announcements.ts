import { and, asc, eq, lte } from 'drizzle-orm'
import * as v from 'valibot'
import { announcementRecipients, announcements, messageNotifications } from '#drizzle/schema'
import { type PersonalAct, record, SYSTEM } from '#src/audit-logs/audit-log'
import { idOf, text } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { brokenRule, invalidField, Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { read, type Transaction, transaction, violatedConstraint } from '#src/platform/database'
import { countOpen, openAmong, type Recipients, requireOperators } from './audience'
import { notify, queueMails } from './messages'

/** More chosen operators than this are a tier or all. */
export const MOST_CHOSEN = 1_000
/** Announcements published by one tick at most; the rest follow with the next one. */
const MOST_AT_ONCE = 20

export const ANNOUNCEMENT_WORDS = { title: text(2, 100), content: text(10, 2000) }
export const AnnouncementInput = v.object({
  ...ANNOUNCEMENT_WORDS,
  target_operators: v.optional(v.pipe(v.array(idOf('operator')), v.maxLength(MOST_CHOSEN)), []),
})

type Announcement = typeof announcements.$inferSelect
/** `id` is made by the page that shows the words before they are sent: sent twice it is one announcement. */
type Words = { title: string; content: string; id?: Uuid }
type Targeted = Pick<Announcement, 'id' | 'title' | 'content' | 'target' | 'targetCategory'>

/**
 * Tells many operators the same, once, and keeps what was said to how many. All and a tier share one message, so that it costs the
 * same for ten and for ten thousand; whoever registers later does not get it. Throws INVALID_PARAMS naming unknown or closed accounts,
 * or ALREADY_PROCESSED for an id that was sent before.
 */
export async function publishAnnouncement(
  tx: Transaction,
  words: Words,
  recipients: Recipients,
  { actor, origin, at }: PersonalAct,
): Promise<{ id: Uuid; recipients: number }> {
  const { chosen, ...announcement } = await targeted(tx, words, recipients)
  const told = chosen?.length ?? (await countOpen(tx, announcement.targetCategory))
  const written = { ...announcement, recipientsCount: told, publishedBy: actor.id, publishedAt: at, createdAt: at }
  await refusingTwin(() => tx.db.insert(announcements).values(written))
  await keepChosen(tx, announcement.id, chosen)
  await deliver(tx, announcement, chosen, at)
  const details = { title: announcement.title, target: announcement.target, category: announcement.targetCategory, recipients: told }
  const target = { kind: 'announcement', id: announcement.id }
  await record(tx, { actor, origin, operation: 'announcement_publish', target, details }, at)
  return { id: announcement.id, recipients: told }
}

/** Keeps an announcement for its time; nobody is told before. Throws like `publishAnnouncement`, and INVALID_PARAMS for a time gone by. */
export async function scheduleAnnouncement(
  tx: Transaction,
  { publishAt, ...words }: Words & { publishAt: Instant },
  recipients: Recipients,
  { actor, origin, at }: PersonalAct,
): Promise<Uuid> {
  if (publishAt <= at) throw invalidField('publish_at', '须晚于当前时间', 'must be in the future')
  const { chosen, ...announcement } = await targeted(tx, words, recipients)
  const waiting = { ...announcement, status: 'scheduled', publishedBy: actor.id, createdAt: at, publishAt } as const
  await refusingTwin(() => tx.db.insert(announcements).values(waiting))
  await keepChosen(tx, announcement.id, chosen)
  const { title, target, targetCategory: category } = announcement
  const details = { title, target, category, chosen: chosen?.length ?? null, publish_at: iso(publishAt) }
  const subject = { kind: 'announcement', id: announcement.id }
  await record(tx, { actor, origin, operation: 'announcement_schedule', target: subject, details }, at)
  return announcement.id
}

async function targeted(tx: Transaction, { id = newId(), title, content }: Words, recipients: Recipients) {
  const chosen = 'operatorIds' in recipients ? await requireOperators(tx, recipients.operatorIds) : undefined
  const targetCategory = 'category' in recipients ? recipients.category : null
  const target = chosen ? ('specific' as const) : targetCategory ? ('tier' as const) : ('all' as const)
  return { id, title, content, target, targetCategory, chosen }
}

async function refusingTwin(write: () => Promise<unknown>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (violatedConstraint(error) === 'announcements_pkey') throw brokenRule('ALREADY_PROCESSED', 'announcement_id')
    throw error
  }
}

async function keepChosen(tx: Transaction, announcementId: Uuid, chosen: Uuid[] | undefined): Promise<void> {
  if (!chosen) return
  await tx.db.insert(announcementRecipients).values(chosen.map((operatorId) => ({ announcementId, operatorId })))
}

async function deliver(tx: Transaction, { id, title, content, target, targetCategory }: Targeted, chosen: Uuid[] | undefined, at: Instant) {
  const message = { type: 'system', title, content, relatedId: id, relatedKind: 'announcement' } as const
  if (chosen) return notify(tx, chosen, message, at)
  const messageId = newId()
  await tx.db.insert(messageNotifications).values({ id: messageId, ...message, target, targetCategory, createdAt: at })
  await queueMails(tx, [messageId], at)
}

/** Takes back an announcement before its time. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED once it is out or taken back). */
export async function withdrawAnnouncement(tx: Transaction, id: Uuid, { actor, origin, at }: PersonalAct): Promise<void> {
  const { title, status, publishAt } = await lockAnnouncement(tx, id)
  if (status !== 'scheduled') throw brokenRule('ALREADY_PROCESSED', 'announcement_id')
  await tx.db.update(announcements).set({ status: 'withdrawn', withdrawnAt: at, withdrawnBy: actor.id }).where(eq(announcements.id, id))
  const details = { title, publish_at: publishAt && iso(publishAt), before: { status }, after: { status: 'withdrawn' } }
  await record(tx, { actor, origin, operation: 'announcement_withdraw', target: { kind: 'announcement', id }, details }, at)
}

async function lockAnnouncement(tx: Transaction, id: Uuid): Promise<Announcement> {
  const [announcement] = await tx.db.select().from(announcements).where(eq(announcements.id, id)).for('no key update')
  if (!announcement) throw new Problem('RESOURCE_NOT_FOUND', { id: showId('announcement', id) }, 'resource')
  return announcement
}

/**
 * Publishes every announcement whose time has come, each in a transaction of its own: whoever comes second, or after it was withdrawn,
 * finds nothing to do. Accounts that were closed meanwhile are left out.
 */
export async function publishScheduledAnnouncements({ now }: { now: Instant }): Promise<{ published: number; recipients: number }> {
  const due = await read()
    .select({ id: announcements.id })
    .from(announcements)
    .where(and(eq(announcements.status, 'scheduled'), lte(announcements.publishAt, now)))
    .orderBy(asc(announcements.publishAt), asc(announcements.id))
    .limit(MOST_AT_ONCE)
  const counts = { published: 0, recipients: 0 }
  for (const { id } of due) {
    const told = await transaction((tx) => publishOne(tx, id, now))
    if (told === null) continue
    counts.published++
    counts.recipients += told
  }
  return counts
}

async function publishOne(tx: Transaction, id: Uuid, at: Instant): Promise<number | null> {
  const announcement = await lockAnnouncement(tx, id)
  if (announcement.status !== 'scheduled') return null
  const chosen = announcement.target === 'specific' ? await openAmong(tx, id) : undefined
  const told = chosen?.length ?? (await countOpen(tx, announcement.targetCategory))
  await tx.db.update(announcements).set({ status: 'published', publishedAt: at, recipientsCount: told }).where(eq(announcements.id, id))
  await deliver(tx, announcement, chosen, at)
  const { title, target, targetCategory: category, publishedBy } = announcement
  const details = { title, target, category, recipients: told, scheduled_by: publishedBy }
  const subject = { kind: 'announcement', id }
  await record(tx, { actor: SYSTEM, origin: null, operation: 'announcement_publish', target: subject, details }, at)
  return told
}
