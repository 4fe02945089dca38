import { desc, eq } from 'drizzle-orm'
import * as v from 'valibot'
import { PARTNER_SCOPES, partners } from '#drizzle/schema'
import { type PersonalAct, record } from '#src/audit-logs/audit-log'
import { text } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { say } from '#src/core/validation'
import { apiKeyDigest } from '#src/platform/client-signature'
import { read, type Transaction, violatedConstraint } from '#src/platform/database'
import { randomHex } from '#src/platform/secrets'

export type PartnerRow = typeof partners.$inferSelect

/** Whose players the integration check of our own people makes; its key ends by itself. */
const CHECK_PLATFORM = 'integration_check'
const CHECK_SECONDS = 600

const origin = v.pipe(
  v.string(),
  v.regex(
    /^https?:\/\/[A-Za-z0-9.-]{1,253}(:\d{1,5})?$/,
    say('须为网址来源，例如 https://market.example', 'must be an origin like https://market.example'),
  ),
)
const particulars = {
  name: text(2, 64),
  scopes: v.pipe(v.array(v.picklist(PARTNER_SCOPES)), v.minLength(1, say('至少选择一项', 'choose at least one'))),
  origins: v.pipe(v.array(origin), v.maxLength(20)),
  signatureRequired: v.boolean(),
  rateLimitPerMinute: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000_000)),
}
export const PartnerChange = v.strictObject(particulars)
export const NewPartner = v.strictObject({
  platform: v.pipe(
    v.string(),
    v.regex(
      /^[a-z][a-z0-9_]{1,31}$/,
      say('须为2-32位小写字母、数字或下划线，以字母开头', 'must be 2-32 lower-case letters, digits or underscores'),
    ),
    v.check((platform) => platform !== CHECK_PLATFORM, say('该标识供系统自检使用', 'is kept for the integration check')),
  ),
  ...particulars,
})

/** Every partner, the newest first; the check's own is none. */
export const allPartners = async (): Promise<PartnerRow[]> =>
  (await read().select().from(partners).orderBy(desc(partners.id))).filter(({ platform }) => platform !== CHECK_PLATFORM)

/** One partner. Throws RESOURCE_NOT_FOUND. */
export async function requirePartner(id: Uuid): Promise<PartnerRow> {
  const [partner] = await read().select().from(partners).where(eq(partners.id, id))
  if (!partner || partner.platform === CHECK_PLATFORM) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return partner
}

/** What stays of a key: its digest, and the ends by which people know it. */
function freshKey(at: Instant) {
  const key = randomHex(32)
  const columns = { keySha256: Buffer.from(apiKeyDigest(key), 'hex'), keyHint: `${key.slice(0, 4)}…${key.slice(-4)}`, keyGeneratedAt: at }
  return { key, columns }
}

/** Makes a partner; its key is given this once. Throws INVALID_PARAMS (NAME_EXISTS) for a platform that has one. */
export async function createPartner(tx: Transaction, input: v.InferOutput<typeof NewPartner>, { actor, origin: from, at }: PersonalAct) {
  const { key, columns } = freshKey(at)
  const id = newId()
  try {
    await tx.db.insert(partners).values({ id, ...input, ...columns, createdAt: at, updatedAt: at })
  } catch (error) {
    if (violatedConstraint(error) === 'one_partner_per_platform') throw brokenRule('NAME_EXISTS', 'platform')
    throw error
  }
  await record(tx, { actor, origin: from, operation: 'partner_create', target: { kind: 'partner', id }, details: { ...input } }, at)
  return { id, key }
}

/** Changes what a partner may do; the audit log keeps before and after. Throws RESOURCE_NOT_FOUND. */
export async function changePartner(
  tx: Transaction,
  id: Uuid,
  change: v.InferOutput<typeof PartnerChange>,
  { actor, origin: from, at }: PersonalAct,
): Promise<void> {
  const { name, scopes, origins, signatureRequired, rateLimitPerMinute } = await lockPartner(tx, id)
  await tx.db
    .update(partners)
    .set({ ...change, updatedAt: at })
    .where(eq(partners.id, id))
  const before = { name, scopes, origins, signatureRequired, rateLimitPerMinute }
  await record(
    tx,
    { actor, origin: from, operation: 'partner_update', target: { kind: 'partner', id }, details: { before, after: change } },
    at,
  )
}

