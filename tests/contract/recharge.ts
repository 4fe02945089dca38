import { afterAll, beforeAll } from 'bun:test'
import { newId, showId } from '#src/core/ids'
import { useGateways } from '#src/payments/gateways/registry'
import { anOperator } from '#tests/support/factory'
import { startGateway, type TestGateway } from '#tests/support/gateway'
import {
  BAD_ID,
  BAD_MONEY,
  BAD_PAGE,
  BAD_TIMES,
  badText,
  type Endpoint,
  notFound,
  optional,
  REASON,
  required,
  UNKNOWN_ID,
  type World,
} from './endpoint'
import { id, money, oneOf, orNull, text, time, uuid, yesNo } from './shapes'

/** API.md 4 and 6, money in. */

/** The bank that orders are made at. */
export function withProvider(): void {
  let bank: TestGateway
  let away: () => void
  beforeAll(async () => {
    bank = await startGateway({ pace: 0 })
    away = useGateways(bank.env, 'http://127.0.0.1:9')
  })
  afterAll(async () => {
    away()
    await bank.stop()
  })
}

const method = oneOf('wechat', 'alipay', 'bank')
const status = oneOf('pending', 'success', 'failed', 'expired', 'abnormal')
const order = {
  order_id: id('ord'),
  amount: money,
  payment_method: method,
  status,
  paid_at: orNull(time),
  expires_at: time,
  late: yesNo,
  error_message: orNull(text),
}
const AN_ORDER = { amount: '100.00', payment_method: 'wechat' }

type Sql = World['sql']
async function anOrder(sql: Sql, operatorId: string, state = 'pending'): Promise<string> {
  const orderId = newId()
  await sql`
    INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, expires_at, created_at, updated_at)
    VALUES (${orderId}, ${operatorId}, 10000, 'wechat', ${state}, now() + interval '15 minutes', now(), now())`
  return orderId
}
const atOrder = async ({ token, sql, operator }: World, orderId?: string, more: object = {}) => ({
  token,
  params: { order_id: orderId ?? (await anOrder(sql, operator.id)) },
  ...more,
})
/** The world's SQL is not at hand where a foreign id is made: what another operator has was made through its own world. */
const foreignOrder = async ({ sql }: World): Promise<string> => anOrder(sql, (await anOperator()).id)
const orderFaults = (ask: (world: World, orderId: string) => Promise<object>): Endpoint['errors'] => [
  ...notFound('ORDER_NOT_FOUND', ask),
  { when: 'id of another operator', status: 404, code: 'ORDER_NOT_FOUND', ask: async (world) => ask(world, await foreignOrder(world)) },
]

async function aKept(sql: Sql, operatorId: string, state = 'open'): Promise<string> {
  const keptId = newId()
  await sql`
    INSERT INTO payment_quarantine (id, channel, provider_txn_id, payload, cause, operator_id, status, resolution, resolved_by, resolved_at, created_at)
    SELECT ${keptId}, 'wechat', ${`42000${keptId}`}, '{}', 'merchant', ${operatorId}, ${state},
      CASE WHEN ${state} <> 'open' THEN '已处理' END, CASE WHEN ${state} <> 'open' THEN (SELECT id FROM admin_accounts LIMIT 1) END,
      CASE WHEN ${state} <> 'open' THEN now() END, now()`
  return keptId
}
const resolving = async ({ staff, sql, operator }: World, keptId?: string) => ({
  token: staff.finance,
  params: { id: keptId ?? (await aKept(sql, operator.id)) },
  body: { action: 'dismiss', reason: REASON },
})

