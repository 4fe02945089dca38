import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'

export type Movement = {
  id: Uuid
  at: Instant
  kind: 'recharge' | 'consumption' | 'refund' | 'adjustment'
  description: string
  /** Negative when money went out. */
  amount: Money
  balanceAfter: Money
}

/** The newest rows of the journal that moved an operator's balance. */
export const latestMovements = (operatorId: Uuid, limit: number): Promise<Movement[]> =>
  rawSql()<Movement[]>`
    SELECT id, created_at AS at, type AS kind, description,
           CASE WHEN credit_account = 'operator' THEN amount_fen ELSE -amount_fen END AS amount, balance_after_fen AS "balanceAfter"
    FROM transaction_records
    WHERE operator_id = ${operatorId} AND 'operator' IN (debit_account, credit_account)
    ORDER BY seq DESC LIMIT ${limit}`
