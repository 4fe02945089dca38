import type { Uuid } from '#src/core/ids'
import { addDays, type BusinessDay, businessDay, type Instant, startOfDay, startOfMonth } from '#src/core/time'
import { likePattern } from '#src/platform/like'
import { type Part, part } from '#src/usage/filter'
import type { Sums } from '#src/usage/sums'

/** Which games of the whole platform are meant; what is not said means all of them. */
export type PlatformFilter = {
  /** Included. */
  from?: Instant | undefined
  /** Excluded. */
  to?: Instant | undefined
  operatorIds?: readonly Uuid[] | undefined
  siteIds?: readonly Uuid[] | undefined
  applicationIds?: readonly Uuid[] | undefined
  /** A word of the site's address. */
  area?: string | undefined
}

/** A filter whose made months, and whose area's sites, are known: asked once for all questions about it, see `resolvedPlatform`. */
export type ResolvedFilter = Omit<PlatformFilter, 'area'> & { months: readonly BusinessDay[] }

/** What games are put together by; a week begins on Monday and stands for its first day, as a month does. */
export type PlatformKey = 'operatorId' | 'siteId' | 'applicationId' | 'playerCount' | 'day' | 'week' | 'month'

/**
 * The filter with the months in it that are made, by their first days; what is made after this is read day by day. An area becomes its
 * sites: PostgreSQL plans well for a list whose length it sees, and badly for a word.
 */
export async function resolvedPlatform({ area, ...filter }: PlatformFilter): Promise<ResolvedFilter> {
  const [from, to] = wholeDays(filter)
  const [months, siteIds] = await Promise.all([
    part`
      SELECT to_char(month, 'YYYY-MM-DD') AS month FROM statistics_months
      WHERE true ${from ? part`AND month >= ${businessDay(from)}::date` : part``}
        ${to ? part`AND month + interval '1 month' <= ${businessDay(to)}::date` : part``} ORDER BY month`,
    area === undefined ? filter.siteIds : sitesOf(area, filter),
  ])
  return { ...filter, siteIds, months: (months as unknown as { month: BusinessDay }[]).map(({ month }) => month) }
}

async function sitesOf(area: string, { siteIds }: PlatformFilter): Promise<Uuid[]> {
  const rows: unknown = await part`
    SELECT id FROM operation_sites WHERE address ILIKE ${likePattern(area)} ${siteIds ? part`AND id = ANY (${[...siteIds]}::uuid[])` : part``}`
  return (rows as { id: Uuid }[]).map(({ id }) => id)
}

type Placed = Omit<PlatformFilter, 'area'>

/** The sums of games of all operators for each combination of some keys that had games. */
export async function platformSums<Keys>(filter: ResolvedFilter, keys: readonly PlatformKey[]): Promise<(Sums & Keys)[]> {
  const [first, ...more] = keys.map((key) => KEYS[key]())
  const all = more.reduce((list, { grouped }) => part`${list}, ${grouped}`, first!.grouped)
  const shown = more.reduce((list, { given }) => part`${list}, ${given}`, first!.given)
  const rows: unknown = await part`SELECT ${shown}, ${SUMS()} FROM (${cells(filter, keys)}) cell GROUP BY ${all}`
  return rows as (Sums & Keys)[]
}

/** All of them together. */
export async function platformTotal(filter: ResolvedFilter): Promise<Sums> {
  const rows: unknown = await part`SELECT ${SUMS()} FROM (${cells(filter, [])}) cell`
  return (rows as Sums[])[0]!
}

const SUMS = () => part`
  coalesce(sum(cell.sessions), 0)::int AS sessions, coalesce(sum(cell.players), 0)::int AS players, coalesce(sum(cell.total_fen), 0)::bigint AS total`

