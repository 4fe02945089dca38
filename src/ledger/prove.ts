import type { TransactionSql } from 'postgres'
import type { Uuid } from '#src/core/ids'
import { type Money, minus, money, plus, yuan, ZERO } from '#src/core/money'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { Anchors } from './anchor'
import { GENESIS_HASH, type JournalRow, rowHash } from './chain'
import { balanceSign, TRANSFERS } from './chart'
import { PROOF_QUERIES } from './proof-queries'

/** Something in the books that cannot be: which rule (RELIABILITY I1–I14), whose, which row, and what is wrong with it. */
export type Finding = { rule: string; operatorId: Uuid | null; row: string; text: string }

export type Proof = {
  operators: number
  transactions: number
  /** Sum of |stored balance − sum of its journal rows|, in fen. */
  drift: Money
  findings: Finding[]
  /** The end of each chain, to be compared with next time. */
  heads: Anchors
}

export type ProofOptions = { now: Instant; operatorId?: Uuid; anchors?: Anchors; onProgress?: (transactions: number) => void }

type Sql = TransactionSql<{ bigint: bigint; json: unknown }>
type Account = { id: Uuid; balance: Money; ledgerSeq: bigint; ledgerHash: string }
type Chain = { seq: bigint; balance: Money; signed: Money; hash: string; rows: number }

/** Rows read at a time: bounds memory whatever the length of the journal. */
const CHUNK = 5_000
/** Findings kept; a broken hash in the middle is one finding, a lost table would be millions. */
const MAX_FINDINGS = 1_000
/** A row may be this far ahead of our clock: servers' clocks differ a little. */
const FUTURE_TOLERANCE_SECONDS = 600

/**
 * Recomputes the books from their first row, in one read-only snapshot: each operator's chain of hashes, sequence and balances, every
 * game, order and refund against its journal row, and the heads against the anchors of an earlier proof. Changes nothing.
 */
export async function proveLedger(options: ProofOptions): Promise<Proof> {
  return rawSql().begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (sql) => {
    const findings: Finding[] = []
    const note = (finding: Finding) => {
      if (findings.length < MAX_FINDINGS) findings.push(finding)
    }
    const { chains, transactions } = await walkChains(sql as Sql, options, note)
    const accounts = await readAccounts(sql as Sql, options.operatorId)
    let drift = ZERO
    for (const account of accounts) drift = plus(drift, checkAccount(account, chains.get(account.id), note))
    for (const id of chains.keys())
      if (!accounts.some((account) => account.id === id))
        note({ rule: 'I14', operatorId: id, row: id, text: 'journal of an operator that does not exist' })
    checkAnchors(await anchoredHashes(sql as Sql, options.anchors), options.anchors, note)
    for (const query of PROOF_QUERIES) for (const finding of await query(sql as Sql, options.operatorId ?? null)) note(finding)
    const heads = Object.fromEntries(accounts.map((account) => [account.id, { seq: String(account.ledgerSeq), hash: account.ledgerHash }]))
    return { operators: accounts.length, transactions, drift, findings, heads }
  }) as Promise<Proof>
}

async function walkChains(sql: Sql, { operatorId, now, onProgress }: ProofOptions, note: (finding: Finding) => void) {
  const chains = new Map<Uuid, Chain>()
  let transactions = 0
  const rows = sql<JournalRow[]>`
    SELECT operator_id AS "operatorId", seq, id, type, debit_account AS "debitAccount", credit_account AS "creditAccount",
           amount_fen AS amount, balance_before_fen AS "balanceBefore", balance_after_fen AS "balanceAfter", usage_id AS "usageId",
           order_id AS "orderId", refund_id AS "refundId", corrects_id AS "correctsId", description, created_at AS "createdAt",
           encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash
    FROM transaction_records WHERE ${operatorId ?? null}::uuid IS NULL OR operator_id = ${operatorId ?? null} ORDER BY operator_id, seq`
  await rows.cursor(CHUNK, (chunk) => {
    for (const row of chunk) {
      const before = chains.get(row.operatorId) ?? { seq: 0n, balance: ZERO, signed: ZERO, hash: GENESIS_HASH, rows: 0 }
      checkRow(row, before, now, note)
      const signed = plus(before.signed, money(BigInt(balanceSign(row)) * row.amount))
      chains.set(row.operatorId, { seq: row.seq, balance: row.balanceAfter, signed, hash: row.hash, rows: before.rows + 1 })
    }
    transactions += chunk.length
    onProgress?.(transactions)
  })
  return { chains, transactions }
}

