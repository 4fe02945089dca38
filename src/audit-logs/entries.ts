import { bareId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { StaffCaller } from '#src/platform/route'
import { REFUSED } from './refusals'

/** A row of the audit log as people read it. */
export type AuditEntryRow = {
  id: Uuid
  seq: bigint
  actorKind: 'operator' | 'staff' | 'system'
  actorId: Uuid | null
  actorName: string
  actorRole: string
  operation: string
  targetKind: string | null
  targetId: string | null
  details: Record<string, unknown>
  ip: string | null
  userAgent: string | null
  requestId: string | null
  createdAt: Instant
  hash: string
}

/** Which rows somebody may see at all: everybody's, those of finance, or only the own ones. */
export type AuditScope = { of: 'all' } | { of: 'finance' } | { of: 'own'; id: Uuid }

/** Administrators see all; finance sees finance, of which a specialist only the own actions (PRODUCT 9). */
export function auditScopeOf({ audience, grade, id }: Pick<StaffCaller, 'audience' | 'grade' | 'id'>): AuditScope {
  if (audience === 'admin') return { of: 'all' }
  return grade === 'specialist' ? { of: 'own', id } : { of: 'finance' }
}

export const ACTOR_KINDS = ['staff', 'operator', 'system'] as const

export type AuditFilter = {
  from?: Instant | undefined
  to?: Instant | undefined
  operation?: string | undefined
  /** Also the rows of that operation where it was refused (refusals.ts). */
  refusals?: boolean | undefined
  /** A kind of actor, or one person. */
  actorKind?: (typeof ACTOR_KINDS)[number] | undefined
  actorId?: Uuid | undefined
  /** An id with or without its prefix, or a name such as a setting's: rows about it, rows by it, and those that name it as their operator. */
  about?: string | undefined
}

/** One page of the rows in scope, newest first. */
export async function auditPage(scope: AuditScope, filter: AuditFilter, asked: Keyset): Promise<Slice<AuditEntryRow>> {
  const sql = rawSql()
  const cursor = await cursorOf(asked.after ?? asked.before)
  const keyset: Keyset = cursor ? asked : { size: asked.size }
  const back = isBackwards(keyset)
  const beyond = cursor
    ? sql`AND (created_at, seq) ${back ? sql`>` : sql`<`} (${iso(cursor.createdAt)}::timestamptz, ${String(cursor.seq)}::bigint)`
    : sql``
  const order = back ? sql`ORDER BY created_at, seq` : sql`ORDER BY created_at DESC, seq DESC`
  const { about, operation, ...rest } = filter
  const limit = sql`LIMIT ${rowsWanted(keyset)}`
  // Each way to be about something has an index of its own, in the order of the page: the newest of each are read, not the log.
  const ways = about === undefined ? [sql`true`] : waysAbout(about)
  const arms = ways.flatMap((way) => operationsOf(filter).map((one) => (one === undefined ? way : sql`${way} AND operation = ${one}`)))
  const parts = arms.map((arm) => sql`(SELECT seq FROM audit_logs WHERE ${arm} AND ${matching(scope, rest)} ${beyond} ${order} ${limit})`)
  const [first, ...others] = parts as [(typeof parts)[number], ...typeof parts]
  const found = others.reduce((all, part) => sql`${all} UNION ${part}`, first)
  const rows = await sql<AuditEntryRow[]>`SELECT ${columns()} FROM audit_logs WHERE seq IN (${found}) ${order} ${limit}`
  return cutPage(rows, keyset, ({ id }) => id)
}

async function cursorOf(id: Uuid | undefined): Promise<{ createdAt: Instant; seq: bigint } | undefined> {
  if (id === undefined) return undefined
  const [row] = await rawSql()<
    { createdAt: Instant; seq: bigint }[]
  >`SELECT created_at AS "createdAt", seq FROM audit_logs WHERE id = ${id}`
  return row
}

/** A numbered page with the count of all, as the API gives it. */
export async function listAuditLogs(
  scope: AuditScope,
  filter: AuditFilter,
  { page, page_size: size }: { page: number; page_size: number },
) {
  const sql = rawSql()
  const [[counted], entries] = await Promise.all([
    sql<{ total: number }[]>`SELECT count(*)::int AS total FROM audit_logs WHERE ${matching(scope, filter)}`,
    sql<AuditEntryRow[]>`
      SELECT ${columns()} FROM audit_logs WHERE ${matching(scope, filter)}
      ORDER BY created_at DESC, seq DESC LIMIT ${size} OFFSET ${(page - 1) * size}`,
  ])
  return { total: counted!.total, entries }
}

/** How many rows a filter has; a file says it before it is made. */
export async function countAuditLogs(scope: AuditScope, filter: AuditFilter): Promise<number> {
  const [row] = await rawSql()<{ total: number }[]>`SELECT count(*)::int AS total FROM audit_logs WHERE ${matching(scope, filter)}`
  return row!.total
}

/** Read at a time by an export. */
const CHUNK = 2_000

/** All rows of a filter, newest first, in chunks that are each a query of their own. */
export async function* auditChunks(scope: AuditScope, filter: AuditFilter): AsyncGenerator<AuditEntryRow[]> {
  const sql = rawSql()
  for (let last: AuditEntryRow | undefined; ; ) {
    const beyond = last ? sql`AND (created_at, seq) < (${iso(last.createdAt)}::timestamptz, ${String(last.seq)}::bigint)` : sql``
    const rows: AuditEntryRow[] = await sql<AuditEntryRow[]>`
      SELECT ${columns()} FROM audit_logs WHERE ${matching(scope, filter)} ${beyond} ORDER BY created_at DESC, seq DESC LIMIT ${CHUNK}`
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    last = rows.at(-1)
  }
}

/** One row in scope. Throws RESOURCE_NOT_FOUND, also for a row of somebody else where only the own ones are shown. */
export async function requireAuditEntry(scope: AuditScope, id: Uuid): Promise<AuditEntryRow & { prevHash: string }> {
  const [row] = await rawSql()<(AuditEntryRow & { prevHash: string })[]>`
    SELECT ${columns()}, encode(prev_hash, 'hex') AS "prevHash" FROM audit_logs WHERE id = ${id} AND ${inScope(scope)}`
  if (!row) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return row
}

/** What was done to one thing, newest first. */
export const latestAbout = (targetId: string, operation: string, limit: number): Promise<AuditEntryRow[]> =>
  rawSql()<AuditEntryRow[]>`
    SELECT ${columns()} FROM audit_logs WHERE target_id = ${targetId} AND operation = ${operation} ORDER BY created_at DESC, seq DESC LIMIT ${limit}`

export type AuditPerson = { id: Uuid; name: string; username: string }

/** Our people who can have written a row in scope, by name. */
export function auditPeople(scope: AuditScope): Promise<AuditPerson[]> {
  const sql = rawSql()
  const chosen = scope.of === 'all' ? sql`` : scope.of === 'finance' ? sql`WHERE role = 'finance'` : sql`WHERE id = ${scope.id}`
  return sql<AuditPerson[]>`SELECT id, name, username FROM admin_accounts ${chosen} ORDER BY name, username LIMIT 500`
}

const columns = () => rawSql()`
  id, seq, actor_kind AS "actorKind", actor_id AS "actorId", actor_name AS "actorName", actor_role AS "actorRole", operation,
  target_kind AS "targetKind", target_id AS "targetId", details, ip, user_agent AS "userAgent", request_id AS "requestId",
  created_at AS "createdAt", encode(hash, 'hex') AS hash`

/**
 * Finance is what its people do, and what others of ours do with money or keys. Word for word the condition of the index
 * audit_logs_finance: otherwise each page would read the whole log.
 */
function inScope(scope: AuditScope) {
  const sql = rawSql()
  if (scope.of === 'all') return sql`true`
  if (scope.of === 'own') return sql`actor_id = ${scope.id}`
  return sql`(actor_role IN ('specialist', 'manager', 'auditor') OR (actor_kind = 'staff' AND operation IN ('adjustment', 'view_api_key')))`
}

/** The operations a filter means; undefined stands for every one. */
const operationsOf = ({ operation, refusals }: AuditFilter): (string | undefined)[] =>
  operation !== undefined && refusals ? [operation, `${operation}${REFUSED}`] : [operation]

function matching(scope: AuditScope, filter: AuditFilter) {
  const sql = rawSql()
  const { from, to, operation, actorKind, actorId, about } = filter
  return sql`${inScope(scope)}
    ${from ? sql`AND created_at >= ${iso(from)}::timestamptz` : sql``} ${to ? sql`AND created_at < ${iso(to)}::timestamptz` : sql``}
    ${operation ? sql`AND operation = ANY (${operationsOf(filter) as string[]})` : sql``} ${actorKind ? sql`AND actor_kind = ${actorKind}` : sql``}
    ${actorId ? sql`AND actor_id = ${actorId}` : sql``} ${about ? aboutIt(about) : sql``}`
}

/** The object itself, whoever did it, and the operator that an entry names in its details. */
function waysAbout(about: string) {
  const sql = rawSql()
  const id = bareId(about.replace(/^[a-z]{2,9}_(?=[0-9a-f]{8}-)/i, ''))
  return id ? [sql`target_id = ${id}`, sql`actor_id = ${id}::uuid`, sql`details ->> 'operator_id' = ${id}`] : [sql`target_id = ${about}`]
}

function aboutIt(about: string) {
  const sql = rawSql()
  const [first, ...others] = waysAbout(about)
  return sql`AND (${others.reduce((all, way) => sql`${all} OR ${way}`, first!)})`
}
