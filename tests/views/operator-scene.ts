import { money } from '#src/core/money'
import type { OperatorProps } from '#views/admin/operator'
import { ago, DAY, id } from './sample-parts'
import { LONG, NOTHING, type Say } from './sample-props'

/** An operator in its states, for the pages of administrators and of finance. */
export const ONE = `/admin/operators/op_${id(1)}`

export function anOperator(
  say: Say,
  more: Partial<OperatorProps['operator']> = {},
): OperatorProps['operator'] & { totalRefunded: ReturnType<typeof money> } {
  return {
    id: id(1),
    username: say('hangzhou_mr'),
    name: say('杭州幻境数字娱乐'),
    phone: say('13800138000'),
    email: say('ops@example.com'),
    category: 'vip',
    categoryPinned: true,
    balance: money(1_284_050),
    isLocked: false,
    lockedReason: null,
    lockedAt: null,
    deactivatedAt: null,
    totalRecharged: money(9_000_000),
    totalConsumed: money(7_600_000),
    totalRefunded: money(115_950),
    lastTransactionAt: ago(600),
    apiKeyGeneratedAt: ago(90 * DAY),
    apiKeyAddresses: [],
    createdAt: ago(400 * DAY),
    updatedAt: ago(DAY),
    ...more,
  }
}
export const locked = (say: Say) => anOperator(say, { isLocked: true, lockedReason: say('同一IP短时间内失败调用21次'), lockedAt: ago(900) })
export const closed = (say: Say) =>
  anOperator(say, { deactivatedAt: ago(DAY), balance: NOTHING, name: say(LONG), category: 'trial', categoryPinned: false })
export const evidence = (say: Say) => ({
  codes: [{ code: say('INVALID_SIGNATURE'), count: 21 }],
  addresses: [{ ip: say('198.51.100.7'), calls: 24, refused: 21, keys: 3, operators: 2, lastAt: ago(901) }],
})
export const NO_FILTER = { keyword: '', category: undefined, state: undefined, includeClosed: false }
