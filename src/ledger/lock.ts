import type { PendingQuery } from 'postgres'
import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import type { Transaction } from '#src/platform/database'

/** An operator's row as it stands under our lock: nobody else can move its money until this transaction ends. */
export type LockedOperator = {
  id: Uuid
  name: string
  balance: Money
  ledgerSeq: bigint
  ledgerHash: string
  /** 64 hex characters. */
  apiKeySha256: string
  /** The key before it, if it was given a while to go on; it is good until then and not a moment longer. */
  previousApiKeySha256: string | null
  previousApiKeyValidUntil: Instant | null
  /** From where the keys are good, as `10.0.0.0/8`; empty for everywhere. */
  apiKeyAddresses: string[]
  isLocked: boolean
  lockedReason: string | null
  lockedAt: Instant | null
  deactivatedAt: Instant | null
  rateLimitPerMinute: number | null
  rateLimitBurst: number | null
}

/**
 * Locks operators by id or by API key digest (64 hex characters each), of the present key or the one before it, whether or not that is
 * still good; rows that do not exist are left out. Always in the order of ids, so that two transactions can never wait for each other.
 * The lock lets foreign keys point at the row meanwhile. With `skipHeld` rows that somebody else holds are left out too instead of
 * waited for.
 */
export function lockOperators(
  tx: Transaction,
  by: { ids: Uuid[] } | { apiKeys: string[] },
  { skipHeld = false } = {},
): PendingQuery<LockedOperator[]> {
  const { sql } = tx
  const chosen = 'ids' in by ? sql`id = ANY (${by.ids}::uuid[])` : holdsKey(tx, by.apiKeys)
  return sql<LockedOperator[]>`
    SELECT ${lockedColumns(tx)} FROM operator_accounts WHERE ${chosen} ORDER BY id ${skipHeld ? sql`FOR NO KEY UPDATE SKIP LOCKED` : sql`FOR NO KEY UPDATE`}`
}

/** What a decision about money needs to know of an operator, as columns of operator_accounts. */
export const lockedColumns = ({ sql }: Transaction) => sql`
  id, name, balance_fen AS balance, ledger_seq AS "ledgerSeq", encode(ledger_hash, 'hex') AS "ledgerHash",
  encode(api_key_sha256, 'hex') AS "apiKeySha256",
  encode(previous_api_key_sha256, 'hex') AS "previousApiKeySha256", previous_api_key_valid_until AS "previousApiKeyValidUntil",
  api_key_addresses::text[] AS "apiKeyAddresses", is_locked AS "isLocked", locked_reason AS "lockedReason",
  locked_at AS "lockedAt", deactivated_at AS "deactivatedAt",
  rate_limit_per_minute AS "rateLimitPerMinute", rate_limit_burst AS "rateLimitBurst"`

/** Part of a WHERE over operator_accounts: whose key, present or previous, is one of these. */
export const holdsKey = ({ sql }: Transaction, digests: string[]) => sql`
  (api_key_sha256 = ANY (ARRAY(SELECT decode(digest, 'hex') FROM unnest(${digests}::text[]) AS digest))
   OR previous_api_key_sha256 = ANY (ARRAY(SELECT decode(digest, 'hex') FROM unnest(${digests}::text[]) AS digest)))`

/** The keys of an operator that are good at a moment. */
export function goodKeys(
  operator: Pick<LockedOperator, 'apiKeySha256' | 'previousApiKeySha256' | 'previousApiKeyValidUntil'>,
  at: Instant,
) {
  const { apiKeySha256, previousApiKeySha256: previous, previousApiKeyValidUntil: until } = operator
  return previous && until && at < until ? [apiKeySha256, previous] : [apiKeySha256]
}
