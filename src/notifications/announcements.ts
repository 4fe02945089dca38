import { and, count, eq, inArray, isNull } from 'drizzle-orm'
import * as v from 'valibot'
import { announcements, type CATEGORIES, messageNotifications, operatorAccounts } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { idOf, text } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { invalidFields } from '#src/core/problem'
import type { Transaction } from '#src/platform/database'
import { notify, queueMails } from './messages'

/** More chosen operators than this are a tier or all. */
const MOST_CHOSEN = 1_000

export const AnnouncementInput = v.object({
  title: text(2, 100),
  content: text(10, 2000),
  target_operators: v.optional(v.pipe(v.array(idOf('operator')), v.maxLength(MOST_CHOSEN)), []),
})

/** Who is told: everybody, a tier, or operators by id. */
export type Recipients = { everybody: true } | { category: (typeof CATEGORIES)[number] } | { operatorIds: Uuid[] }

/**
 * Tells many operators the same, once, and keeps what was said to how many. All and a tier share one message, so that it costs the
 * same for ten and for ten thousand; whoever registers later does not get it. Throws INVALID_PARAMS naming unknown or closed accounts.
 */
export async function publishAnnouncement(
  tx: Transaction,
  { title, content }: { title: string; content: string },
  recipients: Recipients,
  { actor, origin, at }: PersonalAct,
): Promise<{ id: Uuid; recipients: number }> {
  const id = newId()
  const target = targetOf(recipients)
  const targetCategory = 'category' in recipients ? recipients.category : null
  const message = { type: 'system', title, content, relatedId: id, relatedKind: 'announcement' } as const
  let told: number
  if ('operatorIds' in recipients) {
    const operatorIds = await requireOperators(tx, recipients.operatorIds)
    await notify(tx, operatorIds, message, at)
    told = operatorIds.length
  } else {
    const messageId = newId()
    await tx.db.insert(messageNotifications).values({ id: messageId, ...message, target, targetCategory, createdAt: at })
    await queueMails(tx, [messageId], at)
    told = await countOpen(tx, targetCategory)
  }
  const words = { title, content, target, targetCategory, recipientsCount: told }
  await tx.db.insert(announcements).values({ id, ...words, publishedBy: actor.id, publishedAt: at })
  const details = { title, target, category: targetCategory, recipients: told }
  await record(tx, { actor, origin, operation: 'announcement_publish', target: { kind: 'announcement', id }, details }, at)
  return { id, recipients: told }
}

/** The ids without repeats, if all of them are accounts in use. */
async function requireOperators(tx: Transaction, given: Uuid[]): Promise<Uuid[]> {
  const rows = await tx.db
    .select({ id: operatorAccounts.id })
    .from(operatorAccounts)
    .where(and(inArray(operatorAccounts.id, given), isNull(operatorAccounts.deactivatedAt)))
  const known = new Set(rows.map((row) => row.id))
  const unknown = given.flatMap((id, at) => (known.has(id) ? [] : [{ id, at }]))
  if (unknown.length === 0) return [...known].sort()
  throw invalidFields(
    unknown.map(({ id, at }) => ({
      field: `target_operators.${at}`,
      message: { zh: `运营商${showId('operator', id)}不存在或已注销`, en: `${showId('operator', id)} is unknown or closed` },
    })),
  )
}

async function countOpen(tx: Transaction, category: (typeof CATEGORIES)[number] | null): Promise<number> {
  const [row] = await tx.db
    .select({ n: count() })
    .from(operatorAccounts)
    .where(and(isNull(operatorAccounts.deactivatedAt), category ? eq(operatorAccounts.category, category) : undefined))
  return Number(row!.n)
}

function targetOf(recipients: Recipients): 'all' | 'tier' | 'specific' {
  if ('everybody' in recipients) return 'all'
  return 'category' in recipients ? 'tier' : 'specific'
}
