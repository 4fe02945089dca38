import * as v from 'valibot'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, keysetQuery, rowsWanted, type Slice } from '#src/core/keyset'
import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** A place in the audit log. */
const seqCursor = v.fallback(v.optional(v.pipe(v.string(), v.regex(/^[1-9]\d{0,17}$/))), undefined)
export const staffActsKeyset = { after: seqCursor, before: seqCursor, size: keysetQuery.size }

type StaffAct = {
  seq: bigint
  at: Instant
  operation: string
  actorName: string
  actorRole: string
  details: Record<string, unknown>
  ip: string | null
  requestId: string | null
}

/**
 * What our own people did to an operator or to something of its own, newest first, as the audit log has it. Each half is found by what
 * names the operator; asked for in one condition, the planner would walk back through everybody's acts.
 */
export async function staffActsPage(operatorId: Uuid, keyset: Keyset): Promise<Slice<StaffAct>> {
  const sql = rawSql()
  const cursor = keyset.after ?? keyset.before
  const back = isBackwards(keyset)
  const beyond = cursor === undefined ? sql`` : sql`AND seq ${back ? sql`>` : sql`<`} ${cursor}::bigint`
  const columns = sql`
    seq, created_at AS at, operation, actor_name AS "actorName", actor_role AS "actorRole", details, ip, request_id AS "requestId"`
  const rows = await sql<StaffAct[]>`
    SELECT ${columns} FROM audit_logs WHERE target_id = ${operatorId} AND actor_kind = 'staff' ${beyond}
    UNION ALL
    SELECT ${columns} FROM audit_logs
    WHERE details ->> 'operator_id' = ${operatorId} AND target_id IS DISTINCT FROM ${operatorId} AND actor_kind = 'staff' ${beyond}
    ORDER BY seq ${back ? sql`` : sql`DESC`} LIMIT ${rowsWanted(keyset)}`
  return cutPage(rows, keyset, (row) => String(row.seq))
}
