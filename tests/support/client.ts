import { showId } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import type { Store } from './factory'

/** A headset server's side of the contract, signing exactly what it sends. */
export type SignedOptions = {
  apiKey: string
  method?: string
  path: string
  body?: string
  timestamp?: string
  signature?: string
  sessionId?: string
  headers?: Record<string, string>
}
export type Answer = {
  status: number
  headers: Headers
  body: Record<string, unknown> & { data?: Record<string, unknown>; error_code?: string; details?: unknown }
}

/** Every operator's headset server has an address of its own, so that no test meets the limit of another's. */
export const addressOf = (apiKey: string): string =>
  `10.${[0, 2, 4].map((at) => Number.parseInt(apiKey.slice(at, at + 2), 16) || 0).join('.')}`

export async function signedCall(url: string, options: SignedOptions): Promise<Answer> {
  const { apiKey, method = 'POST', path, body = '', timestamp = String(Math.floor(nowMs() / 1000)) } = options
  const signature = options.signature ?? signRequest({ apiKey, timestamp, method, path, body: new TextEncoder().encode(body) })
  const headers: Record<string, string> = {
    'X-Forwarded-For': addressOf(apiKey),
    'X-Api-Key': apiKey,
    'X-Timestamp': timestamp,
    'X-Signature': signature,
    ...options.headers,
  }
  if (options.sessionId !== undefined) headers['X-Session-ID'] = options.sessionId
  if (body) headers['Content-Type'] ??= 'application/json'
  const response = await fetch(url + path, { method, headers, ...(body ? { body } : {}) })
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const random16 = (): string => Array.from({ length: 16 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join('')

/** A session id of this moment. */
export const newSessionId = (operatorId: string, atMs: number = nowMs()): string => `op_${operatorId}_${atMs}_${random16()}`

/** The body of a game start, as headset servers write it. */
export const startBody = (store: Pick<Store, 'siteId' | 'applicationId'>, players = 2): string =>
  JSON.stringify({ app_id: showId('application', store.applicationId), site_id: showId('site', store.siteId), player_count: players })

/** A whole game start of a store; anything may be replaced. */
export function authorize(url: string, store: Store, options: Partial<SignedOptions> & { players?: number } = {}): Promise<Answer> {
  const { players, ...signed } = options
  return signedCall(url, {
    apiKey: store.operator.apiKey,
    path: '/v1/auth/game/authorize',
    body: startBody(store, players),
    sessionId: newSessionId(store.operator.id),
    ...signed,
  })
}
