import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { pageQuery } from '#src/core/fields'
import { transaction } from '#src/platform/database'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { RefundRequestedAnswer, RefundsAnswer, RefundWithdrawnAnswer } from './answers'
import { listRefunds, REFUND_STATUSES, refundJson, requireRefund } from './queries'
import { RefundInput, requestRefund, withdrawRefund } from './request'

const RefundsQuery = v.object({ ...pageQuery, status: v.optional(v.picklist([...REFUND_STATUSES, 'all']), 'all') })

/** An operator asks for its money back (API 4). */
export const refundsOperatorApi = [
  api('GET /operators/me/refunds', { audience: 'operator', answer: RefundsAnswer, query: RefundsQuery }, async ({ caller, query }) => {
    const { total, refunds } = await listRefunds({ ...query, operatorId: caller.id })
    return list(query, total, refunds.map(refundJson))
  }),

  api(
    'POST /operators/me/refunds',
    { audience: 'operator', answer: RefundRequestedAnswer, body: RefundInput },
    async ({ caller, body, info }) => {
      const id = await transaction((tx) => requestRefund(tx, caller.id, body, actOf(caller, info)))
      return success(refundJson(await requireRefund(id, caller.id)), { status: 201, message: '退款申请已提交，等待财务审核' })
    },
  ),

  api(
    'DELETE /operators/me/refunds/:refund_id',
    { audience: 'operator', answer: RefundWithdrawnAnswer },
    async ({ caller, params, info }) => {
      const id = pathId('refund', params, 'refund_id')
      await transaction((tx) => withdrawRefund(tx, caller.id, id, actOf(caller, info)))
      return success(null, { message: '退款申请已撤回' })
    },
  ),
]
