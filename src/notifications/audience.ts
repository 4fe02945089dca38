import { and, asc, count, eq, inArray, isNull, or, sql } from 'drizzle-orm'
import { announcementRecipients, type CATEGORIES, operatorAccounts } from '#drizzle/schema'
import { parseId, showId, type Uuid } from '#src/core/ids'
import { invalidFields } from '#src/core/problem'
import { type Builder, read, type Transaction } from '#src/platform/database'

/** Who is told: everybody, a tier, or operators by id. */
export type Recipients = { everybody: true } | { category: (typeof CATEGORIES)[number] } | { operatorIds: Uuid[] }

/** The ids without repeats, if all of them are accounts in use. Throws INVALID_PARAMS naming the others. */
export async function requireOperators(tx: Transaction, given: Uuid[]): Promise<Uuid[]> {
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

/** The chosen recipients of an announcement whose accounts are in use. */
export async function openAmong(tx: Transaction, announcementId: Uuid): Promise<Uuid[]> {
  const rows = await tx.db
    .select({ id: operatorAccounts.id })
    .from(announcementRecipients)
    .innerJoin(operatorAccounts, eq(operatorAccounts.id, announcementRecipients.operatorId))
    .where(and(eq(announcementRecipients.announcementId, announcementId), isNull(operatorAccounts.deactivatedAt)))
    .orderBy(asc(operatorAccounts.id))
  return rows.map(({ id }) => id)
}

/** How many accounts are in use, of one tier or of all. */
export async function countOpen({ db }: { db: Builder }, category: (typeof CATEGORIES)[number] | null): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(operatorAccounts)
    .where(and(isNull(operatorAccounts.deactivatedAt), category ? eq(operatorAccounts.category, category) : undefined))
  return Number(row!.n)
}

/** How many would be told at this moment. */
export const countRecipients = async (recipients: Recipients): Promise<number> =>
  'operatorIds' in recipients
    ? recipients.operatorIds.length
    : countOpen({ db: read() }, 'category' in recipients ? recipients.category : null)

export type NamedOperators = { found: { id: Uuid; name: string; username: string }[]; unknown: string[] }

/** The accounts in use that somebody wrote down, by username or id, and the words that name none. */
export async function operatorsNamed(words: readonly string[]): Promise<NamedOperators> {
  const ids = words.flatMap((word) => parseId('operator', word) ?? [])
  const names = words.map((word) => word.toLowerCase())
  if (words.length === 0) return { found: [], unknown: [] }
  const { id, name, username, deactivatedAt } = operatorAccounts
  const byName = inArray(sql`lower(${username})`, names)
  const found = await read()
    .select({ id, name, username })
    .from(operatorAccounts)
    .where(and(isNull(deactivatedAt), ids.length > 0 ? or(byName, inArray(id, ids)) : byName))
    .orderBy(asc(username))
  const known = new Set(found.flatMap((operator) => [operator.id, operator.username.toLowerCase()]))
  const unknown = words.filter((word) => !known.has(parseId('operator', word) ?? word.toLowerCase()))
  return { found, unknown }
}
