import { showId, type Uuid } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { signRequest } from '#src/platform/client-signature'
import type { Headset } from './fleet'

/** What a server answered; `undefined` when it did not. */
export type Reply = { status: number; body: Body } | undefined
type Body = { error_code?: string; replayed?: boolean; data?: Record<string, unknown> }

export type StartCall = { headset: Headset; sessionId: string; applicationId: Uuid; players: number; isForged?: boolean }

/** A headset gives up on an answer after this and asks again with the same session id. */
const PATIENCE_MS = 10_000
const AUTHORIZE = '/v1/auth/game/authorize'
const encoder = new TextEncoder()

/** One signed game start over HTTP. */
export function startGame(url: string, { headset, sessionId, applicationId, players, isForged }: StartCall): Promise<Reply> {
  const body = JSON.stringify({
    app_id: showId('application', applicationId),
    site_id: showId('site', headset.siteId),
    player_count: players,
  })
  return send(url, headset, AUTHORIZE, body, { 'X-Session-ID': sessionId }, isForged)
}

/** Reports the end of a game. */
export function endGame(url: string, headset: Headset, sessionId: string, durationSeconds: number): Promise<Reply> {
  return send(url, headset, `/v1/auth/game/sessions/${sessionId}/end`, JSON.stringify({ duration_seconds: durationSeconds }), {})
}

async function send(
  url: string,
  { player, ip }: Headset,
  path: string,
  body: string,
  more: Record<string, string>,
  isForged = false,
): Promise<Reply> {
  const timestamp = String(Math.floor(nowMs() / 1000))
  const signature = signRequest({
    apiKey: player.apiKey,
    timestamp,
    method: 'POST',
    path,
    body: encoder.encode(isForged ? `${body} ` : body),
  })
  const headers = {
    'Content-Type': 'application/json',
    'X-Api-Key': player.apiKey,
    'X-Timestamp': timestamp,
    'X-Signature': signature,
    'X-Forwarded-For': ip,
    'User-Agent': 'mr-simulate',
    ...more,
  }
  try {
    const response = await fetch(url + path, { method: 'POST', headers, body, keepalive: true, signal: AbortSignal.timeout(PATIENCE_MS) })
    return { status: response.status, body: (await response.json()) as Body }
  } catch {
    return undefined
  }
}
