import { and, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { balanceAdjustments, transactionRecords } from '#drizzle/schema'
import { requireOpenAccount } from '#src/accounts/lock'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { idOf, reason, yuanBetween } from '#src/core/fields'
import { newId, showId, type Uuid } from '#src/core/ids'
import { formatYuan, type Money, minus, yuan } from '#src/core/money'
import { invalidField, Problem } from '#src/core/problem'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import type { Transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { setting } from '#src/settings/settings'
import type { KeptProof } from './proof'

/** What finance puts on a balance or takes from it, and why; more at once is several. */
export const AdjustmentInput = v.strictObject({
  operator_id: idOf('operator'),
  direction: v.picklist(['in', 'out']),
  amount: yuanBetween('0.01', '1000000.00'),
  reason,
})
export type AdjustmentInput = v.InferOutput<typeof AdjustmentInput>

export type Adjustment = typeof balanceAdjustments.$inferSelect
/** The journal row of an adjustment that is booked; null while a second person has to look. */
export type Outcome = { adjustment: Adjustment; row: { id: Uuid; balanceBefore: Money; balanceAfter: Money } | null }

type Entry = {
  input: AdjustmentInput
  /** The row of the journal that this puts right. */
  correctsId: Uuid | null
  proof: KeptProof | null
  /** The same key of the same person is the same adjustment. */
  key: string
}

/** The alert that tells finance of one that waits; it ends with the decision. */
export const awaited = ({ id }: Pick<Adjustment, 'id'>) => ({ kind: 'adjustment_pending' as const, subject: id })

/**
 * Writes down what is to be booked; no money moves before `submitAdjustment`. The same key gives what is there. Throws
 * OPERATOR_NOT_FOUND, INVALID_PARAMS for a closed account or a row that is not the operator's, IDEMPOTENCY_KEY_CONFLICT.
 */
export async function enterAdjustment(
  tx: Transaction,
  entry: Entry,
  act: PersonalAct,
): Promise<{ adjustment: Adjustment; isNew: boolean }> {
  const { input, correctsId, proof, key } = entry
  const operator = await requireOpenAccount(tx, input.operator_id)
  if (correctsId) await requireOwnRow(tx, operator.id, correctsId)
  const requestHash = digestOf(entry)
  const [added] = await tx.db
    .insert(balanceAdjustments)
    .values({
      id: newId(),
      operatorId: operator.id,
      direction: input.direction,
      amount: input.amount,
      reason: input.reason,
      correctsId,
      ...(proof && {
        proofPath: proof.path,
        proofType: proof.type,
        proofBytes: proof.bytes,
        proofSha256: Buffer.from(proof.sha256, 'hex'),
      }),
      idempotencyKey: key,
      requestHash,
      createdBy: act.actor.id,
      createdAt: act.at,
    })
    .onConflictDoNothing({ target: [balanceAdjustments.createdBy, balanceAdjustments.idempotencyKey] })
    .returning()
  if (added) return { adjustment: added, isNew: true }
  const [known] = await tx.db
    .select()
    .from(balanceAdjustments)
    .where(and(eq(balanceAdjustments.createdBy, act.actor.id), eq(balanceAdjustments.idempotencyKey, key)))
  if (!requestHash.equals(known!.requestHash)) throw new Problem('IDEMPOTENCY_KEY_CONFLICT')
  return { adjustment: known!, isNew: false }
}

function digestOf({ input, correctsId, proof }: Entry): Buffer {
  const lines = [input.operator_id, input.direction, input.amount, correctsId ?? '', proof?.sha256 ?? '', input.reason]
  return Buffer.from(new Bun.CryptoHasher('sha256').update(lines.join('\n')).digest('hex'), 'hex')
}

async function requireOwnRow(tx: Transaction, operatorId: Uuid, id: Uuid): Promise<void> {
  const [row] = await tx.db
    .select({ id: transactionRecords.id })
    .from(transactionRecords)
    .where(and(eq(transactionRecords.id, id), eq(transactionRecords.operatorId, operatorId)))
  if (!row) throw invalidField('corrects', '该运营商没有这笔流水', 'is no transaction of this operator')
}

/**
 * Hands in what was entered: it is booked, or above the limit waits for a second person. Only who entered it can. Throws
 * RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED, a closed account), INSUFFICIENT_BALANCE.
 */
export async function submitAdjustment(tx: Transaction, adjustment: Adjustment, act: PersonalAct): Promise<Outcome> {
  const operator = await requireOpenAccount(tx, adjustment.operatorId)
  requireFunds(operator, adjustment)
  const limit = setting('adjustment_dual_review_limit')
  if (adjustment.amount <= limit) return bookAdjustment(tx, adjustment, operator, { isSecond: false }, act)
  const [waiting] = await tx.db
    .update(balanceAdjustments)
    .set({ status: 'waiting', needsSecond: true, submittedAt: act.at })
    .where(eq(balanceAdjustments.id, adjustment.id))
    .returning()
  const about = { adjustment_id: showId('adjustment', adjustment.id), amount: yuan(adjustment.amount), entered_by: act.actor.name }
  await raiseAlert(tx, { ...awaited(adjustment), audience: 'finance', operatorId: adjustment.operatorId, details: about }, act.at)
  await recordAdjustment(tx, adjustment, { outcome: 'waits', limit: yuan(limit) }, act)
  return { adjustment: waiting!, row: null }
}

/** Throws INSUFFICIENT_BALANCE when more is to be taken than there is. */
function requireFunds(operator: LockedOperator, { direction, amount }: Adjustment): void {
  if (direction === 'in' || amount <= operator.balance) return
  throw new Problem('INSUFFICIENT_BALANCE', {
    current_balance: yuan(operator.balance),
    required_amount: yuan(amount),
    shortage: yuan(minus(amount, operator.balance)),
  })
}

/** Moves the money and tells the operator. The operator's row is locked and has the money. */
export async function bookAdjustment(
  tx: Transaction,
  adjustment: Adjustment,
  operator: LockedOperator,
  { isSecond }: { isSecond: boolean },
  act: PersonalAct,
): Promise<Outcome> {
  requireFunds(operator, adjustment)
  const { id, direction, amount, correctsId } = adjustment
  faultPoint('adjustment:locked')
  const description = `${WORDS[direction].title}：${adjustment.reason}`
  const row = journalRow(operator, { kind: `adjustment_${direction}`, amount, ...(correctsId && { correctsId }), description }, act.at)
  await appendRows(tx, [row])
  faultPoint('adjustment:journal_written')
  const decided = isSecond ? {} : { submittedAt: act.at }
  const [booked] = await tx.db
    .update(balanceAdjustments)
    .set({ status: 'booked', ...decided, decidedBy: act.actor.id, decidedAt: act.at, ledgerSeq: row.seq })
    .where(eq(balanceAdjustments.id, id))
    .returning()
  const { title, moved } = WORDS[direction]
  const content = `${moved} ${formatYuan(amount)}，原因：${adjustment.reason}。账户余额 ${formatYuan(row.balanceAfter)}。`
  await notify(
    tx,
    [operator.id],
    { type: 'system', title, content, priority: 'high', relatedId: row.id, relatedKind: 'transaction' },
    act.at,
  )
  if (isSecond) await settleAlert(tx, awaited(adjustment), act.at)
  const balances = { balance_before: yuan(row.balanceBefore), balance_after: yuan(row.balanceAfter) }
  await recordAdjustment(tx, adjustment, { outcome: 'booked', transaction_id: showId('transaction', row.id), ...balances }, act)
  faultPoint('adjustment:before_commit')
  return { adjustment: booked!, row }
}

const WORDS = {
  in: { title: '人工加款', moved: '财务为账户人工加款' },
  out: { title: '人工扣款', moved: '财务从账户人工扣款' },
} as const

/** An adjustment under our lock, its operator locked first like by everybody who moves money. Throws RESOURCE_NOT_FOUND. */
export async function lockAdjustment(tx: Transaction, id: Uuid): Promise<{ adjustment: Adjustment; operator: LockedOperator }> {
  const [owner] = await tx.db.select({ id: balanceAdjustments.operatorId }).from(balanceAdjustments).where(eq(balanceAdjustments.id, id))
  if (!owner) throw adjustmentNotFound(id)
  const [operator] = await lockOperators(tx, { ids: [owner.id] })
  const [adjustment] = await tx.db.select().from(balanceAdjustments).where(eq(balanceAdjustments.id, id)).for('no key update')
  return { adjustment: adjustment!, operator: operator! }
}

export const adjustmentNotFound = (id: Uuid): Problem => new Problem('RESOURCE_NOT_FOUND', { id: showId('adjustment', id) }, 'resource')

export function recordAdjustment(
  tx: Transaction,
  adjustment: Adjustment,
  more: Record<string, unknown>,
  { actor, origin, at }: PersonalAct,
): Promise<void> {
  const { id, operatorId, direction, amount, reason: why } = adjustment
  const details = { operator_id: showId('operator', operatorId), direction, amount: yuan(amount), reason: why, ...more }
  return record(tx, { actor, origin, operation: 'adjustment', target: { kind: 'adjustment', id }, details }, at)
}
