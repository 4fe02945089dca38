import type { TransactionSql } from 'postgres'
import type { Uuid } from '#src/core/ids'
import { type Money, money, plus, yuan, ZERO } from '#src/core/money'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { GENESIS_HASH, type JournalRow, rowHash } from './chain'
import { balanceSign, TRANSFERS } from './chart'

/** Something in the books that cannot be: which rule (docs/decisions/0032-data-checks.md), whose, which row, and what is wrong with it. */
export type Finding = { rule: string; operatorId: Uuid | null; row: string; text: string }
export type Note = (finding: Finding) => void

/** A read-only snapshot of the database. */
export type Snapshot = TransactionSql<{ bigint: bigint; json: unknown }>

/** How far an operator's chain has been walked: the row it stands at. `signed` is the sum of its rows, which the balance has to be. */
export type Chain = { seq: bigint; balance: Money; signed: Money; hash: string }

/** What a chain starts from. */
export const START: Chain = { seq: 0n, balance: ZERO, signed: ZERO, hash: GENESIS_HASH }

/** A row may be this far ahead of our clock: servers' clocks differ a little. */
const FUTURE_TOLERANCE_SECONDS = 600

/** The columns of a journal row `t`, in the words of JournalRow. */
export const journalColumns = (sql: Snapshot) => sql`
  t.operator_id AS "operatorId", t.seq, t.id, t.type, t.debit_account AS "debitAccount", t.credit_account AS "creditAccount",
  t.amount_fen AS amount, t.balance_before_fen AS "balanceBefore", t.balance_after_fen AS "balanceAfter", t.usage_id AS "usageId",
  t.order_id AS "orderId", t.refund_id AS "refundId", t.corrects_id AS "correctsId", t.description, t.created_at AS "createdAt",
  encode(t.prev_hash, 'hex') AS "prevHash", encode(t.hash, 'hex') AS hash`

/** One row against the row before it; gives where the chain stands now. A break is named where it is, not at every row after it. */
export function walkRow(row: JournalRow, before: Chain, now: Instant, note: Note): Chain {
  const broken = (rule: string, text: string) => note({ rule, operatorId: row.operatorId, row: `seq ${row.seq} (txn_${row.id})`, text })
  const moved = money(BigInt(balanceSign(row)) * row.amount)
  if (row.seq !== before.seq + 1n) broken('I2', `sequence jumps from ${before.seq} to ${row.seq}`)
  else if (row.prevHash !== before.hash) broken('I10', 'does not continue the hash of the row before it')
  if (rowHash(row) !== row.hash) broken('I10', 'its hash does not match its content')
  if (row.seq === before.seq + 1n && row.balanceBefore !== before.balance) {
    broken('I2', `starts from ${yuan(row.balanceBefore)}, the row before it ended at ${yuan(before.balance)}`)
  }
  if (row.balanceAfter !== plus(row.balanceBefore, moved) || row.amount <= 0n || row.balanceAfter < 0n) {
    broken('I2', `${yuan(row.amount)} does not lead from ${yuan(row.balanceBefore)} to ${yuan(row.balanceAfter)}`)
  }
  if (!isDeclared(row)) broken('I7', `${row.type} from ${row.debitAccount} to ${row.creditAccount} is not in the chart of accounts`)
  if (row.createdAt > addSeconds(now, FUTURE_TOLERANCE_SECONDS)) broken('I10', `was written in the future, ${iso(row.createdAt)}`)
  return { seq: row.seq, balance: row.balanceAfter, signed: plus(before.signed, moved), hash: row.hash }
}

const DECLARED = new Set(
  Object.values(TRANSFERS).flatMap(({ type, debit, credit }) => debit.flatMap((from) => credit.map((to) => `${type} ${from} ${to}`))),
)
const isDeclared = (row: JournalRow): boolean => DECLARED.has(`${row.type} ${row.debitAccount} ${row.creditAccount}`)

/** An operator's stored balance and head. */
export type Account = { id: Uuid; balance: Money; ledgerSeq: bigint; ledgerHash: string }

/** An account against the end of its chain. */
export function checkAccount(account: Account, end: Chain, note: Note): void {
  const broken = (rule: string, text: string) => note({ rule, operatorId: account.id, row: `op_${account.id}`, text })
  if (account.balance !== end.signed) broken('I1', `balance ${yuan(account.balance)} is not the sum of its rows ${yuan(end.signed)}`)
  if (account.ledgerSeq !== end.seq || account.ledgerHash !== end.hash) {
    broken('I2', `account stands at seq ${account.ledgerSeq}, its journal ends at ${end.seq}`)
  }
}
