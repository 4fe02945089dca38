import type { ChainCheck } from '#src/audit-logs/chain'
import { now } from '#src/core/time'
import { raiseAlert, settleAlert } from '#src/notifications/alerts'
import { transaction } from '#src/platform/database'
import { log } from '#src/platform/log'

const ABOUT = { kind: 'audit_chain_broken', subject: 'audit_logs' } as const

/** A chain that does not hold is an alert until a check finds it whole again. */
export async function tellChain({ brokenAt, fault }: ChainCheck): Promise<void> {
  if (brokenAt === null) return transaction((tx) => settleAlert(tx, ABOUT, now()))
  log('error', 'the audit log was tampered with', { operation: 'audit_check', seq: String(brokenAt), fault, alert: true })
  const details = { seq: String(brokenAt), fault: fault ?? '' }
  await transaction((tx) => raiseAlert(tx, { ...ABOUT, audience: 'operations', details }, now()))
}
