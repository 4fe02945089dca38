import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { keyword, pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { transaction } from '#src/platform/database'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { APPROVED, RefundApprovedAnswer, RefundRejectedAnswer, ReviewedRefundAnswer, ReviewedRefundsAnswer, SECOND_NEEDED } from './answers'
import {
  financeJson,
  type ListedRefund,
  listRefunds,
  operatorFinance,
  payoutsOf,
  REFUND_STATUSES,
  refundJson,
  requireRefund,
} from './queries'
import { approveRefund, RefundApproval, RefundRejection, rejectRefund } from './review'

const RefundsQuery = v.object({ ...pageQuery, status: v.optional(v.picklist([...REFUND_STATUSES, 'all']), 'pending'), keyword })

/** Finance decides about refunds (API 6). */
export const refundsFinanceApi = [
  api(
    'GET /finance/refunds',
    { audience: 'finance', permission: 'refund:view', answer: ReviewedRefundsAnswer, query: RefundsQuery },
    async ({ query }) => {
      const { total, refunds } = await listRefunds(query)
      return list(query, total, refunds.map(reviewedJson))
    },
  ),

  api(
    'GET /finance/refunds/:refund_id',
    { audience: 'finance', permission: 'refund:view', answer: ReviewedRefundAnswer },
    async ({ params }) => {
      const refund = await requireRefund(pathId('refund', params, 'refund_id'))
      const [finance, payouts] = await Promise.all([operatorFinance(refund.operatorId), payoutsOf(refund.id)])
      return success({ ...reviewedJson(refund), operator_finance: financeJson(finance), payouts: payouts.map(payoutJson) })
    },
  ),

  api(
    'POST /finance/refunds/:refund_id/approve',
    { audience: 'finance', permission: 'refund:review', stepUp: true, answer: RefundApprovedAnswer, body: RefundApproval },
    async ({ caller, params, body, info }) => {
      const id = pathId('refund', params, 'refund_id')
      const { refund, actual, balanceAfter } = await transaction((tx) => approveRefund(tx, id, body.note, actOf(caller, info)))
      const decided = { refund_id: showId('refund', id), requested_amount: yuan(refund.requested) }
      if (actual === null) return success({ ...decided, status: 'pending', review_stage: 2 }, { message: SECOND_NEEDED })
      const { payoutStatus } = await requireRefund(id)
      const paid = { actual_refund_amount: yuan(actual), balance_after: yuan(balanceAfter), payout_status: payoutStatus }
      return success({ ...decided, ...paid }, { message: APPROVED })
    },
  ),

  api(
    'POST /finance/refunds/:refund_id/reject',
    { audience: 'finance', permission: 'refund:review', answer: RefundRejectedAnswer, body: RefundRejection },
    async ({ caller, params, body, info }) => {
      await transaction((tx) => rejectRefund(tx, pathId('refund', params, 'refund_id'), body.reason, actOf(caller, info)))
      return success(null, { message: '退款已拒绝' })
    },
  ),
]

const reviewedJson = (refund: ListedRefund) => ({
  ...refundJson(refund),
  operator_id: showId('operator', refund.operatorId),
  operator_name: refund.operatorName,
  operator_category: refund.operatorCategory,
  current_balance: yuan(refund.currentBalance),
})

const payoutJson = ({ orderId, channel, amount, status, outRefundNo }: Awaited<ReturnType<typeof payoutsOf>>[number]) => ({
  order_id: orderId && showId('order', orderId),
  channel,
  amount: yuan(amount),
  status,
  out_refund_no: outRefundNo,
})
