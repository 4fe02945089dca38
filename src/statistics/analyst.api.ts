import * as v from 'valibot'
import { EXPORT_FORMATS } from '#drizzle/schema'
import { actOf } from '#src/audit-logs/audit-log'
import { answersFile, TABLE_FILES } from '#src/core/answers'
import { text } from '#src/core/fields'
import { type IdKind, parseId, showId, type Uuid } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { invalidField } from '#src/core/problem'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { exportResponse } from '#src/exports/download'
import { exportNow } from '#src/exports/exports'
import { success } from '#src/platform/http'
import { api } from '#src/platform/route'
import type { Sums } from '#src/usage/sums'
import { averagePlayers } from './breakdowns'
import { AXES, type Axis, type AxisEntry, cross, subjectOf } from './cross'
import { DIMENSIONS } from './periods'
import { CrossAnswer, GlobalAnswer, PlatformDistributionAnswer, RankingAnswers } from './platform-answers'
import { platformDistribution } from './platform-players'
import { type Ranked, ranking, type Subject } from './platform-ranking'
import { platformTotal, resolvedPlatform } from './platform-sums'
import { operatorActivity } from './platform-totals'

const VIEW = { audience: 'analyst', permission: 'statistics:global' } as const
const EXPORT = { audience: 'analyst', permission: 'statistics:export' } as const

const area = v.optional(text(0, 100), '')
/** Several ids in one field, with commas between them; `ids` may also be given more than once. */
const ids = v.optional(v.pipe(v.string(), v.maxLength(4_000)))

const TimeQuery = v.object(timeQuery)
const RankingQuery = v.object({ ...timeQuery, ids, area })
const DistributionQuery = v.object({ ...timeQuery, area, operator_ids: ids, site_ids: ids, app_ids: ids })
const CrossQuery = v.object({
  ...timeQuery,
  rows: v.picklist(AXES),
  columns: v.picklist(AXES),
  dimension: v.optional(v.picklist(DIMENSIONS), 'day'),
  ids,
  area,
})
const ExportQuery = v.object({
  ...timeQuery,
  format: v.picklist(EXPORT_FORMATS),
  dimension: v.optional(v.picklist(DIMENSIONS), 'month'),
  area,
  operator_ids: ids,
  site_ids: ids,
  app_ids: ids,
})

/** Figures of all operators for analysts, and for administrators with the key (API 7). */
export const statisticsAnalystApi = [
  api('GET /statistics/global', { ...VIEW, answer: GlobalAnswer, query: TimeQuery }, async ({ query, info }) => {
    const filter = await resolvedPlatform(timeFilter(query))
    const [sums, { total }] = await Promise.all([platformTotal(filter), operatorActivity({ from: info.now, to: info.now })])
    return success({
      total_operators: total,
      total_sessions: sums.sessions,
      total_players: sums.players,
      total_revenue: yuan(sums.total),
    })
  }),

  api('GET /statistics/by-application', { ...VIEW, answer: RankingAnswers.application, query: RankingQuery }, async (call) =>
    success({ applications: (await ranked('application', call)).map((row, at) => ({ ...rankJson('app', row, at), ...sumsJson(row) })) }),
  ),

  api('GET /statistics/by-site', { ...VIEW, answer: RankingAnswers.site, query: RankingQuery }, async (call) =>
    success({
      sites: (await ranked('site', call)).map((row, at) => ({
        ...rankJson('site', row, at),
        address: row.detail,
        operator_id: row.ownerId && showId('operator', row.ownerId),
        operator_name: row.ownerName,
        ...sumsJson(row),
      })),
    }),
  ),

  api('GET /statistics/by-operator', { ...VIEW, answer: RankingAnswers.operator, query: RankingQuery }, async (call) =>
    success({ operators: (await ranked('operator', call)).map((row, at) => ({ ...rankJson('operator', row, at), ...sumsJson(row) })) }),
  ),

  api(
    'GET /statistics/player-distribution',
    { ...VIEW, answer: PlatformDistributionAnswer, query: DistributionQuery },
    async ({ query, request }) => {
      const filter = await resolvedPlatform({ ...timeFilter(query), ...placesOf(request, query.area) })
      const { rows, groups, total, mostCommon } = await platformDistribution(filter)
      return success({
        distribution: rows.map((row) => ({ player_count: row.playerCount, ...partJson(row) })),
        groups: groups.map((group) => ({ group: group.name, ...partJson(group) })),
        total_sessions: total.sessions,
        most_common_player_count: mostCommon,
      })
    },
  ),

  api('GET /statistics/cross', { ...VIEW, answer: CrossAnswer, query: CrossQuery }, async ({ query, request, info }) => {
    const { rows, columns, dimension, area } = query
    const subject = subjectOf({ rows, columns })
    const asked = { rows, columns, dimension, ids: subject ? idsIn(request, 'ids', subject) : [] }
    const matrix = await cross(asked, { ...timeFilter(query), ...(area ? { area } : {}) }, info.now)
    return success({
      rows: matrix.rows.map((entry) => entryJson(rows, entry)),
      columns: matrix.columns.map((entry) => entryJson(columns, entry)),
      dimension,
      cells: matrix.cells.map((line) => line.map(cellJson)),
      total: cellJson(matrix.total),
    })
  }),

  api(
    'GET /statistics/export',
    { ...EXPORT, answer: answersFile(TABLE_FILES), query: ExportQuery },
    async ({ caller, query: { format }, info, request }) => {
      const given = new URL(request.url).searchParams
      const several = (name: string) => [...given.getAll(name), ...given.getAll(`${name}[]`)].join(',')
      const filter = {
        ...Object.fromEntries([...given].toReversed()),
        operator_ids: several('operator_ids'),
        site_ids: several('site_ids'),
        app_ids: several('app_ids'),
      }
      const wanted = { kind: 'statistics' as const, format, filter: { ...filter, report: 'all' }, language: info.language }
      return exportResponse(await exportNow(caller, wanted, actOf(caller, info)), format)
    },
  ),
]

