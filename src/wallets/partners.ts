import type { PARTNER_SCOPES } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { type Instant, iso, nowMs } from '#src/core/time'
import { rawSql } from '#src/platform/database'

export type Scope = (typeof PARTNER_SCOPES)[number]

/** A partner platform as its calls need it. */
export type Partner = {
  id: Uuid
  platform: string
  name: string
  scopes: Scope[]
  origins: string[]
  signatureRequired: boolean
  rateLimitPerMinute: number
}

/** A key that was revoked is refused by every process within this time. */
const BELIEVED_MS = 1_000
/** Keys remembered at most: whoever tries keys must not fill our memory. */
const MAX_REMEMBERED = 1_000

type Remembered = { partner: Promise<Partner | undefined>; until: number }
const remembered = new Map<string, Remembered>()

/** The partner behind a key (digest in hex), at most a second old; undefined for an unknown, replaced or disabled one. */
export function partnerOfKey(keySha256: string, at: Instant): Promise<Partner | undefined> {
  const known = remembered.get(keySha256)
  if (known && known.until > nowMs()) return known.partner
  const partner = readPartner(keySha256, at)
  remembered.delete(keySha256)
  remembered.set(keySha256, { partner, until: nowMs() + BELIEVED_MS })
  // A database that was away is asked again by the next call.
  partner.catch(() => remembered.delete(keySha256))
  if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value!)
  return partner
}

async function readPartner(keySha256: string, at: Instant): Promise<Partner | undefined> {
  const [partner] = await rawSql()<Partner[]>`
    SELECT id, platform, name, scopes, origins, signature_required AS "signatureRequired", rate_limit_per_minute AS "rateLimitPerMinute"
    FROM partners
    WHERE disabled_at IS NULL AND ((key_sha256 = decode(${keySha256}, 'hex') AND (key_valid_until IS NULL OR key_valid_until > ${iso(at)}::timestamptz))
      OR (previous_key_sha256 = decode(${keySha256}, 'hex') AND previous_key_valid_until > ${iso(at)}::timestamptz))`
  return partner
}

/** Whether a browser at this origin may call for somebody: only where a partner has listed it. */
export async function isListedOrigin(origin: string): Promise<boolean> {
  const found = await rawSql()`SELECT FROM partners WHERE disabled_at IS NULL AND ${origin}::text = ANY (origins) LIMIT 1`
  return found.length > 0
}
