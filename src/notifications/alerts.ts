import { newId } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'

export type Alert = {
  kind: string
  /** What it is about: the same kind about the same subject is one alert while it is open. */
  subject: string
  audience: 'admin' | 'finance' | 'operations'
  details?: Record<string, string>
}

/**
 * Tells our people that something needs them, in the transaction of what happened; repeated calls are counted on the open alert. Gives
 * true when it is new: only then somebody is woken.
 */
export async function raiseAlert(tx: Transaction, { kind, subject, audience, details = {} }: Alert, at: Instant): Promise<boolean> {
  const [row] = await tx.sql<{ isNew: boolean }[]>`
    INSERT INTO alerts (id, kind, subject, audience, details, first_at, last_at)
    VALUES (${newId()}, ${kind}, ${subject}, ${audience}, ${JSON.stringify(details)}::text::jsonb, ${iso(at)}, ${iso(at)})
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE SET occurrences = alerts.occurrences + 1, last_at = excluded.last_at
    RETURNING (occurrences = 1) AS "isNew"`
  return row!.isNew
}

/** What an open alert was about needs nobody any more: it was done where it belongs. */
export async function settleAlert(tx: Transaction, { kind, subject }: Pick<Alert, 'kind' | 'subject'>, at: Instant): Promise<void> {
  await tx.sql`UPDATE alerts SET closed_at = ${iso(at)} WHERE kind = ${kind} AND subject = ${subject} AND closed_at IS NULL`
}
