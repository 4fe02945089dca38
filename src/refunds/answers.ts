import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { answers, answersList, count, isoText, oneOf, orNull, wireId, words, yuanText } from '#src/core/answers'
import { REFUND_STATUSES } from './queries'

/** What the refunds' routes answer (API 4 and 6). */

const payoutStatus = orNull(oneOf(['processing', 'completed', 'abnormal']))
const refund = {
  refund_id: wireId('refund'),
  requested_amount: yuanText,
  actual_refund_amount: orNull(yuanText),
  status: oneOf(REFUND_STATUSES),
  review_stage: v.picklist([1, 2]),
  reason: words('门店停业装修，申请退回余额'),
  reject_reason: orNull(words('请补充停业说明后重新申请')),
  reviewed_by: orNull(wireId('finance')),
  reviewed_at: orNull(isoText),
  created_at: isoText,
  payout_status: payoutStatus,
}

export const RefundsAnswer = answersList(v.strictObject(refund))
export const RefundRequestedAnswer = answers(v.strictObject(refund), { status: 201, message: '退款申请已提交，等待财务审核' })
export const RefundWithdrawnAnswer = answers(v.null(), { message: '退款申请已撤回', errors: ['REFUND_NOT_FOUND'] })

const reviewed = {
  ...refund,
  operator_id: wireId('operator'),
  operator_name: words('杭州幻境数字娱乐'),
  operator_category: oneOf(CATEGORIES),
  current_balance: yuanText,
}
const finance = v.strictObject({
  operator_id: wireId('operator'),
  operator_name: words('杭州幻境数字娱乐'),
  category: oneOf(CATEGORIES),
  current_balance: yuanText,
  total_recharged: yuanText,
  total_consumed: yuanText,
  total_refunded: yuanText,
  total_sessions: count,
  first_transaction_at: orNull(isoText),
  last_transaction_at: orNull(isoText),
})
const payout = v.strictObject({
  order_id: orNull(wireId('order')),
  channel: oneOf(['wechat', 'alipay', 'bank']),
  amount: yuanText,
  status: oneOf(['processing', 'completed', 'abnormal', 'replaced', 'returned']),
  out_refund_no: words('019b7a105c007a2e9b412f6d3c8e1a55'),
})

/** An operator's money as finance is told of it, by its refunds and by itself. */
export const CustomerAnswer = answers(finance, { errors: ['OPERATOR_NOT_FOUND'] })

export const ReviewedRefundsAnswer = answersList(v.strictObject(reviewed))
export const ReviewedRefundAnswer = answers(v.strictObject({ ...reviewed, operator_finance: finance, payouts: v.array(payout) }), {
  errors: ['REFUND_NOT_FOUND'],
})

const decided = { refund_id: wireId('refund'), requested_amount: yuanText }
export const APPROVED = '退款已批准并处理'
export const SECOND_NEEDED = '已通过初审，等待另一名财务人员复核'
export const RefundApprovedAnswer = answers(
  v.union([
    v.strictObject({ ...decided, actual_refund_amount: yuanText, balance_after: yuanText, payout_status: payoutStatus }),
    v.strictObject({ ...decided, status: v.literal('pending'), review_stage: v.literal(2) }),
  ]),
  { message: v.picklist([APPROVED, SECOND_NEEDED]), errors: ['REFUND_NOT_FOUND', 'SECOND_REVIEWER_REQUIRED'] },
)
export const RefundRejectedAnswer = answers(v.null(), { message: '退款已拒绝', errors: ['REFUND_NOT_FOUND'] })
