import type { Uuid } from '#src/core/ids'
import { larger, type Money, minus, plus, smaller, ZERO } from '#src/core/money'
import { type Querying, rawSql } from '#src/platform/database'
import { setting } from '#src/settings/settings'

type Basis = 'recharge' | 'consumption'

/** How much may be invoiced, and every figure it is made of, each with the rows that add up to it. */
export type Invoiceable = {
  basis: Basis
  recharged: Part
  refunded: Part
  consumed: Part
  /** Issued invoices, what red invoices took back of them, and those that wait for finance. */
  issued: Part
  reversed: Part
  pending: Part
  /** What may be invoiced at all: recharged less refunded, on consumption at most what was played. */
  limit: Money
  /** What is left of it. Below zero after a refund of money that was invoiced already. */
  left: Money
}
type Part = { rows: number; amount: Money }

/** Below zero nothing may be asked for. */
export const askable = ({ left }: Pick<Invoiceable, 'left'>): Money => larger(left, ZERO)

type Sums = Omit<Invoiceable, 'basis' | 'limit' | 'left'>

/**
 * The figures as they stand. A request and a review ask under the operator's lock: whoever moves money or asks for an invoice holds it too.
 * All invoices count, whatever they were asked on, so that a change of the basis never has one yuan invoiced twice.
 */
export async function invoiceableOf(operatorId: Uuid, { sql }: Querying = { sql: rawSql() }): Promise<Invoiceable> {
  const [row] = await sql<Record<keyof Sums | `${keyof Sums}Rows`, bigint>[]>`
    SELECT o.total_recharged_fen AS recharged, o.total_refunded_fen AS refunded, o.total_consumed_fen AS consumed,
           coalesce(i.issued, 0)::bigint AS issued, coalesce(i.pending, 0)::bigint AS pending, coalesce(i.reversed, 0)::bigint AS reversed,
           coalesce(i."issuedRows", 0) AS "issuedRows", coalesce(i."pendingRows", 0) AS "pendingRows",
           coalesce(i."reversedRows", 0) AS "reversedRows",
           coalesce(t."rechargedRows", 0) AS "rechargedRows", coalesce(t."refundedRows", 0) AS "refundedRows",
           coalesce(d.sessions, 0)::bigint AS "consumedRows"
    FROM operator_accounts o
    LEFT JOIN LATERAL (
      SELECT sum(amount_fen) FILTER (WHERE status = 'approved') AS issued, sum(amount_fen) FILTER (WHERE status = 'pending') AS pending,
             sum(reversed_fen) AS reversed, count(*) FILTER (WHERE status = 'approved') AS "issuedRows",
             count(*) FILTER (WHERE status = 'pending') AS "pendingRows", count(*) FILTER (WHERE reversed_fen > 0) AS "reversedRows"
      FROM invoice_records WHERE operator_id = o.id AND status IN ('approved', 'pending')
    ) i ON true
    LEFT JOIN LATERAL (
      SELECT count(*) FILTER (WHERE type = 'recharge') AS "rechargedRows", count(*) FILTER (WHERE type = 'refund') AS "refundedRows"
      FROM transaction_records WHERE operator_id = o.id AND type <> 'consumption'
    ) t ON true
    LEFT JOIN LATERAL (SELECT sum(sessions) AS sessions FROM usage_days WHERE operator_id = o.id) d ON true
    WHERE o.id = ${operatorId}`
  const part = (name: keyof Sums): Part => ({ rows: Number(row![`${name}Rows`]), amount: row![name] as Money })
  return figures(setting('invoice_basis'), {
    recharged: part('recharged'),
    refunded: part('refunded'),
    consumed: part('consumed'),
    issued: part('issued'),
    reversed: part('reversed'),
    pending: part('pending'),
  })
}

/** The rule itself. Pure. */
function figures(basis: Basis, sums: Sums): Invoiceable {
  const paid = minus(sums.recharged.amount, sums.refunded.amount)
  const limit = basis === 'recharge' ? paid : smaller(paid, sums.consumed.amount)
  return { basis, ...sums, limit, left: minus(freeOf({ limit, ...sums }), sums.pending.amount) }
}

/** What is not on an issued invoice: requests wait for it. */
export const freeOf = ({ limit, issued, reversed }: Pick<Invoiceable, 'limit' | 'issued' | 'reversed'>): Money =>
  plus(minus(limit, issued.amount), reversed.amount)

export type InvoiceMonth = { month: string; recharged: Money; refunded: Money; consumed: Money; invoiced: Money }

/** The same figures by month of Asia/Shanghai, newest first; together they are the whole. */
export const invoiceableMonths = (operatorId: Uuid): Promise<InvoiceMonth[]> =>
  rawSql()<InvoiceMonth[]>`
    SELECT month, sum(recharged)::bigint AS recharged, sum(refunded)::bigint AS refunded, sum(consumed)::bigint AS consumed,
           sum(invoiced)::bigint AS invoiced
    FROM (
      SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
             CASE WHEN type = 'recharge' THEN amount_fen ELSE 0 END AS recharged,
             CASE WHEN type <> 'refund' THEN 0 WHEN debit_account = 'operator' THEN amount_fen ELSE -amount_fen END AS refunded,
             0 AS consumed, 0 AS invoiced
      FROM transaction_records WHERE operator_id = ${operatorId} AND type IN ('recharge', 'refund') AND type <> 'consumption'
      UNION ALL
      SELECT to_char(day, 'YYYY-MM'), 0, 0, total_fen, 0 FROM usage_days WHERE operator_id = ${operatorId}
      UNION ALL
      SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), 0, 0, 0, amount_fen - reversed_fen
      FROM invoice_records WHERE operator_id = ${operatorId} AND status IN ('pending', 'approved')
    ) parts
    GROUP BY month ORDER BY month DESC`
