/** The rungs of a game start (API 1.3), in their order: the first that fails answers. */
export const RUNGS = [
  'shape',
  'key',
  'signature',
  'clock',
  'account',
  'rate',
  'replay',
  'session',
  'site',
  'application',
  'players',
  'balance',
] as const
type Rung = (typeof RUNGS)[number]

const RUNG_OF: Readonly<Record<string, Rung>> = {
  INVALID_PARAMS: 'shape',
  PAYLOAD_TOO_LARGE: 'shape',
  UNSUPPORTED_MEDIA_TYPE: 'shape',
  INVALID_API_KEY: 'key',
  INVALID_SIGNATURE: 'signature',
  TIMESTAMP_EXPIRED: 'clock',
  ACCOUNT_LOCKED: 'account',
  ACCOUNT_DEACTIVATED: 'account',
  RATE_LIMIT_EXCEEDED: 'rate',
  SESSION_ID_CONFLICT: 'replay',
  INVALID_SESSION_ID_FORMAT: 'session',
  SESSION_ID_OPERATOR_MISMATCH: 'session',
  SESSION_ID_EXPIRED: 'session',
  SITE_NOT_FOUND: 'site',
  SITE_INACTIVE: 'site',
  APP_NOT_FOUND: 'application',
  APP_INACTIVE: 'application',
  APP_NOT_AUTHORIZED: 'application',
  AUTHORIZATION_EXPIRED: 'application',
  PLAYER_COUNT_OUT_OF_RANGE: 'players',
  INSUFFICIENT_BALANCE: 'balance',
}

export type Step = { rung: Rung; state: 'passed' | 'refused' | 'not_reached' | 'answered' }

/** How a call climbed: accepted to the top, replayed to the rung that knows its session, refused to the rung of its code. */
export function climb(result: 'accepted' | 'replayed' | 'refused', code: string | null): Step[] {
  const last = result === 'accepted' ? RUNGS.length : RUNGS.indexOf(result === 'replayed' ? 'replay' : (RUNG_OF[code ?? ''] ?? 'shape'))
  return RUNGS.map((rung, at) => {
    if (at < last) return { rung, state: 'passed' }
    if (at > last) return { rung, state: 'not_reached' }
    return { rung, state: result === 'replayed' ? 'answered' : 'refused' }
  })
}

/** Whether a code belongs to a rung; what failed on our side has none. */
export const hasRung = (code: string): boolean => code in RUNG_OF