type RankingCall = { query: v.InferOutput<typeof RankingQuery>; request: Request }

async function ranked(by: Subject, { query, request }: RankingCall): Promise<Ranked[]> {
  const wanted = idsIn(request, 'ids', by)
  const filter = {
    ...timeFilter(query),
    ...(query.area ? { area: query.area } : {}),
    ...(wanted.length > 0 ? { [`${by}Ids`]: wanted } : {}),
  }
  return ranking(by, await resolvedPlatform(filter))
}

/** Ids of one kind, with commas between them or given more than once. Throws INVALID_PARAMS for one that is none. */
function idsIn({ url }: Request, name: string, kind: IdKind): Uuid[] {
  const given = new URL(url).searchParams
  const texts = [...given.getAll(name), ...given.getAll(`${name}[]`)].flatMap((value) => value.split(',')).map((value) => value.trim())
  const found = texts.filter((value) => value !== '').map((value) => parseId(kind, value))
  if (found.includes(undefined)) throw invalidField(name, 'ID格式错误', 'is not a valid id')
  return [...new Set(found as Uuid[])]
}

function placesOf(request: Request, area: string) {
  const some = (name: string, kind: IdKind) => {
    const found = idsIn(request, name, kind)
    return found.length > 0 ? found : undefined
  }
  return {
    operatorIds: some('operator_ids', 'operator'),
    siteIds: some('site_ids', 'site'),
    applicationIds: some('app_ids', 'application'),
    area: area || undefined,
  }
}

const PREFIXED = { app: 'application', site: 'site', operator: 'operator' } as const

const rankJson = (prefix: keyof typeof PREFIXED, { id, name }: Ranked, at: number) => ({
  rank: at + 1,
  [`${prefix}_id`]: showId(PREFIXED[prefix], id),
  [`${prefix}_name`]: name,
})

const cellJson = ({ sessions, players, total }: Sums) => ({ total_sessions: sessions, total_players: players, total_cost: yuan(total) })
const sumsJson = (sums: Sums) => ({ ...cellJson(sums), avg_players_per_session: averagePlayers(sums) })
const partJson = ({ sessions, percentage, total }: Pick<Sums, 'sessions' | 'total'> & { percentage: number }) => ({
  session_count: sessions,
  percentage,
  total_cost: yuan(total),
})

/** `key` is null for what has no row or column of its own. */
function entryJson(axis: Axis, { key, name, sums }: AxisEntry) {
  const isId = key !== null && axis !== 'period' && axis !== 'player_count'
  return { key: isId ? showId(axis, key) : key, name: key === null ? null : name, ...cellJson(sums) }
}
