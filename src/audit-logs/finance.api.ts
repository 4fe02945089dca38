import * as v from 'valibot'
import { idOf, pageQuery } from '#src/core/fields'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { list } from '#src/platform/http'
import { api } from '#src/platform/route'
import { FinanceAuditLogsAnswer } from './answers'
import { auditScopeOf, listAuditLogs } from './entries'
import { financeAuditJson } from './wire'

/** The operations that the contract names; pages offer every one there is. */
const OPERATIONS = [
  'refund_approve',
  'refund_reject',
  'invoice_approve',
  'invoice_reject',
  'report_generate',
  'view_api_key',
  'login',
  'logout',
  'adjustment',
  'quarantine_resolve',
  'all',
] as const

const Query = v.object({
  ...pageQuery,
  ...timeQuery,
  operation_type: v.optional(v.picklist(OPERATIONS), 'all'),
  finance_id: v.optional(idOf('finance')),
})

/** What finance did, for finance; a specialist sees the own actions (API 6). */
export const auditFinanceApi = [
  api(
    'GET /finance/audit-logs',
    { audience: 'finance', permission: 'audit:view', answer: FinanceAuditLogsAnswer, query: Query },
    async ({ caller, query }) => {
      const { operation_type, finance_id, start_time, end_time, ...page } = query
      const operation = operation_type === 'all' ? undefined : operation_type
      const filter = { ...timeFilter({ start_time, end_time }), operation, actorId: finance_id }
      const { total, entries } = await listAuditLogs(auditScopeOf(caller), filter, page)
      return list(page, total, entries.map(financeAuditJson))
    },
  ),
]