/** A key in the cells, and as it is given: a day becomes text only once it is grouped. */
const KEYS: Record<PlatformKey, () => { grouped: Part; given: Part }> = {
  operatorId: () => ({ grouped: part`cell.operator_id`, given: part`cell.operator_id AS "operatorId"` }),
  siteId: () => ({ grouped: part`cell.site_id`, given: part`cell.site_id AS "siteId"` }),
  applicationId: () => ({ grouped: part`cell.application_id`, given: part`cell.application_id AS "applicationId"` }),
  playerCount: () => ({ grouped: part`cell.player_count`, given: part`cell.player_count AS "playerCount"` }),
  day: () => ({ grouped: part`cell.day`, given: part`to_char(cell.day, 'YYYY-MM-DD') AS day` }),
  week: () => ({ grouped: part`date_trunc('week', cell.day)`, given: part`to_char(date_trunc('week', cell.day), 'YYYY-MM-DD') AS week` }),
  month: () => ({
    grouped: part`date_trunc('month', cell.day)`,
    given: part`to_char(date_trunc('month', cell.day), 'YYYY-MM-DD') AS month`,
  }),
}

/**
 * Where the figures come from: the smallest table that knows what is asked. `days` and `parties` are the sums that every game writes, the
 * others are days that are over, put together for all operators (days.ts).
 */
type Source = 'totals' | 'days' | 'places' | 'site_parties' | 'application_parties' | 'parties'

function sourceFor({ operatorIds, siteIds, applicationIds }: Placed, keys: readonly PlatformKey[]): Source {
  const bySite = siteIds !== undefined || keys.includes('siteId')
  const byApplication = applicationIds !== undefined || keys.includes('applicationId')
  if (!keys.includes('playerCount')) {
    if (bySite || byApplication) return 'places'
    return operatorIds || keys.includes('operatorId') ? 'days' : 'totals'
  }
  if (bySite && byApplication) return 'parties'
  return bySite ? 'site_parties' : 'application_parties'
}

/** What the cells of a source are told apart by, besides the day and the operator. */
const COLUMNS: Record<Source, (table: Part) => Part> = {
  totals: () => part``,
  days: () => part``,
  places: (table) => part`${table}.site_id, ${table}.application_id,`,
  site_parties: (table) => part`${table}.site_id, ${table}.player_count,`,
  application_parties: (table) => part`${table}.application_id, ${table}.player_count,`,
  parties: (table) => part`${table}.site_id, ${table}.application_id, ${table}.player_count,`,
}

/** Whole months and days out of the sums, what is left of a day at either end out of the games: exact to the millisecond. */
function cells(filter: ResolvedFilter, keys: readonly PlatformKey[]): Part {
  const source = sourceFor(filter, keys)
  const { from, to } = filter
  const [first, last] = wholeDays(filter)
  if (first && last && first > last) return records(filter, source)
  const before = from && first && from < first ? part`UNION ALL ${records({ ...filter, to: first }, source)}` : part``
  const after = to && last && last < to ? part`UNION ALL ${records({ ...filter, from: last }, source)}` : part``
  const days = { ...filter, from: first, to: last }
  if (source === 'totals') return part`${totalsOf([days])} ${before} ${after}`
  if (source === 'days') {
    return part`
      SELECT s.day, s.operator_id, s.sessions, s.players, s.total_fen FROM usage_days s WHERE (${within([days])}) ${placed(filter, part`s`)}
      ${before} ${after}`
  }
  const months = keys.includes('day') || keys.includes('week') ? [] : filter.months
  const whole = part`
    SELECT s.month AS day, s.operator_id, ${COLUMNS[source](part`s`)} s.sessions, s.players, s.total_fen FROM statistics_month_parties s
    WHERE s.month = ANY (${[...months]}::date[]) ${placed(filter, part`s`)}`
  return part`${whole} UNION ALL ${daysOf(filter, source, besides(days, months))} ${before} ${after}`
}

/** The whole days of a stretch of time, of which the second is excluded. */
const wholeDays = ({ from, to }: PlatformFilter): [Instant | undefined, Instant | undefined] => [
  from && upToDay(from),
  to && startOfDay(businessDay(to)),
]

type Days = Pick<PlatformFilter, 'from' | 'to'>

/** What is left of a stretch of days without some of its months. */
function besides({ from, to }: Days, months: readonly BusinessDay[]): Days[] {
  const left: Days[] = []
  let start = from
  for (const month of months.map(startOfDay)) {
    if (!start || start < month) left.push({ from: start, to: month })
    start = startOfMonth(addDays(month, 31))
  }
  return !to || !start || start < to ? [...left, { from: start, to }] : left
}

