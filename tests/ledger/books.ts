import type { Sql } from 'postgres'

type Fault = { what: string; operator: string; detail: string }

/**
 * Everything that is wrong with the books of all operators or of some, worked out by PostgreSQL alone: nothing of the product's own
 * code is trusted here. Covers RELIABILITY I1–I4 and I10; `[]` is the only good answer.
 */
export async function bookFaults(owner: Sql<{ bigint: bigint }>, operators: string[] | null = null): Promise<Fault[]> {
  const found = await Promise.all([balances, chain, usages, sessions].map((check) => check(owner, operators)))
  return found.flat()
}

/** I1: balance, head and totals of each operator are what its journal says. */
const balances = (sql: Sql<{ bigint: bigint }>, only: string[] | null): Promise<Fault[]> => sql<Fault[]>`
  SELECT 'balance' AS what, o.id AS operator, format('%s fen at seq %s, journal says %s at %s', o.balance_fen, o.ledger_seq, j.sum, j.rows) AS detail
  FROM operator_accounts o
  CROSS JOIN LATERAL (
    SELECT count(*) AS rows, coalesce(sum(CASE WHEN credit_account = 'operator' THEN amount_fen WHEN debit_account = 'operator' THEN -amount_fen ELSE 0 END), 0) AS sum,
           coalesce(sum(amount_fen) FILTER (WHERE type = 'consumption'), 0) AS consumed
    FROM transaction_records t WHERE t.operator_id = o.id
  ) j
  WHERE (${only}::uuid[] IS NULL OR o.id = ANY (${only}::uuid[])) AND (o.balance_fen <> j.sum OR o.balance_fen < 0 OR o.ledger_seq <> j.rows OR o.total_consumed_fen <> j.consumed)`

/** I2, I10: no gap, each row continues the one before it, each hash is the SHA-256 of its own row. */
const chain = (sql: Sql<{ bigint: bigint }>, only: string[] | null): Promise<Fault[]> => sql<Fault[]>`
  SELECT 'chain' AS what, operator_id AS operator, format('seq %s', seq) AS detail
  FROM (
    SELECT *, lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER by_seq AS last_hash, lag(balance_after_fen, 1, 0::bigint) OVER by_seq AS last_balance,
           row_number() OVER by_seq AS place
    FROM transaction_records WHERE ${only}::uuid[] IS NULL OR operator_id = ANY (${only}::uuid[])
    WINDOW by_seq AS (PARTITION BY operator_id ORDER BY seq)
  ) t
  WHERE seq <> place OR prev_hash <> last_hash OR balance_before_fen <> last_balance
     OR hash <> sha256(convert_to(concat_ws(E'\n', encode(prev_hash, 'hex'), operator_id, seq, id, type, debit_account, credit_account, amount_fen,
          balance_before_fen, balance_after_fen, coalesce(usage_id::text, ''), coalesce(order_id::text, ''), coalesce(refund_id::text, ''),
          coalesce(corrects_id::text, ''), to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), description), 'UTF8'))`

/** I4: each game has exactly one debit of players × price, and each debit its game. */
const usages = (sql: Sql<{ bigint: bigint }>, only: string[] | null): Promise<Fault[]> => sql<Fault[]>`
  SELECT 'usage' AS what, coalesce(u.operator_id, t.operator_id) AS operator, coalesce(u.session_id, t.id::text) AS detail
  FROM (SELECT * FROM usage_records WHERE ${only}::uuid[] IS NULL OR operator_id = ANY (${only}::uuid[])) u
  FULL JOIN (SELECT * FROM transaction_records
    WHERE type = 'consumption' AND (${only}::uuid[] IS NULL OR operator_id = ANY (${only}::uuid[]))) t
    ON t.usage_id = u.id AND t.operator_id = u.operator_id AND t.seq = u.ledger_seq AND t.amount_fen = u.unit_price_fen * u.player_count
   AND t.balance_after_fen = u.balance_after_fen
  WHERE u.id IS NULL OR t.id IS NULL`

/** I3: one debit for a session of an operator. */
const sessions = (sql: Sql<{ bigint: bigint }>, only: string[] | null): Promise<Fault[]> => sql<Fault[]>`
  SELECT 'session' AS what, operator_id AS operator, session_id AS detail FROM usage_records
  WHERE ${only}::uuid[] IS NULL OR operator_id = ANY (${only}::uuid[]) GROUP BY operator_id, session_id HAVING count(*) > 1`
