import type { Instant } from '#src/core/time'
import { unreadCount } from '#src/notifications/inbox'
import type { Caller } from './caller'
import { requireOperator } from './operators'

/** The signed-in person as the shell shows it: an operator with its balance, staff with its seat. */
export async function viewerOf(caller: Caller, now: Instant) {
  if (caller.kind === 'operator') {
    const [{ id, username, name, category, balance }, unread] = await Promise.all([requireOperator(caller.id), unreadCount(caller.id)])
    return { kind: 'operator' as const, id, username, name, category, balance, unread, asOf: now }
  }
  const { id, username, name, audience, permissions } = caller
  return { kind: audience, id, username, name, role: caller.grade ?? caller.role, permissions: [...permissions] }
}
