import type { Sql } from 'postgres'
import type { Uuid } from '#src/core/ids'
import { type Money, minus, plus, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { Anchors } from './anchor'
import type { JournalRow } from './chain'
import { PROOF_QUERIES } from './proof-queries'
import { type Account, type Chain, checkAccount, type Finding, journalColumns, type Note, type Snapshot, START, walkRow } from './walk'
import type { Watermark } from './watermarks'

export type Proof = {
  operators: number
  transactions: number
  /** Sum of |stored balance − sum of its journal rows|, in fen. */
  drift: Money
  findings: Finding[]
  /** The end of each chain, to be compared with next time. */
  heads: Anchors
  /** The same with balances: from where the audit of each minute goes on. */
  marks: Watermark[]
}

export type ProofOptions = {
  now: Instant
  operatorId?: Uuid
  anchors?: Anchors
  onProgress?: ((transactions: number) => void) | undefined
  /** The proof is given up when it is aborted: throws its reason. */
  signal?: AbortSignal | undefined
  /** Another database than the one of this process: a restored copy. */
  database?: Sql<{ bigint: bigint; json: unknown }>
}

/** Rows read at a time: bounds memory whatever the length of the journal. */
const CHUNK = 5_000
/** Findings kept; a broken hash in the middle is one finding, a lost table would be millions. */
const MAX_FINDINGS = 1_000

/**
 * Recomputes the books from their first row, in one read-only snapshot: each operator's chain of hashes, sequence and balances, every
 * game, order and refund against its journal row, and the heads against the anchors of an earlier proof. Changes nothing. Chains are
 * walked here while the database compares on a second connection, where there is one.
 */
export async function proveLedger(options: ProofOptions): Promise<Proof> {
  const database = options.database ?? rawSql()
  const findings: Finding[] = []
  const note: Note = (finding) => {
    if (findings.length < MAX_FINDINGS) findings.push(finding)
  }
  const books = await inSnapshot(database, async (sql, name) => {
    if (database.options.max < 2) {
      const walked = await walkBooks(sql, options, note)
      await compareEvidence(sql, options, note)
      return walked
    }
    const beside = inSnapshot(database, (other) => compareEvidence(other, options, note), name)
    const [walked, compared] = await Promise.allSettled([walkBooks(sql, options, note), beside])
    if (walked.status === 'rejected') throw walked.reason
    if (compared.status === 'rejected') throw compared.reason
    return walked.value
  })
  return { ...books, findings }
}

/** A read-only transaction that sees one moment; with a name the moment of the transaction that told it. */
async function inSnapshot<T>(
  database: Sql<{ bigint: bigint; json: unknown }>,
  work: (sql: Snapshot, name: string) => Promise<T>,
  joined?: string,
): Promise<T> {
  return (await database.begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (sql) => {
    if (joined) await sql.unsafe(`SET TRANSACTION SNAPSHOT '${joined}'`)
    // Whichever side is ready first waits for the other.
    await sql`SELECT set_config('idle_in_transaction_session_timeout', '0', true)`
    const [row] = await sql<{ name: string }[]>`SELECT pg_export_snapshot() AS name`
    return work(sql as Snapshot, row!.name)
  })) as T
}

async function walkBooks(sql: Snapshot, options: ProofOptions, note: Note): Promise<Omit<Proof, 'findings'>> {
  const { chains, transactions } = await walkChains(sql, options, note)
  const accounts = await readAccounts(sql, options.operatorId)
  let drift = ZERO
  for (const account of accounts) {
    const end = chains.get(account.id) ?? START
    checkAccount(account, end, note)
    drift = plus(drift, distance(account.balance, end.signed))
  }
  const known = new Set(accounts.map(({ id }) => id))
  for (const id of chains.keys()) {
    if (!known.has(id)) note({ rule: 'I14', operatorId: id, row: id, text: 'journal of an operator that does not exist' })
  }
  checkAnchors(await anchoredHashes(sql, options.anchors), options.anchors, note)
  const heads = Object.fromEntries(accounts.map((account) => [account.id, { seq: String(account.ledgerSeq), hash: account.ledgerHash }]))
  const marks = accounts.map(({ id, ledgerSeq, balance, ledgerHash }) => ({ operatorId: id, seq: ledgerSeq, balance, hash: ledgerHash }))
  return { operators: accounts.length, transactions, drift, heads, marks }
}

const distance = (one: Money, other: Money): Money => (one < other ? minus(other, one) : minus(one, other))

async function walkChains(sql: Snapshot, { operatorId, now, onProgress, signal, database = rawSql() }: ProofOptions, note: Note) {
  const chains = new Map<Uuid, Chain>()
  let transactions = 0
  const rows = sql<JournalRow[]>`
    SELECT ${journalColumns(sql)} FROM transaction_records t
    WHERE ${operatorId ?? null}::uuid IS NULL OR operator_id = ${operatorId ?? null} ORDER BY operator_id, seq`
  await rows.cursor(CHUNK, (chunk) => {
    for (const row of chunk) chains.set(row.operatorId, walkRow(row, chains.get(row.operatorId) ?? START, now, note))
    transactions += chunk.length
    onProgress?.(transactions)
    return signal?.aborted ? database.CLOSE : undefined
  })
  signal?.throwIfAborted()
  return { chains, transactions }
}

/** What the journal stands for, table against table. */
async function compareEvidence(sql: Snapshot, { operatorId, signal }: ProofOptions, note: Note): Promise<void> {
  for (const query of PROOF_QUERIES) {
    signal?.throwIfAborted()
    for (const finding of await query(sql, operatorId ?? null)) note(finding)
  }
}

const readAccounts = (sql: Snapshot, operatorId: Uuid | undefined): Promise<Account[]> =>
  sql<Account[]>`
    SELECT id, balance_fen AS balance, ledger_seq AS "ledgerSeq", encode(ledger_hash, 'hex') AS "ledgerHash" FROM operator_accounts
    WHERE ${operatorId ?? null}::uuid IS NULL OR id = ${operatorId ?? null}`

async function anchoredHashes(sql: Snapshot, anchors: Anchors = {}): Promise<Map<Uuid, string>> {
  const known = Object.entries(anchors).filter(([, { seq }]) => seq !== '0')
  const rows = await sql<{ id: Uuid; hash: string }[]>`
    SELECT t.operator_id AS id, encode(t.hash, 'hex') AS hash
    FROM unnest(${known.map(([id]) => id)}::uuid[], ${known.map(([, { seq }]) => seq)}::bigint[]) AS anchor (operator_id, seq)
    JOIN transaction_records t ON t.operator_id = anchor.operator_id AND t.seq = anchor.seq`
  return new Map(rows.map((row) => [row.id, row.hash]))
}

/** What an earlier proof has seen must still be there: a journal that is merely consistent may have lost its tail. */
function checkAnchors(found: Map<Uuid, string>, anchors: Anchors = {}, note: Note): void {
  for (const [operatorId, { seq, hash }] of Object.entries(anchors)) {
    if (seq === '0' || found.get(operatorId) === hash) continue
    const text = found.has(operatorId) ? 'differs from the row that an earlier proof saw' : 'was there at an earlier proof and is gone'
    note({ rule: 'I10', operatorId, row: `seq ${seq}`, text })
  }
}
