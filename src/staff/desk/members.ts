import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { adminAccounts, auditLogs, authSessions } from '#drizzle/schema'
import { keyword } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { read } from '#src/platform/database'
import { contains } from '#src/platform/like'
import { postOf } from './manage'
import { type Manager, ROLE_SEATS, seesOnlyFinance } from './rights'

export const MEMBER_STATES = ['active', 'disabled'] as const

/** Whose people: a manager of finance sees finance. */
export type Scope = 'everybody' | 'finance'
export const scopeOf = (manager: Manager): Scope => (seesOnlyFinance(manager) ? 'finance' : 'everybody')

/** What of our people is looked for; what cannot be read means everybody. */
export const memberFilter = {
  keyword: v.fallback(keyword, ''),
  seat: v.fallback(v.optional(v.picklist(ROLE_SEATS)), undefined),
  state: v.fallback(v.optional(v.picklist(MEMBER_STATES)), undefined),
  phone: v.fallback(v.optional(v.picklist(['with', 'without'])), undefined),
}
export type MemberFilter = v.InferOutput<v.ObjectSchema<typeof memberFilter, undefined>>

const { id, username, name, role, financeGrade, permissions, isActive, totpVersion, totpSince, passwordIsTemporary } = adminAccounts

const SHOWN = {
  id,
  username,
  name,
  role,
  financeGrade,
  permissions,
  isActive,
  hasPhone: sql<boolean>`${totpVersion} IS NOT NULL`,
  totpSince,
  passwordIsTemporary,
  createdAt: adminAccounts.createdAt,
  updatedAt: adminAccounts.updatedAt,
  lastSignInAt: sql<Instant | null>`(SELECT max(s.created_at) FROM auth_sessions s WHERE s.admin_id = admin_accounts.id)`.mapWith(
    authSessions.createdAt,
  ),
}

/** One page of our people, newest first, each with its last sign-in. */
export async function membersPage(scope: Scope, filter: MemberFilter, keyset: Keyset) {
  const back = isBackwards(keyset)
  const rows = await read()
    .select(SHOWN)
    .from(adminAccounts)
    .where(and(wanted(scope, filter), keyset.after ? lt(id, keyset.after) : undefined, back ? gt(id, keyset.before!) : undefined))
    .orderBy(back ? asc(id) : desc(id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}
export type Member = Awaited<ReturnType<typeof membersPage>>['rows'][number]

/** One of them. Throws RESOURCE_NOT_FOUND, for somebody who is not the manager's to see as for nobody. */
export async function requireMember(manager: Manager, staffId: Uuid): Promise<Member> {
  const [member] = await read()
    .select(SHOWN)
    .from(adminAccounts)
    .where(and(eq(id, staffId), seesOnlyFinance(manager) ? eq(role, 'finance') : undefined))
  if (!member) throw new Problem('RESOURCE_NOT_FOUND', { id: staffId }, 'resource')
  return member
}

export async function countMembers(scope: Scope, filter: MemberFilter): Promise<number> {
  const [row] = await read().select({ count: sql<number>`count(*)::int` }).from(adminAccounts).where(wanted(scope, filter))
  return row!.count
}

function wanted(scope: Scope, { keyword: words, seat, state, phone }: MemberFilter): SQL | undefined {
  const post = seat && postOf(seat)
  return and(
    scope === 'finance' ? eq(role, 'finance') : undefined,
    contains([username, name], words),
    post && eq(role, post.role),
    post?.grade ? eq(financeGrade, post.grade) : undefined,
    state && eq(isActive, state === 'active'),
    phone === 'without' ? isNull(totpVersion) : undefined,
    phone === 'with' ? isNotNull(totpVersion) : undefined,
  )
}

const CHUNK = 500

/** All of them for a file, newest first. */
export async function* memberChunks(scope: Scope, filter: MemberFilter): AsyncGenerator<Member[]> {
  for (let last: Uuid | undefined; ; ) {
    const rows: Member[] = await read()
      .select(SHOWN)
      .from(adminAccounts)
      .where(and(wanted(scope, filter), last ? lt(id, last) : undefined))
      .orderBy(desc(id))
      .limit(CHUNK)
    if (rows.length > 0) yield rows
    if (rows.length < CHUNK) return
    last = rows.at(-1)!.id
  }
}

const CHANGES = [
  'staff_create',
  'staff_edit',
  'staff_grant',
  'staff_place',
  'staff_disable',
  'staff_enable',
  'staff_password',
  'staff_totp_reset',
  'staff_sign_out',
  'totp_enrol',
  'totp_replace',
  'totp_remove',
  'recovery_codes',
] as const
const MOST_CHANGES = 20

/** What was done to somebody's access, newest first. */
export async function changesOf(staffId: Uuid) {
  const rows = await read()
    .select({
      id: auditLogs.id,
      operation: auditLogs.operation,
      actorName: auditLogs.actorName,
      details: auditLogs.details,
      at: auditLogs.createdAt,
    })
    .from(auditLogs)
    .where(and(eq(auditLogs.targetId, staffId), inArray(auditLogs.operation, [...CHANGES])))
    .orderBy(desc(auditLogs.createdAt), desc(auditLogs.seq))
    .limit(MOST_CHANGES)
  return rows as (Omit<(typeof rows)[number], 'operation'> & { operation: (typeof CHANGES)[number] })[]
}
