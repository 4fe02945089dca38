import { eq } from 'drizzle-orm'
import { operatorAccounts } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { apiKeyDigest } from '#src/platform/client-signature'
import { read, type Transaction } from '#src/platform/database'
import { randomHex, seal, unseal } from '#src/platform/secrets'

/** Ties a sealed key to its operator: moved to another row it cannot be opened. */
const sealContext = (operatorId: Uuid): string => `api-key:${operatorId}`

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

/** Replaces an operator's key; the old one is dead with the COMMIT. Gives the new key, which is shown once. */
export async function replaceApiKey(tx: Transaction, operatorId: Uuid, at: Instant): Promise<string> {
  const { apiKey, columns } = newApiKey(operatorId, at)
  await tx.db
    .update(operatorAccounts)
    .set({ ...columns, updatedAt: at })
    .where(eq(operatorAccounts.id, operatorId))
  return apiKey
}

/** An operator's key in clear, for those who may see it; undefined for an unknown operator. */
export async function storedApiKey(tx: Transaction, operatorId: Uuid) {
  const { apiKeyCipher, apiKeyVersion, apiKeyGeneratedAt } = operatorAccounts
  const [kept] = await tx.db
    .select({ apiKeyCipher, apiKeyVersion, apiKeyGeneratedAt })
    .from(operatorAccounts)
    .where(eq(operatorAccounts.id, operatorId))
  if (!kept) return undefined
  const apiKey = unseal({ cipher: kept.apiKeyCipher, version: kept.apiKeyVersion }, sealContext(operatorId))
  return { apiKey, generatedAt: kept.apiKeyGeneratedAt }
}

/** The operator behind a key (digest in hex) as headset calls need it; undefined for an unknown or replaced key. */
export async function findByApiKey(digest: string) {
  const [operator] = await read()
    .select({
      id: operatorAccounts.id,
      name: operatorAccounts.name,
      balance: operatorAccounts.balance,
      isLocked: operatorAccounts.isLocked,
      lockedAt: operatorAccounts.lockedAt,
      lockedReason: operatorAccounts.lockedReason,
      deactivatedAt: operatorAccounts.deactivatedAt,
    })
    .from(operatorAccounts)
    .where(eq(operatorAccounts.apiKeySha256, Buffer.from(digest, 'hex')))
  return operator
}
export type ApiKeyOwner = NonNullable<Awaited<ReturnType<typeof findByApiKey>>>
