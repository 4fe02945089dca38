import * as v from 'valibot'
import { answers, bareId, count, isoText, orNull, wireId, words, yesNo, yuanText } from '#src/core/answers'

/** What headset servers are answered (API 2). */

const SESSION = 'op_019b7a00-0000-7000-8000-000000000001_1767225600000_a1B2c3D4e5F6g7H8'
/** Stands beside `data` when the first answer is given again. */
const replayed = { replayed: v.optional(v.literal(true)) }
const place = [
  'SITE_NOT_FOUND',
  'SITE_INACTIVE',
  'APP_NOT_FOUND',
  'APP_INACTIVE',
  'APP_NOT_AUTHORIZED',
  'AUTHORIZATION_EXPIRED',
  'PLAYER_COUNT_OUT_OF_RANGE',
] as const
const price = { unit_price: yuanText, total_cost: yuanText }

export const AuthorizedAnswer = answers(
  v.strictObject({
    authorization_token: bareId,
    session_id: words(SESSION),
    usage_id: wireId('usage'),
    app_name: words('星际矿工'),
    player_count: count,
    ...price,
    balance_after: yuanText,
    authorized_at: isoText,
  }),
  {
    more: replayed,
    errors: [
      'SESSION_ID_CONFLICT',
      'INVALID_SESSION_ID_FORMAT',
      'SESSION_ID_OPERATOR_MISMATCH',
      'SESSION_ID_EXPIRED',
      ...place,
      'INSUFFICIENT_BALANCE',
    ],
  },
)

export const QuotedAnswer = answers(
  v.strictObject({
    can_authorize: yesNo,
    app_id: wireId('application'),
    app_name: words('星际矿工'),
    player_count: count,
    ...price,
    current_balance: yuanText,
    shortage: orNull(yuanText),
  }),
  { errors: place },
)

export const HeadsetSitesAnswer = answers(
  v.strictObject({
    operator_id: wireId('operator'),
    operator_name: words('杭州幻境数字娱乐'),
    sites: v.array(v.strictObject({ site_id: wireId('site'), name: words('朝阳旗舰店'), address: words('北京市朝阳区建国路1号') })),
  }),
)

export const HeadsetApplicationsAnswer = answers(
  v.strictObject({
    applications: v.array(
      v.strictObject({
        app_id: wireId('application'),
        app_name: words('星际矿工'),
        unit_price: yuanText,
        min_players: count,
        max_players: count,
        expires_at: orNull(isoText),
      }),
    ),
  }),
)

export const EndedGameAnswer = answers(
  v.strictObject({
    usage_id: wireId('usage'),
    session_id: words(SESSION),
    game_duration: count,
    ended_at: isoText,
    estimated: yesNo,
  }),
  { more: replayed, errors: ['SESSION_NOT_FOUND', 'SESSION_ID_CONFLICT'] },
)
