import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { operatorAccounts } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import { email, phone, someOf, text } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import type { Transaction } from '#src/platform/database'
import type { Operator } from './operators'

/** The whole of it, as the page's form sends it. */
export const ProfileInput = v.object({ name: text(2, 50), phone, email })

/** What may be changed about an operator by itself and by administrators; anything else in the request is ignored. */
export const ProfileChange = someOf({ name: v.optional(text(2, 50)), phone: v.optional(phone), email: v.optional(email) })
export type ProfileChange = v.InferOutput<typeof ProfileChange>

/**
 * Changes an operator's name, phone or e-mail. Throws OPERATOR_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED) where somebody has changed
 * what was `seen`.
 */
export async function changeProfile(
  tx: Transaction,
  id: Uuid,
  change: ProfileChange,
  { actor, origin, at }: Act,
  seen?: v.InferOutput<typeof ProfileInput>,
): Promise<Operator> {
  const [before] = await tx.db.select().from(operatorAccounts).where(eq(operatorAccounts.id, id)).for('no key update')
  if (!before) throw new Problem('OPERATOR_NOT_FOUND', { id })
  const fields = ['name', 'phone', 'email'] as const
  const changed = seen && fields.find((field) => before[field] !== seen[field])
  if (changed) throw brokenRule('ALREADY_PROCESSED', changed)
  const [after] = await tx.db
    .update(operatorAccounts)
    .set({ ...change, updatedAt: at })
    .where(eq(operatorAccounts.id, id))
    .returning()
  const old = { name: before.name, phone: before.phone, email: before.email }
  await record(
    tx,
    { actor, origin, operation: 'operator_update', target: { kind: 'operator', id }, details: { before: old, after: change } },
    at,
  )
  return after!
}
