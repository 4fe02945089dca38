import { anOperator, PASSWORD } from '#tests/support/factory'
import { REGISTER_FIELDS } from './auth'
import { BAD_MONEY, BAD_PAGE, badText, type Endpoint, notFound, optional, REASON, required, type World } from './endpoint'
import { apiKey, id, int, money, oneOf, orNull, text, time, yesNo } from './shapes'

/** API.md 5, operators. */

const category = oneOf('trial', 'normal', 'vip')
const summary = {
  operator_id: id('op'),
  username: text,
  name: text,
  phone: text,
  email: text,
  category,
  balance: money,
  total_consumed: money,
  is_deactivated: yesNo,
  is_locked: yesNo,
  created_at: time,
}
const details = {
  ...summary,
  total_recharged: money,
  total_sessions: int,
  last_transaction_at: orNull(time),
  authorized_apps_count: int,
  sites_count: int,
  updated_at: time,
  category_pinned: yesNo,
  locked_reason: orNull(text),
  locked_at: orNull(time),
}
const admin = (permission: string) => ({ who: 'admin' as const, permission })
const token = ({ staff }: World) => staff.super_admin
const plain = (query?: Record<string, string>) => (world: World) => ({ token: token(world), query })
const atOperator =
  (body?: Record<string, unknown>) =>
  (world: World, operatorId = world.operator.id) => ({
    token: token(world),
    params: { operator_id: operatorId },
    body,
  })
const noOperator = (body?: Record<string, unknown>) => notFound('OPERATOR_NOT_FOUND', atOperator(body))
const REASONED = { reason: required(...badText(10, 200)) }
const because = { reason: REASON }
let serial = 0
const newOperator = (more: object = {}): Record<string, unknown> => ({
  username: `made_${process.pid}_${++serial}`,
  password: PASSWORD,
  name: '银河游乐厅',
  phone: '13900001111',
  email: 'shop@example.com',
  category: 'normal',
  initial_balance: '88.00',
  ...more,
})
export const ADMIN_OPERATORS: Endpoint[] = [
  {
    at: 'GET /v1/admin/operators',
    mark: 'C',
    ...admin('operator:view'),
    fields: {
      ...BAD_PAGE,
      sort_by: optional('phone'),
      sort_order: optional('up'),
      category: optional('gold'),
      keyword: optional('字'.repeat(101)),
      include_deactivated: optional('1'),
      is_locked: optional('maybe'),
    },
    success: { status: 200, items: summary },
    ask: plain({ sort_by: 'total_consumed', sort_order: 'asc', category: 'all', include_deactivated: 'true', is_locked: 'false' }),
  },
  {
    at: 'POST /v1/admin/operators',
    mark: 'C',
    ...admin('operator:create'),
    fields: { ...REGISTER_FIELDS, category: required('gold', 7), initial_balance: optional(...BAD_MONEY) },
    success: {
      status: 201,
      message: '运营商账户创建成功',
      data: { operator_id: id('op'), username: text, api_key: apiKey, category, balance: oneOf('88.00'), created_at: time },
    },
    ask: (world) => ({ token: token(world), body: newOperator() }),
    errors: [
      {
        when: 'name taken',
        status: 400,
        code: 'USERNAME_EXISTS',
        ask: (world) => ({ token: token(world), body: newOperator({ username: world.operator.username }) }),
      },
      {
        when: 'a balance without the right to grant one',
        status: 403,
        code: 'PERMISSION_DENIED',
        details: ['required'],
        ask: async (world) => ({ token: world.staff.operator, body: newOperator() }),
      },
    ],
  },
  {
    at: 'GET /v1/admin/operators/{operator_id}',
    mark: 'C',
    ...admin('operator:view'),
    success: { status: 200, data: details },
    ask: (world) => atOperator()(world),
    errors: noOperator(),
  },
  {
    at: 'PUT /v1/admin/operators/{operator_id}',
    mark: 'C',
    ...admin('operator:edit'),
    fields: { name: optional(...badText(2, 50)), phone: optional('123', 7), email: optional('nobody', 7) },
    success: { status: 200, message: '运营商信息已更新', data: details },
    ask: (world) => atOperator({ name: '改过的名字' })(world),
    errors: [
      ...noOperator({ name: '改过的名字' }),
      { when: 'no field at all', status: 400, code: 'INVALID_PARAMS', ask: (world) => atOperator({})(world) },
    ],
  },
  {
    at: 'PUT /v1/admin/operators/{operator_id}/category',
    mark: 'C',
    ...admin('operator:category'),
    fields: { category: required('gold', 7), reason: optional('字'.repeat(201), 7), pinned: optional('true', 1) },
    success: { status: 200, message: /^客户分类已调整为.+$/, data: details },
    ask: (world) => atOperator({ category: 'vip', reason: '季度评定', pinned: false })(world),
    errors: noOperator({ category: 'vip' }),
  },
  {
    at: 'GET /v1/admin/operators/{operator_id}/api-key',
    mark: 'C',
    ...admin('operator:apikey_view'),
    success: { status: 200, data: { api_key: apiKey, generated_at: time } },
    ask: (world) => atOperator()(world),
    errors: noOperator(),
  },
  {
    at: 'POST /v1/admin/operators/{operator_id}/api-key/reset',
    mark: 'C',
    ...admin('operator:apikey_reset'),
    fields: REASONED,
    success: { status: 200, message: 'API Key已重置，请通知运营商更新配置', data: { api_key: apiKey, generated_at: time } },
    ask: (world) => atOperator(because)(world),
    errors: noOperator(because),
  },
  {
    at: 'POST /v1/admin/operators/{operator_id}/lock',
    mark: '+',
    ...admin('operator:lock'),
    fields: REASONED,
    success: { status: 200, message: '运营商账户已锁定', data: details },
    ask: (world) => atOperator(because)(world),
    errors: noOperator(because),
  },
  {
    at: 'POST /v1/admin/operators/{operator_id}/unlock',
    mark: '+',
    ...admin('operator:lock'),
    fields: REASONED,
    success: { status: 200, message: '运营商账户已解锁', data: details },
    ask: async (world) => {
      await world.lock()
      return atOperator(because)(world)
    },
    errors: noOperator(because),
  },
  {
    at: 'POST /v1/admin/operators/{operator_id}/deactivate',
    mark: '+',
    ...admin('operator:deactivate'),
    fields: REASONED,
    success: { status: 200, message: '运营商账户已注销', data: details },
    ask: async (world) => atOperator(because)(world, (await anOperator()).id),
    errors: [
      ...noOperator(because),
      { when: 'money left', status: 400, code: 'BALANCE_NOT_ZERO', details: ['balance'], ask: (world) => atOperator(because)(world) },
    ],
  },
]
