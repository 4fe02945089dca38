import type { Uuid } from '#src/core/ids'
import { businessDay, type Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { likePattern } from '#src/platform/like'

/** Which games of one operator are meant; what is not said means all of them. */
export type UsageFilter = {
  /** Included. */
  from?: Instant | undefined
  /** Excluded. */
  to?: Instant | undefined
  siteId?: Uuid | undefined
  applicationId?: Uuid | undefined
  players?: number | undefined
  /** 1 (Monday) – 7, Asia/Shanghai. */
  weekday?: number | undefined
  /** 0 – 23, Asia/Shanghai. */
  hour?: number | undefined
  /** Part of a session id. */
  keyword?: string | undefined
  /** Whole session ids, as they are stored; what `resolved` makes of a keyword. */
  sessions?: readonly string[] | undefined
}

export type Part = ReturnType<typeof part>
/** A piece of a statement. */
export const part = (strings: TemplateStringsArray, ...values: unknown[]) => rawSql()(strings, ...(values as never[]))

/** The conditions on usage_records `u`; `AND` stands in front. Whose games they are is the first of them. */
export function recordsOf(operatorId: Uuid, filter: UsageFilter): Part {
  const { from, to, siteId, applicationId, players } = filter
  return part`u.operator_id = ${operatorId}
    ${from ? part`AND u.started_at >= ${from}` : part``} ${to ? part`AND u.started_at < ${to}` : part``}
    ${siteId ? part`AND u.site_id = ${siteId}` : part``} ${applicationId ? part`AND u.application_id = ${applicationId}` : part``}
    ${players === undefined ? part`` : part`AND u.player_count = ${players}`}
    ${clockTime(filter, part`u.started_at`)} ${sessionIn(filter)}`
}

/** The hour of the day and the day of the week of a point in time. */
export function clockTime({ weekday, hour }: UsageFilter, at: Part): Part {
  const local = part`(${at} AT TIME ZONE 'Asia/Shanghai')`
  return part`${weekday === undefined ? part`` : part`AND extract(isodow FROM ${local}) = ${weekday}`}
    ${hour === undefined ? part`` : part`AND extract(hour FROM ${local}) = ${hour}`}`
}

const sessionIn = ({ sessions, keyword }: UsageFilter): Part => {
  if (sessions) return part`AND u.session_id = ANY (${[...sessions]}::text[])`
  return keyword ? part`AND u.session_id LIKE ${likePattern(keyword)}` : part``
}

/** More sessions than this are met at every step anyway: reading all games is then as quick as looking each of them up. */
const MOST_SESSIONS = 2_000

/**
 * The filter with its keyword made into what the database finds quickly: a whole session id as it is, a piece of one by the sessions
 * that hold it, which the index of sessions tells without a look at the games. Ask once, then use the outcome
 * for every question.
 */
export async function resolved(operatorId: Uuid, filter: UsageFilter): Promise<UsageFilter> {
  const { keyword: _, ...rest } = filter
  const keyword = usedKeyword(operatorId, filter)
  if (keyword === undefined) return rest
  const whole = sessionIdOf(keyword)
  if (whole) return { ...rest, sessions: [whole] }
  const rows: unknown = await part`
    SELECT session_id AS session FROM usage_records WHERE operator_id = ${operatorId} AND session_id LIKE ${likePattern(keyword)}
    LIMIT ${MOST_SESSIONS + 1}`
  const sessions = (rows as { session: string }[]).map(({ session }) => session)
  return sessions.length > MOST_SESSIONS ? { ...rest, keyword } : { ...rest, sessions }
}

/** A page looks for a piece of a session id among as many of the newest games as it can read at once, whatever the history. */
const RECENT_GAMES = 100_000

/**
 * As `resolved`, for a page: a piece of a session id is looked for among the newest games of the time asked for, and only the newest
 * that hold it are shown; `isCut` says that there may be more. Whole ids are always found.
 */
export async function resolvedRecently(operatorId: Uuid, filter: UsageFilter): Promise<{ filter: UsageFilter; isCut: boolean }> {
  const keyword = usedKeyword(operatorId, filter)
  if (keyword === undefined || sessionIdOf(keyword)) return { filter: await resolved(operatorId, filter), isCut: false }
  const { keyword: _, ...rest } = filter
  const { low, high } = sessionsBetween(operatorId, filter)
  const rows: unknown = await part`
    SELECT session_id AS session FROM (
      SELECT session_id FROM usage_records WHERE operator_id = ${operatorId} AND session_id >= ${low} AND session_id < ${high}
      ORDER BY session_id DESC LIMIT ${RECENT_GAMES}) AS recent
    WHERE session_id LIKE ${likePattern(keyword)} LIMIT ${MOST_SESSIONS + 1}`
  const sessions = (rows as { session: string }[]).map(({ session }) => session)
  const isCut = sessions.length > MOST_SESSIONS || (await hasMoreGames(operatorId, filter))
  return { filter: { ...rest, sessions: sessions.slice(0, MOST_SESSIONS) }, isCut }
}

/** Session ids carry the headset's clock, which may differ from ours by the longest skew that can be set. */
const MOST_SKEW_SECONDS = 900

/** The stored forms between which the sessions of a time lie, in the order of ids: seconds are the beginning of milliseconds. */
function sessionsBetween(operatorId: Uuid, { from, to }: UsageFilter): { low: string; high: string } {
  const seconds = (at: Instant, skew: number) => String(Math.floor(at.getTime() / 1_000) + skew)
  const start = `op_${operatorId}_`
  return {
    low: `${start}${from ? seconds(from, -MOST_SKEW_SECONDS) : ''}`,
    high: `${start}${to ? seconds(to, MOST_SKEW_SECONDS) : '~'}`,
  }
}

/** Whether an operator has more games in a time than a page looks through. */
async function hasMoreGames(operatorId: Uuid, { from, to }: UsageFilter): Promise<boolean> {
  const rows: unknown = await part`
    SELECT coalesce(sum(sessions), 0) > ${RECENT_GAMES} AS more FROM usage_days WHERE operator_id = ${operatorId}
      ${from ? part`AND day >= ${businessDay(from)}::date` : part``} ${to ? part`AND day <= ${businessDay(to)}::date` : part``}`
  return (rows as { more: boolean }[])[0]!.more
}

/** Every session id of an operator begins alike: what is found in that beginning leaves nobody out. */
function usedKeyword(operatorId: Uuid, { keyword }: UsageFilter): string | undefined {
  return keyword === undefined || keyword === '' || `op_${operatorId}_`.includes(keyword.toLowerCase()) ? undefined : keyword
}

const SESSION_ID = /^(?:op_)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(_\d{10,13}_[A-Za-z0-9]{16})$/i

/** The stored form of a whole session id (API 1.2); undefined for anything else. */
export function sessionIdOf(text: string): string | undefined {
  const [, operator, rest] = SESSION_ID.exec(text) ?? []
  return operator && `op_${operator.toLowerCase()}${rest}`
}
