import { expect } from 'bun:test'
import { newId, showId } from '#src/core/ids'
import { minus, money, yuan } from '#src/core/money'
import { Problem } from '#src/core/problem'
import { addSeconds, instant, iso, now, nowMs } from '#src/core/time'
import { requireAddressToken } from '#src/platform/rate-limit'
import { newSessionId } from '#tests/support/client'
import { anOperator, aSite, balanceOf, debit, type Store } from '#tests/support/factory'
import type { Rung } from './precedence'

/** The time of a field that only the server knows to the millisecond. */
const anyTime = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
const anyName = expect.stringMatching(/^太空探险/)
const HOUR = 3_600

/** Leaves an operator with less than it has. */
async function leave({ operator }: Store, fen: number): Promise<void> {
  const excess = minus(await balanceOf(operator.id), money(fen))
  if (excess > 0n) await debit(operator.id, yuan(excess))
}

/** Takes every token that an address has. */
function spendAddress(ip: string): void {
  try {
    for (;;) requireAddressToken({ ip, now: now() }, 100)
  } catch (refused) {
    if (!(refused instanceof Problem)) throw refused
  }
}

/** Rungs 0–4: what a call says about itself. */
const ofTheCall: Rung[] = [
  {
    code: 'RATE_LIMIT_EXCEEDED',
    scope: 'ip',
    status: 429,
    prepare: async ({ address }) => spendAddress(address),
    details: () => ({ scope: 'ip', limit: 100, window_seconds: 60, retry_after: 1 }),
    zh: '请求频率超限，单IP每分钟最多100次请求',
    en: 'Too many requests: at most 100 per minute from one IP',
  },
  {
    code: 'PAYLOAD_TOO_LARGE',
    status: 413,
    ask: (draft) => {
      draft.padding = ' '.repeat(1_048_576)
    },
    details: () => ({ max_bytes: 1_048_576 }),
    zh: '请求内容过大',
    en: 'Request body too large',
  },
  {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    status: 415,
    ask: (draft) => {
      draft.mediaType = 'text/plain'
    },
    details: () => undefined,
    zh: '不支持的内容类型',
    en: 'Unsupported content type',
  },
  {
    code: 'INVALID_PARAMS',
    status: 400,
    ask: (draft) => {
      draft.body.player_count = '2'
    },
    details: () => [{ field: 'player_count', message: '须为数字' }],
    zh: '请求参数验证失败：player_count 须为数字',
    en: 'Invalid request: player_count must be a number',
  },
  {
    code: 'INVALID_API_KEY',
    status: 401,
    ask: (draft) => {
      draft.apiKey = newId().replaceAll('-', '').repeat(2)
    },
    details: () => undefined,
    zh: 'API Key不存在或已失效，请联系管理员',
    en: 'Unknown or revoked API key, please contact your administrator',
  },
  {
    code: 'INVALID_SIGNATURE',
    status: 400,
    ask: (draft) => {
      draft.signature = `${'A'.repeat(43)}=`
    },
    details: () => undefined,
    zh: 'HMAC签名验证失败，请检查签名算法和密钥',
    en: 'HMAC signature does not match, please check the recipe and the key',
  },
  {
    code: 'TIMESTAMP_EXPIRED',
    status: 400,
    ask: (draft) => {
      draft.timestamp = String(Math.floor(nowMs() / 1000) - HOUR)
    },
    details: ({ timestamp }) => ({ server_time: anyTime, request_time: iso(instant(Number(timestamp) * 1000)), max_diff_seconds: 300 }),
    zh: '请求时间戳已过期，允许时间差: 5分钟',
    en: 'The request timestamp is outside the allowed 5 minutes',
  },
]

/** Rungs 5–8: the account and the session id. */
const ofTheAccount: Rung[] = [
  {
    code: 'ACCOUNT_LOCKED',
    status: 403,
    prepare: ({ store }, { owner }) =>
      owner`UPDATE operator_accounts SET is_locked = true, locked_at = '2026-01-02T03:04:05Z', locked_reason = '欠费' WHERE id = ${store.operator.id}`,
    details: () => ({ locked_at: '2026-01-02T03:04:05.000Z', reason: '欠费' }),
    zh: '账户已锁定，请联系管理员',
    en: 'The account is locked, please contact your administrator',
  },
  {
    code: 'ACCOUNT_DEACTIVATED',
    status: 403,
    prepare: async ({ store }, { owner }) => {
      await leave(store, 0)
      await owner`UPDATE operator_accounts SET deactivated_at = now() WHERE id = ${store.operator.id}`
    },
    details: () => undefined,
    zh: '账户已注销，无法使用',
    en: 'The account is closed and cannot be used',
  },
  {
    code: 'RATE_LIMIT_EXCEEDED',
    scope: 'operator',
    status: 429,
    prepare: ({ store }, { owner }) => {
      const fullAt = addSeconds(now(), 60)
      return owner`INSERT INTO rate_limit_buckets (operator_id, full_at) VALUES (${store.operator.id}, ${fullAt})
        ON CONFLICT (operator_id) DO UPDATE SET full_at = excluded.full_at`
    },
    details: () => ({ scope: 'operator', limit: 10, window_seconds: 60, retry_after: 6 }),
    zh: '请求频率超限，单运营商每分钟最多10次授权请求',
    en: 'Too many requests: at most 10 authorisations per minute',
  },
  {
    code: 'SESSION_ID_CONFLICT',
    status: 409,
    ask: (draft) => {
      draft.sessionId = draft.knownSessionId
    },
    details: ({ sessionId }) => ({ session_id: sessionId, differs: ['player_count'] }),
    zh: '会话ID已用于其他请求，请更换会话ID',
    en: 'This session id was used for another request, please use a new one',
  },
  {
    code: 'INVALID_SESSION_ID_FORMAT',
    status: 400,
    ask: (draft) => {
      draft.sessionId = 'game-42'
    },
    details: () => ({ session_id: 'game-42', expected: '{operatorId}_{timestamp}_{16位字母数字}' }),
    zh: '会话ID格式错误，应为 {operatorId}_{timestamp}_{16位字母数字}',
    en: 'Malformed session id, expected {operatorId}_{timestamp}_{16 letters or digits}',
  },
  {
    code: 'SESSION_ID_OPERATOR_MISMATCH',
    status: 400,
    ask: (draft) => {
      draft.sessionId = draft.sessionId.replace(draft.store.operator.id, newId())
    },
    details: () => undefined,
    zh: '会话ID中的运营商与API Key不一致',
    en: 'The operator in the session id is not the owner of the API key',
  },
  {
    code: 'SESSION_ID_EXPIRED',
    status: 400,
    ask: (draft) => {
      draft.sessionId = newSessionId(draft.store.operator.id, nowMs() - HOUR * 1000)
    },
    details: ({ sessionId }) => ({
      server_time: anyTime,
      session_time: iso(instant(Number(sessionId.split('_')[2]))),
      max_diff_seconds: 300,
    }),
    zh: '会话ID时间超出允许范围: ±5分钟',
    en: 'The time in the session id is outside the allowed ±5 minutes',
  },
]

