import { businessDay, type Stretch } from '#src/core/time'
import { rawSql } from '#src/platform/database'

/** Operators that are open, and those of them that played on the business days of a stretch. */
export async function operatorActivity({ from, to }: Stretch): Promise<{ total: number; active: number }> {
  const [row] = await rawSql()<{ total: number; active: number }[]>`
    SELECT (SELECT count(*)::int FROM operator_accounts WHERE deactivated_at IS NULL) AS total,
           (SELECT count(DISTINCT operator_id)::int FROM usage_days
            WHERE day BETWEEN ${businessDay(from)}::date AND ${businessDay(to)}::date) AS active`
  return row!
}
