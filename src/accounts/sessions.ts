import { and, asc, desc, eq, gt, isNull, lt, ne } from 'drizzle-orm'
import { authSessions } from '#drizzle/schema'
import { type Act, record } from '#src/audit-logs/audit-log'
import { newId, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted } from '#src/core/keyset'
import { Problem } from '#src/core/problem'
import { addSeconds, type Instant } from '#src/core/time'
import { signToken, type TokenRole } from '#src/platform/api-token'
import { read, type Transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { randomHex, sha256 } from '#src/platform/secrets'
import { setting } from '#src/settings/settings'

/** Whose session it is: an operator's or a member of staff's. */
export type Subject = { operatorId: Uuid } | { adminId: Uuid }

export type NewSession = {
  sessionId: Uuid
  /** What the client keeps: a cookie's value or a token's jti. Only its hash is stored. */
  secret: string
  expiresAt: Instant
  lifetimeSeconds: number
}

/** Opens a session at a door. Operators stay for 30 days, staff for 24 hours, as the settings say. */
export async function openSession(tx: Transaction, subject: Subject, door: 'api' | 'pages', info: RequestInfo): Promise<NewSession> {
  const lifetimeSeconds = 'operatorId' in subject ? setting('operator_session_days') * 86_400 : setting('staff_session_hours') * 3_600
  const session = { sessionId: newId(), secret: randomHex(32), expiresAt: addSeconds(info.now, lifetimeSeconds), lifetimeSeconds }
  await tx.db.insert(authSessions).values({
    id: session.sessionId,
    ...subject,
    door,
    tokenSha256: sha256(session.secret),
    ip: info.ip,
    userAgent: info.userAgent,
    createdAt: info.now,
    expiresAt: session.expiresAt,
  })
  return session
}

/** The bearer token of a session that was opened at the API. */
export const tokenOf = (session: NewSession, subjectId: Uuid, role: TokenRole, at: Instant): Promise<string> =>
  signToken({ sub: subjectId, role, sid: session.sessionId, jti: session.secret }, at, session.expiresAt)

/** Ends one session; false when it had ended before. */
export async function revokeSession(tx: Transaction, sessionId: Uuid, at: Instant): Promise<boolean> {
  const ended = await tx.db
    .update(authSessions)
    .set({ revokedAt: at })
    .where(and(eq(authSessions.id, sessionId), isNull(authSessions.revokedAt)))
    .returning({ id: authSessions.id })
  return ended.length > 0
}

/** Somebody ends one of the own logins, say that of a lost phone. Throws SESSION_NOT_FOUND unless it is a live one of theirs. */
export async function endSession(tx: Transaction, subject: Subject, sessionId: Uuid, { actor, origin, at }: Act): Promise<void> {
  const ended = await tx.db
    .update(authSessions)
    .set({ revokedAt: at })
    .where(and(eq(authSessions.id, sessionId), ownedBy(subject), isNull(authSessions.revokedAt), gt(authSessions.expiresAt, at)))
    .returning({ id: authSessions.id })
  if (ended.length === 0) throw new Problem('SESSION_NOT_FOUND', { id: sessionId })
  await record(tx, { actor, origin, operation: 'session_end', details: { session_id: sessionId } }, at)
}

/** Ends all sessions of a subject, except one if given. */
export async function revokeSessions(tx: Transaction, subject: Subject, at: Instant, except?: Uuid): Promise<void> {
  await tx.db
    .update(authSessions)
    .set({ revokedAt: at })
    .where(and(ownedBy(subject), isNull(authSessions.revokedAt), except ? ne(authSessions.id, except) : undefined))
}

const ownedBy = (subject: Subject) =>
  'operatorId' in subject ? eq(authSessions.operatorId, subject.operatorId) : eq(authSessions.adminId, subject.adminId)

/** The live sessions of a subject, newest first; of two in one millisecond the ids know which came later. */
export async function liveSessions(subject: Subject, now: Instant) {
  const { id, door, ip, userAgent, createdAt, expiresAt } = authSessions
  return read()
    .select({ id, door, ip, userAgent, createdAt, expiresAt })
    .from(authSessions)
    .where(and(ownedBy(subject), isNull(authSessions.revokedAt), gt(authSessions.expiresAt, now)))
    .orderBy(desc(createdAt), desc(id))
}

/** One page of them; ids are made in the order of sign-ins. */
export async function sessionsPage(subject: Subject, keyset: Keyset, now: Instant) {
  const { id, door, ip, userAgent, createdAt, expiresAt } = authSessions
  const back = isBackwards(keyset)
  const rows = await read()
    .select({ id, door, ip, userAgent, createdAt, expiresAt })
    .from(authSessions)
    .where(
      and(
        ownedBy(subject),
        isNull(authSessions.revokedAt),
        gt(authSessions.expiresAt, now),
        keyset.after ? lt(id, keyset.after) : undefined,
        back ? gt(id, keyset.before!) : undefined,
      ),
    )
    .orderBy(back ? asc(id) : desc(id))
    .limit(rowsWanted(keyset))
  return cutPage(rows, keyset, (row) => row.id)
}

/** A live session of one's own. Throws SESSION_NOT_FOUND for any other. */
export async function requireSession(subject: Subject, sessionId: Uuid, now: Instant) {
  const [session] = await read()
    .select()
    .from(authSessions)
    .where(and(eq(authSessions.id, sessionId), ownedBy(subject), isNull(authSessions.revokedAt), gt(authSessions.expiresAt, now)))
  if (!session) throw new Problem('SESSION_NOT_FOUND', { id: sessionId })
  return session
}

/** Ends all other logins of a caller. */
export async function endOtherSessions(tx: Transaction, subject: Subject, present: Uuid, { actor, origin, at }: Act): Promise<void> {
  await revokeSessions(tx, subject, at, present)
  await record(tx, { actor, origin, operation: 'session_end_others', details: { kept: present } }, at)
}

/** Removes sessions that ended at least `keepDays` ago; gives how many. */
export async function removeOldSessions(tx: Transaction, now: Instant, keepDays: number): Promise<number> {
  const removed = await tx.db
    .delete(authSessions)
    .where(lt(authSessions.expiresAt, addSeconds(now, -keepDays * 86_400)))
    .returning({ id: authSessions.id })
  return removed.length
}
