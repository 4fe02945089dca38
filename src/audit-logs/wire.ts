import { bareId, type IdKind, showId, type Uuid } from '#src/core/ids'
import { iso } from '#src/core/time'
import type { AuditEntryRow } from './entries'

/** Rows of the audit log as the API writes them. */

/** What a target's kind is called on the wire; those that are missing here have no prefix, such as sessions and settings. */
const KINDS: Readonly<Record<string, IdKind>> = {
  operator: 'operator',
  site: 'site',
  application: 'application',
  authorization: 'authorization',
  request: 'request',
  order: 'order',
  refund: 'refund',
  invoice: 'invoice',
  announcement: 'announcement',
  report: 'report',
  export: 'export',
  difference: 'difference',
}

/** The id of a target with its prefix where it has one. */
export function wireTarget({ targetKind, targetId }: Pick<AuditEntryRow, 'targetKind' | 'targetId'>): string | null {
  const kind = Object.hasOwn(KINDS, targetKind ?? '') ? KINDS[targetKind!] : undefined
  return targetId !== null && kind && bareId(targetId) ? showId(kind, targetId) : targetId
}

const FINANCE_ROLES = ['specialist', 'manager', 'auditor']

const wireStaff = (role: string, id: Uuid): string => showId(FINANCE_ROLES.includes(role) ? 'finance' : 'admin', id)

const originOf = ({ ip, userAgent, createdAt }: AuditEntryRow) => ({
  ip_address: ip,
  user_agent: userAgent,
  created_at: iso(createdAt),
})

export const auditJson = (row: AuditEntryRow) => ({
  log_id: showId('log', row.id),
  seq: Number(row.seq),
  actor_type: row.actorKind,
  actor_id: row.actorId && (row.actorKind === 'operator' ? showId('operator', row.actorId) : wireStaff(row.actorRole, row.actorId)),
  actor_name: row.actorName,
  actor_role: row.actorRole,
  operation_type: row.operation,
  target_type: row.targetKind,
  target_resource_id: wireTarget(row),
  operation_details: row.details,
  ...originOf(row),
  request_id: row.requestId,
  hash: row.hash,
})

/** The same as finance reads it: only people of ours are in its scope, and each has an id. */
export const financeAuditJson = (row: AuditEntryRow) => ({
  log_id: showId('log', row.id),
  finance_id: wireStaff(row.actorRole, row.actorId!),
  finance_name: row.actorName,
  operation_type: row.operation,
  target_resource_id: wireTarget(row),
  operation_details: row.details,
  ...originOf(row),
})
