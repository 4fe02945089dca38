import type { Uuid } from '#src/core/ids'
import { addDays, addMs, type BusinessDay, businessDay, type Stretch, startOfDay } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { NO_SUMS, type Sums, sumOf } from '#src/usage/sums'
import { fold, requireDrawable } from './consumption'
import { type Dimension, endOfPeriod } from './periods'
import { named, namesOf, type Ranked, type Subject, sumsBySubject } from './platform-ranking'
import { type PlatformFilter, platformSums, resolvedPlatform } from './platform-sums'

/** A point of the trend: its first and last day inside the range, and what was played. */
type PlatformPoint = { first: BusinessDay; last: BusinessDay; sums: Sums }

export type Overview = {
  operators: { total: number; active: number; before: number }
  sums: Sums
  /** The same for as many days before. */
  before: Sums
  dimension: Dimension
  points: PlatformPoint[]
  applications: Ranked[]
  leaders: Ranked[]
}

/** Leaders of a ranking that an overview shows. */
const LEADERS = 5

/** What the whole platform played in some days, and in as many before them. Throws INVALID_PARAMS for more than a lifetime. */
export async function platformOverview(stretch: Stretch, asked: Dimension | undefined): Promise<Overview> {
  const dimension = coarsened(asked, stretch, { day: 366, week: 1_200 })
  requireDrawable(stretch, dimension)
  const before = { from: addMs(stretch.from, stretch.from.getTime() - stretch.to.getTime()), to: stretch.from }
  const [filter, past] = [await resolvedPlatform(stretch), { ...before, months: [] }]
  const [days, then, applications, operators, total] = await Promise.all([
    platformSums<{ day: BusinessDay }>(filter, ['day']),
    platformSums<{ operatorId: Uuid }>(past, ['operatorId']),
    sumsBySubject('application', filter),
    sumsBySubject('operator', filter),
    openAccounts(),
  ])
  const [games, leaders] = [applications.slice(0, LEADERS), operators.slice(0, LEADERS)]
  const names = await namesOf([...games, ...leaders].map(({ id }) => id))
  return {
    operators: { total, active: operators.length, before: then.length },
    sums: sumOf(days),
    before: sumOf(then),
    dimension,
    points: pointsOf(days, stretch, dimension),
    applications: named(games, names),
    leaders: named(leaders, names),
  }
}

async function openAccounts(): Promise<number> {
  const [row] = await rawSql()<{ total: number }[]>`SELECT count(*)::int AS total FROM operator_accounts WHERE deactivated_at IS NULL`
  return row!.total
}

function pointsOf(days: readonly (Sums & { day: BusinessDay })[], stretch: Stretch, dimension: Dimension): PlatformPoint[] {
  const buckets = days.map(({ day, ...sums }) => ({ ...sums, start: startOfDay(day), end: addDays(startOfDay(day), 1) }))
  return fold(buckets, stretch, dimension).map(({ date, ...sums }) => {
    const last = businessDay(addMs(endOfPeriod(startOfDay(date), dimension), -1))
    const [low, high] = [businessDay(stretch.from), businessDay(addMs(stretch.to, -1))]
    return { first: [low, date].toSorted()[1]!, last: [last, high].toSorted()[0]!, sums }
  })
}

const DAY_MS = 86_400_000

/** How finely time is told apart: as asked, but no finer than so many days can be read and drawn. */
export function coarsened(asked: Dimension | undefined, { from, to }: Stretch, most: { day: number; week: number }): Dimension {
  const days = (to.getTime() - from.getTime()) / DAY_MS
  const finest: Dimension = days <= most.day ? 'day' : days <= most.week ? 'week' : 'month'
  const usual: Dimension = days <= 31 ? 'day' : days <= 186 ? 'week' : 'month'
  const order: readonly Dimension[] = ['day', 'week', 'month']
  const wanted = asked ?? usual
  return order.indexOf(wanted) < order.indexOf(finest) ? finest : wanted
}

/** What a page is narrowed to, with the names that its chips show. */
export type PlatformNarrowed = { [Of in Subject]?: { id: Uuid; name: string } | undefined } & { area: string }

/** The names behind ids in an address; an id that is nobody's is no filter. */
export async function narrowedTo(ids: { [Of in Subject]?: Uuid | undefined }, area: string): Promise<PlatformNarrowed> {
  const names = await namesOf(Object.values(ids).filter((id) => id !== undefined))
  const one = (id: Uuid | undefined) => {
    const found = id && names.get(id)
    return found ? { id, name: found.name } : undefined
  }
  return { operator: one(ids.operator), site: one(ids.site), application: one(ids.application), area }
}

/** The same as a filter. */
export const platformFilterOf = ({ operator, site, application, area }: PlatformNarrowed, stretch: Partial<Stretch>): PlatformFilter => ({
  ...stretch,
  operatorIds: operator && [operator.id],
  siteIds: site && [site.id],
  applicationIds: application && [application.id],
  area: area || undefined,
})

/** Rows of a ranking on a page; the others are put together as one. */
const MOST_ROWS = 100

export type RankingView = { rows: Ranked[]; rest: { count: number; sums: Sums }; sums: Sums }

/** A ranking as a page shows it, by money, games or players. */
export async function rankingView(by: Subject, measure: 'total' | 'sessions' | 'players', filter: PlatformFilter): Promise<RankingView> {
  const all = await sumsBySubject(by, await resolvedPlatform(filter))
  const sorted = measure === 'total' ? all : all.toSorted((a, b) => b[measure] - a[measure] || (a.id < b.id ? -1 : 1))
  const shown = sorted.slice(0, MOST_ROWS)
  const names = await namesOf(shown.map(({ id }) => id))
  const rest = sorted.slice(MOST_ROWS)
  return {
    rows: named(shown, names),
    rest: { count: rest.length, sums: rest.length === 0 ? NO_SUMS : sumOf(rest) },
    sums: sumOf(all),
  }
}
