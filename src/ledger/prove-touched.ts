import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { Anchors } from './anchor'
import type { JournalRow } from './chain'
import { type News, TOUCHED_QUERIES } from './touched-queries'
import { type Account, type Chain, checkAccount, type Finding, journalColumns, type Note, type Snapshot, START, walkRow } from './walk'
import { countJournalChanges, type Marked, movedOperators, readWatch, type Watch, type Watermark } from './watermarks'

export type TouchedProof = { operators: number; transactions: number; findings: Finding[]; marks: Watermark[]; watch: Watch }

/** What one audit takes at most: a backlog of millions of rows is worked off over the next minutes instead of holding up this one. */
const MOST_OPERATORS = 5_000
const MOST_ROWS = 100_000
const CHUNK = 5_000
/** A game is written some time after its id was made; orders and refunds change their state for a day as a rule. */
const GAMES_AGAIN_SECONDS = 600
const ORDERS_AGAIN_SECONDS = 86_400

/**
 * Proves what happened since the last audit, in one read-only snapshot: new journal rows continue their chains, accounts stand where
 * their chains end and not before the anchors, new games, orders and refunds agree with the journal. The cost follows from what is new,
 * however long the history. Rows that an earlier audit has seen are not read again: that somebody changed them shows in the database's
 * own count of changes. Changes nothing.
 */
export async function proveTouched({
  now,
  anchors,
  signal,
}: {
  now: Instant
  anchors: Anchors
  signal?: AbortSignal
}): Promise<TouchedProof> {
  const findings: Finding[] = []
  const note: Note = (finding) => void findings.push(finding)
  return (await rawSql().begin('ISOLATION LEVEL REPEATABLE READ READ ONLY', async (begun) => {
    const sql = begun as Snapshot
    // A plan made while the tables were small stays with its connection: every step goes by key.
    await sql`SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS name`
    const watch = await readWatch({ sql })
    const journalChanges = await countJournalChanges({ sql })
    if (watch && journalChanges > watch.journalChanges) note(tampered(journalChanges - watch.journalChanges))
    const moved = await movedOperators({ sql }, MOST_OPERATORS)
    const { marks, news, transactions } = await walkNews(sql, moved, now, note)
    checkHeads(moved, anchors, note)
    const since = watch?.lookedAt ?? now
    const window = {
      gamesFrom: idFrom(addSeconds(since, -GAMES_AGAIN_SECONDS)),
      ordersFrom: idFrom(addSeconds(since, -ORDERS_AGAIN_SECONDS)),
    }
    for (const query of TOUCHED_QUERIES) {
      signal?.throwIfAborted()
      for (const finding of await query(sql, { rows: news, ...window })) note(finding)
    }
    return { operators: moved.length, transactions, findings, marks, watch: { lookedAt: now, journalChanges } }
  })) as TouchedProof
}

const tampered = (changes: bigint): Finding => ({
  rule: 'I11',
  operatorId: null,
  row: 'transaction_records',
  text: `rows of the append-only journal were changed or removed: ${changes}`,
})

/** The smallest id that was made at a moment or later: a UUIDv7 begins with its milliseconds. */
function idFrom(at: Instant): Uuid {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

/** Walks the new rows of each operator from its mark on. */
async function walkNews(sql: Snapshot, moved: readonly Marked[], now: Instant, note: Note) {
  const marks: Watermark[] = []
  const news: News['rows'][number][] = []
  let transactions = 0
  for (let from = 0; from < moved.length && transactions < MOST_ROWS; ) {
    const batch = batchOf(moved, from, MOST_ROWS - transactions)
    const ends = await walkBatch(sql, batch, now, note)
    for (const { account, first, most } of batch) {
      const end = ends.get(account.id) ?? first
      const rows = Number(end.rows)
      transactions += rows
      news.push({ operatorId: account.id, from: first.seq, to: end.seq })
      marks.push({ operatorId: account.id, seq: end.seq, balance: end.balance, hash: end.hash })
      if (rows < most || end.seq === account.ledgerSeq) checkAccount(account, end, note)
    }
    from += batch.length
  }
  return { marks, news, transactions }
}

type Walk = Chain & { rows: number }
type Step = { account: Account; first: Walk; most: number }

/** The next operators whose new rows fit into one chunk, or one of them with as much as fits. */
function batchOf(moved: readonly Marked[], from: number, left: number): Step[] {
  const steps: Step[] = []
  let room = Math.min(CHUNK, left)
  for (const { mark, ...account } of moved.slice(from, from + CHUNK)) {
    const first: Walk = { ...(mark ? { ...mark, signed: mark.balance } : START), rows: 0 }
    const expected = Number(account.ledgerSeq - first.seq)
    if (steps.length > 0 && expected > room) break
    // One more than the account knows of: a row behind its head would be seen too.
    const most = Math.max(1, Math.min(expected + 1, room))
    steps.push({ account, first, most })
    room -= most
    if (room <= 0) break
  }
  return steps
}

async function walkBatch(sql: Snapshot, steps: readonly Step[], now: Instant, note: Note): Promise<Map<Uuid, Walk>> {
  const column = <T>(pick: (step: Step) => T): T[] => steps.map(pick)
  const rows = await sql<JournalRow[]>`
    SELECT ${journalColumns(sql)}
    FROM unnest(${column(({ account }) => account.id)}::uuid[], ${column(({ first }) => String(first.seq))}::bigint[], ${column(({ most }) => most)}::int[])
      AS mark (operator_id, seq, most)
    CROSS JOIN LATERAL (
      SELECT * FROM transaction_records r WHERE r.operator_id = mark.operator_id AND r.seq > mark.seq ORDER BY r.seq LIMIT mark.most) t
    ORDER BY t.operator_id, t.seq`
  const ends = new Map<Uuid, Walk>(steps.map(({ account, first }) => [account.id, first]))
  for (const row of rows) {
    const before = ends.get(row.operatorId)!
    ends.set(row.operatorId, { ...walkRow(row, before, now, note), rows: before.rows + 1 })
  }
  return ends
}

/** An account never stands before what an earlier proof saw: its journal may be consistent and still have lost its tail. */
function checkHeads(moved: readonly Marked[], anchors: Anchors, note: Note): void {
  for (const { id, ledgerSeq, mark } of moved) {
    const seen = [mark?.seq ?? 0n, BigInt(anchors[id]?.seq ?? 0)].reduce((most, seq) => (seq > most ? seq : most))
    if (ledgerSeq < seen) note({ rule: 'I10', operatorId: id, row: `seq ${seen}`, text: 'was there at an earlier proof and is gone' })
  }
}
