import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import { type BusinessDay, businessDay, type Instant } from '#src/core/time'
import { COMPANY_TYPES } from '#src/ledger/chart'
import { rawSql } from '#src/platform/database'
import type { MovementKind } from './transactions'

/** What moved on one business day, by kind and direction. */
export type DayMoved = { day: BusinessDay; kind: MovementKind; direction: 'in' | 'out'; rows: number; amount: Money }

/**
 * What moved an operator's balance, by day: games from their sums, the little that is no game from its rows, in one snapshot. Both
 * carry the time of the same decision, so that this is the journal to the fen, whatever its length. `to` is excluded; both are
 * starts of days.
 */
export function ledgerDays(operatorId: Uuid, { to }: { to?: Instant | undefined } = {}): Promise<DayMoved[]> {
  const sql = rawSql()
  return sql<DayMoved[]>`
    SELECT to_char(day, 'YYYY-MM-DD') AS day, 'consumption' AS kind, 'out' AS direction, sessions AS rows, total_fen AS amount
    FROM usage_days WHERE operator_id = ${operatorId} ${to ? sql`AND day < ${businessDay(to)}::date` : sql``}
    UNION ALL
    SELECT to_char(created_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), type,
           CASE WHEN credit_account = 'operator' THEN 'in' ELSE 'out' END, count(*)::int, sum(amount_fen)::bigint
    FROM transaction_records
    WHERE operator_id = ${operatorId} AND type <> 'consumption' AND type <> ALL (${COMPANY_TYPES}::text[]) ${to ? sql`AND created_at < ${to}` : sql``}
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
}
