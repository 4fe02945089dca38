import { newId, type Uuid } from '#src/core/ids'
import { type Money, minus, plus } from '#src/core/money'
import type { Instant } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { type JournalRow, rowHash } from './chain'
import { type Account, balanceSign, TRANSFERS, type TransferKind } from './chart'
import type { LockedOperator } from './lock'

export type Transfer = {
  /** Made anew unless given: the demo's ids repeat from run to run. */
  id?: Uuid
  kind: TransferKind
  amount: Money
  /** Needed where the chart leaves a choice: which clearing account. */
  channel?: 'wechat' | 'alipay' | 'bank'
  usageId?: Uuid
  orderId?: Uuid
  refundId?: Uuid
  correctsId?: Uuid
  description: string
}

/** The end of an operator's chain, from which the next row continues. */
export type LedgerHead = Pick<LockedOperator, 'id' | 'balance' | 'ledgerSeq' | 'ledgerHash'>

/**
 * The journal row of a transfer, continuing `head`. Pure. Throws RangeError for an amount that is not positive or a balance that would
 * go below zero: the caller decides about funds before it asks.
 */
export function journalRow(head: LedgerHead, transfer: Transfer, at: Instant): JournalRow {
  if (transfer.amount <= 0n) throw new RangeError('a transfer moves a positive amount')
  const debitAccount = account(TRANSFERS[transfer.kind].debit, transfer)
  const creditAccount = account(TRANSFERS[transfer.kind].credit, transfer)
  const sign = balanceSign({ debitAccount, creditAccount })
  const balanceAfter = sign === 0 ? head.balance : sign > 0 ? plus(head.balance, transfer.amount) : minus(head.balance, transfer.amount)
  if (balanceAfter < 0n) throw new RangeError('a balance never goes below zero')
  const row = {
    operatorId: head.id,
    seq: head.ledgerSeq + 1n,
    id: transfer.id ?? newId(),
    type: TRANSFERS[transfer.kind].type,
    debitAccount,
    creditAccount,
    amount: transfer.amount,
    balanceBefore: head.balance,
    balanceAfter,
    usageId: transfer.usageId ?? null,
    orderId: transfer.orderId ?? null,
    refundId: transfer.refundId ?? null,
    correctsId: transfer.correctsId ?? null,
    description: transfer.description,
    createdAt: at,
    prevHash: head.ledgerHash,
  }
  return { ...row, hash: rowHash(row) }
}

/** The head after a row: what the next transfer of the same operator continues. */
export const headAfter = (row: JournalRow): LedgerHead => ({
  id: row.operatorId,
  balance: row.balanceAfter,
  ledgerSeq: row.seq,
  ledgerHash: row.hash,
})

/** Appends rows to the journal in one statement; the table's trigger checks each chain and moves the balances. */
export async function appendRows(tx: Transaction, rows: JournalRow[]): Promise<void> {
  if (rows.length === 0) return
  const column = <T>(pick: (row: JournalRow) => T): T[] => rows.map(pick)
  await tx.sql`
    INSERT INTO transaction_records (operator_id, seq, id, type, debit_account, credit_account, amount_fen, balance_before_fen,
      balance_after_fen, usage_id, order_id, refund_id, corrects_id, description, created_at, prev_hash, hash)
    SELECT operator_id, seq, id, type, debit, credit, amount, before, after, usage_id, order_id, refund_id, corrects_id, description, at,
      decode(prev, 'hex'), decode(hash, 'hex')
    FROM unnest(${column((row) => row.operatorId)}::uuid[], ${column((row) => String(row.seq))}::bigint[], ${column((row) => row.id)}::uuid[],
      ${column((row) => row.type as string)}::text[], ${column((row) => row.debitAccount)}::text[],
      ${column((row) => row.creditAccount)}::text[], ${column((row) => String(row.amount))}::bigint[],
      ${column((row) => String(row.balanceBefore))}::bigint[], ${column((row) => String(row.balanceAfter))}::bigint[],
      ${column((row) => row.usageId)}::uuid[], ${column((row) => row.orderId)}::uuid[], ${column((row) => row.refundId)}::uuid[],
      ${column((row) => row.correctsId)}::uuid[], ${column((row) => row.description)}::text[],
      ${column((row) => row.createdAt.toISOString())}::timestamptz[], ${column((row) => row.prevHash)}::text[], ${column((row) => row.hash)}::text[])
      AS t (operator_id, seq, id, type, debit, credit, amount, before, after, usage_id, order_id, refund_id, corrects_id, description, at, prev, hash)`
}

function account(side: readonly Account[], { channel, kind }: Transfer): Account {
  if (side.length === 1) return side[0]!
  const chosen = side.find((one) => one === `clearing:${channel}`)
  if (!chosen) throw new RangeError(`${kind} needs a channel`)
  return chosen
}
