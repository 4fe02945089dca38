import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** An account that is locked, and why: by the scan or by a person. */
export type LockedAccount = {
  id: Uuid
  username: string
  name: string
  category: 'trial' | 'normal' | 'vip'
  lockedAt: Instant
  lockedReason: string | null
  /** Null where a person locked it. */
  cause: 'failures' | 'keys' | null
  ip: string | null
  seen: number | null
  lockedByName: string | null
}

/** Everybody who is locked, newest first: those that the scan locked wait for an administrator. */
export const lockedAccounts = (limit: number): Promise<LockedAccount[]> =>
  rawSql()<
    LockedAccount[]
  >`SELECT ${columns()} WHERE o.is_locked AND o.deactivated_at IS NULL ORDER BY o.locked_at DESC, o.id LIMIT ${limit}`

/** One locked account; undefined when it is not locked any more. */
export async function findLockedAccount(id: Uuid): Promise<LockedAccount | undefined> {
  const [row] = await rawSql()<LockedAccount[]>`SELECT ${columns()} WHERE o.id = ${id} AND o.is_locked AND o.deactivated_at IS NULL`
  return row
}

const columns = () => rawSql()`
  o.id, o.username, o.name, o.category, o.locked_at AS "lockedAt", o.locked_reason AS "lockedReason",
  l.details->>'cause' AS cause, l.details->>'ip' AS ip, (l.details->>'seen')::int AS seen,
  CASE l.actor_kind WHEN 'staff' THEN l.actor_name END AS "lockedByName"
  FROM operator_accounts o
  LEFT JOIN LATERAL (
    SELECT details, actor_kind, actor_name FROM audit_logs
    WHERE target_id = o.id::text AND operation = 'operator_lock' ORDER BY created_at DESC, seq DESC LIMIT 1) l ON true`

export type LockEvidence = {
  from: Instant
  to: Instant
  /** Refused calls by code, most frequent first. */
  codes: { code: string; count: number }[]
  /** Addresses that used the account's keys, with what they did besides. */
  addresses: { ip: string; calls: number; refused: number; keys: number; operators: number; firstAt: Instant; lastAt: Instant }[]
  /** The keys that came from those addresses, by the start of their digest: never the key. */
  keys: { digest: string; operatorName: string | null; calls: number; refused: number }[]
}

/** The calls that a lock is judged by lie this long before it. */
const LOOK_BACK_SECONDS = 900
const MOST = 20

/** What the request log has on an account around its lock: failures, keys and addresses. */
export async function lockEvidence(operatorId: Uuid, lockedAt: Instant): Promise<LockEvidence> {
  const [from, to] = [addSeconds(lockedAt, -LOOK_BACK_SECONDS), addSeconds(lockedAt, 60)]
  const [codes, addresses, keys] = await Promise.all([
    codesOf(operatorId, from, to),
    addressesOf(operatorId, from, to),
    keysOf(operatorId, from, to),
  ])
  return { from, to, codes, addresses, keys }
}

/** The addresses from which the account's keys were used: what else came from there counts as well. */
const ownAddresses = (operatorId: Uuid, from: Instant, to: Instant) => rawSql()`
  own AS (SELECT DISTINCT ip FROM api_key_usage_logs
          WHERE operator_id = ${operatorId} AND at >= ${iso(from)}::timestamptz AND at < ${iso(to)}::timestamptz LIMIT ${MOST})`

const within = (from: Instant, to: Instant) => rawSql()`at >= ${iso(from)}::timestamptz AND at < ${iso(to)}::timestamptz`

const codesOf = (operatorId: Uuid, from: Instant, to: Instant) =>
  rawSql()<LockEvidence['codes']>`
    WITH ${ownAddresses(operatorId, from, to)}
    SELECT code, count(*)::int AS count FROM api_key_usage_logs l JOIN own USING (ip)
    WHERE ${within(from, to)} AND result = 'refused' GROUP BY code ORDER BY count(*) DESC, code LIMIT ${MOST}`

const addressesOf = (operatorId: Uuid, from: Instant, to: Instant) =>
  rawSql()<LockEvidence['addresses']>`
    WITH ${ownAddresses(operatorId, from, to)}
    SELECT ip, count(*)::int AS calls, (count(*) FILTER (WHERE result = 'refused'))::int AS refused, count(DISTINCT key_sha256)::int AS keys,
           count(DISTINCT operator_id)::int AS operators, min(at) AS "firstAt", max(at) AS "lastAt"
    FROM api_key_usage_logs l JOIN own USING (ip) WHERE ${within(from, to)} GROUP BY ip ORDER BY refused DESC, calls DESC, ip`

const keysOf = (operatorId: Uuid, from: Instant, to: Instant) =>
  rawSql()<LockEvidence['keys']>`
    WITH ${ownAddresses(operatorId, from, to)}
    SELECT left(encode(k.key_sha256, 'hex'), 12) AS digest, o.name AS "operatorName", k.calls, k.refused
    FROM (SELECT key_sha256, (array_agg(operator_id ORDER BY operator_id) FILTER (WHERE operator_id IS NOT NULL))[1] AS operator_id, count(*)::int AS calls,
                 (count(*) FILTER (WHERE result = 'refused'))::int AS refused
          FROM api_key_usage_logs l JOIN own USING (ip) WHERE ${within(from, to)} AND key_sha256 IS NOT NULL
          GROUP BY key_sha256 ORDER BY count(*) DESC LIMIT ${MOST}) k
    LEFT JOIN operator_accounts o ON o.id = k.operator_id ORDER BY k.calls DESC, digest`

export type RefusedAddress = { ip: string; refused: number; keys: number; operators: number; topCode: string; lastAt: Instant }

/** The addresses that were refused most since `from`: who is knocking, also with keys that are nobody's. */
export const refusedAddresses = (from: Instant, limit: number): Promise<RefusedAddress[]> =>
  rawSql()<RefusedAddress[]>`
    SELECT ip, count(*)::int AS refused, count(DISTINCT key_sha256)::int AS keys, count(DISTINCT operator_id)::int AS operators,
           mode() WITHIN GROUP (ORDER BY code) AS "topCode", max(at) AS "lastAt"
    FROM api_key_usage_logs WHERE at > ${iso(from)}::timestamptz AND result = 'refused'
    GROUP BY ip ORDER BY count(*) DESC, ip LIMIT ${limit}`