/** One row against the row before it. A break is named where it is, not at every row after it. */
function checkRow(row: JournalRow, before: Chain, now: Instant, note: (finding: Finding) => void): void {
  const broken = (rule: string, text: string) => note({ rule, operatorId: row.operatorId, row: `seq ${row.seq} (txn_${row.id})`, text })
  if (row.seq !== before.seq + 1n) broken('I2', `sequence jumps from ${before.seq} to ${row.seq}`)
  else if (row.prevHash !== before.hash) broken('I10', 'does not continue the hash of the row before it')
  if (rowHash(row) !== row.hash) broken('I10', 'its hash does not match its content')
  if (row.seq === before.seq + 1n && row.balanceBefore !== before.balance) {
    broken('I2', `starts from ${yuan(row.balanceBefore)}, the row before it ended at ${yuan(before.balance)}`)
  }
  const expected = plus(row.balanceBefore, money(BigInt(balanceSign(row)) * row.amount))
  if (row.balanceAfter !== expected || row.amount <= 0n || row.balanceAfter < 0n)
    broken('I2', `${yuan(row.amount)} does not lead from ${yuan(row.balanceBefore)} to ${yuan(row.balanceAfter)}`)
  if (!isDeclared(row)) broken('I7', `${row.type} from ${row.debitAccount} to ${row.creditAccount} is not in the chart of accounts`)
  if (row.createdAt > addSeconds(now, FUTURE_TOLERANCE_SECONDS)) broken('I10', `was written in the future, ${iso(row.createdAt)}`)
}

const isDeclared = (row: JournalRow): boolean =>
  Object.values(TRANSFERS).some(
    ({ type, debit, credit }) =>
      type === row.type &&
      (debit as readonly string[]).includes(row.debitAccount) &&
      (credit as readonly string[]).includes(row.creditAccount),
  )

const readAccounts = (sql: Sql, operatorId: Uuid | undefined): Promise<Account[]> =>
  sql<Account[]>`
    SELECT id, balance_fen AS balance, ledger_seq AS "ledgerSeq", encode(ledger_hash, 'hex') AS "ledgerHash" FROM operator_accounts
    WHERE ${operatorId ?? null}::uuid IS NULL OR id = ${operatorId ?? null}`

/** An operator's stored balance and head against its chain; gives the drift in fen. */
function checkAccount(account: Account, chain: Chain | undefined, note: (finding: Finding) => void): Money {
  const end = chain ?? { seq: 0n, balance: ZERO, signed: ZERO, hash: GENESIS_HASH, rows: 0 }
  const broken = (rule: string, text: string) => note({ rule, operatorId: account.id, row: `op_${account.id}`, text })
  if (account.balance !== end.signed) broken('I1', `balance ${yuan(account.balance)} is not the sum of its rows ${yuan(end.signed)}`)
  if (account.ledgerSeq !== end.seq || account.ledgerHash !== end.hash)
    broken('I2', `account stands at seq ${account.ledgerSeq}, its journal ends at ${end.seq}`)
  const difference = minus(account.balance, end.signed)
  return difference < 0n ? minus(ZERO, difference) : difference
}

async function anchoredHashes(sql: Sql, anchors: Anchors = {}): Promise<Map<Uuid, string>> {
  const known = Object.entries(anchors).filter(([, { seq }]) => seq !== '0')
  const rows = await sql<{ id: Uuid; hash: string }[]>`
    SELECT t.operator_id AS id, encode(t.hash, 'hex') AS hash
    FROM unnest(${known.map(([id]) => id)}::uuid[], ${known.map(([, { seq }]) => seq)}::bigint[]) AS anchor (operator_id, seq)
    JOIN transaction_records t ON t.operator_id = anchor.operator_id AND t.seq = anchor.seq`
  return new Map(rows.map((row) => [row.id, row.hash]))
}

/** What an earlier proof has seen must still be there: a journal that is merely consistent may have lost its tail. */
function checkAnchors(found: Map<Uuid, string>, anchors: Anchors = {}, note: (finding: Finding) => void): void {
  for (const [operatorId, { seq, hash }] of Object.entries(anchors)) {
    if (seq === '0' || found.get(operatorId) === hash) continue
    const text = found.has(operatorId) ? 'differs from the row that an earlier proof saw' : 'was there at an earlier proof and is gone'
    note({ rule: 'I10', operatorId, row: `seq ${seq}`, text })
  }
}