/** How long the old key may go on beside the new one, in seconds. */
export const KEY_OVERLAPS = [0, 3_600, 86_400, 604_800] as const

/**
 * Replaces a partner's key and gives the new one, this once. `replaces` is when the key was made that the form spoke of: two who press at
 * once make one new key. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED).
 */
export async function renewPartnerKey(
  tx: Transaction,
  id: Uuid,
  { overlapSeconds, replaces }: { overlapSeconds: number; replaces: Instant },
  { actor, origin: from, at }: PersonalAct,
): Promise<string> {
  const partner = await lockPartner(tx, id)
  if (partner.keyGeneratedAt.getTime() !== replaces.getTime()) throw brokenRule('ALREADY_PROCESSED', 'key')
  const { key, columns } = freshKey(at)
  const kept = overlapSeconds > 0
  await tx.db
    .update(partners)
    .set({
      ...columns,
      previousKeySha256: kept ? partner.keySha256 : null,
      previousKeyValidUntil: kept ? addSeconds(at, overlapSeconds) : null,
      updatedAt: at,
    })
    .where(eq(partners.id, id))
  const details = { hint_before: partner.keyHint, hint_after: columns.keyHint, overlap_seconds: overlapSeconds }
  await record(tx, { actor, origin: from, operation: 'partner_key_renew', target: { kind: 'partner', id }, details }, at)
  return key
}

/** Shuts a partner out within a second, or lets it in again. Throws RESOURCE_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED). */
export async function setPartnerState(
  tx: Transaction,
  id: Uuid,
  { enabled, why }: { enabled: boolean; why: string },
  { actor, origin: from, at }: PersonalAct,
): Promise<void> {
  const partner = await lockPartner(tx, id)
  if ((partner.disabledAt === null) === enabled) throw brokenRule('ALREADY_PROCESSED', 'reason')
  await tx.db
    .update(partners)
    .set({ disabledAt: enabled ? null : at, updatedAt: at })
    .where(eq(partners.id, id))
  const operation = enabled ? 'partner_enable' : 'partner_disable'
  await record(tx, { actor, origin: from, operation, target: { kind: 'partner', id }, details: { reason: why } }, at)
}

async function lockPartner(tx: Transaction, id: Uuid): Promise<PartnerRow> {
  const [partner] = await tx.db.select().from(partners).where(eq(partners.id, id)).for('update')
  if (!partner || partner.platform === CHECK_PLATFORM) throw new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')
  return partner
}

/** Somebody of ours starts the integration check: its key, and a row of the audit log. */
export async function startCheck(tx: Transaction, { actor, origin: from, at }: PersonalAct): Promise<string> {
  const key = await checkKey(tx, at)
  await record(tx, { actor, origin: from, operation: 'wallet_check', target: { kind: 'partner', id: CHECK_PLATFORM } }, at)
  return key
}

/** A key for one run of the integration check on a platform of its own, good for ten minutes. Earlier ones end. */
export async function checkKey(tx: Transaction, at: Instant): Promise<string> {
  const { key, columns } = freshKey(at)
  const until = addSeconds(at, CHECK_SECONDS)
  await tx.sql`
    INSERT INTO partners (id, platform, name, key_sha256, key_hint, key_generated_at, key_valid_until, scopes, created_at, updated_at)
    VALUES (${newId()}, ${CHECK_PLATFORM}, '集成检查', ${columns.keySha256}, ${columns.keyHint}, ${iso(at)}::timestamptz, ${iso(until)}::timestamptz,
      ${[...PARTNER_SCOPES]}::text[], ${iso(at)}::timestamptz, ${iso(at)}::timestamptz)
    ON CONFLICT (platform) DO UPDATE SET key_sha256 = excluded.key_sha256, key_hint = excluded.key_hint,
      key_generated_at = excluded.key_generated_at, key_valid_until = excluded.key_valid_until, updated_at = excluded.updated_at`
  return key
}
