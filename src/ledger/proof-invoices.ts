import type { TransactionSql } from 'postgres'
import type { Uuid } from '#src/core/ids'
import type { Finding } from './prove'

type Sql = TransactionSql<{ bigint: bigint; json: unknown }>

/** The rules of invoices against the money they are about; read like the other proof queries. */
export const INVOICE_QUERIES: ((sql: Sql, operatorId: Uuid | null) => Promise<Finding[]>)[] = [
  // I9: never more invoiced, pending included, than was paid in and not given back; unless a refund came after and the task says exactly that.
  (sql, operatorId) => sql`
    SELECT 'I9' AS rule, o.id AS "operatorId", 'op_' || o.id AS row,
           'invoiced ' || i.invoiced || ' fen of ' || (t.paid) || ' paid, flagged: ' || coalesce(r.over_fen::text, 'nothing') AS text
    FROM (SELECT operator_id, sum(amount_fen) AS invoiced FROM invoice_records
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
]
