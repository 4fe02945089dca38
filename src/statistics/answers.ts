import * as v from 'valibot'
import { answers, count, dayText, oneOf, orNull, ratio, wireId, words, yuanText } from '#src/core/answers'
import { DIMENSIONS } from './periods'

/** What the routes about statistics answer (API 4). */

const sums = { total_sessions: count, total_players: count, total_cost: yuanText }
const average = { avg_players_per_session: ratio(1) }

export const ConsumptionAnswer = answers(
  v.strictObject({
    dimension: oneOf(DIMENSIONS),
    chart_data: v.array(v.strictObject({ date: dayText, ...sums })),
    summary: v.strictObject({ ...sums, ...average }),
  }),
)
export const ByApplicationAnswer = answers(
  v.strictObject({
    applications: v.array(v.strictObject({ app_id: wireId('application'), app_name: words('星际矿工'), ...sums, ...average })),
  }),
)
export const BySiteAnswer = answers(
  v.strictObject({
    sites: v.array(v.strictObject({ site_id: wireId('site'), site_name: words('朝阳旗舰店'), ...sums, ...average })),
  }),
)
export const DistributionAnswer = answers(
  v.strictObject({
    distribution: v.array(v.strictObject({ player_count: count, session_count: count, percentage: ratio(1), total_cost: yuanText })),
    total_sessions: count,
    most_common_player_count: orNull(count),
  }),
)
