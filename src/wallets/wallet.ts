import type { WALLET_CURRENCIES, WALLET_OPERATION_KINDS, WALLET_TRANSACTION_KINDS } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'

export type Currency = (typeof WALLET_CURRENCIES)[number]
export type OperationKind = (typeof WALLET_OPERATION_KINDS)[number]
export type TransactionKind = (typeof WALLET_TRANSACTION_KINDS)[number]

/** What of a currency a player may spend, and what is set aside for a trade; units, for cashBalance fen. */
export type Purse = { available: bigint; frozen: bigint }

/** A player's wallet as it stands under our lock. Hashes are 64 hex characters. */
export type Wallet = {
  id: Uuid
  platform: string
  userId: string
  purses: Record<Currency, Purse>
  seq: bigint
  hash: string
}

/** One row of a wallet's statement. */
export type Entry = {
  walletId: Uuid
  seq: bigint
  id: Uuid
  operationId: Uuid | null
  kind: TransactionKind
  currency: Currency
  direction: 'credit' | 'debit'
  amount: bigint
  balanceBefore: bigint
  balanceAfter: bigint
  frozenBefore: bigint
  frozenAfter: bigint
  reason: string
  reference: string | null
  createdAt: Instant
  prevHash: string
  hash: string
}

/** What a new player finds in the wallet (PRODUCT 11). */
export const OPENING_GAME_COINS = 1_000n

/** The largest integer that is the same number for every JSON parser. */
export const LARGEST_BALANCE = 9_007_199_254_740_991n

/** What a statement starts from. */
export const STATEMENT_GENESIS = '0'.repeat(64)

export const emptyWallet = (id: Uuid, platform: string, userId: string): Wallet => ({
  id,
  platform,
  userId,
  purses: {
    gameCoins: { available: 0n, frozen: 0n },
    cashBalance: { available: 0n, frozen: 0n },
    computingPower: { available: 0n, frozen: 0n },
  },
  seq: 0n,
  hash: STATEMENT_GENESIS,
})

/** The wallet on the wire (API 9): exact names, numbers as numbers. */
export const walletJson = ({ id, userId, purses }: Wallet) => ({
  id,
  userId,
  gameCoins: Number(purses.gameCoins.available),
  cashBalance: Number(purses.cashBalance.available),
  computingPower: Number(purses.computingPower.available),
})

/** A row of the statement on the wire (API 9). */
export const entryJson = (entry: Entry) => ({
  id: entry.id,
  currency: entry.currency,
  direction: entry.direction,
  amount: Number(entry.amount),
  balanceBefore: Number(entry.balanceBefore),
  balanceAfter: Number(entry.balanceAfter),
  reason: entry.reason,
  reference: entry.reference,
  createdAt: entry.createdAt.toISOString(),
})