/** Rungs 9–12: place, game, players, money. */
const ofTheGame: Rung[] = [
  {
    code: 'SITE_NOT_FOUND',
    status: 404,
    prepare: async (draft) => {
      const other = await anOperator()
      draft.body.site_id = showId('site', await aSite(other.id, { deleted: true }))
    },
    details: ({ body }) => ({ site_id: body.site_id }),
    zh: '运营点不存在',
    en: 'No such site',
  },
  {
    code: 'SITE_INACTIVE',
    status: 403,
    prepare: ({ store }, { owner }) => owner`UPDATE operation_sites SET deleted_at = now() WHERE id = ${store.siteId}`,
    details: ({ body }) => ({ site_id: body.site_id, site_name: '北京门店' }),
    zh: '运营点已删除，无法使用',
    en: 'The site was deleted and cannot be used',
  },
  {
    code: 'APP_NOT_FOUND',
    status: 404,
    ask: (draft) => {
      draft.body.app_id = showId('application', newId())
    },
    details: ({ body }) => ({ app_id: body.app_id }),
    zh: '应用不存在',
    en: 'No such application',
  },
  {
    code: 'APP_INACTIVE',
    status: 403,
    prepare: ({ store }, { owner }) => owner`UPDATE applications SET is_active = false WHERE id = ${store.applicationId}`,
    details: ({ body }) => ({ app_id: body.app_id, app_name: anyName }),
    zh: '应用已下架',
    en: 'The application is inactive',
  },
  {
    code: 'APP_NOT_AUTHORIZED',
    status: 403,
    prepare: ({ store }, { owner }) =>
      owner`UPDATE operator_app_authorizations SET revoked_at = now(), revoked_by = authorized_by WHERE operator_id = ${store.operator.id}`,
    details: ({ body }) => ({ app_id: body.app_id, app_name: anyName }),
    zh: '您未被授权使用此应用，请联系管理员申请授权',
    en: 'You are not authorised for this application, please request access',
  },
  {
    code: 'AUTHORIZATION_EXPIRED',
    status: 403,
    prepare: ({ store }, { owner }) =>
      owner`UPDATE operator_app_authorizations SET expires_at = '2026-01-31T16:00:00Z', authorized_at = '2025-01-01T00:00:00Z' WHERE operator_id = ${store.operator.id}`,
    details: ({ body }) => ({ app_id: body.app_id, app_name: anyName, expires_at: '2026-01-31T16:00:00.000Z' }),
    zh: '应用授权已于2026-02-01 00:00:00到期，请联系管理员续期',
    en: 'The authorisation expired at 2026-02-01 00:00:00, please have it renewed',
  },
  {
    code: 'PLAYER_COUNT_OUT_OF_RANGE',
    status: 400,
    ask: (draft) => {
      draft.body.player_count = 9
    },
    details: () => ({ min_players: 2, max_players: 8, requested_players: 9 }),
    zh: '玩家数量必须在2-8之间，当前请求: 9人',
    en: 'Players must be 2-8, requested: 9',
  },
  {
    code: 'INSUFFICIENT_BALANCE',
    status: 402,
    prepare: ({ store }) => leave(store, 150),
    details: () => ({ current_balance: '1.50', required_amount: '2.00', shortage: '0.50' }),
    zh: '账户余额不足，当前余额: 1.50元，需要: 2.00元',
    en: 'Insufficient balance: 1.50 yuan available, 2.00 yuan needed',
  },
]

/** The whole ladder, first failing rung first. */
export const RUNGS: Rung[] = [...ofTheCall, ...ofTheAccount, ...ofTheGame]

export const nameOf = ({ code, scope }: Rung): string => (scope ? `${code} (${scope})` : code)
