import type { Sql } from 'postgres'
import { money, times, yuan } from '#src/core/money'
import { type JournalRow, rowHash } from '#src/ledger/chain'
import { PLAYERS, PRICE } from './world'

type Owner = Sql<{ bigint: bigint }>
type Head = { id: string; balance: bigint; seq: bigint; hash: string }

/** Where the accounts stand before the first request. */
export type Opening = { heads: Map<string, Head>; usages: bigint; logged: bigint }

export async function openBooks(sql: Owner): Promise<Opening> {
  const heads = await sql<Head[]>`
    SELECT id, balance_fen AS balance, ledger_seq AS seq, encode(ledger_hash, 'hex') AS hash FROM operator_accounts`
  return { heads: new Map(heads.map((head) => [head.id, head])), ...(await counts(sql)) }
}

async function counts(sql: Owner): Promise<{ usages: bigint; logged: bigint }> {
  const [row] = await sql<{ usages: bigint; logged: bigint }[]>`
    SELECT (SELECT count(*) FROM usage_records) AS usages, (SELECT count(*) FROM api_key_usage_logs WHERE result = 'accepted') AS logged`
  return row!
}

/**
 * What is wrong, one sentence each; empty when for every operator balance = journal = accepted answers × price, every accepted answer
 * has one usage row and one log row, and the hash chain continues from the opening to the account's head.
 */
export async function closeBooks(sql: Owner, opening: Opening, accepted: Map<string, number>): Promise<string[]> {
  const faults: string[] = []
  const journals = await newRows(sql, opening)
  const heads = await openBooks(sql)
  for (const [id, before] of opening.heads)
    faults.push(...operatorFaults(before, heads.heads.get(id)!, journals.get(id) ?? [], accepted.get(id) ?? 0))
  const total = BigInt([...accepted.values()].reduce((sum, count) => sum + count, 0))
  if (heads.usages - opening.usages !== total) faults.push(`${heads.usages - opening.usages} usage rows for ${total} accepted answers`)
  if (heads.logged - opening.logged !== total) faults.push(`${heads.logged - opening.logged} log rows for ${total} accepted answers`)
  return faults
}

function operatorFaults(before: Head, after: Head, rows: JournalRow[], accepted: number): string[] {
  const owed = times(times(PRICE, PLAYERS), accepted)
  const faults: string[] = []
  if (rows.length !== accepted) faults.push(`${after.id}: ${rows.length} journal rows for ${accepted} accepted answers`)
  const journal = rows.reduce((sum, row) => sum + row.amount, 0n)
  if (journal !== owed) faults.push(`${after.id}: the journal moved ${yuan(money(journal))}, the answers ${yuan(owed)}`)
  if (before.balance - after.balance !== owed)
    faults.push(`${after.id}: the balance moved ${yuan(money(before.balance - after.balance))}, the answers ${yuan(owed)}`)
  let { hash, seq, balance } = before
  for (const row of rows) {
    seq += 1n
    balance -= row.amount
    const isNext = row.prevHash === hash && row.seq === seq && row.balanceAfter === balance
    if (!isNext || rowHash(row) !== row.hash) return [...faults, `${after.id}: the chain breaks at row ${row.seq}`]
    hash = row.hash
  }
  if (hash !== after.hash || seq !== after.seq || balance !== after.balance)
    faults.push(`${after.id}: the account is not at the end of its chain`)
  return faults
}

async function newRows(sql: Owner, opening: Opening): Promise<Map<string, JournalRow[]>> {
  const heads = [...opening.heads.values()]
  const rows = sql<JournalRow[]>`
    SELECT t.operator_id AS "operatorId", t.seq, t.id, t.type, t.debit_account AS "debitAccount", t.credit_account AS "creditAccount",
           t.amount_fen AS amount, t.balance_before_fen AS "balanceBefore", t.balance_after_fen AS "balanceAfter", t.usage_id AS "usageId",
           t.order_id AS "orderId", t.refund_id AS "refundId", t.corrects_id AS "correctsId", t.description, t.created_at AS "createdAt",
           encode(t.prev_hash, 'hex') AS "prevHash", encode(t.hash, 'hex') AS hash
    FROM unnest(${heads.map(({ id }) => id)}::uuid[], ${heads.map(({ seq }) => String(seq))}::bigint[]) AS head (id, seq)
    JOIN transaction_records t ON t.operator_id = head.id AND t.seq > head.seq
    ORDER BY t.operator_id, t.seq`
  const byOperator = new Map<string, JournalRow[]>()
  for await (const part of rows.cursor(20_000)) {
    for (const row of part) {
      const known = byOperator.get(row.operatorId)
      if (known) known.push(row)
      else byOperator.set(row.operatorId, [row])
    }
  }
  return byOperator
}
