import { actOf, record } from '#src/audit-logs/audit-log'
import { transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { Caller } from './caller'
import { revokeSession } from './sessions'

/** Ends the session a caller came with, at either door; the next call with it is refused. */
export async function signOut(caller: Caller, info: RequestInfo): Promise<void> {
  const { actor, origin, at } = actOf(caller, info)
  await transaction(async (tx) => {
    await revokeSession(tx, caller.sessionId, at)
    await record(tx, { actor, origin, operation: 'logout', details: { session_id: caller.sessionId } }, at)
  })
}
