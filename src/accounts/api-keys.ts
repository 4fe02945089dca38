import { and, eq, gt, or, sql } from 'drizzle-orm'
import { operatorAccounts } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant } from '#src/core/time'
import { apiKeyDigest } from '#src/platform/client-signature'
import { read, type Transaction } from '#src/platform/database'
import { randomHex, seal, unseal } from '#src/platform/secrets'

/** Ties a sealed key to its operator: moved to another row it cannot be opened. */
export const sealContext = (operatorId: Uuid): string => `api-key:${operatorId}`

/** A fresh API key (64 lower-case hex) with the columns that keep it: sealed for showing, hashed for looking up. */
export function newApiKey(operatorId: Uuid, at: Instant) {
  const apiKey = randomHex(32)
  return { apiKey, columns: apiKeyColumns(operatorId, apiKey, at) }
}

/** The columns for a given key; the demo and the benchmark bring their own. */
export function apiKeyColumns(operatorId: Uuid, apiKey: string, at: Instant) {
  const { cipher, version } = seal(apiKey, sealContext(operatorId))
  return {
    apiKeyCipher: cipher,
    apiKeyVersion: version,
    apiKeySha256: Buffer.from(apiKeyDigest(apiKey), 'hex'),
    apiKeyGeneratedAt: at,
  }
}

/**
 * Replaces an operator's key and gives the new one, which is shown once. The old one is dead with the COMMIT, or good for
 * `overlapSeconds` more; one that was still good from an earlier time ends in either case: there are never more than two.
 */
export async function replaceApiKey(tx: Transaction, operatorId: Uuid, at: Instant, overlapSeconds: number): Promise<string> {
  const { apiKey, columns } = newApiKey(operatorId, at)
  const previous =
    overlapSeconds > 0
      ? { previousApiKeySha256: sql`api_key_sha256`, previousApiKeyValidUntil: addSeconds(at, overlapSeconds) }
      : { previousApiKeySha256: null, previousApiKeyValidUntil: null }
  await tx.db
    .update(operatorAccounts)
    .set({ ...columns, ...previous, updatedAt: at })
    .where(eq(operatorAccounts.id, operatorId))
  return apiKey
}

/** Ends the key before the present one at once. */
export async function endPreviousKey(tx: Transaction, operatorId: Uuid, at: Instant): Promise<void> {
  await tx.db
    .update(operatorAccounts)
    .set({ previousApiKeySha256: null, previousApiKeyValidUntil: null, updatedAt: at })
    .where(eq(operatorAccounts.id, operatorId))
}

/** An operator's key in clear, for those who may see it; undefined for an unknown operator. */
export async function storedApiKey(tx: Pick<Transaction, 'db'>, operatorId: Uuid) {
  const { apiKeyCipher, apiKeyVersion, apiKeyGeneratedAt } = operatorAccounts
  const [kept] = await tx.db
    .select({ apiKeyCipher, apiKeyVersion, apiKeyGeneratedAt })
    .from(operatorAccounts)
    .where(eq(operatorAccounts.id, operatorId))
  if (!kept) return undefined
  const apiKey = unseal({ cipher: kept.apiKeyCipher, version: kept.apiKeyVersion }, sealContext(operatorId))
  return { apiKey, generatedAt: kept.apiKeyGeneratedAt }
}

/** The key of a signed-in operator, for what its own pages mask or check with it; who shows it whole records that. */
export async function storedKeyOf(operatorId: Uuid) {
  const kept = await storedApiKey({ db: read() }, operatorId)
  if (!kept) throw new Error('a signed-in operator has a key')
  return kept
}

/** The operator behind a key (digest in hex) as headset calls need it; undefined for an unknown key and for a replaced one that has run out. */
export async function findByApiKey(digest: string, now: Instant) {
  const key = Buffer.from(digest, 'hex')
  const { apiKeySha256, previousApiKeySha256, previousApiKeyValidUntil } = operatorAccounts
  const [operator] = await read()
    .select({
      id: operatorAccounts.id,
      name: operatorAccounts.name,
      balance: operatorAccounts.balance,
      apiKeyAddresses: operatorAccounts.apiKeyAddresses,
      isLocked: operatorAccounts.isLocked,
      lockedAt: operatorAccounts.lockedAt,
      lockedReason: operatorAccounts.lockedReason,
      deactivatedAt: operatorAccounts.deactivatedAt,
    })
    .from(operatorAccounts)
    .where(or(eq(apiKeySha256, key), and(eq(previousApiKeySha256, key), gt(previousApiKeyValidUntil, now))))
  return operator
}
export type ApiKeyOwner = NonNullable<Awaited<ReturnType<typeof findByApiKey>>>
