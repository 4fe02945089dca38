import * as v from 'valibot'
import { bareUuid, pageQuery, text } from '#src/core/fields'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { list } from '#src/platform/http'
import { api } from '#src/platform/route'
import { AuditLogsAnswer } from './answers'
import { ACTOR_KINDS, auditScopeOf, listAuditLogs } from './entries'
import { auditJson } from './wire'

const Query = v.object({
  ...pageQuery,
  ...timeQuery,
  operation_type: v.optional(text(0, 64)),
  actor_type: v.optional(v.picklist(ACTOR_KINDS)),
  actor_id: v.optional(
    v.pipe(
      v.string(),
      v.transform((id) => id.replace(/^(admin|fin|op)_/, '')),
      bareUuid,
    ),
  ),
  target_id: v.optional(text(0, 100)),
})

/** Who did what, for administrators (API 5). */
export const auditAdminApi = [
  api(
    'GET /admin/audit-logs',
    { audience: 'admin', permission: 'audit:view', answer: AuditLogsAnswer, query: Query },
    async ({ caller, query }) => {
      const { operation_type, actor_type, actor_id, target_id, start_time, end_time, ...page } = query
      const operation = operation_type === 'all' ? undefined : operation_type
      const filter = { ...timeFilter({ start_time, end_time }), operation, actorKind: actor_type, actorId: actor_id, about: target_id }
      const { total, entries } = await listAuditLogs(auditScopeOf(caller), filter, page)
      return list(page, total, entries.map(auditJson))
    },
  ),
]
