import type { Money } from '#src/core/money'
import type { Channel } from '#src/payments/gateways/gateway'
import { rawSql } from '#src/platform/database'

/**
 * What the clearing account of a channel is made of. The left side is the journal alone; each figure of the right side is counted on its
 * own from bills and differences, so that they agree only when every line was tied to the right row.
 */
export type ClearingProof = {
  channel: Channel
  /** The account's balance: what came in less what went out, by the journal. */
  balance: Money
  /** Settled by lines of bills, at the bill's amounts. */
  settled: Money
  /** What the journal has more (or less) than the bill on rows that a line settles. */
  gaps: Money
  /** No bill could have settled it yet. */
  unbilled: Money
  unbilledRows: number
  /** The bill of its day does not have it: in work. */
  missing: Money
  /** The same, and the balance of its operator was corrected. */
  reversed: Money
  /** Booked to the channel's fees. */
  fees: Money
  agrees: boolean
}

/** The proof of a channel, to the fen, in one snapshot. */
export async function clearingProof(channel: Channel): Promise<ClearingProof> {
  const clearing = `clearing:${channel}`
  const [row] = await rawSql()<Omit<ClearingProof, 'channel' | 'agrees'>[]>`
    WITH moved AS (
      SELECT t.operator_id, t.seq, t.type, CASE WHEN t.debit_account = ${clearing} THEN t.amount_fen ELSE -t.amount_fen END AS signed
      FROM transaction_records t
      WHERE t.type IN ('recharge', 'refund_payout', 'suspense', 'fee') AND ${clearing} IN (t.debit_account, t.credit_account)
    ), rest AS (
      SELECT m.signed, d.state FROM moved m
      LEFT JOIN bill_differences d ON d.kind = 'short' AND d.operator_id = m.operator_id AND d.journal_seq = m.seq AND d.state NOT IN ('vanished', 'waiting')
      WHERE m.type <> 'fee' AND NOT EXISTS (SELECT FROM provider_bill_lines l WHERE l.operator_id = m.operator_id AND l.journal_seq = m.seq)
    ), tied AS (SELECT coalesce(sum(settled_fen), 0) AS settled FROM provider_bills WHERE channel = ${channel}),
    unequal AS (
      SELECT coalesce(sum(CASE WHEN t.debit_account = ${clearing} THEN d.our_fen - d.bill_fen ELSE d.bill_fen - d.our_fen END), 0) AS gaps
      FROM bill_differences d JOIN transaction_records t ON t.operator_id = d.operator_id AND t.seq = d.journal_seq
      WHERE d.channel = ${channel} AND d.kind = 'amount'
    )
    SELECT (SELECT coalesce(sum(signed), 0)::bigint FROM moved) AS balance, tied.settled::bigint AS settled, unequal.gaps::bigint AS gaps,
           coalesce(sum(rest.signed) FILTER (WHERE rest.state IS NULL), 0)::bigint AS unbilled,
           (count(rest.signed) FILTER (WHERE rest.state IS NULL))::int AS "unbilledRows",
           coalesce(sum(rest.signed) FILTER (WHERE rest.state IN ('open', 'carried', 'proposed')), 0)::bigint AS missing,
           coalesce(sum(rest.signed) FILTER (WHERE rest.state = 'resolved'), 0)::bigint AS reversed,
           (SELECT coalesce(-sum(signed), 0)::bigint FROM moved WHERE type = 'fee') AS fees
    FROM tied CROSS JOIN unequal LEFT JOIN rest ON true GROUP BY tied.settled, unequal.gaps`
  const { balance, settled, gaps, unbilled, missing, reversed, fees } = row!
  return { channel, ...row!, agrees: balance === settled + gaps + unbilled + missing + reversed - fees }
}

export type UnbilledRow = {
  at: Date
  operatorName: string
  kind: string
  signed: Money
  description: string
  seq: bigint
}

/** The newest rows of the journal that no bill has settled yet, at most so many. */
export function unbilledRows(channel: Channel, most = 200): Promise<UnbilledRow[]> {
  const clearing = `clearing:${channel}`
  return rawSql()<UnbilledRow[]>`
    SELECT t.created_at AS at, o.name AS "operatorName", t.type AS kind, t.description, t.seq,
           CASE WHEN t.debit_account = ${clearing} THEN t.amount_fen ELSE -t.amount_fen END AS signed
    FROM transaction_records t JOIN operator_accounts o ON o.id = t.operator_id
    WHERE t.type IN ('recharge', 'refund_payout', 'suspense', 'fee') AND t.type <> 'fee' AND ${clearing} IN (t.debit_account, t.credit_account)
      AND NOT EXISTS (SELECT FROM provider_bill_lines l WHERE l.operator_id = t.operator_id AND l.journal_seq = t.seq)
      AND NOT EXISTS (SELECT FROM bill_differences d WHERE d.kind = 'short' AND d.operator_id = t.operator_id AND d.journal_seq = t.seq
        AND d.state NOT IN ('vanished', 'waiting'))
    ORDER BY t.created_at DESC LIMIT ${most}`
}