export const RECHARGE: Endpoint[] = [
  {
    at: 'POST /v1/operators/me/recharge',
    mark: 'C',
    who: 'operator',
    fields: { amount: required(...BAD_MONEY), payment_method: required('bank', 'cash', 7) },
    success: {
      status: 201,
      message: '充值订单已创建',
      data: {
        order_id: id('ord'),
        amount: money,
        payment_method: method,
        qr_code_url: orNull(text),
        payment_url: orNull(text),
        expires_at: time,
      },
    },
    ask: ({ token }) => ({ token, body: AN_ORDER }),
    errors: [
      {
        when: 'amount out of range',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'AMOUNT_OUT_OF_RANGE',
        message: '充值金额必须在10-10000元之间',
        ask: ({ token }) => ({ token, body: { ...AN_ORDER, amount: '10000.01' } }),
      },
      {
        when: 'key of another order',
        status: 409,
        code: 'IDEMPOTENCY_KEY_CONFLICT',
        ask: async ({ token, sql, operator }) => {
          const orderId = await anOrder(sql, operator.id)
          await sql`UPDATE recharge_orders SET idempotency_key = 'used' WHERE id = ${orderId}`
          return { token, body: { ...AN_ORDER, amount: '200.00' }, headers: { 'Idempotency-Key': 'used' } }
        },
      },
    ],
  },
  {
    at: 'GET /v1/operators/me/recharge/{order_id}',
    mark: '+',
    who: 'operator',
    fields: { refresh: optional('yes', '1') },
    success: { status: 200, data: order },
    ask: (world) => atOrder(world),
    errors: orderFaults((world, orderId) => atOrder(world, orderId)),
  },
  {
    at: 'POST /v1/operators/me/recharge/{order_id}/cancel',
    mark: '+',
    who: 'operator',
    success: { status: 200, message: '订单已取消', data: order },
    ask: (world) => atOrder(world),
    errors: [
      ...orderFaults((world, orderId) => atOrder(world, orderId))!,
      {
        when: 'ended already',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'ALREADY_PROCESSED',
        ask: async (world) => atOrder(world, await anOrder(world.sql, world.operator.id, 'expired')),
      },
    ],
  },
  {
    at: 'GET /v1/finance/recharge-records',
    mark: '+',
    who: 'finance',
    permission: 'transaction:view',
    fields: { ...BAD_PAGE, ...BAD_TIMES, operator_id: optional(...BAD_ID), method: optional('cash'), status: optional('paid') },
    success: {
      status: 200,
      items: {
        order_id: id('ord'),
        amount: money,
        payment_method: method,
        operator_id: id('op'),
        operator_name: text,
        status,
        out_trade_no: text,
        provider_txn_id: orNull(text),
        paid_at: orNull(time),
        late: yesNo,
        refunded_amount: money,
        error_message: orNull(text),
        expires_at: time,
        created_at: time,
      },
    },
    ask: async ({ staff, sql, operator }) => {
      await anOrder(sql, operator.id)
      return { token: staff.finance, query: { operator_id: showId('operator', operator.id), status: 'pending' } }
    },
  },
  {
    at: 'GET /v1/finance/quarantine',
    mark: '+',
    who: 'finance',
    permission: 'transaction:view',
    fields: { ...BAD_PAGE, status: optional('closed') },
    success: {
      status: 200,
      items: {
        quarantine_id: uuid,
        channel: method,
        cause: oneOf('amount', 'currency', 'merchant', 'unknown_order', 'duplicate', 'closed_account', 'other'),
        status: oneOf('open', 'credited', 'returned', 'dismissed'),
        provider_txn_id: text,
        out_trade_no: orNull(text),
        amount: orNull(money),
        in_suspense: yesNo,
        order_id: orNull(id('ord')),
        operator_id: orNull(id('op')),
        operator_name: orNull(text),
        resolution: orNull(text),
        resolved_by: orNull(id('fin')),
        resolved_at: orNull(time),
        created_at: time,
      },
    },
    ask: async ({ staff, sql, operator }) => {
      await aKept(sql, operator.id)
      return { token: staff.finance, query: { status: 'open' } }
    },
  },
  {
    at: 'POST /v1/finance/quarantine/{id}/resolve',
    mark: '+',
    who: 'finance',
    permission: 'recharge:resolve',
    fields: {
      action: required('keep', 7),
      reason: required(...badText(10, 200)),
      operator_id: optional(...BAD_ID),
      manual: optional('yes', 1),
    },
    success: { status: 200, message: '款项已处理', data: { quarantine_id: uuid, status: oneOf('dismissed') } },
    ask: (world) => resolving(world),
    errors: [
      { when: 'unknown id', status: 404, code: 'RESOURCE_NOT_FOUND', ask: (world) => resolving(world, UNKNOWN_ID) },
      { when: 'malformed id', status: 400, code: 'INVALID_PARAMS', ask: (world) => resolving(world, 'no-id') },
      {
        when: 'decided already',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'ALREADY_PROCESSED',
        ask: async (world) => resolving(world, await aKept(world.sql, world.operator.id, 'dismissed')),
      },
    ],
  },
]
