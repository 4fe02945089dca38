import * as v from 'valibot'
import {
  ACTOR_KINDS,
  type AuditEntryRow,
  type AuditFilter,
  type AuditScope,
  auditChunks,
  auditScopeOf,
  countAuditLogs,
} from '#src/audit-logs/entries'
import { REFUSED } from '#src/audit-logs/refusals'
import { wireTarget } from '#src/audit-logs/wire'
import { bareUuid, text as words } from '#src/core/fields'
import type { Cell, Column, Table } from '#src/core/table'
import { isPlainKey, type Language, type PlainKey, text } from '#src/core/text'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { staffExport } from './staff-export'

/** The audit log as its page shows it: whose rows there are is fixed when the file is asked for. */
export const auditLogsExport = staffExport({
  title: 'audit.title',
  permission: 'audit:view',
  filter: {
    ...timeQuery,
    who: v.optional(v.union([v.picklist(ACTOR_KINDS), bareUuid])),
    operation_type: v.optional(words(0, 64)),
    target_id: v.optional(words(0, 100)),
    scope: v.optional(v.picklist(['all', 'finance', 'own']), 'own'),
    own: v.optional(bareUuid),
  },
  narrow: (caller) => ({ scope: auditScopeOf(caller).of, own: caller.id }),
  open: async ({ who, operation_type, target_id, scope: of, own, ...times }, { language }) => {
    const scope: AuditScope = of === 'own' ? { of, id: own! } : { of }
    const kind = ACTOR_KINDS.find((one) => one === who)
    const filter = {
      ...timeFilter(times),
      operation: operation_type,
      refusals: true,
      about: target_id,
      actorKind: kind,
      actorId: kind ? undefined : who,
    }
    return { rows: await countAuditLogs(scope, filter), table: auditTable(scope, filter, language) }
  },
})

function auditTable(scope: AuditScope, filter: AuditFilter, language: Language): Table {
  const column = (key: PlainKey, kind: Column['kind'], width: number): Column => ({ head: text(language, key), kind, width })
  return {
    title: text(language, 'audit.title'),
    columns: [
      column('audit.at', 'moment', 20),
      column('audit.seq', 'count', 8),
      column('audit.who', 'text', 16),
      column('audit.role', 'text', 14),
      column('audit.operation', 'text', 20),
      column('audit.code', 'text', 24),
      column('audit.target', 'text', 14),
      column('audit.targetId', 'text', 44),
      column('audit.details', 'text', 60),
      column('audit.ip', 'text', 16),
      column('audit.userAgent', 'text', 30),
      column('common.requestId', 'text', 38),
      column('audit.hash', 'text', 66),
    ],
    chunks: inCells(scope, filter, language),
  }
}

async function* inCells(scope: AuditScope, filter: AuditFilter, language: Language): AsyncGenerator<Cell[][]> {
  for await (const rows of auditChunks(scope, filter)) yield rows.map((row) => cells(row, language))
}

/** A name where this release knows one, else the code. */
function named(language: Language, key: string, code: string): string {
  return isPlainKey(key) ? text(language, key) : code
}

/** The same for an operation, and for one that was refused. */
function operationName(language: Language, code: string): string {
  const base = code.endsWith(REFUSED) ? code.slice(0, -REFUSED.length) : code
  const name = named(language, `audit.op.${base}`, base)
  return base === code ? name : text(language, 'audit.refused', { operation: name })
}

const cells = (row: AuditEntryRow, language: Language): Cell[] => [
  row.createdAt,
  Number(row.seq),
  row.actorName,
  row.actorRole,
  operationName(language, row.operation),
  row.operation,
  row.targetKind && named(language, `audit.on.${row.targetKind}`, row.targetKind),
  wireTarget(row),
  JSON.stringify(row.details),
  row.ip,
  row.userAgent,
  row.requestId,
  row.hash,
]
