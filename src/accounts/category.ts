import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { CATEGORIES, operatorAccounts } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import { lockOperators } from '#src/ledger/lock'
import type { Transaction } from '#src/platform/database'

/** What an administrator says about an operator's tier (API 5). */
export const CategoryChange = v.object({
  category: v.picklist(CATEGORIES),
  reason: v.optional(text(0, 200), ''),
  pinned: v.optional(v.boolean(), true),
})
export type CategoryChange = v.InferOutput<typeof CategoryChange>

/** The tiers as people call them. */
export const CATEGORY_NAMES = { trial: '试用', normal: '普通', vip: 'VIP' } as const

/** The tier as somebody saw it before deciding; who decides about another one has been overtaken. */
export type SeenCategory = Pick<CategoryChange, 'category' | 'pinned'>

/**
 * Puts an operator into a tier; a pinned one stays there, an unpinned one is the monthly job's again. Throws OPERATOR_NOT_FOUND,
 * INVALID_PARAMS (ALREADY_PROCESSED) where the tier is no more the one that was `seen`.
 */
export async function changeCategory(
  tx: Transaction,
  id: Uuid,
  change: CategoryChange,
  { actor, origin, at }: Act,
  seen?: SeenCategory,
): Promise<void> {
  const [locked] = await lockOperators(tx, { ids: [id] })
  if (!locked) throw new Problem('OPERATOR_NOT_FOUND', { id })
  const { category, categoryPinned } = operatorAccounts
  const [before] = await tx.db.select({ category, pinned: categoryPinned }).from(operatorAccounts).where(eq(operatorAccounts.id, id))
  if (seen && (before!.category !== seen.category || before!.pinned !== seen.pinned)) throw brokenRule('ALREADY_PROCESSED', 'category')
  const after = { category: change.category, pinned: change.pinned }
  await tx.db
    .update(operatorAccounts)
    .set({ category: after.category, categoryPinned: after.pinned, updatedAt: at })
    .where(eq(operatorAccounts.id, id))
  const details = { before, after, reason: change.reason || null }
  await record(tx, { actor, origin, operation: 'operator_category', target: { kind: 'operator', id }, details }, at)
}
