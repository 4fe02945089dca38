import { type Instant, addMs } from '#src/core/time'

/** A token bucket: `perMinute` tokens flow in, at most `burst` lie in it. */
export type Limit = { perMinute: number; burst: number }

export type Taken = { ok: true; fullAt: Instant } | { ok: false; retryAfterSeconds: number }

/**
 * Takes one token. A bucket is one time: when it will be full again; undefined or past means full. A refusal changes nothing.
 * Gives the bucket's next time, or the whole seconds until a token is there.
 */
export function takeToken(fullAt: Instant | undefined, { perMinute, burst }: Limit, now: Instant): Taken {
  const tokenMs = 60_000 / perMinute
  const missingMs = Math.max(0, (fullAt?.getTime() ?? 0) - now.getTime())
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
export function takeAddressToken(ip: string, perMinute: number, now: Instant): Taken {
  const taken = takeToken(buckets.get(ip), { perMinute, burst: perMinute }, now)
  if (taken.ok) {
    buckets.delete(ip)
    buckets.set(ip, taken.fullAt)
    if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value!)
  }
  return taken
}
