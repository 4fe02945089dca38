import { expired, isTimely } from '#src/authorize/client-call'
import { type FieldFault, invalidFields, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import type { Validated } from '#src/core/validation'
import { apiKeyDigest, isSignedBy } from '#src/platform/client-signature'
import { config } from '#src/platform/config'
import { type RequestInfo, rawPath, readBody, requireMediaType } from '#src/platform/http'
import { rateLimitBlocked } from '#src/platform/metrics'
import { requireAddressToken, takeToken } from '#src/platform/rate-limit'
import { setting } from '#src/settings/settings'
import { type Partner, partnerOfKey, type Scope } from './partners'

/** Who calls and what they ask for. `partner` is undefined for the open read of a development machine. */
export type Proved<T> = { partner: Partner | undefined; platform: string; value: T }

const KEY = /^[0-9a-f]{64}$/
const TIMESTAMP = /^\d{1,13}$/

/**
 * Proves a partner's call in the order of the error catalogue: limits, size, shape, key, signature, time, scope. A call signs like a
 * headset server's (API 1.1), with the partner key in place of the API key; a partner that was made without the duty to sign may
 * leave it out, but a signature that is there has to be right.
 */
export async function provePartner<T>(
  request: Request,
  info: RequestInfo,
  scope: Scope,
  parse: (body: Uint8Array) => Validated<T>,
): Promise<Proved<T>> {
  const key = request.headers.get('x-partner-key')
  const partner = key !== null && KEY.test(key) ? await partnerOfKey(apiKeyDigest(key), info.now) : undefined
  // A partner has a limit of its own; everybody else shares the one of their address.
  if (!partner) requireAddressToken(info, setting('rate_limit_ip_per_minute'))
  const body = await readBody(request)
  if (body.byteLength > 0) requireMediaType(request, 'application/json')
  const parsed = parse(body)
  if (!parsed.ok) throw invalidFields(parsed.faults)
  if (key === null) return { partner: undefined, platform: openPlatform(request, scope), value: parsed.value }
  if (!partner) throw new Problem('INVALID_PARTNER_KEY')
  requireSignature(request, { key, body, partner }, info.now)
  if (!partner.scopes.includes(scope)) throw new Problem('PERMISSION_DENIED', { required: scope })
  requirePartnerToken(partner, info.now)
  return { partner, platform: partner.platform, value: parsed.value }
}

/** The plain read of the integration guide: for one platform, on a developer's machine only. */
function openPlatform(request: Request, scope: Scope): string {
  const isOpen = !config().production && scope === 'wallet:read' && request.method === 'GET' && setting('wallet_open_read')
  if (!isOpen) throw new Problem('INVALID_PARTNER_KEY')
  return OPEN_PLATFORM
}

/** Whose players the open read shows. */
export const OPEN_PLATFORM = 'demo'

type Signed = { key: string; body: Uint8Array; partner: Partner }

function requireSignature(request: Request, { key, body, partner }: Signed, at: Instant): void {
  const signature = request.headers.get('x-signature')
  const timestamp = request.headers.get('x-timestamp') ?? ''
  if (signature === null && !partner.signatureRequired) return
  if (!TIMESTAMP.test(timestamp)) throw invalidFields([NO_TIMESTAMP])
  if (signature === null || !isSignedBy({ apiKey: key, timestamp, method: request.method, path: rawPath(request), body }, signature))
    throw new Problem('INVALID_SIGNATURE')
  if (!isTimely(Number(timestamp), at)) throw expired(Number(timestamp), at)
}

const NO_TIMESTAMP: FieldFault = { field: 'X-Timestamp', message: { zh: '须为Unix时间戳（秒）', en: 'must be Unix seconds' } }

/** Kept in the memory of this process, like those of addresses (docs/decisions/0006-rate-limits.md). */
const buckets = new Map<string, Instant>()

function requirePartnerToken({ id, rateLimitPerMinute }: Partner, at: Instant): void {
  const limit = { perMinute: rateLimitPerMinute, burst: Math.max(1, Math.ceil(rateLimitPerMinute / 6)) }
  const taken = takeToken(buckets.get(id), limit, at)
  if (taken.ok) {
    buckets.set(id, taken.fullAt)
    return
  }
  rateLimitBlocked.inc({ type: 'partner' })
  const details = { scope: 'partner', limit: rateLimitPerMinute, window_seconds: 60, retry_after: taken.retryAfterSeconds }
  throw new Problem('RATE_LIMIT_EXCEEDED', details, 'partner')
}
