import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { balanceAdjustments } from '#drizzle/schema'
import { requireOpenAccount } from '#src/accounts/lock'
import type { PersonalAct } from '#src/audit-logs/audit-log'
import { auditingRefusal } from '#src/audit-logs/refusals'
import { reason } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import { settleAlert } from '#src/notifications/alerts'
import { type Transaction, transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import {
  type Adjustment,
  type AdjustmentInput,
  adjustmentNotFound,
  awaited,
  bookAdjustment,
  enterAdjustment,
  lockAdjustment,
  type Outcome,
  recordAdjustment,
  submitAdjustment,
} from './adjust'
import { keepProof, type Proof } from './proof'

export const AdjustmentRejection = v.strictObject({ reason })

type Given = { input: AdjustmentInput; correctsId: Uuid | null; proof: Proof | null; key: string }

/** What is to be booked, written down for its author to look at once more. Throws like `enterAdjustment`. */
export async function draftAdjustment(given: Given, act: PersonalAct): Promise<Adjustment> {
  const { adjustment } = await entered(given, act, async (tx, found) => {
    if (found.isNew) await recordAdjustment(tx, found.adjustment, { outcome: 'entered' }, act)
    return found
  })
  return adjustment
}

/** Enters and hands in at once, as a program does; a repeated call gives what came of the first. Throws like both. */
export async function adjustBalance(given: Given, act: PersonalAct): Promise<Outcome & { isNew: boolean }> {
  const { operator_id, direction, amount } = given.input
  const details = { direction, amount: yuan(amount), asked_for: given.input.reason }
  return auditingRefusal({ operation: 'adjustment', target: { kind: 'operator', id: operator_id }, details }, act, () =>
    entered(given, act, async (tx, { adjustment, isNew }) => {
      if (!isNew) return { isNew, adjustment, row: await journalOf(tx, adjustment) }
      return { isNew, ...(await submitAdjustment(tx, adjustment, act)) }
    }),
  )
}

/** The file is there before the row, and goes again when the row is another one's or does not come to be. */
async function entered<T extends { isNew: boolean }>(
  { input, correctsId, proof, key }: Given,
  act: PersonalAct,
  then: (tx: Transaction, found: { adjustment: Adjustment; isNew: boolean }) => Promise<T>,
): Promise<T> {
  const { kept, drop } = await keepProof(proof)
  try {
    const outcome = await transaction(async (tx) => then(tx, await enterAdjustment(tx, { input, correctsId, proof: kept, key }, act)))
    if (!outcome.isNew) await drop()
    return outcome
  } catch (error) {
    // After a lost COMMIT nobody knows: a file without a row harms less than a row without its file.
    if (error instanceof Problem) await drop()
    throw error
  }
}

async function journalOf({ sql }: Transaction, { operatorId, ledgerSeq }: Adjustment): Promise<Outcome['row']> {
  if (ledgerSeq === null) return null
  const [row] = await sql<NonNullable<Outcome['row']>[]>`
    SELECT id, balance_before_fen AS "balanceBefore", balance_after_fen AS "balanceAfter" FROM transaction_records
    WHERE operator_id = ${operatorId} AND seq = ${String(ledgerSeq)}::bigint`
  return row!
}

/** Its author has looked and hands it in. Throws like `submitAdjustment`; for somebody else there is nothing to hand in. */
export const submitDraft = (id: Uuid, act: PersonalAct): Promise<Outcome> =>
  acting(id, act, async (tx) => {
    const { adjustment } = await lockAdjustment(tx, id)
    if (adjustment.createdBy !== act.actor.id) throw adjustmentNotFound(id)
    if (adjustment.status !== 'draft') throw brokenRule('ALREADY_PROCESSED', 'adjustment_id')
    return submitAdjustment(tx, adjustment, act)
  })

/**
 * A second person agrees: it is booked on the balance as it is now. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED),
 * SECOND_REVIEWER_REQUIRED for who entered it, INSUFFICIENT_BALANCE when the balance shrank meanwhile.
 */
export const confirmAdjustment = (id: Uuid, act: PersonalAct): Promise<Outcome> =>
  acting(id, act, async (tx) => {
    const adjustment = await lockWaiting(tx, id)
    if (adjustment.createdBy === act.actor.id) throw secondPerson()
    const operator = await requireOpenAccount(tx, adjustment.operatorId)
    return bookAdjustment(tx, adjustment, operator, { isSecond: true }, act)
  })

/** A second person does not agree; nothing moves. Throws like `confirmAdjustment`. */
export const rejectAdjustment = (id: Uuid, why: string, act: PersonalAct): Promise<void> =>
  acting(id, act, async (tx) => {
    const adjustment = await lockWaiting(tx, id)
    if (adjustment.createdBy === act.actor.id) throw secondPerson()
    await end(tx, adjustment, { status: 'rejected', rejectReason: why }, act)
    await recordAdjustment(tx, adjustment, { outcome: 'rejected', reject_reason: why }, act)
  })

/** Its author takes it back, before or after handing it in. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export const withdrawAdjustment = (id: Uuid, act: PersonalAct): Promise<void> =>
  acting(id, act, async (tx) => {
    const { adjustment } = await lockAdjustment(tx, id)
    if (adjustment.createdBy !== act.actor.id) throw adjustmentNotFound(id)
    if (adjustment.status !== 'draft' && adjustment.status !== 'waiting') throw brokenRule('ALREADY_PROCESSED', 'adjustment_id')
    await end(tx, adjustment, { status: 'withdrawn' }, act)
    await recordAdjustment(tx, adjustment, { outcome: 'withdrawn' }, act)
  })

const acting = <T>(id: Uuid, act: PersonalAct, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  auditingRefusal({ operation: 'adjustment', target: { kind: 'adjustment', id } }, act, () => transaction(work))

const secondPerson = (): Problem => new Problem('SECOND_REVIEWER_REQUIRED', { limit: yuan(setting('adjustment_dual_review_limit')) })

/** What nobody has handed in yet is not there for others. */
async function lockWaiting(tx: Transaction, id: Uuid): Promise<Adjustment> {
  const { adjustment } = await lockAdjustment(tx, id)
  if (adjustment.status === 'draft') throw adjustmentNotFound(id)
  if (adjustment.status !== 'waiting') throw brokenRule('ALREADY_PROCESSED', 'adjustment_id')
  return adjustment
}

async function end(
  tx: Transaction,
  adjustment: Adjustment,
  change: { status: 'rejected' | 'withdrawn'; rejectReason?: string },
  { actor, at }: PersonalAct,
): Promise<void> {
  await tx.db
    .update(balanceAdjustments)
    .set({ ...change, decidedBy: actor.id, decidedAt: at })
    .where(eq(balanceAdjustments.id, adjustment.id))
  await settleAlert(tx, awaited(adjustment), at)
}
