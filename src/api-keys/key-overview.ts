import type { Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { addDays, type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'

/** An operator's key as administrators watch it: its age and what is done with it, never the key. */
export type KeyRow = {
  operatorId: Uuid
  username: string
  name: string
  isLocked: boolean
  generatedAt: Instant
  /** Until when the key before it is good. */
  previousUntil: Instant | null
  fenced: boolean
  lastCallAt: Instant | null
  lastIp: string | null
  /** Of the last 24 hours. */
  calls: number
  refused: number
}

export const KEY_STATES = ['failing', 'unused', 'old'] as const
export type KeyFilter = { keyword: string; state?: (typeof KEY_STATES)[number] | undefined }

/** A key that is older than this should be renewed. */
export const OLD_KEY_DAYS = 180
/** The log is kept in monthly pieces: a key that was not used for longer counts as unused. */
const USED_DAYS = 90

/** One page of the keys of accounts that are open, newest account first. */
export async function keysPage({ keyword, state }: KeyFilter, now: Instant, keyset: Keyset): Promise<Slice<KeyRow>> {
  const sql = rawSql()
  const step = keyset.after ? sql`AND o.id < ${keyset.after}::uuid` : keyset.before ? sql`AND o.id > ${keyset.before}::uuid` : sql``
  const order = isBackwards(keyset) ? sql`ORDER BY o.id` : sql`ORDER BY o.id DESC`
  const day = iso(addDays(now, -1))
  const rows = await sql<KeyRow[]>`
    SELECT o.*, last.at AS "lastCallAt", last.ip AS "lastIp", coalesce(today.calls, 0)::int AS calls, coalesce(today.refused, 0)::int AS refused
    FROM (
      SELECT o.id AS "operatorId", o.username, o.name, o.is_locked AS "isLocked", o.api_key_generated_at AS "generatedAt",
             CASE WHEN o.previous_api_key_valid_until > ${iso(now)}::timestamptz THEN o.previous_api_key_valid_until END AS "previousUntil",
             cardinality(o.api_key_addresses) > 0 AS fenced
      FROM operator_accounts o
      WHERE o.deactivated_at IS NULL ${wordsOf(keyword)} ${stateOf(state, now)} ${step} ${order} LIMIT ${rowsWanted(keyset)}
    ) o
    LEFT JOIN LATERAL (
      SELECT at, ip FROM api_key_usage_logs l
      WHERE l.operator_id = o."operatorId" AND l.at > ${iso(addDays(now, -USED_DAYS))}::timestamptz AND l.at <= ${iso(addDays(now, 1))}::timestamptz
      ORDER BY l.at DESC LIMIT 1) last ON true
    LEFT JOIN LATERAL (
      SELECT count(*) AS calls, count(*) FILTER (WHERE l.result = 'refused') AS refused FROM api_key_usage_logs l
      WHERE l.operator_id = o."operatorId" AND l.at > ${day}::timestamptz AND l.at <= ${iso(addDays(now, 1))}::timestamptz) today ON true
    ORDER BY o."operatorId" ${isBackwards(keyset) ? sql`` : sql`DESC`}`
  return cutPage(rows, keyset, ({ operatorId }) => operatorId)
}

function wordsOf(keyword: string) {
  const sql = rawSql()
  if (keyword === '') return sql``
  const pattern = likePattern(keyword)
  return sql`AND (o.name ILIKE ${pattern} OR o.username ILIKE ${pattern})`
}

function stateOf(state: KeyFilter['state'], now: Instant) {
  const sql = rawSql()
  if (state === 'old') return sql`AND o.api_key_generated_at < ${iso(addDays(now, -OLD_KEY_DAYS))}::timestamptz`
  if (state === 'failing')
    return sql`AND o.id IN (SELECT l.operator_id FROM api_key_usage_logs l
      WHERE l.at > ${iso(addDays(now, -1))}::timestamptz AND l.result = 'refused' AND l.operator_id IS NOT NULL)`
  if (state === 'unused')
    return sql`AND NOT EXISTS (SELECT FROM api_key_usage_logs l WHERE l.operator_id = o.id
      AND l.at > ${iso(addDays(now, -USED_DAYS))}::timestamptz AND l.at <= ${iso(addDays(now, 1))}::timestamptz)`
  return sql``
}

export type KeyTotals = { keys: number; old: number; failing: number; refused: number }

/** Of all open accounts: how many keys, how many are old, and what the last 24 hours brought. */
export async function keyTotals(now: Instant): Promise<KeyTotals> {
  const [row] = await rawSql()<KeyTotals[]>`
    SELECT k.keys, k.old, r.failing, r.refused
    FROM (SELECT count(*)::int AS keys, (count(*) FILTER (WHERE api_key_generated_at < ${iso(addDays(now, -OLD_KEY_DAYS))}::timestamptz))::int AS old
          FROM operator_accounts WHERE deactivated_at IS NULL) k,
         (SELECT count(*)::int AS refused, count(DISTINCT operator_id)::int AS failing FROM api_key_usage_logs
          WHERE at > ${iso(addDays(now, -1))}::timestamptz AND result = 'refused') r`
  return row!
}
