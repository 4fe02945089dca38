import * as v from 'valibot'
import { answers, count, oneOf, orNull, ratio, wireId, words, yuanText } from '#src/core/answers'
import { DIMENSIONS } from './periods'
import { GROUP_NAMES } from './platform-players'

/** What the routes about the whole platform answer (API 7). */

const sums = { total_sessions: count, total_players: count, total_cost: yuanText }
const average = { avg_players_per_session: ratio(1) }

export const GlobalAnswer = answers(
  v.strictObject({ total_operators: count, total_sessions: count, total_players: count, total_revenue: yuanText }),
)

export const RankingAnswers = {
  application: answers(
    v.strictObject({
      applications: v.array(
        v.strictObject({ rank: count, app_id: wireId('application'), app_name: words('星际矿工'), ...sums, ...average }),
      ),
    }),
  ),
  site: answers(
    v.strictObject({
      sites: v.array(
        v.strictObject({
          rank: count,
          site_id: wireId('site'),
          site_name: words('朝阳旗舰店'),
          address: words('北京市朝阳区建国路 1 号'),
          operator_id: orNull(wireId('operator')),
          operator_name: words('示例乐园'),
          ...sums,
          ...average,
        }),
      ),
    }),
  ),
  operator: answers(
    v.strictObject({
      operators: v.array(
        v.strictObject({ rank: count, operator_id: wireId('operator'), operator_name: words('示例乐园'), ...sums, ...average }),
      ),
    }),
  ),
}

const part = { session_count: count, percentage: ratio(1), total_cost: yuanText }
export const PlatformDistributionAnswer = answers(
  v.strictObject({
    distribution: v.array(v.strictObject({ player_count: count, ...part })),
    groups: v.array(v.strictObject({ group: oneOf(GROUP_NAMES), ...part })),
    total_sessions: count,
    most_common_player_count: orNull(count),
  }),
)

const entry = v.strictObject({ key: orNull(words('2026-03-05')), name: orNull(words('2026-03-05')), ...sums })
export const CrossAnswer = answers(
  v.strictObject({
    rows: v.array(entry),
    columns: v.array(entry),
    dimension: oneOf(DIMENSIONS),
    cells: v.array(v.array(v.strictObject(sums))),
    total: v.strictObject(sums),
  }),
)
