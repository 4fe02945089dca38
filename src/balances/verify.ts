import type { Uuid } from '#src/core/ids'
import { type Money, money, plus, ZERO } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import { GENESIS_HASH, type JournalRow, rowHash } from '#src/ledger/chain'
import { balanceSign } from '#src/ledger/chart'
import { rawSql } from '#src/platform/database'

/** Where an operator's chain stands. */
export type Head = { seq: bigint; hash: string; balance: Money; at: Instant | null }
/** A row of the chain that cannot be, and why. */
type Fault = { seq: bigint; kind: 'seq' | 'link' | 'hash' | 'balance' | 'sum' | 'head' | 'kept' }
/** A head that somebody kept from an earlier day. */
export type Kept = { seq: bigint; hash: string }

export type Verification = {
  first: bigint
  last: bigint
  /** The row to go on from; null when the end of the chain was reached. */
  next: bigint | null
  faults: Fault[]
  head: Head
}

/** Rows read at a time; other requests are answered between two of them. */
const CHUNK = 2_000
/** Rows of one call at most; a person goes on with the next, so that no call keeps the process to itself. */
const MOST_ROWS = 200_000
const MOST_FAULTS = 100

export async function headOf(operatorId: Uuid): Promise<Head> {
  const [head] = await rawSql()<Head[]>`
    SELECT ledger_seq AS seq, encode(ledger_hash, 'hex') AS hash, balance_fen AS balance, last_transaction_at AS at
    FROM operator_accounts WHERE id = ${operatorId}`
  return head!
}

/** Every row of an operator's chain, oldest first, up to the head that stands when it is asked, in chunks of a query each. */
async function* chainRows(operatorId: Uuid, from = 1n, to?: bigint): AsyncGenerator<JournalRow[]> {
  const end = to ?? (await headOf(operatorId)).seq
  for (let next = from; next <= end; ) {
    const rows = await rawSql()<JournalRow[]>`
      SELECT operator_id AS "operatorId", seq, id, type, debit_account AS "debitAccount", credit_account AS "creditAccount",
             amount_fen AS amount, balance_before_fen AS "balanceBefore", balance_after_fen AS "balanceAfter", usage_id AS "usageId",
             order_id AS "orderId", refund_id AS "refundId", corrects_id AS "correctsId", description, created_at AS "createdAt",
             encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash
      FROM transaction_records WHERE operator_id = ${operatorId} AND seq >= ${String(next)}::bigint AND seq <= ${String(end)}::bigint
      ORDER BY seq LIMIT ${CHUNK}`
    if (rows.length === 0) return
    yield rows
    next = rows.at(-1)!.seq + 1n
  }
}

/** Computes an operator's chain again from row `from` on, and at its end compares it with the account. Changes nothing. */
export async function verifyChain(
  operatorId: Uuid,
  { from = 1n, kept, most = MOST_ROWS }: { from?: bigint; kept?: Kept | undefined; most?: number } = {},
): Promise<Verification> {
  const head = await headOf(operatorId)
  const faults: Fault[] = []
  const note = (fault: Fault) => {
    if (faults.length < MOST_FAULTS) faults.push(fault)
  }
  if (kept && !(await isStillThere(operatorId, kept))) note({ seq: kept.seq, kind: 'kept' })
  let before = await rowBefore(operatorId, from)
  const last = head.seq < from + BigInt(most) ? head.seq : from + BigInt(most) - 1n
  for await (const rows of chainRows(operatorId, from, last)) {
    for (const row of rows) {
      checkRow(row, before, note)
      before = { seq: row.seq, hash: row.hash, balance: row.balanceAfter }
    }
  }
  const done = last === head.seq
  if (done && (before.seq !== head.seq || before.hash !== head.hash || before.balance !== head.balance))
    note({ seq: head.seq, kind: 'head' })
  return { first: from, last, next: done ? null : last + 1n, faults, head }
}

type Before = { seq: bigint; hash: string; balance: Money }

async function rowBefore(operatorId: Uuid, from: bigint): Promise<Before> {
  if (from <= 1n) return { seq: 0n, hash: GENESIS_HASH, balance: ZERO }
  for await (const [row] of chainRows(operatorId, from - 1n, from - 1n))
    return { seq: row!.seq, hash: row!.hash, balance: row!.balanceAfter }
  return { seq: 0n, hash: GENESIS_HASH, balance: ZERO }
}

function checkRow(row: JournalRow, before: Before, note: (fault: Fault) => void): void {
  const { seq } = row
  if (seq !== before.seq + 1n) note({ seq, kind: 'seq' })
  else if (row.prevHash !== before.hash) note({ seq, kind: 'link' })
  if (rowHash(row) !== row.hash) note({ seq, kind: 'hash' })
  if (seq === before.seq + 1n && row.balanceBefore !== before.balance) note({ seq, kind: 'balance' })
  if (plus(row.balanceBefore, money(BigInt(balanceSign(row)) * row.amount)) !== row.balanceAfter) note({ seq, kind: 'sum' })
}

async function isStillThere(operatorId: Uuid, { seq, hash }: Kept): Promise<boolean> {
  for await (const [row] of chainRows(operatorId, seq, seq)) return row!.hash === hash && rowHash(row!) === hash
  return false
}

/** The chain as lines of JSON, every field as it goes into the hash: numbers as text, so that no reader rounds them. */
export async function* chainLines(operatorId: Uuid): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const rows of chainRows(operatorId)) yield encoder.encode(rows.map(chainLine).join(''))
}

/** Some readers of lines take U+2028 and U+2029 for the end of one. */
const chainLine = (row: JournalRow): string =>
  `${JSON.stringify(hashedFields(row))
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029')}\n`

const hashedFields = (row: JournalRow) => ({
  prev_hash: row.prevHash,
  operator_id: row.operatorId,
  seq: String(row.seq),
  transaction_id: row.id,
  type: row.type,
  debit_account: row.debitAccount,
  credit_account: row.creditAccount,
  amount_fen: String(row.amount),
  balance_before_fen: String(row.balanceBefore),
  balance_after_fen: String(row.balanceAfter),
  usage_id: row.usageId ?? '',
  order_id: row.orderId ?? '',
  refund_id: row.refundId ?? '',
  corrects_id: row.correctsId ?? '',
  created_at: iso(row.createdAt),
  description: row.description,
  hash: row.hash,
})
