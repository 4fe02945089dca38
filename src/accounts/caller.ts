import { and, eq } from 'drizzle-orm'
import { adminAccounts, authSessions, operatorAccounts } from '#drizzle/schema'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { permissionsOf, type Seat } from '#src/permissions/permissions'
import { verifyToken } from '#src/platform/api-token'
import { read } from '#src/platform/database'
import type { OperatorCaller, StaffCaller } from '#src/platform/route'
import { sha256 } from '#src/platform/secrets'

export type Caller = OperatorCaller | StaffCaller

/** Who sent a bearer token. Throws UNAUTHORIZED with the reason: missing, malformed, expired, revoked. */
export async function callerOfToken(authorization: string | null, now: Instant): Promise<Caller> {
  if (!authorization) throw unauthorized('missing')
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization)?.[1]
  if (!token) throw unauthorized('malformed')
  const claims = await verifyToken(token)
  if (typeof claims === 'string') throw unauthorized(claims)
  return callerOfSecret(claims.jti, 'api', now)
}

/** Who sent a session cookie. Throws like `callerOfToken`. */
export function callerOfCookie(secret: string | undefined, now: Instant): Promise<Caller> {
  if (!secret) throw unauthorized('missing')
  return callerOfSecret(secret, 'pages', now)
}

/** One look at the session's row answers for both kinds of caller: logout, lock, closing and disabling act on the next call. */
async function callerOfSecret(secret: string, door: 'api' | 'pages', now: Instant): Promise<Caller> {
  const [found] = await read()
    .select({
      sessionId: authSessions.id,
      expiresAt: authSessions.expiresAt,
      revokedAt: authSessions.revokedAt,
      openedAt: authSessions.createdAt,
      provedAt: authSessions.provedAt,
      operator: { id: operatorAccounts.id, username: operatorAccounts.username, name: operatorAccounts.name },
      isLocked: operatorAccounts.isLocked,
      deactivatedAt: operatorAccounts.deactivatedAt,
      staff: {
        id: adminAccounts.id,
        username: adminAccounts.username,
        name: adminAccounts.name,
        role: adminAccounts.role,
        grade: adminAccounts.financeGrade,
        granted: adminAccounts.permissions,
        isActive: adminAccounts.isActive,
        passwordIsTemporary: adminAccounts.passwordIsTemporary,
        totpVersion: adminAccounts.totpVersion,
      },
    })
    .from(authSessions)
    .leftJoin(operatorAccounts, eq(operatorAccounts.id, authSessions.operatorId))
    .leftJoin(adminAccounts, eq(adminAccounts.id, authSessions.adminId))
    .where(and(eq(authSessions.tokenSha256, sha256(secret)), eq(authSessions.door, door)))
  if (!found || found.revokedAt) throw unauthorized('revoked')
  if (found.expiresAt <= now) throw unauthorized('expired')
  if (found.staff) return staffCaller(found.staff, found.sessionId, found.provedAt ?? found.openedAt)
  if (!found.operator || found.isLocked || found.deactivatedAt) throw unauthorized('revoked')
  return { kind: 'operator', ...found.operator, sessionId: found.sessionId }
}

type StaffRow = Pick<StaffCaller, 'id' | 'username' | 'name' | 'role' | 'grade' | 'passwordIsTemporary'> & {
  granted: string[]
  isActive: boolean
  totpVersion: number | null
}

function staffCaller({ granted, isActive, totpVersion, ...staff }: StaffRow, sessionId: string, provedAt: Instant): StaffCaller {
  if (!isActive) throw unauthorized('revoked')
  const permissions = permissionsOf(seatOf(staff), granted)
  return { kind: 'staff', ...staff, audience: audienceOf(staff.role), permissions, sessionId, provedAt, hasTotp: totpVersion !== null }
}

/** Which door a member of staff belongs to. */
export const audienceOf = (role: StaffCaller['role']): StaffCaller['audience'] =>
  role === 'finance' || role === 'analyst' ? role : 'admin'

/** The seat in the permission table: a grade for finance, a role for the rest. */
export const seatOf = ({ role, grade }: Pick<StaffCaller, 'role' | 'grade'>): Seat => (role === 'finance' ? (grade ?? 'auditor') : role)

const unauthorized = (reason: string): Problem => new Problem('UNAUTHORIZED', { reason }, 'session')
