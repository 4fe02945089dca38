import type { Uuid } from '#src/core/ids'
import type { Finding, Snapshot } from './walk'

/** The rules of closed days; about the whole ledger, so that a proof of one operator leaves them out. */
export const CLOSING_QUERIES: ((sql: Snapshot, operatorId: Uuid | null) => Promise<Finding[]>)[] = [
  // I18: what moved on a closed day is what it was closed with.
  (sql, operatorId) => sql`
    SELECT 'I18' AS rule, NULL::uuid AS "operatorId", 'day ' || coalesce(c.day, m.day) || ' ' || coalesce(c.account, m.account) AS row,
           'closed with debit ' || coalesce(c.debit_fen, 0) || ' and credit ' || coalesce(c.credit_fen, 0)
           || ' fen, the journal says ' || coalesce(m.debit, 0) || ' and ' || coalesce(m.credit, 0) AS text
    FROM (SELECT * FROM day_closing_accounts WHERE debit_fen <> 0 OR credit_fen <> 0) c
    FULL JOIN (
      SELECT d.day, side.account, sum(side.debit)::bigint AS debit, sum(side.credit)::bigint AS credit
      FROM day_closings d
      JOIN transaction_records t ON t.created_at >= d.ends_at - interval '1 day' AND t.created_at < d.ends_at
      CROSS JOIN LATERAL (VALUES (t.debit_account, t.amount_fen, 0::bigint), (t.credit_account, 0::bigint, t.amount_fen)) side (account, debit, credit)
      GROUP BY d.day, side.account
    ) m USING (day, account)
    WHERE ${operatorId}::uuid IS NULL AND (coalesce(c.debit_fen, 0), coalesce(c.credit_fen, 0)) <> (coalesce(m.debit, 0), coalesce(m.credit, 0)) LIMIT 100`,
  // I18: each day opens with what the day before closed with, and all accounts of a day come to zero.
  (sql, operatorId) => sql`
    SELECT 'I18' AS rule, NULL::uuid AS "operatorId", 'day ' || day || ' ' || account AS row, 'does not open with what the day before closed with' AS text
    FROM (SELECT day, account, opening_fen, lag(closing_fen) OVER (PARTITION BY account ORDER BY day) AS before FROM day_closing_accounts) a
    WHERE ${operatorId}::uuid IS NULL AND opening_fen <> before LIMIT 100`,
  (sql, operatorId) => sql`
    SELECT 'I18' AS rule, NULL::uuid AS "operatorId", 'day ' || day AS row, 'accounts come to ' || sum(closing_fen) || ' fen instead of zero' AS text
    FROM day_closing_accounts WHERE ${operatorId}::uuid IS NULL GROUP BY day HAVING sum(closing_fen) <> 0 OR sum(debit_fen) <> sum(credit_fen) LIMIT 100`,
]
