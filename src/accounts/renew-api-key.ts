import { type Act, actOf, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { formatDateTime, type Instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { notify } from '#src/notifications/messages'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { OperatorCaller } from '#src/platform/route'
import { replaceApiKey, storedApiKey } from './api-keys'
import { confirmPassword } from './change-password'

export type ShownKey = { apiKey: string; generatedAt: Instant }

/** An operator replaces its own key with its password; the old one is refused from the next call on. Throws UNAUTHORIZED. */
export async function regenerateApiKey(caller: OperatorCaller, password: string, info: RequestInfo): Promise<ShownKey> {
  await confirmPassword(caller, password, info)
  return transaction((tx) => replaceKey(tx, caller.id, { operation: 'api_key_regenerate', by: '您已重新生成API Key' }, actOf(caller, info)))
}

/** An administrator replaces an operator's key, say because it leaked. The operator is told. Throws OPERATOR_NOT_FOUND. */
export function resetApiKey(tx: Transaction, operatorId: Uuid, reason: string, act: Act): Promise<ShownKey> {
  return replaceKey(tx, operatorId, { operation: 'api_key_reset', by: `管理员已重置您的API Key（原因：${reason}）`, reason }, act)
}

type Replacement = { operation: string; by: string; reason?: string }

async function replaceKey(
  tx: Transaction,
  operatorId: Uuid,
  { operation, by, reason }: Replacement,
  { actor, origin, at }: Act,
): Promise<ShownKey> {
  const [operator] = await lockOperators(tx, { ids: [operatorId] })
  if (!operator) throw new Problem('OPERATOR_NOT_FOUND', { id: operatorId })
  const apiKey = await replaceApiKey(tx, operatorId, at)
  const content = `${by}，时间：${formatDateTime(at)}。旧密钥已立即失效，请更新头显Server的配置；如非本人操作，请立即联系管理员。`
  await notify(tx, [operatorId], { type: 'security', title: 'API Key已更换', content, priority: 'high' }, at)
  await record(
    tx,
    { actor, origin, operation, target: { kind: 'operator', id: operatorId }, details: reason === undefined ? {} : { reason } },
    at,
  )
  return { apiKey, generatedAt: at }
}

/** An administrator looks at an operator's key; the audit log knows it before anybody sees the key. Throws OPERATOR_NOT_FOUND. */
export async function viewApiKey(tx: Transaction, operatorId: Uuid, { actor, origin, at }: Act): Promise<ShownKey> {
  const shown = await storedApiKey(tx, operatorId)
  if (!shown) throw new Problem('OPERATOR_NOT_FOUND', { id: operatorId })
  await record(tx, { actor, origin, operation: 'view_api_key', target: { kind: 'operator', id: operatorId } }, at)
  return shown
}
