import { addMs, iso } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import type { World } from './world'

const HOUR_MS = 3_600_000
/** What a mail server says of a domain that nobody has any more. */
const ERROR = 'getaddrinfo ENOTFOUND mx.lingjing-vr.example'

/** One mail that nobody could be given, however often it was tried: it waits for somebody to replay or drop it. */
export async function writeDeliveries({ sql }: Transaction, { now }: World): Promise<void> {
  const triedAt = iso(addMs(now, -2 * HOUR_MS))
  await sql`
    WITH lost AS (
      SELECT d.message_id, d.operator_id FROM mail_deliveries d JOIN operator_accounts o ON o.id = d.operator_id
      WHERE d.status = 'queued' AND o.username <> 'demo_operator' ORDER BY d.created_at DESC, d.message_id LIMIT 1
    ), written_off AS (
      UPDATE mail_deliveries d SET status = 'failed', attempts = 10, last_error = ${ERROR}, finished_at = ${triedAt}::timestamptz
      FROM lost WHERE (d.message_id, d.operator_id) = (lost.message_id, lost.operator_id)
    )
    UPDATE graphile_worker._private_jobs j SET attempts = j.max_attempts, last_error = ${ERROR}, updated_at = ${triedAt}::timestamptz,
      created_at = ${iso(addMs(now, -12 * HOUR_MS))}::timestamptz
    FROM lost WHERE j.key = 'mail:' || lost.message_id || ':' || lost.operator_id`
}
