import { type Instant, iso } from '#src/core/time'
import { raiseAlert } from '#src/notifications/alerts'
import type { Channel } from '#src/payments/gateways/gateway'
import type { Transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'
import { BOOKABLE, linkLines, lockChannel, sumUp } from './link-lines'

export type Matched = { linked: number; found: number; vanished: number }

/**
 * The three-way match of a channel (PAYMENTS 5): our order or refund ↔ journal row ↔ line of a bill, for every bill that is not closed.
 * Set-wise and repeatable: the same facts give the same differences, none twice; what has explained itself meanwhile is closed with the
 * reason written. Nothing else is ever corrected here.
 */
export async function matchChannel(tx: Transaction, channel: Channel, at: Instant): Promise<Matched> {
  await lockChannel(tx, channel)
  const linked = await linkLines(tx, channel, at)
  const vanished = await closeExplained(tx, channel, at)
  const found =
    (await findUnlinkedLines(tx, channel, at)) +
    (await findAmounts(tx, channel, at)) +
    (await findFees(tx, channel, at)) +
    (await findShorts(tx, channel, at))
  await sumUp(tx, channel, at)
  await tx.sql`UPDATE provider_bills SET state = 'matched', matched_at = ${iso(at)} WHERE channel = ${channel} AND state IN ('imported', 'matched')`
  await alertOpened(tx, channel, at)
  return { linked, found, vanished }
}

/**
 * Lines that settle nothing of ours: a payment that nobody was credited for (long), a second one for an order that has its own
 * (duplicate), a refund that we see otherwise (state). A quarantined payment on its way back is no difference while it is.
 */
async function findUnlinkedLines(tx: Transaction, channel: Channel, at: Instant): Promise<number> {
  const made = await tx.sql`
    INSERT INTO bill_differences (id, bill_id, channel, bill_date, kind, subject, line_no, order_id, payout_id, operator_id, our_fen, bill_fen, state, found_at)
    SELECT ${idAt(tx, at)}, bill_id, channel, bill_date, kind, 'line ' || line_no, line_no, order_id, payout_id, operator_id, our_fen, amount_fen, 'open',
           ${iso(at)}::timestamptz
    FROM (
      SELECT l.bill_id, b.channel, b.bill_date, l.line_no, l.amount_fen, coalesce(o.id, paid.id) AS order_id, p.id AS payout_id,
             coalesce(o.operator_id, paid.operator_id, p.operator_id) AS operator_id,
             CASE WHEN l.kind = 'refund' THEN p.amount_fen WHEN o.status = 'success' OR paid.id IS NOT NULL THEN coalesce(o.amount_fen, paid.amount_fen) END AS our_fen,
             CASE WHEN l.kind = 'payment' THEN CASE WHEN o.status = 'success' OR paid.id IS NOT NULL THEN 'duplicate' ELSE 'long' END
                  WHEN p.id IS NULL THEN CASE WHEN q.status = 'open' THEN NULL ELSE 'long' END
                  WHEN p.status = 'completed' THEN CASE WHEN l.state = ANY (${BOOKABLE}::text[]) THEN 'duplicate' ELSE 'state' END
                  WHEN l.state = 'SUCCESS' THEN 'state' END AS kind
      FROM provider_bill_lines l
      JOIN provider_bills b ON b.id = l.bill_id AND b.state IN ('imported', 'matched')
      LEFT JOIN recharge_orders o ON l.kind = 'payment' AND o.payment_method = l.channel AND o.out_trade_no = l.our_no
      LEFT JOIN recharge_orders paid ON l.kind = 'payment' AND paid.payment_method = l.channel AND paid.provider_txn_id = l.provider_no
      LEFT JOIN refund_payouts p ON l.kind = 'refund' AND p.out_refund_no = l.refund_no AND p.channel = l.channel
      LEFT JOIN payment_quarantine q ON l.kind = 'refund' AND q.return_no = l.refund_no AND q.channel = l.channel
      WHERE l.channel = ${channel} AND l.journal_seq IS NULL
    ) f
    WHERE kind IS NOT NULL
    ON CONFLICT (bill_id, kind, subject) DO NOTHING`
  return made.count
}

/** Lines tied by this match whose amount is not that of the journal row. */
async function findAmounts(tx: Transaction, channel: Channel, at: Instant): Promise<number> {
  const made = await tx.sql`
    INSERT INTO bill_differences (id, bill_id, channel, bill_date, kind, subject, line_no, order_id, payout_id, operator_id, journal_seq, our_fen, bill_fen, state, found_at)
    SELECT ${idAt(tx, at)}, l.bill_id, b.channel, b.bill_date, 'amount', 'line ' || l.line_no, l.line_no, t.order_id, p.id, t.operator_id, t.seq,
           t.amount_fen, l.amount_fen, 'open', ${iso(at)}::timestamptz
    FROM provider_bill_lines l
    JOIN provider_bills b ON b.id = l.bill_id
    JOIN transaction_records t ON t.operator_id = l.operator_id AND t.seq = l.journal_seq
    LEFT JOIN refund_payouts p ON p.operator_id = t.operator_id AND p.ledger_seq = t.seq
    WHERE l.channel = ${channel} AND l.linked_at = ${iso(at)}::timestamptz AND l.amount_fen <> t.amount_fen
    ON CONFLICT (bill_id, kind, subject) DO NOTHING`
  return made.count
}

/**
 * Fees beside the contract, one difference for each operator of a bill. A provider rounds each fee to the fen, so a line is right within
 * half a fen; with a refund the fee is given back or kept.
 */
async function findFees(tx: Transaction, channel: Channel, at: Instant): Promise<number> {
  const ppm = setting(channel === 'wechat' ? 'wechat_fee_ppm' : 'alipay_fee_ppm')
  const made = await tx.sql`
    INSERT INTO bill_differences (id, bill_id, channel, bill_date, kind, subject, operator_id, our_fen, bill_fen, state, found_at)
    SELECT ${idAt(tx, at)}, f.bill_id, b.channel, b.bill_date, 'fee', 'operator ' || f.operator_id, f.operator_id,
           round(sum(f.contract) / 1000), round(sum(f.fee_millifen) / 1000), 'open', ${iso(at)}::timestamptz
    FROM (
      SELECT l.bill_id, l.operator_id, l.kind, l.fee_millifen::numeric AS fee_millifen,
             CASE l.kind WHEN 'payment' THEN 1 ELSE -1 END * l.amount_fen::numeric * ${ppm}::int / 1000 AS contract
      FROM provider_bill_lines l
      WHERE l.channel = ${channel} AND l.journal_seq IS NOT NULL
        AND l.bill_id IN (SELECT DISTINCT bill_id FROM provider_bill_lines WHERE channel = ${channel} AND linked_at = ${iso(at)}::timestamptz)
    ) f
    JOIN provider_bills b ON b.id = f.bill_id
    WHERE abs(f.fee_millifen - f.contract) > 500 AND NOT (f.kind = 'refund' AND f.fee_millifen = 0)
    GROUP BY f.bill_id, f.operator_id, b.channel, b.bill_date
    ON CONFLICT (bill_id, kind, subject) DO UPDATE SET our_fen = excluded.our_fen, bill_fen = excluded.bill_fen
      WHERE bill_differences.state IN ('open', 'carried') AND (bill_differences.our_fen, bill_differences.bill_fen) <> (excluded.our_fen, excluded.bill_fen)`
  return made.count
}

/**
 * Our money of a bill's day that no bill has. Around midnight a provider may count it to the next day: it waits for that day's bill
 * before it is a difference that somebody has to look at.
 */
async function findShorts(tx: Transaction, channel: Channel, at: Instant): Promise<number> {
  const clearing = `clearing:${channel}`
  const made = await tx.sql`
    INSERT INTO bill_differences (id, bill_id, channel, bill_date, kind, subject, order_id, payout_id, operator_id, journal_seq, our_fen, state, found_at)
    SELECT ${idAt(tx, at)}, b.id, b.channel, b.bill_date, 'short', 'row ' || t.operator_id || '/' || t.seq, t.order_id, p.id, t.operator_id, t.seq,
           t.amount_fen, CASE WHEN next.id IS NULL THEN 'waiting' ELSE 'open' END, ${iso(at)}::timestamptz
    FROM transaction_records t
    LEFT JOIN recharge_orders o ON o.id = t.order_id AND t.type = 'recharge'
    LEFT JOIN refund_payouts p ON p.operator_id = t.operator_id AND p.ledger_seq = t.seq
    JOIN provider_bills b ON b.channel = ${channel} AND b.state IN ('imported', 'matched')
      AND b.bill_date = (coalesce(o.paid_at, t.created_at) AT TIME ZONE 'Asia/Shanghai')::date
    LEFT JOIN provider_bills next ON next.channel = b.channel AND next.bill_date = b.bill_date + 1 AND next.imported_at IS NOT NULL
    WHERE t.type IN ('recharge', 'refund_payout', 'suspense', 'fee') AND t.type <> 'fee' AND ${clearing} IN (t.debit_account, t.credit_account)
      AND t.created_at >= (SELECT min(bill_date) - 1 FROM provider_bills WHERE channel = ${channel} AND state IN ('imported', 'matched'))::timestamp
        AT TIME ZONE 'Asia/Shanghai'
      AND NOT EXISTS (SELECT FROM provider_bill_lines l WHERE l.operator_id = t.operator_id AND l.journal_seq = t.seq)
    ON CONFLICT (bill_id, kind, subject) DO NOTHING`
  await tx.sql`
    UPDATE bill_differences d SET state = 'open', found_at = ${iso(at)}
    FROM provider_bills next
    WHERE d.channel = ${channel} AND d.state = 'waiting' AND d.closed_at IS NULL AND next.channel = d.channel AND next.bill_date = d.bill_date + 1
      AND next.imported_at IS NOT NULL`
  return made.count
}

/** Differences whose line or row has found its other half by itself: closed, with where it was found. */
async function closeExplained(tx: Transaction, channel: Channel, at: Instant): Promise<number> {
  const rows = await tx.sql`
    UPDATE bill_differences d SET state = 'vanished', closed_at = ${iso(at)}::timestamptz,
      reason = b.bill_date || ' 账单第 ' || found.line_no || ' 行与账上一致'
    FROM (
      SELECT d.id, l.bill_id, l.line_no FROM bill_differences d
      JOIN provider_bill_lines l ON l.operator_id = d.operator_id AND l.journal_seq = d.journal_seq AND l.journal_seq IS NOT NULL
      WHERE d.channel = ${channel} AND d.closed_at IS NULL AND d.kind = 'short'
      UNION ALL
      SELECT d.id, l.bill_id, l.line_no FROM bill_differences d
      JOIN provider_bill_lines l ON l.bill_id = d.bill_id AND l.line_no = d.line_no AND l.journal_seq IS NOT NULL
      WHERE d.channel = ${channel} AND d.closed_at IS NULL AND d.kind IN ('long', 'state', 'duplicate')
    ) found
    JOIN provider_bills b ON b.id = found.bill_id
    WHERE d.id = found.id`
  return rows.count
}

/** One alert for a bill, however many differences it has and however often it is matched. */
async function alertOpened(tx: Transaction, channel: Channel, at: Instant): Promise<void> {
  const bills = await tx.sql<{ day: string; open: number }[]>`
    SELECT bill_date::text AS day, count(*)::int AS open FROM bill_differences
    WHERE channel = ${channel} AND state = 'open' AND found_at = ${iso(at)}::timestamptz
    GROUP BY bill_date ORDER BY bill_date`
  for (const { day, open } of bills)
    await raiseAlert(
      tx,
      { kind: 'bill_difference', subject: `${channel} ${day}`, audience: 'finance', details: { channel, day, open: String(open) } },
      at,
    )
}

/** An id whose order is that of time, made where the rows are: a bill may have many. */
const idAt = ({ sql }: Transaction, at: Instant) => sql`
  overlay(overlay(replace(gen_random_uuid()::text, '-', '') PLACING lpad(to_hex(${String(at.getTime())}::bigint), 12, '0') FROM 1 FOR 12)
    PLACING '7' FROM 13 FOR 1)::uuid`
