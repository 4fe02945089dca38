import type { Uuid } from '#src/core/ids'
import { type Money, plus, ZERO } from '#src/core/money'
import { addDays, addMs, type BusinessDay, businessDay, type Instant, shanghaiClock, startOfDay } from '#src/core/time'
import { clockTime, type Part, part, recordsOf, resolved, type UsageFilter } from './filter'

/** How many games, how many players in them, and what they cost. */
export type Sums = { sessions: number; players: number; total: Money }
/** The sums of one stretch of time that holds games: a business day, or an hour where the filter speaks of hours. */
export type Bucket = Sums & { start: Instant; end: Instant }

export const NO_SUMS: Sums = { sessions: 0, players: 0, total: ZERO }

export const addSums = (a: Sums, b: Sums): Sums => ({
  sessions: a.sessions + b.sessions,
  players: a.players + b.players,
  total: plus(a.total, b.total),
})

/** All of them together. */
export const sumOf = (parts: readonly Sums[]): Sums => parts.reduce<Sums>(addSums, NO_SUMS)

const HOUR_MS = 3_600_000
const isByHour = ({ weekday, hour }: UsageFilter): boolean => weekday !== undefined || hour !== undefined

/** The stretches of time that hold games of this filter, newest first. Every other figure and every page of the list starts here. */
export async function bucketsOf(operatorId: Uuid, asked: UsageFilter): Promise<Bucket[]> {
  const filter = await resolved(operatorId, asked)
  if (isByHour(filter)) {
    const rows = await grouped<{ hour: Instant }>(operatorId, filter, ['hour'], part`ORDER BY cell.hour DESC`)
    return rows.map(({ hour, ...sums }) => ({ start: hour, end: addMs(hour, HOUR_MS), ...sums }))
  }
  const rows = await grouped<{ day: BusinessDay }>(operatorId, filter, ['day'], part`ORDER BY cell.day DESC`)
  return rows.map(({ day, ...sums }) => ({ start: startOfDay(day), end: addDays(startOfDay(day), 1), ...sums }))
}

/** The sums for each site. */
export const sumsBySite = (operatorId: Uuid, filter: UsageFilter): Promise<(Sums & { siteId: Uuid })[]> =>
  grouped(operatorId, filter, ['siteId'])

/** The sums for each application. */
export const sumsByApplication = (operatorId: Uuid, filter: UsageFilter): Promise<(Sums & { applicationId: Uuid })[]> =>
  grouped(operatorId, filter, ['applicationId'])

/** The sums for each size of party, smallest first. */
export const sumsByPlayers = (operatorId: Uuid, filter: UsageFilter): Promise<(Sums & { playerCount: number })[]> =>
  grouped(operatorId, filter, ['playerCount'], part`ORDER BY cell.player_count`)

/** The sums for each site and day. */
export const sumsBySiteAndDay = (operatorId: Uuid, filter: UsageFilter): Promise<(Sums & { siteId: Uuid; day: BusinessDay })[]> =>
  grouped(operatorId, filter, ['siteId', 'day'])

/** The sums for each hour of the week that had games. A year has few hours and many sites, so hours are put together first. */
export async function sumsByClock(operatorId: Uuid, filter: UsageFilter): Promise<(Sums & { weekday: number; clockHour: number })[]> {
  const known = new Map<string, Sums & { weekday: number; clockHour: number }>()
  for (const { hour, ...sums } of await grouped<{ hour: Instant }>(operatorId, filter, ['hour'])) {
    const { hour: clockHour, weekday } = shanghaiClock(hour)
    const key = `${weekday}/${clockHour}`
    known.set(key, { weekday: weekday || 7, clockHour, ...addSums(known.get(key) ?? NO_SUMS, sums) })
  }
  return [...known.values()].sort((a, b) => a.weekday - b.weekday || a.clockHour - b.clockHour)
}

type Key = 'day' | 'hour' | 'siteId' | 'applicationId' | 'playerCount'

/** A key in the cells, and as it is given: a day becomes text only once it is grouped, not in each of a hundred thousand cells. */
const keyColumn = (key: Key): { grouped: Part; given: Part } => {
  if (key === 'day') return { grouped: part`cell.day`, given: part`to_char(cell.day, 'YYYY-MM-DD') AS day,` }
  if (key === 'hour') return { grouped: part`cell.hour`, given: part`cell.hour,` }
  if (key === 'siteId') return { grouped: part`cell.site_id`, given: part`cell.site_id AS "siteId",` }
  if (key === 'applicationId') return { grouped: part`cell.application_id`, given: part`cell.application_id AS "applicationId",` }
  return { grouped: part`cell.player_count`, given: part`cell.player_count AS "playerCount",` }
}

