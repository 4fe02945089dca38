import type { Sql } from 'postgres'
import { newId } from '#src/core/ids'
import { money, times } from '#src/core/money'
import { addDays, addMs, now } from '#src/core/time'
import type { JournalRow } from '#src/ledger/chain'
import { headAfter, journalRow, type LedgerHead } from '#src/ledger/transfer'
import { APP_NAME, loadWorld, PLAYERS, PRICE } from './world'

type Owner = Sql<{ bigint: bigint }>
type Game = { sessionId: string; siteId: string; row: JournalRow }

const BATCH = 10_000
const DAYS = 90
/** The hot operator has a tenth of all games, as a chain's largest customer would. */
const HOT_EVERY = 10

/**
 * Writes `games` past games of all operators, with a journal whose chain is valid to the last hash. Triggers and foreign keys are off
 * meanwhile (the rows satisfy them), so the account rows are brought up to date at the end.
 */
export async function fillHistory(sql: Owner, games: number): Promise<void> {
  if (games === 0) return
  const { operators, applicationId } = await loadWorld(sql)
  const heads = await readHeads(sql)
  const from = addDays(now(), -DAYS)
  const stepMs = (DAYS * 86_400_000) / games
  await sql`SET session_replication_role = replica`
  await sql`SET synchronous_commit = off`
  let batch: Game[] = []
  for (let index = 0; index < games; index++) {
    const operator = operators[index % HOT_EVERY === 0 ? 0 : 1 + (index % (operators.length - 1))]!
    const at = addMs(from, index * stepMs)
    const description = `${APP_NAME} ${PLAYERS}人`
    const row = journalRow(
      heads.get(operator.id)!,
      { kind: 'consumption', amount: times(PRICE, PLAYERS), usageId: newId(), description },
      at,
    )
    heads.set(operator.id, headAfter(row))
    batch.push({ sessionId: `op_${operator.id}_${at.getTime()}_${String(index).padStart(16, '0')}`, siteId: operator.siteId, row })
    if (batch.length === BATCH || index === games - 1) {
      await writeBatch(sql, batch, applicationId)
      batch = []
    }
  }
  await writeHeads(sql)
  await sql`SET session_replication_role = origin`
  await sql`SET synchronous_commit = on`
  await sql.unsafe('VACUUM ANALYZE')
}

async function readHeads(sql: Owner): Promise<Map<string, LedgerHead>> {
  const rows = await sql<{ id: string; balance: bigint; ledgerSeq: bigint; ledgerHash: string }[]>`
    SELECT id, balance_fen AS balance, ledger_seq AS "ledgerSeq", encode(ledger_hash, 'hex') AS "ledgerHash" FROM operator_accounts`
  return new Map(rows.map((row) => [row.id, { ...row, balance: money(row.balance) }]))
}

async function writeBatch(sql: Owner, games: Game[], applicationId: string): Promise<void> {
  const column = <T>(pick: (game: Game) => T): T[] => games.map(pick)
  await sql`
    WITH game AS (
      SELECT * FROM unnest(${column(({ row }) => row.operatorId)}::uuid[], ${column(({ row }) => String(row.seq))}::bigint[],
        ${column(({ row }) => row.id)}::uuid[], ${column(({ row }) => row.usageId)}::uuid[], ${column((game) => game.siteId)}::uuid[],
        ${column((game) => game.sessionId)}::text[], ${column(({ row }) => String(row.balanceBefore))}::bigint[],
        ${column(({ row }) => String(row.balanceAfter))}::bigint[], ${column(({ row }) => row.createdAt.toISOString())}::timestamptz[],
        ${column(({ row }) => row.prevHash)}::text[], ${column(({ row }) => row.hash)}::text[])
        AS t (operator_id, seq, id, usage_id, site_id, session_id, before, after, at, prev, hash)
    ), journal AS (
      INSERT INTO transaction_records (operator_id, seq, id, type, debit_account, credit_account, amount_fen, balance_before_fen,
        balance_after_fen, usage_id, description, created_at, prev_hash, hash)
      SELECT operator_id, seq, id, 'consumption', 'operator', 'revenue', before - after, before, after, usage_id,
        ${games[0]!.row.description}, at, decode(prev, 'hex'), decode(hash, 'hex') FROM game
    ), usage AS (
      INSERT INTO usage_records (id, operator_id, site_id, application_id, session_id, request_hash, app_name, player_count,
        unit_price_fen, total_fen, authorization_token, ledger_seq, balance_after_fen, client_ip, started_at)
      SELECT usage_id, operator_id, site_id, ${applicationId}, session_id, sha256(session_id::bytea), ${APP_NAME}, ${PLAYERS}, ${PRICE},
        before - after, gen_random_uuid(), seq, after, '10.1.0.1', at FROM game
    )
    INSERT INTO api_key_usage_logs (at, request_id, operation, key_sha256, operator_id, site_id, application_id, session_id, result, ip,
      user_agent, duration_us)
    SELECT at, gen_random_uuid(), 'authorize', sha256(operator_id::text::bytea), operator_id, site_id, ${applicationId}, session_id,
      'accepted', '10.1.0.1', 'mr-bench', 5000 FROM game`
}

/** The account rows follow their last journal row, as the trigger would have made them. */
async function writeHeads(sql: Owner): Promise<void> {
  await sql`
    UPDATE operator_accounts o
    SET balance_fen = last.balance_after_fen, ledger_seq = last.seq, ledger_hash = last.hash, last_transaction_at = last.created_at,
        total_consumed_fen = moved.consumed
    FROM (SELECT operator_id, max(seq) AS seq, coalesce(sum(amount_fen) FILTER (WHERE type = 'consumption'), 0) AS consumed
          FROM transaction_records GROUP BY operator_id) moved
    JOIN transaction_records last ON last.operator_id = moved.operator_id AND last.seq = moved.seq
    WHERE o.id = moved.operator_id`
}
