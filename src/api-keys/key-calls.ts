import { aroundBirth, type Uuid } from '#src/core/ids'
import { cutPage, isBackwards, type Keyset, rowsWanted, type Slice } from '#src/core/keyset'
import { addDays, type Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** One call of a headset server with an operator's key, as the request log has it. */
export type KeyCall = {
  at: Instant
  requestId: Uuid
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  ip: string
  siteName: string | null
  /** Which key it came with: the present one, the one before it, or one that is no more. */
  key: 'present' | 'previous' | 'gone'
}

/** The log is kept in monthly pieces: further back than this nobody is shown it here. */
const KEPT_DAYS = 90

export const OUTCOMES = ['success', 'refused'] as const
type Asked = Keyset & { outcome?: (typeof OUTCOMES)[number] | undefined }

/** The newest call with an operator's keys. */
export async function latestKeyCall(operatorId: Uuid, now: Instant): Promise<KeyCall | null> {
  const sql = rawSql()
  const [call] = await calls(operatorId, now, sql`ORDER BY l.at DESC LIMIT 1`)
  return call ?? null
}

/** One page of the calls with an operator's keys, newest first; a repeated start that got its old answer is a success. */
export async function keyCallsPage(operatorId: Uuid, now: Instant, { outcome, ...asked }: Asked): Promise<Slice<KeyCall>> {
  const sql = rawSql()
  const cursor = await cursorOf(operatorId, asked.after ?? asked.before)
  // A cursor that is nobody's, or somebody else's, leads to the first page.
  const keyset: Keyset = cursor ? asked : { size: asked.size }
  const back = isBackwards(keyset)
  const chosen = outcome ? (outcome === 'refused' ? sql`AND l.result = 'refused'` : sql`AND l.result <> 'refused'`) : sql``
  const beyond = cursor
    ? sql`AND (l.at, l.request_id) ${back ? sql`>` : sql`<`} (${cursor.at}::timestamptz, ${cursor.requestId}::uuid)`
    : sql``
  const order = back ? sql`ORDER BY l.at, l.request_id` : sql`ORDER BY l.at DESC, l.request_id DESC`
  const found = await calls(operatorId, now, sql`${chosen} ${beyond} ${order} LIMIT ${rowsWanted(keyset)}`)
  return cutPage(found, keyset, (call) => call.requestId)
}

/** Where a page begins; the time as the database has it, which is finer than ours. */
async function cursorOf(operatorId: Uuid, requestId: Uuid | undefined): Promise<{ at: string; requestId: Uuid } | undefined> {
  if (requestId === undefined) return undefined
  const { from, to } = aroundBirth(requestId)
  const [found] = await rawSql()<{ at: string; requestId: Uuid }[]>`
    SELECT at::text AS at, request_id AS "requestId" FROM api_key_usage_logs
    WHERE operator_id = ${operatorId} AND at >= ${from} AND at <= ${to} AND request_id = ${requestId} LIMIT 1`
  return found
}

type Part = ReturnType<ReturnType<typeof rawSql>>

/** Only the operator's own rows, and of sites only its own names. */
function calls(operatorId: Uuid, now: Instant, rest: Part) {
  return rawSql()<KeyCall[]>`
    SELECT l.at, l.request_id AS "requestId", l.operation, l.result, l.code, l.ip, s.name AS "siteName",
           CASE l.key_sha256 WHEN o.api_key_sha256 THEN 'present' WHEN o.previous_api_key_sha256 THEN 'previous' ELSE 'gone' END AS key
    FROM api_key_usage_logs l
    JOIN operator_accounts o ON o.id = l.operator_id
    LEFT JOIN operation_sites s ON s.id = l.site_id AND s.operator_id = l.operator_id
    WHERE l.operator_id = ${operatorId} AND l.at > ${addDays(now, -KEPT_DAYS)} AND l.at <= ${addDays(now, 1)} ${rest}`
}
