import { eq, sql } from 'drizzle-orm'
import { CHOSEN_TYPES, messagePreferences } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { read, type Transaction } from '#src/platform/database'

export type ChosenType = (typeof CHOSEN_TYPES)[number]

/** Kinds that also come by mail unless an operator has chosen otherwise: money, and what concerns the account's safety (PRODUCT 8). */
export const MAILED_UNLESS_CHOSEN = ['security', 'balance_low', 'refund', 'invoice']

/** Which kinds an operator also gets by mail. Security is not asked about: it always comes. */
export async function mailPreferences(operatorId: Uuid): Promise<Record<ChosenType, boolean>> {
  const rows = await read()
    .select({ type: messagePreferences.type, byMail: messagePreferences.byMail })
    .from(messagePreferences)
    .where(eq(messagePreferences.operatorId, operatorId))
  const chosen = new Map(rows.map(({ type, byMail }) => [type, byMail]))
  return Object.fromEntries(CHOSEN_TYPES.map((type) => [type, chosen.get(type) ?? MAILED_UNLESS_CHOSEN.includes(type)])) as Record<
    ChosenType,
    boolean
  >
}

/** Keeps an operator's choice, for messages from now on. */
export async function choosePreferences(
  tx: Transaction,
  operatorId: Uuid,
  choice: Record<ChosenType, boolean>,
  at: Instant,
): Promise<void> {
  await tx.db
    .insert(messagePreferences)
    .values(CHOSEN_TYPES.map((type) => ({ operatorId, type, byMail: choice[type], updatedAt: at })))
    .onConflictDoUpdate({
      target: [messagePreferences.operatorId, messagePreferences.type],
      set: { byMail: sql`excluded.by_mail`, updatedAt: sql`excluded.updated_at` },
    })
}
