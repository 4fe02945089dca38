import { type ProblemCode, problems } from '#src/core/errors'
import type { Route } from '#src/platform/route'

/** The order of the catalogue is the order of precedence. */
const ORDER = Object.keys(problems) as ProblemCode[]

/** Every code a route may answer with: its own and those of its audience and shape, in order of precedence. */
export function errorsOf(route: Route): ProblemCode[] {
  const takesInput = route.body !== undefined || route.query !== undefined || route.path.includes(':')
  const codes = new Set<ProblemCode>([
    'SERVICE_UNAVAILABLE',
    'INTERNAL_ERROR',
    ...callerErrors(route),
    ...(takesInput ? (['INVALID_PARAMS'] as const) : []),
    ...(route.body ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : []),
    ...(route.answer?.errors ?? []),
  ])
  return ORDER.filter((code) => codes.has(code))
}

/** Rungs 0–6 of the ladder for headset servers; a session, its rights and for money and keys a young proof for people who are signed in. */
function callerErrors({ audience, stepUp, method }: Route): ProblemCode[] {
  if (audience === 'public') return []
  if (audience === 'partner')
    return ['INVALID_PARAMS', ...(method === 'POST' ? (['PAYLOAD_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'] as const) : [])]
  if (audience !== 'client') return ['UNAUTHORIZED', 'PERMISSION_DENIED', ...(stepUp ? (['STEP_UP_REQUIRED'] as const) : [])]
  return [
    'INVALID_PARAMS',
    'INVALID_API_KEY',
    'INVALID_SIGNATURE',
    'TIMESTAMP_EXPIRED',
    'ACCOUNT_LOCKED',
    'ACCOUNT_DEACTIVATED',
    'RATE_LIMIT_EXCEEDED',
  ]
}

export const statusOf = (code: ProblemCode): number => problems[code].status
