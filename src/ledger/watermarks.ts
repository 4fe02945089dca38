import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { type Instant, iso } from '#src/core/time'
import type { Querying, Transaction } from '#src/platform/database'
import type { Account, Chain } from './walk'

/** Where an operator's chain was walked to, and the account beside it. `mark` is null for an operator that was never walked. */
export type Marked = Account & { mark: Pick<Chain, 'seq' | 'balance' | 'hash'> | null }

type Row = Account & { markSeq: bigint | null; markBalance: Money; markHash: string }

/** Operators whose account is not where the last audit left it, those that were left longest first; costs a look at each account, at no row of the journal. */
export async function movedOperators({ sql }: Querying, limit: number): Promise<Marked[]> {
  const rows = await sql<Row[]>`
    SELECT o.id, o.balance_fen AS balance, o.ledger_seq AS "ledgerSeq", encode(o.ledger_hash, 'hex') AS "ledgerHash",
           m.seq AS "markSeq", m.balance_fen AS "markBalance", encode(m.hash, 'hex') AS "markHash"
    FROM operator_accounts o LEFT JOIN ledger_watermarks m ON m.operator_id = o.id
    WHERE (m.seq, m.balance_fen, m.hash) IS DISTINCT FROM (o.ledger_seq, o.balance_fen, o.ledger_hash)
      AND NOT (m.seq IS NULL AND o.ledger_seq = 0 AND o.balance_fen = 0)
    ORDER BY m.checked_at NULLS FIRST, o.id LIMIT ${limit}`
  return rows.map(({ markSeq, markBalance, markHash, ...account }) => ({
    ...account,
    mark: markSeq === null ? null : { seq: markSeq, balance: markBalance, hash: markHash },
  }))
}

export type Watermark = { operatorId: Uuid; seq: bigint; balance: Money; hash: string }

/** Keeps how far chains were walked; a mark never goes back, whichever of two audits at once is the later to write. */
export async function saveWatermarks(tx: Transaction, marks: readonly Watermark[], at: Instant): Promise<void> {
  if (marks.length === 0) return
  const column = <T>(pick: (mark: Watermark) => T): T[] => marks.map(pick)
  await tx.sql`
    INSERT INTO ledger_watermarks (operator_id, seq, balance_fen, hash, checked_at)
    SELECT id, seq, balance, decode(hash, 'hex'), ${iso(at)}::timestamptz
    FROM unnest(${column(({ operatorId }) => operatorId)}::uuid[], ${column(({ seq }) => String(seq))}::bigint[],
                ${column(({ balance }) => String(balance))}::bigint[], ${column(({ hash }) => hash)}::text[]) AS m (id, seq, balance, hash)
    ORDER BY id
    ON CONFLICT (operator_id) DO UPDATE SET seq = excluded.seq, balance_fen = excluded.balance_fen, hash = excluded.hash, checked_at = excluded.checked_at
    WHERE ledger_watermarks.seq <= excluded.seq`
}

/** Up to when games and orders were looked at, and how many changes of the append-only journal the database had counted by then. */
export type Watch = { lookedAt: Instant; journalChanges: bigint }

export async function readWatch({ sql }: Querying): Promise<Watch | undefined> {
  const [watch] = await sql<Watch[]>`SELECT looked_at AS "lookedAt", journal_changes AS "journalChanges" FROM ledger_watch`
  return watch
}

export async function saveWatch(tx: Transaction, { lookedAt, journalChanges }: Watch): Promise<void> {
  await tx.sql`
    INSERT INTO ledger_watch (looked_at, journal_changes) VALUES (${iso(lookedAt)}::timestamptz, ${String(journalChanges)}::bigint)
    ON CONFLICT (one_row) DO UPDATE SET looked_at = excluded.looked_at, journal_changes = excluded.journal_changes`
}

/**
 * How often rows of the journal were updated or deleted since the database counts: its statistics know, whoever did it and with whatever
 * guards switched off. They start again at 0 after a crash.
 */
export async function countJournalChanges({ sql }: Querying): Promise<bigint> {
  const [row] = await sql<{ changes: bigint }[]>`
    SELECT coalesce(sum(n_tup_upd + n_tup_del), 0)::bigint AS changes FROM pg_stat_user_tables
    WHERE schemaname = 'public' AND relname = 'transaction_records'`
  return row!.changes
}
