import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { rawSql } from '#src/platform/database'

/** A journal row as the simulator checks it: whose session it paid for, if any, and which way the money went. */
export type PlayedRow = { sessionId: string | null; amount: Money; debitAccount: string; creditAccount: string }

/** Everything in the journals of some operators after the given sequence numbers. */
export const playedSince = (heads: { id: Uuid; seq: bigint }[]): Promise<PlayedRow[]> =>
  rawSql()<PlayedRow[]>`
    SELECT u.session_id AS "sessionId", t.amount_fen AS amount, t.debit_account AS "debitAccount", t.credit_account AS "creditAccount"
    FROM unnest(${heads.map((head) => head.id)}::uuid[], ${heads.map((head) => String(head.seq))}::bigint[]) AS since (operator_id, seq)
    JOIN transaction_records t ON t.operator_id = since.operator_id AND t.seq > since.seq
    LEFT JOIN usage_records u ON u.id = t.usage_id`
