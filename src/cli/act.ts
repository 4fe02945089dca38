import { userInfo } from 'node:os'
import type { Act } from '#src/audit-logs/audit-log'
import { now } from '#src/core/time'

/** The command line acts as the system; the audit log keeps who was logged in at the machine. */
export const thisAct = (): Act => ({
  actor: { kind: 'system', id: null, name: `命令行 ${userInfo().username}`, role: 'cli' },
  origin: null,
  at: now(),
})
