import { desc } from 'drizzle-orm'
import { auditLogs } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { OperatorCaller, StaffCaller } from '#src/platform/route'

/** Who did it. */
export type Actor = { kind: 'operator' | 'staff' | 'system'; id: Uuid | null; name: string; role: string }
/** From where: of a request, or of nowhere for jobs and the command line. */
export type Origin = Pick<RequestInfo, 'ip' | 'userAgent' | 'id'> | null

export type AuditEntry = {
  actor: Actor
  origin: Origin
  /** `refund_approve`, `view_api_key`: the words of API 6. */
  operation: string
  target?: { kind: string; id: string }
  /** What changed: before and after, reason, amounts. Never a secret. */
  details?: Record<string, unknown>
}

export const SYSTEM: Actor = { kind: 'system', id: null, name: '系统', role: 'system' }

/** The actor behind a signed-in caller. */
const actorOf = (caller: OperatorCaller | StaffCaller): Actor =>
  caller.kind === 'operator'
    ? { kind: 'operator', id: caller.id, name: caller.name, role: 'operator' }
    : { kind: 'staff', id: caller.id, name: caller.name, role: caller.grade ?? caller.role }

/** Who acts, from where and when: what writers are told besides their input. */
export type Act = { actor: Actor; origin: Origin; at: Instant }
/** An act of a person, whose id other rows may name. */
export type PersonalAct = Act & { actor: { id: Uuid } }

/** The act of a signed-in caller. */
export const actOf = (caller: OperatorCaller | StaffCaller, info: RequestInfo): PersonalAct => ({
  actor: { ...actorOf(caller), id: caller.id },
  origin: info,
  at: info.now,
})

/** One writer at a time continues the chain; held until COMMIT. */
const CHAIN_LOCK = 7_061_977
const GENESIS = '0'.repeat(64)

/**
 * Appends to the audit log, in the transaction of what it tells. Call it last: it holds the chain's lock until COMMIT, and a
 * transaction that then waited for a row could wait for one that waits for the chain.
 */
export const record = (tx: Transaction, entry: AuditEntry, at: Instant): Promise<void> => recordAll(tx, [{ ...entry, at }])

/** Several at once, in their order: one look at the chain's end and one write. */
export async function recordAll(tx: Transaction, entries: readonly (AuditEntry & { at: Instant })[]): Promise<void> {
  if (entries.length === 0) return
  await tx.sql`SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`
  const [last] = await tx.db.select({ seq: auditLogs.seq, hash: auditLogs.hash }).from(auditLogs).orderBy(desc(auditLogs.seq)).limit(1)
  let head = { seq: last?.seq ?? 0n, hash: last ? Buffer.from(last.hash).toString('hex') : GENESIS }
  const rows = entries.map((entry) => {
    const row = rowOf(entry, head.seq + 1n)
    const prevHash = head.hash
    head = { seq: row.seq, hash: auditHash(row, prevHash) }
    return { ...row, prevHash: Buffer.from(prevHash, 'hex'), hash: Buffer.from(head.hash, 'hex') }
  })
  await tx.db.insert(auditLogs).values(rows)
}

const rowOf = ({ actor, origin, operation, target, details, at }: AuditEntry & { at: Instant }, seq: bigint): HashedRow => ({
  seq,
  id: newId(),
  actorKind: actor.kind,
  actorId: actor.id,
  actorName: actor.name,
  actorRole: actor.role,
  operation,
  targetKind: target?.kind ?? null,
  targetId: target?.id ?? null,
  details: details ?? {},
  ip: origin?.ip ?? null,
  userAgent: origin?.userAgent ?? null,
  requestId: origin?.id ?? null,
  createdAt: at,
})

type HashedRow = Omit<typeof auditLogs.$inferSelect, 'prevHash' | 'hash'>

/** SHA-256 over the previous hash and the row, in hex. Details are hashed with sorted keys: jsonb does not keep their order. */
export function auditHash(row: HashedRow, prevHash: string): string {
  const lines = [
    prevHash,
    row.seq,
    row.id,
    row.actorKind,
    row.actorId ?? '',
    row.actorRole,
    row.operation,
    row.targetKind ?? '',
    row.targetId ?? '',
    row.ip ?? '',
    row.requestId ?? '',
    iso(row.createdAt),
    JSON.stringify([row.actorName, row.userAgent, sortedKeys(row.details)]),
  ]
  return new Bun.CryptoHasher('sha256').update(lines.join('\n')).digest('hex')
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value as Record<string, unknown>).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, sortedKeys(inner)]))
}
