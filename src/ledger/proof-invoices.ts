import type { Uuid } from '#src/core/ids'
import type { Finding, Snapshot } from './walk'

/** The rules of invoices against the money they are about; read like the other proof queries. */
export const INVOICE_QUERIES: ((sql: Snapshot, operatorId: Uuid | null) => Promise<Finding[]>)[] = [
  // I9: never more invoiced, pending included and without what was taken back, than was paid in and not given back; unless a refund came after and the task says exactly that.
  (sql, operatorId) => sql`
    SELECT 'I9' AS rule, o.id AS "operatorId", 'op_' || o.id AS row,
           'invoiced ' || i.invoiced || ' fen of ' || (t.paid) || ' paid, flagged: ' || coalesce(r.over_fen::text, 'nothing') AS text
    FROM (SELECT operator_id, sum(amount_fen - reversed_fen) AS invoiced FROM invoice_records
          WHERE status IN ('pending', 'approved') AND (${operatorId}::uuid IS NULL OR operator_id = ${operatorId}) GROUP BY operator_id) i
    JOIN operator_accounts o ON o.id = i.operator_id
    JOIN LATERAL (
      SELECT coalesce(sum(CASE WHEN type = 'recharge' OR debit_account <> 'operator' THEN amount_fen ELSE -amount_fen END), 0) AS paid
      FROM transaction_records WHERE operator_id = o.id AND type IN ('recharge', 'refund')
    ) t ON true
    LEFT JOIN invoice_red_tasks r ON r.operator_id = o.id AND r.settled_at IS NULL
    WHERE greatest(i.invoiced - t.paid, 0) <> coalesce(r.over_fen, 0) LIMIT 100`,
  // I9: numbers of a month run from 1 without a gap up to the last that was given.
  (sql, operatorId) => sql`
    SELECT 'I9' AS rule, NULL::uuid AS "operatorId", 'month ' || coalesce(n.month, i.month) AS row,
           'numbers given: ' || coalesce(n.last, 0) || ', invoices: ' || coalesce(i.invoices, 0) || ', highest: ' || coalesce(i.highest, 0) AS text
    FROM invoice_numbers n
    FULL JOIN (SELECT substr(number, 3, 6) COLLATE "C" AS month, count(*) AS invoices, max(substr(number, 10)::integer) AS highest
               FROM invoice_records WHERE number IS NOT NULL GROUP BY 1) i ON i.month = n.month
    WHERE ${operatorId}::uuid IS NULL AND (n.last, n.last) IS DISTINCT FROM (i.invoices::integer, i.highest) LIMIT 100`,
  // I9: the same of red numbers.
  (sql, operatorId) => sql`
    SELECT 'I9' AS rule, NULL::uuid AS "operatorId", 'red month ' || coalesce(n.month, i.month) AS row,
           'numbers given: ' || coalesce(n.last, 0) || ', red invoices: ' || coalesce(i.invoices, 0) || ', highest: ' || coalesce(i.highest, 0) AS text
    FROM invoice_red_numbers n
    FULL JOIN (SELECT substr(number, 3, 6) COLLATE "C" AS month, count(*) AS invoices, max(substr(number, 10)::integer) AS highest
               FROM invoice_reversals WHERE number IS NOT NULL GROUP BY 1) i ON i.month = n.month
    WHERE ${operatorId}::uuid IS NULL AND (n.last, n.last) IS DISTINCT FROM (i.invoices::integer, i.highest) LIMIT 100`,
  // I9: what an invoice says was taken back is what its reversals say.
  (sql, operatorId) => sql`
    SELECT 'I9' AS rule, i.operator_id AS "operatorId", 'inv_' || i.id AS row,
           'taken back: ' || i.reversed_fen || ' fen, by its reversals: ' || coalesce(r.reversed, 0) || ' fen' AS text
    FROM invoice_records i
    LEFT JOIN (SELECT invoice_id, sum(amount_fen) AS reversed FROM invoice_reversals WHERE status = 'issued' GROUP BY 1) r ON r.invoice_id = i.id
    WHERE (${operatorId}::uuid IS NULL OR i.operator_id = ${operatorId}) AND i.reversed_fen <> coalesce(r.reversed, 0) LIMIT 100`,
]
