import type { Uuid } from '#src/core/ids'
import { addDays, businessDay, formatDateTime, type Instant, iso, startOfDay } from '#src/core/time'
import { notify } from '#src/notifications/messages'
import { type Transaction, transaction } from '#src/platform/database'

/** Grants noticed in one tick at most; the rest of a flood follows the next day. */
const MOST_AT_ONCE = 2_000
/** An end further back than this is no news. */
const OLD_DAYS = 7

type Ending = { grantId: Uuid; operatorId: Uuid; appName: string; expiresAt: Instant; daysBefore: number }

/**
 * Tells operators that an authorisation ends within seven days, by tomorrow, or has ended. Each of the three is said once for each end,
 * however often this runs; who was away for a while hears the nearest one only.
 */
export function noticeExpiries({ now }: { now: Instant }): Promise<{ soon: number; tomorrow: number; expired: number }> {
  return transaction(async (tx) => {
    const endings = await claimEndings(tx, now)
    for (const ending of endings) {
      const message = { type: 'authorization', ...wordsFor(ending), relatedId: ending.grantId } as const
      await notify(tx, [ending.operatorId], { ...message, priority: ending.daysBefore === 7 ? 'normal' : 'high' }, now)
    }
    const told = (days: number) => endings.filter(({ daysBefore }) => daysBefore === days).length
    return { soon: told(7), tomorrow: told(1), expired: told(0) }
  })
}

function wordsFor({ appName, expiresAt, daysBefore }: Ending): { title: string; content: string } {
  const at = formatDateTime(expiresAt)
  if (daysBefore === 0) return { title: '游戏授权已到期', content: `游戏「${appName}」的授权已于${at}到期，无法再开局。请申请续期。` }
  const title = daysBefore === 1 ? '游戏授权即将到期' : '游戏授权将在 7 天内到期'
  return { title, content: `游戏「${appName}」的授权将于${at}到期，到期后无法开局。如需继续使用，请提前申请续期。` }
}

/** By calendar: an end on Sunday evening is seven days away on the Sunday before, whatever the hour. */
const claimEndings = (tx: Transaction, now: Instant): Promise<Ending[]> => tx.sql`
  WITH ending AS (
    SELECT g.id, g.operator_id, g.expires_at, a.app_name,
           CASE WHEN g.expires_at <= ${iso(now)}::timestamptz THEN 0
                WHEN g.expires_at < ${iso(afterDays(now, 1))}::timestamptz THEN 1 ELSE 7 END AS days_before
    FROM operator_app_authorizations g
    JOIN applications a ON a.id = g.application_id
    JOIN operator_accounts o ON o.id = g.operator_id AND o.deactivated_at IS NULL
    WHERE g.revoked_at IS NULL AND g.expires_at > ${iso(addDays(now, -OLD_DAYS))}::timestamptz
      AND g.expires_at < ${iso(afterDays(now, 7))}::timestamptz
  ), claimed AS (
    INSERT INTO authorization_expiry_notices (authorization_id, expires_at, days_before, notified_at)
    SELECT id, expires_at, days_before, ${iso(now)}::timestamptz FROM ending e
    WHERE NOT EXISTS (SELECT FROM authorization_expiry_notices n
      WHERE n.authorization_id = e.id AND n.expires_at = e.expires_at AND n.days_before <= e.days_before)
    ORDER BY id LIMIT ${MOST_AT_ONCE}
    ON CONFLICT DO NOTHING
    RETURNING authorization_id
  )
  SELECT e.id AS "grantId", e.operator_id AS "operatorId", e.app_name AS "appName", e.expires_at AS "expiresAt", e.days_before AS "daysBefore"
  FROM ending e JOIN claimed c ON c.authorization_id = e.id ORDER BY e.id`

/** The end of the business day `days` after today. */
const afterDays = (now: Instant, days: number): Instant => addDays(startOfDay(businessDay(now)), days + 1)
