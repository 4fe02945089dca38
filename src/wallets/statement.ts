import { newId, type Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import type { Currency, Entry, TransactionKind, Wallet } from './wallet'

/**
 * The hash of a row: SHA-256 over the previous hash and the row's fields, one per line, in this order. Whoever holds the rows can
 * recompute it: lines joined by LF, absent values as an empty line, time as ISO 8601 UTC with milliseconds.
 */
export function entryHash(entry: Omit<Entry, 'hash'>): string {
  const lines = [
    entry.prevHash,
    entry.walletId,
    entry.seq,
    entry.id,
    entry.operationId ?? '',
    entry.kind,
    entry.currency,
    entry.direction,
    entry.amount,
    entry.balanceBefore,
    entry.balanceAfter,
    entry.frozenBefore,
    entry.frozenAfter,
    iso(entry.createdAt),
    entry.reference ?? '',
    entry.reason,
  ]
  return new Bun.CryptoHasher('sha256').update(lines.join('\n')).digest('hex')
}

/** What a row says besides what follows from the wallet. */
export type Change = {
  operationId: Uuid | null
  kind: TransactionKind
  currency: Currency
  direction: 'credit' | 'debit'
  amount: bigint
  reason: string
  reference: string | null
  at: Instant
}

/** What a change does to what is set aside. */
const frozenBy = ({ kind, amount }: Change): bigint => (kind === 'freeze' ? amount : kind === 'release' ? -amount : 0n)

/** The next row of a wallet's statement, and the wallet after it. Whether it may be is the caller's affair. Pure but for the row's id. */
export function nextEntry(wallet: Wallet, change: Change): { entry: Entry; wallet: Wallet } {
  const { operationId, kind, currency, direction, amount, reason, reference, at } = change
  const purse = wallet.purses[currency]
  const after = {
    available: direction === 'credit' ? purse.available + amount : purse.available - amount,
    frozen: purse.frozen + frozenBy(change),
  }
  const unhashed = {
    walletId: wallet.id,
    seq: wallet.seq + 1n,
    id: newId(),
    operationId,
    kind,
    currency,
    direction,
    amount,
    balanceBefore: purse.available,
    balanceAfter: after.available,
    frozenBefore: purse.frozen,
    frozenAfter: after.frozen,
    reason,
    reference,
    createdAt: at,
    prevHash: wallet.hash,
  }
  const entry = { ...unhashed, hash: entryHash(unhashed) }
  return { entry, wallet: { ...wallet, purses: { ...wallet.purses, [currency]: after }, seq: entry.seq, hash: entry.hash } }
}
