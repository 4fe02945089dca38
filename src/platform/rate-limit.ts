import { Problem } from '#src/core/problem'
import { addMs, type Instant } from '#src/core/time'
import type { RequestInfo } from './http'
import { rateLimitBlocked } from './metrics'

/** A token bucket: `perMinute` tokens flow in, at most `burst` lie in it. */
export type Limit = { perMinute: number; burst: number }

/** Clocks of two servers on one database may differ by this much; those of one process only by the order of its requests. */
const SERVERS_APART_MS = 300_000
const REQUESTS_APART_MS = 1_000

export type Taken = { ok: true; fullAt: Instant } | { ok: false; retryAfterSeconds: number }

/**
 * Takes one token. A bucket is one time: when it will be full again; undefined or past means full. A refusal changes nothing.
 * Gives the bucket's next time, or the whole seconds until a token is there. A bucket emptier than empty, by more than clocks may differ,
 * is from before a clock was set back or a limit raised: it starts again with one token, or its owner would be shut out until then.
 */
export function takeToken(fullAt: Instant | undefined, { perMinute, burst }: Limit, now: Instant, clocksApartMs = SERVERS_APART_MS): Taken {
  const tokenMs = 60_000 / perMinute
  const aheadMs = Math.max(0, (fullAt?.getTime() ?? 0) - now.getTime())
  const missingMs = aheadMs > burst * tokenMs + clocksApartMs ? (burst - 1) * tokenMs : aheadMs
  const waitMs = missingMs + tokenMs - burst * tokenMs
  if (waitMs > 0.001) return { ok: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) }
  return { ok: true, fullAt: addMs(now, missingMs + tokenMs) }
}

/** Addresses remembered at most; beyond that the longest unseen is forgotten, as its bucket is full again anyway. */
const MAX_ADDRESSES = 100_000

const buckets = new Map<string, Instant>()

/**
 * Takes one token of a client address. Kept in the memory of this process: each of n web processes admits a share of 1/n, and a
 * restart fills the buckets (docs/decisions/0006-rate-limits.md). Operators' buckets are rows and hold across processes.
 */
function takeAddressToken(ip: string, perMinute: number, now: Instant): Taken {
  const taken = takeToken(buckets.get(ip), { perMinute, burst: perMinute }, now, REQUESTS_APART_MS)
  if (taken.ok) {
    buckets.delete(ip)
    buckets.set(ip, taken.fullAt)
    if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value!)
  }
  return taken
}

/** Takes one token of the caller's address. Throws RATE_LIMIT_EXCEEDED (scope ip) when there is none. */
export function requireAddressToken(info: Pick<RequestInfo, 'ip' | 'now'>, perMinute: number): void {
  const taken = takeAddressToken(info.ip, perMinute, info.now)
  if (taken.ok) return
  rateLimitBlocked.inc({ type: 'ip' })
  throw new Problem(
    'RATE_LIMIT_EXCEEDED',
    { scope: 'ip', limit: perMinute, window_seconds: 60, retry_after: taken.retryAfterSeconds },
    'ip',
  )
}
