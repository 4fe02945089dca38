import { nowMs } from '#src/core/time'
import { aGrant, anApplication, aSite } from '#tests/support/factory'
import { type Endpoint, type Refusal, UNKNOWN_ID, type World } from './endpoint'

/** The rungs of API.md 1.3 that all signed calls share. */

/** Rungs 2–5 with a right call of the endpoint as their start. */
export const prove = (good: Endpoint['ask']): Refusal[] => [
  {
    when: 'unknown key',
    status: 401,
    code: 'INVALID_API_KEY',
    message: 'API Key不存在或已失效，请联系管理员',
    ask: async (world) => ({ ...(await good(world)), sign: { ...(await good(world)).sign, apiKey: 'f'.repeat(64) } }),
  },
  {
    when: 'wrong signature',
    status: 400,
    code: 'INVALID_SIGNATURE',
    message: 'HMAC签名验证失败，请检查签名算法和密钥',
    ask: async (world) => ({ ...(await good(world)), sign: { ...(await good(world)).sign!, signature: `${'A'.repeat(43)}=` } }),
  },
  {
    when: 'clock off by more than 5 minutes',
    status: 400,
    code: 'TIMESTAMP_EXPIRED',
    message: '请求时间戳已过期，允许时间差: 5分钟',
    details: ['server_time', 'request_time', 'max_diff_seconds'],
    ask: async (world) => ({
      ...(await good(world)),
      sign: { ...(await good(world)).sign!, timestamp: String(Math.floor(nowMs() / 1000) - 400) },
    }),
  },
  {
    when: 'malformed timestamp',
    status: 400,
    code: 'INVALID_PARAMS',
    ask: async (world) => ({ ...(await good(world)), sign: { ...(await good(world)).sign!, timestamp: 'soon' } }),
  },
  {
    when: 'locked account',
    status: 403,
    code: 'ACCOUNT_LOCKED',
    message: '账户已锁定，请联系管理员',
    details: ['locked_at', 'reason'],
    ask: async (world) => {
      await world.lock()
      return good(world)
    },
  },
  {
    when: 'closed account',
    status: 403,
    code: 'ACCOUNT_DEACTIVATED',
    message: '账户已注销，无法使用',
    ask: async (world) => {
      await world.close()
      return good(world)
    },
  },
]

/** Rungs 9–11. */
export const place = (ask: (world: World, more?: object) => ReturnType<Endpoint['ask']>): Refusal[] => [
  {
    when: 'unknown site',
    status: 404,
    code: 'SITE_NOT_FOUND',
    message: '运营点不存在',
    details: ['site_id'],
    ask: (world) => ask(world, { site_id: `site_${UNKNOWN_ID}` }),
  },
  {
    when: 'deleted site',
    status: 403,
    code: 'SITE_INACTIVE',
    message: '运营点已删除，无法使用',
    details: ['site_id', 'site_name'],
    ask: async (world) => ask(world, { site_id: await aSite(world.operator.id, { deleted: true }) }),
  },
  {
    when: 'unknown application',
    status: 404,
    code: 'APP_NOT_FOUND',
    message: '应用不存在',
    details: ['app_id'],
    ask: (world) => ask(world, { app_id: UNKNOWN_ID }),
  },
  {
    when: 'inactive application',
    status: 403,
    code: 'APP_INACTIVE',
    message: '应用已下架',
    details: ['app_id', 'app_name'],
    ask: async (world) => {
      const appId = await anApplication({ active: false })
      await aGrant(world.operator.id, appId)
      return ask(world, { app_id: appId })
    },
  },
  {
    when: 'no authorisation',
    status: 403,
    code: 'APP_NOT_AUTHORIZED',
    message: '您未被授权使用此应用，请联系管理员申请授权',
    details: ['app_id', 'app_name'],
    ask: (world) => ask(world, { app_id: world.otherAppId }),
  },
  {
    when: 'expired authorisation',
    status: 403,
    code: 'AUTHORIZATION_EXPIRED',
    message: /^应用授权已于.+到期，请联系管理员续期$/,
    details: ['app_id', 'app_name', 'expires_at'],
    ask: async (world) => {
      await world.sql`UPDATE operator_app_authorizations SET expires_at = now() - interval '1 hour' WHERE id = ${world.grantId}`
      return ask(world)
    },
  },
  {
    when: 'too many players',
    status: 400,
    code: 'PLAYER_COUNT_OUT_OF_RANGE',
    message: '玩家数量必须在1-8之间，当前请求: 9人',
    details: ['min_players', 'max_players', 'requested_players'],
    ask: (world) => ask(world, { player_count: 9 }),
  },
]
