import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { refundRecords } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { problems } from '#src/core/errors'
import { reason, text } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { formatYuan, type Money, smaller, yuan, ZERO } from '#src/core/money'
import { brokenRule, Problem } from '#src/core/problem'
import { type LockedOperator, lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { settleAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import type { Transaction } from '#src/platform/database'
import { faultPoint } from '#src/platform/fault-point'
import { setting } from '#src/settings/settings'
import { lockSourceOrders, openPayouts, sourceLimits } from './payouts'
import { planSlices } from './plan'
import { refundNotFound, waiting } from './request'

export const RefundApproval = v.strictObject({ note: v.nullish(text(0, 200), null) })
export const RefundRejection = v.strictObject({ reason })

type Refund = typeof refundRecords.$inferSelect
export type Approved = {
  refund: Pick<Refund, 'id' | 'requested'>
  /** Null while a second person has to look: nothing has moved. */
  actual: Money | null
  balanceAfter: Money
}

/**
 * Approves a refund: of what was asked as much as there is now leaves the balance and is owed, split over the orders it came from. Above
 * the limit the first approval only asks for a second person. Of several reviewers at once one does it. Throws REFUND_NOT_FOUND,
 * INVALID_PARAMS (ALREADY_PROCESSED, NO_BALANCE), SECOND_REVIEWER_REQUIRED for the same person twice.
 */
export async function approveRefund(tx: Transaction, id: Uuid, note: string | null, act: PersonalAct): Promise<Approved> {
  const { refund, operator } = await lockPending(tx, id)
  const { actor, at } = act
  const limit = setting('refund_dual_review_limit')
  if (refund.reviewStage === 2 && refund.firstReviewer === actor.id) throw secondReviewerRequired(limit)
  const actual = smaller(refund.requested, operator.balance)
  if (actual === ZERO) throw nothingToRefund()
  if (refund.reviewStage === 1 && actual > limit) {
    await tx.db
      .update(refundRecords)
      .set({ reviewStage: 2, firstReviewer: actor.id, firstReviewedAt: at, reviewNote: note || null, updatedAt: at })
      .where(eq(refundRecords.id, id))
    await recordReview(tx, refund, 'refund_approve', { stage: 1, requested: yuan(refund.requested), limit: yuan(limit), note }, act)
    return { refund, actual: null, balanceAfter: operator.balance }
  }
  const balanceAfter = await payOut(tx, refund, operator, actual, note, act)
  return { refund, actual, balanceAfter }
}

/** Balance → payable → slices, and everybody who should know. */
async function payOut(tx: Transaction, refund: Refund, operator: LockedOperator, actual: Money, note: string | null, act: PersonalAct) {
  const { actor, at } = act
  const { id, operatorId } = refund
  faultPoint('refund:locked')
  const row = journalRow(operator, { kind: 'refund', amount: actual, refundId: id, description: '退款审核通过' }, at)
  await appendRows(tx, [row])
  faultPoint('refund:debited')
  const reviewers = refund.reviewStage === 2 ? { secondReviewer: actor.id } : { firstReviewer: actor.id, firstReviewedAt: at }
  await tx.db
    .update(refundRecords)
    .set({ status: 'approved', actual, ...reviewers, reviewedAt: at, reviewNote: note || refund.reviewNote, updatedAt: at })
    .where(eq(refundRecords.id, id))
  const slices = planSlices(actual, await lockSourceOrders(tx, operatorId), sourceLimits(at))
  const payouts = await openPayouts(tx, { refundId: id, operatorId }, slices, at)
  faultPoint('refund:planned')
  await notify(tx, [operatorId], { type: 'refund', title: '退款申请已通过', content: approvalWords(refund, actual), relatedId: id }, at)
  await settleAlert(tx, waiting(id), at)
  const plan = payouts.map((payout) => ({
    order_id: payout.orderId,
    channel: payout.channel,
    amount: yuan(payout.amount),
    out_refund_no: payout.outRefundNo,
  }))
  const details = {
    stage: refund.reviewStage,
    requested: yuan(refund.requested),
    actual: yuan(actual),
    balance_after: yuan(row.balanceAfter),
    plan,
    note,
  }
  await recordReview(tx, refund, 'refund_approve', details, act)
  faultPoint('refund:before_approval_commit')
  return row.balanceAfter
}

function approvalWords({ requested }: Refund, actual: Money): string {
  const less = actual < requested ? `（申请 ${formatYuan(requested)}，审核时余额不足，按余额退款）` : ''
  return `您的退款申请已通过审核，退款金额 ${formatYuan(actual)}${less}，将按原支付渠道退回，到账后另行通知。`
}

/** Rejects a request and tells the operator why; no money moves. Throws REFUND_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function rejectRefund(tx: Transaction, id: Uuid, why: string, act: PersonalAct): Promise<void> {
  const { refund } = await lockPending(tx, id)
  const { actor, at } = act
  const isSecond = refund.firstReviewer !== null && refund.firstReviewer !== actor.id
  const reviewers = isSecond ? { secondReviewer: actor.id } : { firstReviewer: actor.id, firstReviewedAt: refund.firstReviewedAt ?? at }
  await tx.db
    .update(refundRecords)
    .set({ status: 'rejected', rejectReason: why, ...reviewers, reviewedAt: at, updatedAt: at })
    .where(eq(refundRecords.id, id))
  const content = `您申请的 ${formatYuan(refund.requested)} 退款未通过审核，原因：${why}。余额未变动，补充说明后可以重新申请。`
  await notify(tx, [refund.operatorId], { type: 'refund', title: '退款申请未通过', content, relatedId: id }, at)
  await settleAlert(tx, waiting(id), at)
  await recordReview(tx, refund, 'refund_reject', { requested: yuan(refund.requested), reason: why }, act)
}

/** The operator's lock first, like everybody who moves money; then the request, as it stands under it. */
async function lockPending(tx: Transaction, id: Uuid): Promise<{ refund: Refund; operator: LockedOperator }> {
  const [owner] = await tx.db.select({ id: refundRecords.operatorId }).from(refundRecords).where(eq(refundRecords.id, id))
  if (!owner) throw refundNotFound(id)
  const [operator] = await lockOperators(tx, { ids: [owner.id] })
  const [refund] = await tx.db.select().from(refundRecords).where(eq(refundRecords.id, id)).for('no key update')
  if (refund!.status !== 'pending') throw brokenRule('ALREADY_PROCESSED', 'refund_id')
  return { refund: refund!, operator: operator! }
}

export const secondReviewerRequired = (limit: Money): Problem => new Problem('SECOND_REVIEWER_REQUIRED', { limit: yuan(limit) })

/** The reason that operators are told too, in words for finance. */
function nothingToRefund(): Problem {
  const { zh, en } = problems.INVALID_PARAMS
  const message = { zh: zh.NOTHING_TO_REFUND, en: en.NOTHING_TO_REFUND }
  return new Problem('INVALID_PARAMS', [{ field: 'refund_id', message, reason: 'NO_BALANCE' }], 'NOTHING_TO_REFUND')
}

function recordReview(
  tx: Transaction,
  { id, operatorId }: Refund,
  operation: string,
  details: Record<string, unknown>,
  { actor, origin, at }: PersonalAct,
) {
  const about = { operator_id: operatorId, ...details }
  return record(tx, { actor, origin, operation, target: { kind: 'refund', id }, details: about }, at)
}
