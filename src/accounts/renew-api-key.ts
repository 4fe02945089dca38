import { type Act, actOf, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { brokenRule, Problem } from '#src/core/problem'
import { addSeconds, formatDateTime, type Instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { notify } from '#src/notifications/messages'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { OperatorCaller } from '#src/platform/route'
import { endPreviousKey, replaceApiKey, storedApiKey } from './api-keys'
import { confirmPassword } from './change-password'

export type ShownKey = { apiKey: string; generatedAt: Instant }

/** How long an operator may let the replaced key go on, in seconds: at once dead, an hour, a day, a week. */
export const OVERLAPS = [0, 3_600, 86_400, 604_800] as const
export type Overlap = (typeof OVERLAPS)[number]

type Renewal = {
  password: string
  /** The API has none: there the old key is dead at once (API 4). */
  overlapSeconds?: Overlap
  /** When the key was made that is to be replaced: a form that is sent twice replaces it once. */
  replaces?: Instant
}

/** An operator replaces its own key with its password. Throws UNAUTHORIZED, INVALID_PARAMS (ALREADY_PROCESSED) where `replaces` is not the present key. */
export async function regenerateApiKey(
  caller: OperatorCaller,
  { password, overlapSeconds = 0, replaces }: Renewal,
  info: RequestInfo,
): Promise<ShownKey> {
  await confirmPassword(caller, password, info)
  const replacement = { operation: 'api_key_regenerate', by: '您已重新生成API Key', overlapSeconds, replaces }
  return transaction((tx) => replaceKey(tx, caller.id, replacement, actOf(caller, info)))
}

/**
 * An administrator replaces an operator's key, say because it leaked: no key of before is good any more. The operator is told. Throws
 * OPERATOR_NOT_FOUND, INVALID_PARAMS (ALREADY_PROCESSED) where `replaces` is not the present key.
 */
export function resetApiKey(tx: Transaction, operatorId: Uuid, reason: string, act: Act, replaces?: Instant): Promise<ShownKey> {
  const replacement = {
    operation: 'api_key_reset',
    by: `管理员已重置您的API Key（原因：${reason}）`,
    overlapSeconds: 0,
    replaces,
    details: { reason },
  }
  return replaceKey(tx, operatorId, replacement, act)
}

type Replacement = {
  operation: string
  by: string
  overlapSeconds: number
  replaces?: Instant | undefined
  details?: Record<string, unknown>
}

async function replaceKey(tx: Transaction, operatorId: Uuid, replacement: Replacement, { actor, origin, at }: Act): Promise<ShownKey> {
  const { operation, by, overlapSeconds, replaces, details } = replacement
  const [operator] = await lockOperators(tx, { ids: [operatorId] })
  if (!operator) throw new Problem('OPERATOR_NOT_FOUND', { id: operatorId })
  if (replaces) await requirePresentKey(tx, operatorId, replaces)
  const apiKey = await replaceApiKey(tx, operatorId, at, overlapSeconds)
  const fate = overlapSeconds > 0 ? `旧密钥可继续使用至${formatDateTime(addSeconds(at, overlapSeconds))}` : '旧密钥已立即失效'
  const content = `${by}，时间：${formatDateTime(at)}。${fate}，请更新头显Server的配置；如非本人操作，请立即联系管理员。`
  await notify(tx, [operatorId], { type: 'security', title: 'API Key已更换', content, priority: 'high' }, at)
  const told = details ?? { overlap_seconds: overlapSeconds }
  await record(tx, { actor, origin, operation, target: { kind: 'operator', id: operatorId }, details: told }, at)
  return { apiKey, generatedAt: at }
}

async function requirePresentKey(tx: Transaction, operatorId: Uuid, replaces: Instant): Promise<void> {
  const present = await storedApiKey(tx, operatorId)
  if (present?.generatedAt.getTime() !== replaces.getTime()) throw brokenRule('ALREADY_PROCESSED', 'api_key')
}

/** An operator ends the overlap before its time, say because all its headset servers have the new key. */
export async function endOverlap(caller: OperatorCaller, info: RequestInfo): Promise<void> {
  const { actor, origin, at } = actOf(caller, info)
  await transaction(async (tx) => {
    await lockOperators(tx, { ids: [caller.id] })
    await endPreviousKey(tx, caller.id, at)
    await record(tx, { actor, origin, operation: 'api_key_overlap_end', target: { kind: 'operator', id: caller.id } }, at)
  })
}

/** An operator looks at its own key with its password; the audit log knows it before anybody sees the key. Throws UNAUTHORIZED. */
export async function showOwnApiKey(caller: OperatorCaller, password: string, info: RequestInfo): Promise<ShownKey> {
  await confirmPassword(caller, password, info)
  return transaction((tx) => viewApiKey(tx, caller.id, actOf(caller, info)))
}

/** Somebody who may looks at an operator's key; the audit log knows it, and why, before anybody sees the key. Throws OPERATOR_NOT_FOUND. */
export async function viewApiKey(tx: Transaction, operatorId: Uuid, { actor, origin, at }: Act, reason?: string): Promise<ShownKey> {
  const shown = await storedApiKey(tx, operatorId)
  if (!shown) throw new Problem('OPERATOR_NOT_FOUND', { id: operatorId })
  const details = reason === undefined ? {} : { reason }
  await record(tx, { actor, origin, operation: 'view_api_key', target: { kind: 'operator', id: operatorId }, details }, at)
  return shown
}
