import { lt } from 'drizzle-orm'
import { loginFailures } from '#drizzle/schema'
import { removeOldSessions } from '#src/accounts/sessions'
import { addDays, type Instant } from '#src/core/time'
import { transaction } from '#src/platform/database'

/** Ended sessions stay this long, so that "who was signed in when" can be answered for a while. */
const KEEP_DAYS = 30

/** Removes sessions that ended a month ago and sign-in failures that no limit counts any more. */
export function cleanUpSessions({ now }: { now: Instant }): Promise<{ sessions: number; login_failures: number }> {
  return transaction(async (tx) => {
    const sessions = await removeOldSessions(tx, now, KEEP_DAYS)
    const failures = await tx.db
      .delete(loginFailures)
      .where(lt(loginFailures.at, addDays(now, -KEEP_DAYS)))
      .returning({ id: loginFailures.id })
    return { sessions, login_failures: failures.length }
  })
}
