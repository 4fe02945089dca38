import * as v from 'valibot'
import { idOf } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { success } from '#src/platform/http'
import { api } from '#src/platform/route'
import type { Sums } from '#src/usage/sums'
import { ByApplicationAnswer, BySiteAnswer, ConsumptionAnswer, DistributionAnswer } from './answers'
import { averagePlayers, byApplication, bySite, playerDistribution } from './breakdowns'
import { consumption } from './consumption'
import { DIMENSIONS } from './periods'

const filters = { ...timeQuery, site_id: v.optional(idOf('site')), app_id: v.optional(idOf('application')) }
const Filters = v.object(filters)
const ConsumptionQuery = v.object({ ...filters, dimension: v.optional(v.picklist(DIMENSIONS), 'day') })
type Asked = v.InferOutput<typeof Filters>

const filterOf = (query: Asked) => ({ ...timeFilter(query), siteId: query.site_id, applicationId: query.app_id })

/** An operator and what its games add up to (API 4). */
export const statisticsOperatorApi = [
  api(
    'GET /operators/me/statistics/consumption',
    { audience: 'operator', answer: ConsumptionAnswer, query: ConsumptionQuery },
    async ({ caller, query, info }) => {
      const { periods, summary } = await consumption(caller.id, filterOf(query), query.dimension, info.now)
      return success({
        dimension: query.dimension,
        chart_data: periods.map(({ date, ...sums }) => ({ date, ...sumsJson(sums) })),
        summary: { ...sumsJson(summary), avg_players_per_session: averagePlayers(summary) },
      })
    },
  ),

  api('GET /operators/me/statistics/by-app', { audience: 'operator', answer: ByApplicationAnswer, query: Filters }, async (call) => {
    const rows = await byApplication(call.caller.id, filterOf(call.query))
    return success({
      applications: rows.map((row) => ({ app_id: showId('application', row.id), app_name: row.name, ...averagedJson(row) })),
    })
  }),

  api('GET /operators/me/statistics/by-site', { audience: 'operator', answer: BySiteAnswer, query: Filters }, async (call) => {
    const rows = await bySite(call.caller.id, filterOf(call.query))
    return success({ sites: rows.map((row) => ({ site_id: showId('site', row.id), site_name: row.name, ...averagedJson(row) })) })
  }),

  api(
    'GET /operators/me/statistics/player-distribution',
    { audience: 'operator', answer: DistributionAnswer, query: Filters },
    async (call) => {
      const { rows, total, mostCommon } = await playerDistribution(call.caller.id, filterOf(call.query))
      return success({
        distribution: rows.map((row) => ({
          player_count: row.playerCount,
          session_count: row.sessions,
          percentage: row.percentage,
          total_cost: yuan(row.total),
        })),
        total_sessions: total.sessions,
        most_common_player_count: mostCommon,
      })
    },
  ),
]

const sumsJson = ({ sessions, players, total }: Sums) => ({ total_sessions: sessions, total_players: players, total_cost: yuan(total) })
const averagedJson = (row: Sums) => ({ ...sumsJson(row), avg_players_per_session: averagePlayers(row) })
