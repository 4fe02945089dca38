import { newId, type Uuid } from '#src/core/ids'
import { type Instant, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { enqueue } from '#src/platform/outbox'
import { type ALERT_KINDS, type AlertKind, severityOf } from './alert-kinds'

/** The queue's name of telling people that an alert is there, or over (alert-notices.ts). */
export const ALERT_TASK = 'alert'

/** What an alert is about: the same kind about the same subject is one alert while it is open. */
export type AlertAbout = { kind: AlertKind; subject: string }

/** Each kind has its audience: another one does not compile. */
export type Alert = {
  [Kind in AlertKind]: {
    kind: Kind
    subject: string
    audience: (typeof ALERT_KINDS)[Kind]['audience']
    details?: Record<string, string>
    /** Whose business it is: the alert keeps the name. */
    operatorId?: Uuid
  }
}[AlertKind]

/**
 * Tells our people that something needs them, in the transaction of what happened; repeated calls are counted on the open alert. Gives
 * true when it is new: only then somebody is woken, by mail and robot soon after the COMMIT.
 */
export async function raiseAlert(
  tx: Transaction,
  { kind, subject, audience, details = {}, operatorId }: Alert,
  at: Instant,
): Promise<boolean> {
  const [row] = await tx.sql<{ id: Uuid; isNew: boolean }[]>`
    INSERT INTO alerts (id, kind, subject, audience, details, first_at, last_at)
    VALUES (${newId()}, ${kind}, ${subject}, ${audience},
      ${JSON.stringify(details)}::text::jsonb || coalesce(
        (SELECT jsonb_build_object('operator', name) FROM operator_accounts WHERE id = ${operatorId ?? null}::uuid), '{}'),
      ${iso(at)}, ${iso(at)})
    ON CONFLICT (kind, subject) WHERE closed_at IS NULL DO UPDATE SET occurrences = alerts.occurrences + 1, last_at = excluded.last_at
    RETURNING id, (occurrences = 1) AS "isNew"`
  const { id, isNew } = row!
  if (isNew) await queueTelling(tx, id, 'opened')
  return isNew
}

/** What an open alert was about needs nobody any more: it was done where it belongs. */
export async function settleAlert(tx: Transaction, { kind, subject }: AlertAbout, at: Instant): Promise<void> {
  const [settled] = await tx.sql<{ id: Uuid; wasTold: boolean }[]>`
    UPDATE alerts SET closed_at = ${iso(at)} WHERE kind = ${kind} AND subject = ${subject} AND closed_at IS NULL
    RETURNING id, told_at IS NOT NULL AS "wasTold"`
  if (settled) await queueEnd(tx, { ...settled, kind })
}

/** People who heard of a fault hear that it is over; work that is done is no news to who did it. */
export async function queueEnd(tx: Transaction, { id, kind, wasTold }: { id: Uuid; kind: string; wasTold: boolean }): Promise<void> {
  if (wasTold && severityOf(kind) !== 'work') await queueTelling(tx, id, 'settled')
}

const queueTelling = (tx: Transaction, id: Uuid, occasion: 'opened' | 'settled') =>
  enqueue(tx, ALERT_TASK, [{ key: `${id}:${occasion}`, payload: { alert_id: id, occasion } }])
