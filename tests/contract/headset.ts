import { newId, showId } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { newSessionId } from '#tests/support/client'
import { aGrant, anApplication } from '#tests/support/factory'
import { BAD_ID, BAD_PAGE, type Endpoint, optional, required, type World } from './endpoint'
import { place, prove } from './headset-ladder'
import { id, int, money, orNull, text, time, token, yesNo } from './shapes'

/** API.md 2, with the ladder of 1.3. */

const start = (world: World, more: object = {}) => ({
  app_id: `app_${world.appId}`,
  site_id: `site_${world.siteId}`,
  player_count: 2,
  ...more,
})
const signed = (world: World, more: object = {}) => ({ apiKey: world.operator.apiKey, ...more })
const quote = (world: World, more: object = {}) => ({ body: start(world, more), sign: signed(world) })
const game = (world: World, more: object = {}, sign: object = {}) => ({
  body: start(world, more),
  sign: signed(world, { sessionId: newSessionId(world.operator.id), ...sign }),
})
const replaced = (world: World, at: number, who = world.operator.id) => `op_${who}_${at}_a1B2c3D4e5F6g7H8`
const MINUTES_MS = 60_000

const startFields = { app_id: required(...BAD_ID), site_id: required(...BAD_ID), player_count: required(0, 101, 1.5, '3', null) }

export const HEADSET: Endpoint[] = [
  {
    at: 'POST /v1/auth/game/authorize',
    mark: 'C',
    who: 'signed',
    fields: { ...startFields, unknown_field: optional(1) },
    success: {
      status: 200,
      data: {
        authorization_token: token,
        session_id: text,
        usage_id: id('usage'),
        app_name: text,
        player_count: int,
        unit_price: money,
        total_cost: money,
        balance_after: money,
        authorized_at: time,
      },
    },
    ask: (world) => game(world),
    errors: [
      ...prove((world) => game(world)),
      ...place((world, more) => game(world, more)),
      {
        when: 'a known session id with other content',
        status: 409,
        code: 'SESSION_ID_CONFLICT',
        message: '会话ID已用于其他请求，请更换会话ID',
        details: ['session_id', 'differs'],
        ask: async (world) => game(world, { player_count: 3 }, { sessionId: (await world.play()).sessionId }),
      },
      {
        when: 'malformed session id',
        status: 400,
        code: 'INVALID_SESSION_ID_FORMAT',
        message: '会话ID格式错误，应为 {operatorId}_{timestamp}_{16位字母数字}',
        details: ['session_id', 'expected'],
        ask: (world) => game(world, {}, { sessionId: 'session-1' }),
      },
      {
        when: 'session id of another operator',
        status: 400,
        code: 'SESSION_ID_OPERATOR_MISMATCH',
        message: '会话ID中的运营商与API Key不一致',
        ask: (world) => game(world, {}, { sessionId: replaced(world, nowMs(), newId()) }),
      },
      {
        when: 'session id of ten minutes ago',
        status: 400,
        code: 'SESSION_ID_EXPIRED',
        message: '会话ID时间超出允许范围: ±5分钟',
        details: ['server_time', 'session_time', 'max_diff_seconds'],
        ask: (world) => game(world, {}, { sessionId: replaced(world, nowMs() - 10 * MINUTES_MS) }),
      },
      {
        when: 'balance too small',
        status: 402,
        code: 'INSUFFICIENT_BALANCE',
        message: /^账户余额不足，当前余额: \d+\.\d{2}元，需要: 9000\.00元$/,
        details: ['current_balance', 'required_amount', 'shortage'],
        ask: async (world) => {
          const appId = await anApplication({ price: '9000.00' })
          await aGrant(world.operator.id, appId)
          return game(world, { app_id: showId('application', appId), player_count: 1 })
        },
      },
    ],
  },
  {
    at: 'POST /v1/auth/game/pre-authorize',
    mark: '+',
    who: 'signed',
    fields: startFields,
    success: {
      status: 200,
      data: {
        can_authorize: yesNo,
        app_id: id('app'),
        app_name: text,
        player_count: int,
        unit_price: money,
        total_cost: money,
        current_balance: money,
        shortage: orNull(money),
      },
    },
    ask: (world) => quote(world),
    errors: [...prove((world) => quote(world)), ...place((world, more) => quote(world, more))],
  },
  {
    at: 'GET /v1/game/sites',
    mark: '+',
    who: 'signed',
    fields: BAD_PAGE,
    success: {
      status: 200,
      data: { operator_id: id('op'), operator_name: text, sites: [{ site_id: id('site'), name: text, address: text }] },
    },
    ask: (world) => ({ sign: signed(world) }),
    errors: prove((world) => ({ sign: signed(world) })),
  },
  {
    at: 'GET /v1/game/applications',
    mark: '+',
    who: 'signed',
    success: {
      status: 200,
      data: {
        applications: [
          { app_id: id('app'), app_name: text, unit_price: money, min_players: int, max_players: int, expires_at: orNull(time) },
        ],
      },
    },
    ask: (world) => ({ sign: signed(world) }),
    errors: prove((world) => ({ sign: signed(world) })),
  },
  {
    at: 'POST /v1/auth/game/sessions/{session_id}/end',
    mark: '+',
    who: 'signed',
    fields: { duration_seconds: optional(-1, 86_401, 1.5, '60'), ended_at: optional('now', 7) },
    success: {
      status: 200,
      data: { usage_id: id('usage'), session_id: text, game_duration: int, ended_at: time, estimated: yesNo },
    },
    ask: async (world) => end(world, 0),
    errors: [
      ...prove((world) => ({ params: { session_id: replaced(world, nowMs()) }, body: {}, sign: signed(world) })),
      {
        when: 'unknown session',
        status: 404,
        code: 'SESSION_NOT_FOUND',
        message: '会话不存在',
        ask: (world) => ({ params: { session_id: replaced(world, nowMs()) }, body: {}, sign: signed(world) }),
      },
      {
        when: 'a different second report',
        status: 409,
        code: 'SESSION_ID_CONFLICT',
        ask: async (world) => {
          const { usageId, sessionId } = await world.play()
          await world.sql`UPDATE usage_records SET ended_at = now(), duration_s = 5, estimated = false WHERE id = ${usageId}`
          return { params: { session_id: sessionId }, body: { duration_seconds: 9 }, sign: signed(world) }
        },
      },
    ],
  },
]

async function end(world: World, seconds: number) {
  const { sessionId } = await world.play()
  return { params: { session_id: sessionId }, body: { duration_seconds: seconds }, sign: signed(world) }
}