function grouped<Keys>(operatorId: Uuid, filter: UsageFilter, keys: readonly [Key, Key?], order = part``): Promise<(Sums & Keys)[]> {
  const first = keyColumn(keys[0])
  const second = keys[1] && keyColumn(keys[1])
  const rows = part`
    SELECT ${first.given} ${second ? second.given : part``}
      sum(sessions)::int AS sessions, sum(players)::int AS players, sum(total_fen)::bigint AS total
    FROM (${cells(operatorId, filter, sourceFor(filter, keys))}) cell
    GROUP BY ${first.grouped} ${second ? part`, ${second.grouped}` : part``} ${order}`
  return rows as unknown as Promise<(Sums & Keys)[]>
}

/** Where the figures come from: the smallest table of sums that knows what is asked, else the games themselves. */
type Source = 'days' | 'parties' | 'hours' | 'records'

function sourceFor(filter: UsageFilter, keys: readonly (Key | undefined)[]): Source {
  const asks = (...wanted: Key[]) => wanted.some((key) => keys.includes(key))
  const byPlayers = filter.players !== undefined || asks('playerCount')
  const byHour = isByHour(filter) || asks('hour')
  const byPlace = filter.siteId !== undefined || filter.applicationId !== undefined || asks('siteId', 'applicationId')
  if (filter.sessions || filter.keyword || (byPlayers && byHour)) return 'records'
  if (byHour) return 'hours'
  return byPlayers || byPlace ? 'parties' : 'days'
}

/** Whole days or hours out of the sums, what is left of a day or an hour at either end out of the games: exact to the millisecond. */
function cells(operatorId: Uuid, filter: UsageFilter, source: Source): Part {
  if (source === 'records') return records(operatorId, filter, source)
  const edges = source === 'hours' ? { up: upToHour, down: downToHour } : { up: upToDay, down: downToDay }
  const { from, to } = filter
  const [first, last] = [from && edges.up(from), to && edges.down(to)]
  if (first && last && first > last) return records(operatorId, filter, source)
  const before = from && first && from < first ? part`UNION ALL ${records(operatorId, { ...filter, to: first }, source)}` : part``
  const after = to && last && last < to ? part`UNION ALL ${records(operatorId, { ...filter, from: last }, source)}` : part``
  return part`${whole(operatorId, { ...filter, from: first, to: last }, source)} ${before} ${after}`
}

function whole(operatorId: Uuid, filter: UsageFilter, source: Exclude<Source, 'records'>): Part {
  const { from, to, siteId, applicationId, players } = filter
  const place = part`${siteId ? part`AND site_id = ${siteId}` : part``} ${applicationId ? part`AND application_id = ${applicationId}` : part``}`
  if (source === 'hours') {
    return part`
      SELECT hour, site_id, application_id, sessions, players, total_fen FROM usage_hours
      WHERE operator_id = ${operatorId} ${from ? part`AND hour >= ${from}` : part``} ${to ? part`AND hour < ${to}` : part``}
        ${place} ${isByHour(filter) ? hoursLike(operatorId, filter) : part``}`
  }
  const days = part`operator_id = ${operatorId} ${from ? part`AND day >= ${businessDay(from)}::date` : part``}
    ${to ? part`AND day < ${businessDay(to)}::date` : part``}`
  if (source === 'days') return part`SELECT day, sessions, players, total_fen FROM usage_days WHERE ${days}`
  return part`
    SELECT day, site_id, application_id, player_count, sessions, sessions * player_count AS players, total_fen FROM usage_parties
    WHERE ${days} ${place} ${players === undefined ? part`` : part`AND player_count = ${players}`}`
}

/** The few hours of a year that are meant, named one by one: they are looked up instead of looking through all hours. */
const hoursLike = (operatorId: Uuid, filter: UsageFilter): Part => part`
  AND hour = ANY (ARRAY(
    SELECT hour FROM (SELECT min(day) AS first, max(day) AS last FROM usage_days WHERE operator_id = ${operatorId}) known,
      generate_series(first::timestamp AT TIME ZONE 'Asia/Shanghai', (last + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', '1 hour') AS hour
    WHERE true ${clockTime(filter, part`hour`)}))`

/** The games themselves, with the columns of the source they stand in for. */
function records(operatorId: Uuid, filter: UsageFilter, source: Source): Part {
  const day = part`(u.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day`
  const hour = part`date_trunc('hour', u.started_at, 'UTC') AS hour`
  const columns = {
    days: part`${day}`,
    parties: part`${day}, u.site_id, u.application_id, u.player_count`,
    hours: part`${hour}, u.site_id, u.application_id`,
    records: part`${day}, ${hour}, u.site_id, u.application_id, u.player_count`,
  }[source]
  return part`
    SELECT ${columns}, 1 AS sessions, u.player_count AS players, u.total_fen FROM usage_records u WHERE ${recordsOf(operatorId, filter)}`
}

const downToDay = (at: Instant): Instant => startOfDay(businessDay(at))
const upToDay = (at: Instant): Instant => (downToDay(at) < at ? addDays(downToDay(at), 1) : at)
const downToHour = (at: Instant): Instant => addMs(at, -(at.getTime() % HOUR_MS))
const upToHour = (at: Instant): Instant => (downToHour(at) < at ? addMs(downToHour(at), HOUR_MS) : at)
