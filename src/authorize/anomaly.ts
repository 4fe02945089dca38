import { revokeSessions } from '#src/accounts/sessions'
import { record, SYSTEM } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { addSeconds, formatDateTime, type Instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { raiseAlert } from '#src/notifications/alerts'
import { notify } from '#src/notifications/messages'
import { rawSql, type Transaction, transaction } from '#src/platform/database'
import { log } from '#src/platform/log'
import { setting } from '#src/settings/settings'

/**
 * Refusals that look like misuse. An empty balance, a game that is not granted or a wrong number of players is an ordinary day in a
 * shop and never locks it (docs/decisions/0007-anomaly.md).
 */
const MISUSE = [
  'INVALID_PARAMS',
  'INVALID_API_KEY',
  'INVALID_SIGNATURE',
  'TIMESTAMP_EXPIRED',
  'RATE_LIMIT_EXCEEDED',
  'ACCOUNT_LOCKED',
  'ACCOUNT_DEACTIVATED',
  'SESSION_ID_CONFLICT',
  'INVALID_SESSION_ID_FORMAT',
  'SESSION_ID_OPERATOR_MISMATCH',
  'SESSION_ID_EXPIRED',
]

/**
 * Calls from outside an operator's address list are told INVALID_API_KEY and are the only ones of that code with an operator. The list
 * has kept them out already: a thief of a key must not be able to lock the shop with it as well.
 */
const notFenced = `NOT (l.code = 'INVALID_API_KEY' AND l.operator_id IS NOT NULL)`

type Suspicion = { ip: string; cause: 'failures' | 'keys'; seen: number; operatorIds: Uuid[] }

/**
 * Finds addresses with more than 20 failed calls in 5 minutes or more than 5 different keys in 1 minute, and locks the operators
 * whose keys they used. Only an administrator unlocks. An operator is not locked again for calls from before it was unlocked.
 */
export async function scanForAnomalies({ now }: { now: Instant }): Promise<{ suspicious_addresses: number; locked: number }> {
  const suspicions = [...(await manyFailures(now)), ...(await manyKeys(now))]
  let locked = 0
  for (const suspicion of suspicions) {
    for (const operatorId of suspicion.operatorIds) if (await lock(operatorId, suspicion, now)) locked++
  }
  return { suspicious_addresses: new Set(suspicions.map(({ ip }) => ip)).size, locked }
}

/** Calls before the last change of an operator's lock no longer count against it. */
const sinceUnlock = `coalesce((SELECT max(a.created_at) FROM audit_logs a WHERE a.target_id = l.operator_id::text AND a.operation = 'operator_unlock'), '-infinity')`

async function manyFailures(now: Instant): Promise<Suspicion[]> {
  const since = addSeconds(now, -setting('anomaly_failures_window_seconds'))
  return rawSql()<Suspicion[]>`
    SELECT ip, 'failures' AS cause, count(*)::int AS seen, array_remove(array_agg(DISTINCT operator_id), NULL) AS "operatorIds"
    FROM api_key_usage_logs l
    WHERE at > ${since} AND result = 'refused' AND code = ANY (${MISUSE}) AND at > ${rawSql().unsafe(sinceUnlock)}
      AND ${rawSql().unsafe(notFenced)}
    GROUP BY ip HAVING count(*) > ${setting('anomaly_failures')}`
}

async function manyKeys(now: Instant): Promise<Suspicion[]> {
  const since = addSeconds(now, -setting('anomaly_keys_window_seconds'))
  return rawSql()<Suspicion[]>`
    SELECT ip, 'keys' AS cause, count(DISTINCT key_sha256)::int AS seen, array_remove(array_agg(DISTINCT operator_id), NULL) AS "operatorIds"
    FROM api_key_usage_logs l
    WHERE at > ${since} AND key_sha256 IS NOT NULL AND at > ${rawSql().unsafe(sinceUnlock)}
      AND coalesce(${rawSql().unsafe(notFenced)}, true)
    GROUP BY ip HAVING count(DISTINCT key_sha256) > ${setting('anomaly_keys')}`
}

async function lock(operatorId: Uuid, { ip, cause, seen }: Suspicion, now: Instant): Promise<boolean> {
  const reason = cause === 'failures' ? `同一IP短时间内失败调用${seen}次，系统自动锁定` : `同一IP短时间内使用${seen}个API Key，系统自动锁定`
  return transaction(async (tx) => {
    const [operator] = await lockOperators(tx, { ids: [operatorId] })
    if (!operator || operator.isLocked || operator.deactivatedAt) return false
    await markLocked(tx, operatorId, reason, now)
    await tell(tx, operatorId, { ip, cause, seen }, now)
    await record(
      tx,
      {
        actor: SYSTEM,
        origin: null,
        operation: 'operator_lock',
        target: { kind: 'operator', id: operatorId },
        details: { reason, ip, cause, seen },
      },
      now,
    )
    log('error', 'operator locked for unusual calls', { operation: 'anomaly_scan', user_id: operatorId, ip, cause, seen, alert: true })
    return true
  })
}

async function markLocked(tx: Transaction, operatorId: Uuid, reason: string, now: Instant): Promise<void> {
  await tx.sql`UPDATE operator_accounts SET is_locked = true, locked_reason = ${reason}, locked_at = ${now}, updated_at = ${now} WHERE id = ${operatorId}`
  await revokeSessions(tx, { operatorId }, now)
}

/** The operator hears that somebody has to look; an administrator is called to do so. Unlocking settles the alert. */
async function tell(tx: Transaction, operatorId: Uuid, { ip, cause, seen }: Pick<Suspicion, 'ip' | 'cause' | 'seen'>, now: Instant) {
  const content = `系统检测到异常调用，您的账户已于${formatDateTime(now)}自动锁定。锁定期间无法登录，也无法授权游戏，请联系管理员核实后解锁。`
  await notify(tx, [operatorId], { type: 'security', title: '账户已自动锁定', content, priority: 'high' }, now)
  const details = { ip, cause, seen: String(seen) }
  await raiseAlert(tx, { kind: 'anomaly_lock', subject: operatorId, audience: 'admin', operatorId, details }, now)
}
