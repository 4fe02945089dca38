import * as v from 'valibot'
import { idOf, keyword, pageQuery } from '#src/core/fields'
import { showId } from '#src/core/ids'
import { yuan } from '#src/core/money'
import { iso } from '#src/core/time'
import { timeFilter, timeQuery } from '#src/core/time-filter'
import { list, success } from '#src/platform/http'
import { api, pathId } from '#src/platform/route'
import { UsageRecordAnswer, UsageRecordsAnswer } from './answers'
import { requireUsage, type UsageRecord, usagePage } from './records'

const RecordsQuery = v.object({
  ...pageQuery,
  ...timeQuery,
  site_id: v.optional(idOf('site')),
  app_id: v.optional(idOf('application')),
  keyword,
})

/** An operator and the games it started (API 4). */
export const usageOperatorApi = [
  api(
    'GET /operators/me/usage-records',
    { audience: 'operator', answer: UsageRecordsAnswer, query: RecordsQuery },
    async ({ caller, query }) => {
      const filter = { ...timeFilter(query), siteId: query.site_id, applicationId: query.app_id, keyword: query.keyword }
      const { rows, summary } = await usagePage(caller.id, filter, query)
      const { sessions, players, total } = summary
      return list(query, sessions, rows.map(recordJson), {
        summary: { total_sessions: sessions, total_players: players, total_cost: yuan(total) },
      })
    },
  ),

  api('GET /operators/me/usage-records/:usage_id', { audience: 'operator', answer: UsageRecordAnswer }, async ({ caller, params }) => {
    const usage = await requireUsage(caller.id, pathId('usage', params, 'usage_id'))
    return success({
      ...recordJson(usage),
      authorized_at: iso(usage.startedAt),
      ended_at: usage.endedAt && iso(usage.endedAt),
      estimated: usage.estimated,
    })
  }),
]

const recordJson = (usage: UsageRecord) => ({
  usage_id: showId('usage', usage.id),
  session_id: usage.sessionId,
  site_id: showId('site', usage.siteId),
  site_name: usage.siteName,
  app_id: showId('application', usage.applicationId),
  app_name: usage.applicationName,
  player_count: usage.playerCount,
  unit_price: yuan(usage.unitPrice),
  total_cost: yuan(usage.total),
  game_duration: usage.durationSeconds,
  created_at: iso(usage.startedAt),
})
