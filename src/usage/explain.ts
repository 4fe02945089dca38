import { parseId, type Uuid } from '#src/core/ids'
import { addDays, addSeconds, type Instant, instant } from '#src/core/time'
import { part, sessionIdOf } from './filter'
import { requireUsage, type UsageDetail } from './records'

/** A call of a headset server as the request log has it, with the names it speaks of where they are the caller's to know. */
export type ExplainedCall = {
  requestId: Uuid
  at: Instant
  operation: 'authorize' | 'pre_authorize' | 'game_sites' | 'game_applications' | 'session_end'
  result: 'accepted' | 'replayed' | 'refused'
  code: string | null
  sessionId: string | null
  siteId: Uuid | null
  siteName: string | null
  applicationId: Uuid | null
  applicationName: string | null
  ip: string
  userAgent: string
  durationUs: number
}

export type Explanation = { calls: ExplainedCall[]; usage: UsageDetail | null }

/** A call is logged at most this long after it arrived; the time of its arrival stands in its id. */
const LOGGED_WITHIN_SECONDS = 600
/** Calls about one session follow its time this closely; a replay later than that is not looked for. */
const SESSION_DAYS = 2
const MOST_CALLS = 50

/**
 * Everything an operator's own request id, session id or game id leads to: the calls, newest first, and the game if one was started.
 * Undefined when the words are none of these; nothing found and somebody else's look the same.
 */
export async function explain(operatorId: Uuid, words: string): Promise<Explanation | undefined> {
  const session = sessionIdOf(words)
  if (session) return explainSession(operatorId, session)
  const id = parseId('request', words) ?? parseId('usage', words)
  if (!id) return undefined
  const [calls, game] = await Promise.all([callsById(operatorId, id), findUsage(operatorId, part`id = ${id}`)])
  if (game) return explainSession(operatorId, game.sessionId)
  const spoken = calls.find(({ sessionId }) => sessionId !== null)?.sessionId
  return { calls, usage: spoken ? await usageOf(operatorId, spoken) : null }
}

async function explainSession(operatorId: Uuid, session: string): Promise<Explanation> {
  const [calls, usage] = await Promise.all([callsOfSession(operatorId, session), usageOf(operatorId, session)])
  return { calls, usage }
}

async function usageOf(operatorId: Uuid, session: string): Promise<UsageDetail | null> {
  const found = await findUsage(operatorId, part`session_id = ${session}`)
  return found ? requireUsage(operatorId, found.id) : null
}

async function findUsage(operatorId: Uuid, which: ReturnType<typeof part>): Promise<{ id: Uuid; sessionId: string } | undefined> {
  const rows: unknown = await part`
    SELECT id, session_id AS "sessionId" FROM usage_records WHERE operator_id = ${operatorId} AND ${which}`
  return (rows as { id: Uuid; sessionId: string }[])[0]
}

/** The log has no index on request ids, which would cost every call: the id itself says when to look. */
function callsById(operatorId: Uuid, id: Uuid): Promise<ExplainedCall[]> {
  const at = momentOf(id)
  if (!at) return Promise.resolve([])
  return calls(operatorId, addSeconds(at, -60), addSeconds(at, LOGGED_WITHIN_SECONDS), part`request_id = ${id}`)
}

function callsOfSession(operatorId: Uuid, session: string): Promise<ExplainedCall[]> {
  const time = /_(\d{13}|\d{10})_/.exec(session)?.[1] ?? ''
  const at = instant(time.length === 10 ? Number(time) * 1_000 : Number(time))
  if (time === '' || Number.isNaN(at.getTime())) return Promise.resolve([])
  return calls(operatorId, addSeconds(at, -LOGGED_WITHIN_SECONDS), addDays(at, SESSION_DAYS), part`session_id = ${session}`)
}

/** The moment inside a UUIDv7; undefined for other kinds, whose first digits say nothing. */
function momentOf(id: Uuid): Instant | undefined {
  if (id[14] !== '7') return undefined
  const at = instant(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))
  return at.getTime() < 8e15 ? at : undefined
}

/** Rows of the request log that are an operator's: its own, and those refused before its key was looked up that carry its key. */
async function calls(operatorId: Uuid, from: Instant, to: Instant, which: ReturnType<typeof part>): Promise<ExplainedCall[]> {
  const rows: unknown = await part`
    SELECT l.request_id AS "requestId", l.at, l.operation, l.result, l.code, l.session_id AS "sessionId", l.site_id AS "siteId",
      s.name AS "siteName", l.application_id AS "applicationId", a.app_name AS "applicationName", l.ip, l.user_agent AS "userAgent",
      l.duration_us AS "durationUs"
    FROM (
      SELECT * FROM api_key_usage_logs WHERE operator_id = ${operatorId} AND at >= ${from} AND at < ${to} AND ${which}
      UNION ALL
      SELECT * FROM api_key_usage_logs WHERE operator_id IS NULL AND at >= ${from} AND at < ${to} AND ${which}
        AND key_sha256 IN (SELECT unnest(ARRAY[api_key_sha256, previous_api_key_sha256]) FROM operator_accounts WHERE id = ${operatorId})
    ) l
    LEFT JOIN operation_sites s ON s.id = l.site_id AND s.operator_id = ${operatorId}
    LEFT JOIN applications a ON a.id = l.application_id
    ORDER BY l.at DESC LIMIT ${MOST_CALLS}`
  return rows as ExplainedCall[]
}
