import { addDays, addSeconds, businessDay, type Instant, startOfDay } from '#src/core/time'
import type { Transaction } from '#src/platform/database'

/** A day's bill is there by this time of the next. */
const READY_SECONDS = 10 * 3_600
/** 0.6 %, rounded to the fen as providers do; in thousandths of a fen. */
const FEE_PPM = 6_000

/**
 * The bills of the demo's past, matched and closed: without them the first run of the reconciliation would ask the channels for 90 days
 * that they never had. They have lines but no files.
 */
export async function writeBills({ sql }: Transaction, now: Instant): Promise<void> {
  const last = businessDay(addDays(startOfDay(businessDay(addSeconds(now, -READY_SECONDS))), -1))
  await sql`
    INSERT INTO provider_bills (id, channel, bill_date, state, payments, payment_fen, fee_millifen, our_payment_fen, settled_fen, last_answer,
      created_at, imported_at, matched_at, closed_at)
    SELECT md5('bill ' || c.channel || d.day)::uuid, c.channel, d.day, 'closed', count(o.id), coalesce(sum(o.amount_fen), 0),
           coalesce(sum(round(o.amount_fen * ${FEE_PPM}::numeric / 1000000) * 1000), 0), coalesce(sum(o.amount_fen), 0), coalesce(sum(o.amount_fen), 0),
           CASE WHEN count(o.id) = 0 THEN 'NO_STATEMENT_EXIST' END, ready.at, ready.at, ready.at, ready.at
    FROM (SELECT payment_method AS channel, (min(created_at) AT TIME ZONE 'Asia/Shanghai')::date AS first FROM recharge_orders
          WHERE payment_method <> 'bank' GROUP BY payment_method) c
    CROSS JOIN LATERAL (SELECT generate_series(c.first, ${last}::date, interval '1 day')::date AS day) d
    CROSS JOIN LATERAL (SELECT (d.day + 1 + time '10:30') AT TIME ZONE 'Asia/Shanghai' AS at) ready
    LEFT JOIN recharge_orders o ON o.payment_method = c.channel AND o.status = 'success' AND (o.paid_at AT TIME ZONE 'Asia/Shanghai')::date = d.day
    GROUP BY c.channel, d.day, ready.at`
  await sql`
    INSERT INTO provider_bill_lines (bill_id, line_no, channel, kind, our_no, provider_no, amount_fen, fee_millifen, state, at, operator_id, journal_seq, linked_at)
    SELECT b.id, row_number() OVER (PARTITION BY b.id ORDER BY o.paid_at, o.id), b.channel, 'payment', o.out_trade_no, o.provider_txn_id, o.amount_fen,
           round(o.amount_fen * ${FEE_PPM}::numeric / 1000000) * 1000, 'SUCCESS', o.paid_at, t.operator_id, t.seq, b.matched_at
    FROM provider_bills b
    JOIN recharge_orders o ON o.payment_method = b.channel AND o.status = 'success' AND (o.paid_at AT TIME ZONE 'Asia/Shanghai')::date = b.bill_date
    JOIN transaction_records t ON t.order_id = o.id AND t.type = 'recharge'`
}
