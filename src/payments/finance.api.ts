import * as v from 'valibot'
import { actOf } from '#src/audit-logs/audit-log'
import { idOf, keyword, pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { QuarantineAnswer, RechargeRecordsAnswer, ResolvedAnswer } from './answers'
import { type FoundQuarantined, pageOfQuarantined, QUARANTINE_STATUSES } from './quarantine-queries'
import { type FoundOrder, METHODS, ORDER_STATUSES, pageOfOrders } from './queries'
import { Resolution } from './resolution'
import { resolveQuarantined } from './resolve-quarantine'

const all = <T>(value: T | 'all'): T | undefined => (value === 'all' ? undefined : value)

const RecordsQuery = v.object({
  ...pageQuery,
  ...timeQuery,
  keyword,
  operator_id: v.optional(idOf('operator')),
  method: v.optional(v.picklist([...METHODS, 'all']), 'all'),
  status: v.optional(v.picklist([...ORDER_STATUSES, 'all']), 'all'),
})
const QuarantineQuery = v.object({ ...pageQuery, status: v.optional(v.picklist([...QUARANTINE_STATUSES, 'all']), 'open') })

/** Finance looks through what was paid in, and decides about payments that did not fit (API 6). */
export const paymentsFinanceApi = [
  api(
    'GET /finance/recharge-records',
    { audience: 'finance', permission: 'transaction:view', answer: RechargeRecordsAnswer, query: RecordsQuery },
    async ({ query }) => {
      const { operator_id: operatorId, method, status, keyword: words, start_time, end_time } = query
      const search = { ...timeFilter({ start_time, end_time }), keyword: words, operatorId, method: all(method), status: all(status) }
      const { total, rows } = await pageOfOrders(search, query)
      return list(query, total, rows.map(recordJson))
    },
  ),

  api(
    'GET /finance/quarantine',
    { audience: 'finance', permission: 'transaction:view', answer: QuarantineAnswer, query: QuarantineQuery },
    async ({ query }) => {
      const { total, rows } = await pageOfQuarantined(all(query.status), query)
      return list(query, total, rows.map(quarantineJson))
    },
  ),

  api(
    'POST /finance/quarantine/:quarantine_id/resolve',
    { audience: 'finance', permission: 'recharge:resolve', stepUp: true, answer: ResolvedAnswer, body: Resolution },
    async ({ caller, params, body, info }) => {
      const id = pathId('session', params, 'quarantine_id')
      const { status } = await resolveQuarantined(id, body, actOf(caller, info))
      const message = status === 'open' ? '款项正在退回，完成后自动记账' : '款项已处理'
      return success({ quarantine_id: id, status }, { message })
    },
  ),
]

const recordJson = ({ order, operatorName }: FoundOrder) => ({
  order_id: showId('order', order.id),
  amount: yuan(order.amount),
  payment_method: order.paymentMethod,
  operator_id: showId('operator', order.operatorId),
  operator_name: operatorName,
  status: order.status,
  out_trade_no: order.outTradeNo,
  provider_txn_id: order.providerTxnId,
  paid_at: order.paidAt && iso(order.paidAt),
  late: order.late,
  refunded_amount: yuan(order.refunded),
  error_message: order.errorMessage,
  expires_at: iso(order.expiresAt),
  created_at: iso(order.createdAt),
})

const quarantineJson = ({ row, operatorName }: FoundQuarantined) => ({
  quarantine_id: row.id,
  channel: row.channel,
  cause: row.cause,
  status: row.status,
  provider_txn_id: row.providerTxnId,
  out_trade_no: row.outTradeNo,
  amount: row.amount === null ? null : yuan(row.amount),
  in_suspense: row.suspenseSeq !== null && row.status === 'open',
  order_id: row.orderId && showId('order', row.orderId),
  operator_id: row.operatorId && showId('operator', row.operatorId),
  operator_name: operatorName,
  resolution: row.resolution,
  resolved_by: row.resolvedBy && showId('finance', row.resolvedBy),
  resolved_at: row.resolvedAt && iso(row.resolvedAt),
  created_at: iso(row.createdAt),
})
