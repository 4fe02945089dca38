import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import type { TransactionType } from './chart'

/** One row of the journal, in the words of transaction_records. Hashes are 64 hex characters. */
export type JournalRow = {
  operatorId: Uuid
  seq: bigint
  id: Uuid
  type: TransactionType
  debitAccount: string
  creditAccount: string
  amount: Money
  balanceBefore: Money
  balanceAfter: Money
  usageId: Uuid | null
  orderId: Uuid | null
  refundId: Uuid | null
  correctsId: Uuid | null
  description: string
  createdAt: Instant
  prevHash: string
  hash: string
}

/** What an operator's chain starts from. */
export const GENESIS_HASH = '0'.repeat(64)

/**
 * The hash of a journal row: SHA-256 over the previous hash and the row's fields, one per line, in this order. Anybody who holds the
 * rows can recompute it: lines joined by LF, absent ids as an empty line, money in fen, time as ISO 8601 UTC with milliseconds.
 */
export function rowHash(row: Omit<JournalRow, 'hash'>): string {
  const lines = [
    row.prevHash,
    row.operatorId,
    row.seq,
    row.id,
    row.type,
    row.debitAccount,
    row.creditAccount,
    row.amount,
    row.balanceBefore,
    row.balanceAfter,
    row.usageId ?? '',
    row.orderId ?? '',
    row.refundId ?? '',
    row.correctsId ?? '',
    iso(row.createdAt),
    row.description,
  ]
  return new Bun.CryptoHasher('sha256').update(lines.join('\n')).digest('hex')
}
