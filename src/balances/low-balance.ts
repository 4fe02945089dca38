import type { Uuid } from '#src/core/ids'
import { type Money, yuan } from '#src/core/money'
import { addSeconds, type Instant, iso } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import { type Transaction, transaction } from '#src/platform/database'
import { setting } from '#src/settings/settings'

/** Operators told in one tick at most; the rest follow seconds later. */
const MOST_AT_ONCE = 200

/**
 * Tells operators whose balance has fallen below the threshold of their tier: once until it is above again, and not again within the
 * cooldown. A look at the balances every few seconds instead of a step in each charge: a charge pays nothing for it, nothing is lost
 * when a process dies after a COMMIT, and whatever moved the balance counts. Which process looks does not matter: the notice's row
 * lets one of them through.
 */
export function noticeLowBalances({ now }: { now: Instant }): Promise<{ recovered: number; notified: number }> {
  return transaction(async (tx) => {
    const recovered = await markRecovered(tx, now)
    const low = await claimLow(tx, now)
    for (const { operatorId, balance, threshold } of low) {
      const content = `当前余额${yuan(balance)}元，已低于提醒线${yuan(threshold)}元。余额不足时将无法开局，请及时充值。`
      await notify(tx, [operatorId], { type: 'balance_low', title: '余额不足提醒', content, priority: 'high' }, now)
    }
    return { recovered, notified: low.length }
  })
}

const THRESHOLDS = {
  vip: 'low_balance_threshold_vip',
  normal: 'low_balance_threshold_normal',
  trial: 'low_balance_threshold_trial',
} as const

/** Tier → threshold in fen, as a table that statements join. */
const thresholds = ({ sql }: Transaction) => sql`
  unnest(${Object.keys(THRESHOLDS)}::text[], ${Object.values(THRESHOLDS).map((key) => String(setting(key)))}::bigint[]) AS t (category, fen)`

async function markRecovered(tx: Transaction, now: Instant): Promise<number> {
  const rows = await tx.sql`
    UPDATE low_balance_notices n SET recovered_at = ${iso(now)}::timestamptz
    FROM operator_accounts o JOIN ${thresholds(tx)} ON t.category = o.category
    WHERE n.operator_id = o.id AND n.recovered_at IS NULL AND n.notified_at <= ${iso(now)}::timestamptz AND o.balance_fen >= t.fen
    RETURNING n.operator_id`
  return rows.length
}

/** The operators to tell now. Of two processes that ask at once, one gets each. An account that never held money is new, not low. */
const claimLow = (tx: Transaction, now: Instant): Promise<{ operatorId: Uuid; balance: Money; threshold: Money }[]> => tx.sql`
  WITH low AS (
    SELECT o.id, o.balance_fen, t.fen
    FROM operator_accounts o JOIN ${thresholds(tx)} ON t.category = o.category
    LEFT JOIN low_balance_notices n ON n.operator_id = o.id
    WHERE o.balance_fen < t.fen AND o.ledger_seq > 0 AND o.deactivated_at IS NULL
      AND (n.operator_id IS NULL OR (n.recovered_at IS NOT NULL AND n.notified_at <= ${iso(cooledDown(now))}::timestamptz))
    ORDER BY o.id LIMIT ${MOST_AT_ONCE}
  ), claimed AS (
    INSERT INTO low_balance_notices AS n (operator_id, notified_at)
    SELECT id, ${iso(now)}::timestamptz FROM low
    ON CONFLICT (operator_id) DO UPDATE SET notified_at = excluded.notified_at, recovered_at = NULL
      WHERE n.recovered_at IS NOT NULL AND n.notified_at <= ${iso(cooledDown(now))}::timestamptz
    RETURNING operator_id
  )
  SELECT low.id AS "operatorId", low.balance_fen AS balance, low.fen AS threshold
  FROM low JOIN claimed ON claimed.operator_id = low.id ORDER BY low.id`

const cooledDown = (now: Instant): Instant => addSeconds(now, -setting('low_balance_cooldown_hours') * 3_600)
