import * as v from 'valibot'
import { answers, answersList, count, isoText, orNull, wireId, words, yesNo, yuanText } from '#src/core/answers'

/** What the routes about games answer (API 4). */

const record = {
  usage_id: wireId('usage'),
  session_id: words('op_019b7a00-0000-7000-8000-000000000001_1767225600000_a1B2c3D4e5F6g7H8'),
  site_id: wireId('site'),
  site_name: words('朝阳旗舰店'),
  app_id: wireId('application'),
  app_name: words('星际矿工'),
  player_count: count,
  unit_price: yuanText,
  total_cost: yuanText,
  game_duration: orNull(count),
  created_at: isoText,
}
export const UsageRecordsAnswer = answersList(v.strictObject(record), {
  more: { summary: v.strictObject({ total_sessions: count, total_players: count, total_cost: yuanText }) },
})
export const UsageRecordAnswer = answers(
  v.strictObject({
    ...record,
    authorized_at: isoText,
    ended_at: orNull(isoText),
    estimated: orNull(yesNo),
  }),
  { errors: ['USAGE_RECORD_NOT_FOUND'] },
)
