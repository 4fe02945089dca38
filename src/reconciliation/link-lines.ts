import { type Instant, iso } from '#src/core/time'
import type { Channel } from '#src/payments/gateways/gateway'
import type { Transaction } from '#src/platform/database'

/** Serialises matching of a channel: two at once would each find what the other is about to write. Held until COMMIT. */
const MATCH_LOCK = 7_061_983

export const lockChannel = async (tx: Transaction, channel: Channel): Promise<void> => {
  await tx.sql`SELECT pg_advisory_xact_lock(${MATCH_LOCK}, hashtext(${channel}))`
}

/**
 * Ties lines of bills to the journal rows that they settle, whatever day either is of: payments by the provider's number, which an order
 * or a quarantined payment carries, refunds and returns by our number. One line for each row: the earliest, another one is a difference. Gives how
 * many were tied; they carry `at`.
 */
export async function linkLines(tx: Transaction, channel: Channel, at: Instant): Promise<number> {
  const { sql } = tx
  const clearing = `clearing:${channel}`
  const tied = await sql`
    WITH found AS (
      SELECT l.bill_id, l.line_no, t.operator_id, t.seq
      FROM provider_bill_lines l
      JOIN recharge_orders o ON o.payment_method = l.channel AND o.provider_txn_id = l.provider_no AND o.status = 'success'
      JOIN transaction_records t ON t.order_id = o.id AND t.order_id IS NOT NULL AND t.debit_account = ${clearing}
      WHERE l.channel = ${channel} AND l.journal_seq IS NULL AND l.kind = 'payment'
      UNION ALL
      SELECT l.bill_id, l.line_no, q.operator_id, q.suspense_seq
      FROM provider_bill_lines l
      JOIN payment_quarantine q ON q.channel = l.channel AND q.provider_txn_id = l.provider_no AND q.suspense_seq IS NOT NULL
      WHERE l.channel = ${channel} AND l.journal_seq IS NULL AND l.kind = 'payment'
      UNION ALL
      SELECT l.bill_id, l.line_no, p.operator_id, p.ledger_seq
      FROM provider_bill_lines l
      JOIN refund_payouts p ON p.out_refund_no = l.refund_no AND p.channel = l.channel AND p.status = 'completed'
      WHERE l.channel = ${channel} AND l.journal_seq IS NULL AND l.kind = 'refund' AND l.state = ANY (${BOOKABLE}::text[])
      UNION ALL
      SELECT l.bill_id, l.line_no, q.operator_id, q.resolved_seq
      FROM provider_bill_lines l
      JOIN payment_quarantine q ON q.return_no = l.refund_no AND q.channel = l.channel AND q.status = 'returned' AND q.resolved_seq IS NOT NULL
      WHERE l.channel = ${channel} AND l.journal_seq IS NULL AND l.kind = 'refund' AND l.state = ANY (${BOOKABLE}::text[])
    ), first AS (
      SELECT DISTINCT ON (f.operator_id, f.seq) f.*
      FROM found f JOIN provider_bills b ON b.id = f.bill_id
      WHERE NOT EXISTS (SELECT FROM provider_bill_lines taken WHERE taken.operator_id = f.operator_id AND taken.journal_seq = f.seq)
      ORDER BY f.operator_id, f.seq, b.bill_date, f.line_no
    )
    UPDATE provider_bill_lines l SET operator_id = first.operator_id, journal_seq = first.seq, linked_at = ${iso(at)}::timestamptz
    FROM first WHERE l.bill_id = first.bill_id AND l.line_no = first.line_no`
  return tied.count
}

/** Refunds whose money left or is leaving; a bill calls one that took days by the state of its first day. */
export const BOOKABLE = ['SUCCESS', 'PROCESSING', '']

/**
 * What a bill day comes to on either side: our money by the day it was paid at the provider, and what of the clearing account the bill
 * settles. `at` marks the lines that this match tied.
 */
export async function sumUp(tx: Transaction, channel: Channel, at: Instant): Promise<void> {
  const clearing = `clearing:${channel}`
  await tx.sql`
    WITH days AS (SELECT min(bill_date) AS first FROM provider_bills WHERE channel = ${channel} AND state IN ('imported', 'matched')),
    ours AS (
      SELECT (coalesce(o.paid_at, t.created_at) AT TIME ZONE 'Asia/Shanghai')::date AS day,
             coalesce(sum(t.amount_fen) FILTER (WHERE t.debit_account = ${clearing}), 0) AS payment,
             coalesce(sum(t.amount_fen) FILTER (WHERE t.credit_account = ${clearing}), 0) AS refund
      FROM transaction_records t
      LEFT JOIN recharge_orders o ON o.id = t.order_id AND t.type = 'recharge'
      WHERE t.type IN ('recharge', 'refund_payout', 'suspense', 'fee') AND t.type <> 'fee' AND ${clearing} IN (t.debit_account, t.credit_account)
        AND t.created_at >= ((SELECT first FROM days) - 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
      GROUP BY 1
    )
    UPDATE provider_bills b SET our_payment_fen = coalesce(ours.payment, 0), our_refund_fen = coalesce(ours.refund, 0)
    FROM provider_bills self LEFT JOIN ours ON ours.day = self.bill_date
    WHERE self.id = b.id AND b.channel = ${channel} AND b.state IN ('imported', 'matched')`
  await tx.sql`
    UPDATE provider_bills b SET settled_fen = s.settled
    FROM (
      SELECT bill_id, sum(CASE kind WHEN 'payment' THEN amount_fen ELSE -amount_fen END) AS settled
      FROM provider_bill_lines
      WHERE journal_seq IS NOT NULL
        AND bill_id IN (SELECT DISTINCT bill_id FROM provider_bill_lines WHERE channel = ${channel} AND linked_at = ${iso(at)}::timestamptz)
      GROUP BY bill_id
    ) s
    WHERE s.bill_id = b.id`
}
