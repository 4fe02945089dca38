import { newId } from '#src/core/ids'
import { staffToken } from '#tests/support/api'
import { anOperator, aStaff } from '#tests/support/factory'
import {
  BAD_ID,
  BAD_MONEY,
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
import { day, id, int, money, oneOf, places, text } from './shapes'

/** API.md 6: the dashboard, and balances moved by hand. */

const finance = ({ staff }: World) => staff.finance
const signed = (value: unknown): boolean => typeof value === 'string' && /^-?\d{1,13}\.\d{2}$/.test(value)
const flows = { recharge: money, consumption: money, refund: money, net_income: signed }
const month = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d{2}$/.test(value)

const booked = { transaction_id: id('txn'), balance_before: money, balance_after: money }

const enter = (world: World, more: object = {}, key: string = newId()) => ({
  token: finance(world),
  headers: { 'Idempotency-Key': key },
  body: { operator_id: `op_${world.operator.id}`, direction: 'in', amount: '100.00', reason: REASON, ...more },
})

/** One that waits for a second person, entered by somebody else than the one who asks. */
async function aWaiting({ sql, operator }: Pick<World, 'sql' | 'operator'>, more: { direction?: 'in' | 'out'; status?: string } = {}) {
  const { direction = 'in', status = 'waiting' } = more
  const [adjustmentId, { id: creator }] = [newId(), await aStaff('finance')]
  const decided = status === 'withdrawn' ? creator : null
  await sql`
    INSERT INTO balance_adjustments (id, operator_id, direction, amount_fen, reason, idempotency_key, request_hash, status, needs_second, created_by,
      created_at, submitted_at, decided_by, decided_at)
    VALUES (${adjustmentId}, ${operator.id}, ${direction}, 600000, ${REASON}, ${newId()}, decode(repeat('00', 32), 'hex'), ${status}, true, ${creator},
      now(), now(), ${decided}::uuid, CASE WHEN ${decided}::uuid IS NULL THEN NULL ELSE now() END)`
  return { adjustmentId, creator }
}
const confirm = (world: World, adjustmentId: string) => ({ token: finance(world), params: { id: adjustmentId }, body: {} })

export const FINANCE_DESK: Endpoint[] = [
  {
    at: 'GET /v1/finance/dashboard',
    mark: 'C',
    who: 'finance',
    permission: 'finance:dashboard',
    success: {
      status: 200,
      data: {
        today_recharge: money,
        today_consumption: money,
        today_refund: money,
        today_net_income: signed,
        total_operators: int,
        active_operators_today: int,
      },
    },
    ask: (world) => ({ token: finance(world) }),
  },
  {
    at: 'GET /v1/finance/dashboard/trends',
    mark: 'C',
    who: 'finance',
    permission: 'finance:dashboard',
    fields: { month: optional('2026', '2026-13', '2026-1', 'x') },
    success: {
      status: 200,
      data: {
        month,
        chart_data: [{ date: day, ...flows }],
        summary: { total_recharge: money, total_consumption: money, total_refund: money, total_net_income: signed },
      },
    },
    ask: (world) => ({ token: finance(world), query: { month: '2026-02' } }),
  },
  {
    at: 'GET /v1/finance/top-customers',
    mark: 'C',
    who: 'finance',
    permission: 'finance:dashboard',
    fields: { ...BAD_TIMES, limit: optional('0', '101', '-1', 'x') },
    success: {
      status: 200,
      data: {
        customers: [
          {
            rank: int,
            operator_id: id('op'),
            operator_name: text,
            category: oneOf('trial', 'normal', 'vip'),
            total_consumption: money,
            consumption_percentage: places(2),
            total_sessions: int,
          },
        ],
        total_consumption: money,
      },
    },
    ask: async (world) => {
      await world.play()
      return { token: finance(world), query: { limit: '5', start_time: '2026-01-01T00:00:00.000Z' } }
    },
  },
  {
    at: 'POST /v1/finance/adjustments',
    mark: '+',
    who: 'finance',
    permission: 'adjustment:create',
    fields: {
      operator_id: required(...BAD_ID),
      direction: required('up', 7),
      amount: required(...BAD_MONEY, '0.00', '1000000.01'),
      reason: required(...badText(10, 200)),
    },
    success: { status: 201, data: booked },
    ask: (world) => enter(world),
    errors: [
      { when: 'no key', status: 400, code: 'INVALID_PARAMS', ask: (world) => ({ ...enter(world), headers: {} }) },
      {
        when: 'the key of another request',
        status: 409,
        code: 'IDEMPOTENCY_KEY_CONFLICT',
        ask: async (world) => {
          const [key, { id: creator }] = [newId(), await aStaff('finance')]
          await world.sql`
            INSERT INTO balance_adjustments (id, operator_id, direction, amount_fen, reason, idempotency_key, request_hash, created_by, created_at)
            VALUES (${newId()}, ${world.operator.id}, 'in', 1, ${REASON}, ${key}, decode(repeat('00', 32), 'hex'), ${creator}, now())`
          return { ...enter(world, {}, key), token: await staffToken(creator) }
        },
      },
      { when: 'unknown operator', status: 404, code: 'OPERATOR_NOT_FOUND', ask: (world) => enter(world, { operator_id: UNKNOWN_ID }) },
      {
        when: 'more than there is',
        status: 402,
        code: 'INSUFFICIENT_BALANCE',
        details: ['current_balance', 'required_amount', 'shortage'],
        ask: async (world) => enter(world, { operator_id: (await anOperator()).id, direction: 'out' }),
      },
      { when: 'an unknown field', status: 400, code: 'INVALID_PARAMS', ask: (world) => enter(world, { balance: '1.00' }) },
    ],
  },
  {
    at: 'POST /v1/finance/adjustments/{id}/confirm',
    mark: '+',
    who: 'finance',
    permission: 'adjustment:create',
    success: { status: 200, data: booked },
    ask: async (world) => confirm(world, (await aWaiting(world)).adjustmentId),
    errors: [
      ...notFound('RESOURCE_NOT_FOUND', confirm),
      {
        when: 'withdrawn already',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'ALREADY_PROCESSED',
        message: '该申请已处理，无法重复操作',
        ask: async (world) => confirm(world, (await aWaiting(world, { status: 'withdrawn' })).adjustmentId),
      },
      {
        when: 'the same person twice',
        status: 403,
        code: 'SECOND_REVIEWER_REQUIRED',
        details: ['limit'],
        ask: async (world) => {
          const { adjustmentId, creator } = await aWaiting(world)
          return { ...confirm(world, adjustmentId), token: await staffToken(creator) }
        },
      },
      {
        when: 'the balance no longer covers it',
        status: 402,
        code: 'INSUFFICIENT_BALANCE',
        ask: async (world) =>
          confirm(world, (await aWaiting({ ...world, operator: await anOperator() }, { direction: 'out' })).adjustmentId),
      },
    ],
  },
]