/** Whole days of everybody. */
const totalsOf = (stretches: readonly Days[]): Part => part`
  SELECT s.day, NULL::uuid AS operator_id, s.sessions, s.players, s.total_fen FROM statistics_days s WHERE (${within(stretches)})
  UNION ALL
  SELECT s.day, s.operator_id, s.sessions, s.players, s.total_fen FROM (${openDays(stretches)}) open JOIN usage_days s ON s.day = open.day`

function daysOf(filter: Placed, source: Exclude<Source, 'totals' | 'days'>, stretches: readonly Days[]): Part {
  const live = part`SELECT s.day, s.operator_id, ${COLUMNS[source](part`s`)} s.sessions, s.sessions * s.player_count AS players, s.total_fen`
  if (source === 'parties') return part`${live} FROM usage_parties s WHERE (${within(stretches)}) ${placed(filter, part`s`)}`
  // OFFSET keeps the look-up by operator and day, whatever the planner thinks of how many days there are.
  return part`
    SELECT s.day, s.operator_id, ${COLUMNS[source](part`s`)} s.sessions, s.players, s.total_fen FROM ${MADE[source]()} s
    WHERE (${within(stretches)}) ${placed(filter, part`s`)}
    UNION ALL
    ${live} FROM (${openDays(stretches)}) open
    CROSS JOIN operator_accounts o CROSS JOIN LATERAL (
      SELECT * FROM usage_parties p WHERE p.operator_id = o.id AND p.day = open.day OFFSET 0) s
    WHERE true ${placed(filter, part`s`)}`
}

/** Days with games that are not put together yet; asked for day by day, since a year of sums holds hundreds of thousands of rows. */
const openDays = (stretches: readonly Days[]): Part => part`
  SELECT s.day FROM (SELECT generate_series(min(day), max(day), interval '1 day')::date AS day FROM usage_days) s
  WHERE (${within(stretches)}) AND NOT EXISTS (SELECT FROM statistics_days made WHERE made.day = s.day)
    AND EXISTS (SELECT FROM usage_days u WHERE u.day = s.day)`

const MADE: Record<Exclude<Source, 'totals' | 'days' | 'parties'>, () => Part> = {
  places: () => part`statistics_places`,
  site_parties: () => part`statistics_site_parties`,
  application_parties: () => part`statistics_application_parties`,
}

/** Days `s.day` of any of some stretches, of which `to` is excluded. */
const within = (stretches: readonly Days[]): Part =>
  stretches.reduce(
    (any, { from, to }) => part`${any} OR (true ${from ? part`AND s.day >= ${businessDay(from)}::date` : part``}
      ${to ? part`AND s.day < ${businessDay(to)}::date` : part``})`,
    part`false`,
  )

const placed = ({ operatorIds, siteIds, applicationIds }: Placed, table: Part): Part => part`
  ${operatorIds ? part`AND ${table}.operator_id = ANY (${[...operatorIds]}::uuid[])` : part``}
  ${siteIds ? part`AND ${table}.site_id = ANY (${[...siteIds]}::uuid[])` : part``}
  ${applicationIds ? part`AND ${table}.application_id = ANY (${[...applicationIds]}::uuid[])` : part``}`

/** The games themselves, with the columns of the source they stand in for. */
const records = (filter: Placed, source: Source): Part => part`
  SELECT (u.started_at AT TIME ZONE 'Asia/Shanghai')::date AS day, u.operator_id, ${COLUMNS[source](part`u`)}
    1 AS sessions, u.player_count AS players, u.total_fen
  FROM usage_records u WHERE true ${filter.from ? part`AND u.started_at >= ${filter.from}` : part``}
    ${filter.to ? part`AND u.started_at < ${filter.to}` : part``} ${placed(filter, part`u`)}`

const upToDay = (at: Instant): Instant => {
  const start = startOfDay(businessDay(at))
  return start < at ? addDays(start, 1) : at
}
