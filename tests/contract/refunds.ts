import { newId } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { aPaidOrder } from '#tests/refunds/scene'
import { anOperator, credit, debit } from '#tests/support/factory'
import { BAD_MONEY, BAD_PAGE, badText, type Endpoint, notFound, optional, REASON, type Refusal, required, type World } from './endpoint'
import { id, int, money, nothing, oneOf, orNull, text, time } from './shapes'

/** API.md 4 and 6, refunds and the money of customers. */

const refund = {
  refund_id: id('refund'),
  requested_amount: money,
  actual_refund_amount: orNull(money),
  status: oneOf('pending', 'approved', 'rejected', 'cancelled'),
  review_stage: int,
  reason: text,
  reject_reason: orNull(text),
  reviewed_by: orNull(id('fin')),
  reviewed_at: orNull(time),
  created_at: time,
  payout_status: orNull(oneOf('processing', 'completed', 'abnormal')),
}
const category = oneOf('trial', 'normal', 'vip')
const reviewed = { ...refund, operator_id: id('op'), operator_name: text, operator_category: category, current_balance: money }
const finances = {
  operator_id: id('op'),
  operator_name: text,
  category,
  current_balance: money,
  total_recharged: money,
  total_consumed: money,
  total_refunded: money,
  total_sessions: int,
  first_transaction_at: orNull(time),
  last_transaction_at: orNull(time),
}

/** A request of an operator that paid for it; `cancelled` as the one who decided first would leave it. */
async function aRefund({ sql, operator }: Pick<World, 'sql' | 'operator'>, status = 'pending', yuan = '100.00'): Promise<string> {
  await aPaidOrder(operator.id, { yuan })
  const refundId = newId()
  await sql`INSERT INTO refund_records (id, operator_id, requested_fen, reason, status, created_at, updated_at)
    VALUES (${refundId}, ${operator.id}, ${parseYuan(yuan)!}, ${REASON}, ${status}, now(), now())`
  return refundId
}

const foreign = async ({ sql }: World) => aRefund({ sql, operator: await anOperator() })
const of =
  (who: (world: World) => string, more: object = {}) =>
  (world: World, refundId: string) => ({ token: who(world), params: { refund_id: refundId }, ...more })
const own = ({ token }: World) => token
const finance = ({ staff }: World) => staff.finance
const customer = (world: World, operatorId: string) => ({ token: finance(world), params: { operator_id: operatorId } })
const withdraw = of(own)
const look = of(finance)
const approve = of(finance, { body: { note: '电话核实' } })
const reject = of(finance, { body: { reason: REASON } })

const processed = (ask: ReturnType<typeof of>): Refusal => ({
  when: 'withdrawn already',
  status: 400,
  code: 'INVALID_PARAMS',
  reason: 'ALREADY_PROCESSED',
  message: '该申请已处理，无法重复操作',
  ask: async (world) => ask(world, await aRefund(world, 'cancelled')),
})

export const REFUNDS: Endpoint[] = [
  {
    at: 'GET /v1/finance/customers/{operator_id}/details',
    mark: 'C',
    who: 'finance',
    permission: 'customer:view',
    success: { status: 200, data: finances },
    ask: async (world) => {
      await world.play()
      return customer(world, world.operator.id)
    },
    errors: notFound('OPERATOR_NOT_FOUND', customer),
  },
  {
    at: 'GET /v1/operators/me/refunds',
    mark: 'C',
    who: 'operator',
    fields: { ...BAD_PAGE, status: optional('open') },
    success: { status: 200, items: refund },
    ask: async (world) => {
      await aRefund(world)
      return { token: world.token, query: { status: 'pending' } }
    },
  },
  {
    at: 'POST /v1/operators/me/refunds',
    mark: 'C',
    who: 'operator',
    fields: { reason: required(...badText(10, 500)), amount: optional(...BAD_MONEY, '0.00') },
    success: { status: 201, message: '退款申请已提交，等待财务审核', data: refund },
    ask: async ({ token, operator }) => {
      await credit(operator.id, '50.00')
      return { token, body: { reason: REASON, amount: '20.00' } }
    },
    errors: [
      {
        when: 'nothing is there',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'NO_BALANCE',
        message: '当前余额为0，无法申请退款',
        ask: async ({ token, operator, sql }) => {
          const [row] = await sql<{ fen: bigint }[]>`SELECT balance_fen AS fen FROM operator_accounts WHERE id = ${operator.id}`
          if (row!.fen > 0n) await debit(operator.id, `${row!.fen / 100n}.${String(row!.fen % 100n).padStart(2, '0')}`)
          return { token, body: { reason: REASON } }
        },
      },
      {
        when: 'more than there is',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'AMOUNT_EXCEEDS_BALANCE',
        ask: async ({ token, operator }) => {
          await credit(operator.id, '5.00')
          return { token, body: { reason: REASON, amount: '999999.00' } }
        },
      },
    ],
  },
  {
    at: 'DELETE /v1/operators/me/refunds/{refund_id}',
    mark: '+',
    who: 'operator',
    success: { status: 200, message: '退款申请已撤回', data: nothing },
    ask: async (world) => withdraw(world, await aRefund(world)),
    errors: [...notFound('REFUND_NOT_FOUND', withdraw, foreign), processed(withdraw)],
  },
  {
    at: 'GET /v1/finance/refunds',
    mark: 'C',
    who: 'finance',
    permission: 'refund:view',
    fields: { ...BAD_PAGE, status: optional('open'), keyword: optional('字'.repeat(101)) },
    success: { status: 200, items: reviewed },
    ask: async (world) => {
      await aRefund(world)
      return { token: finance(world), query: { keyword: '' } }
    },
  },
  {
    at: 'GET /v1/finance/refunds/{refund_id}',
    mark: 'C',
    who: 'finance',
    permission: 'refund:view',
    success: { status: 200, data: { ...reviewed, operator_finance: finances, payouts: Array.isArray } },
    ask: async (world) => look(world, await aRefund(world)),
    errors: notFound('REFUND_NOT_FOUND', look),
  },
  {
    at: 'POST /v1/finance/refunds/{refund_id}/approve',
    mark: 'C',
    who: 'finance',
    permission: 'refund:review',
    fields: { note: optional('字'.repeat(201), 7) },
    success: {
      status: 200,
      message: '退款已批准并处理',
      data: {
        refund_id: id('refund'),
        requested_amount: money,
        actual_refund_amount: money,
        balance_after: money,
        payout_status: orNull(oneOf('processing', 'completed', 'abnormal')),
      },
    },
    ask: async (world) => approve(world, await aRefund(world)),
    errors: [
      ...notFound('REFUND_NOT_FOUND', approve),
      processed(approve),
      {
        when: 'nothing is left',
        status: 400,
        code: 'INVALID_PARAMS',
        reason: 'NO_BALANCE',
        ask: async (world) => {
          const operator = await anOperator()
          const refundId = await aRefund({ ...world, operator })
          await debit(operator.id, '100.00')
          return approve(world, refundId)
        },
      },
      {
        when: 'the same person twice',
        status: 403,
        code: 'SECOND_REVIEWER_REQUIRED',
        details: ['limit'],
        ask: async (world) => {
          const refundId = await aRefund({ ...world, operator: await anOperator() }, 'pending', '6000.00')
          const { adminId } = await world.sql<
            { adminId: string }[]
          >`SELECT admin_id AS "adminId" FROM auth_sessions WHERE id = ${sessionOf(world.staff.finance)}`.then(([row]) => row!)
          await world.sql`UPDATE refund_records SET review_stage = 2, first_reviewer = ${adminId}, first_reviewed_at = now() WHERE id = ${refundId}`
          return approve(world, refundId)
        },
      },
    ],
  },
  {
    at: 'POST /v1/finance/refunds/{refund_id}/reject',
    mark: 'C',
    who: 'finance',
    permission: 'refund:review',
    fields: { reason: required(...badText(10, 200)) },
    success: { status: 200, message: '退款已拒绝', data: nothing },
    ask: async (world) => reject(world, await aRefund(world)),
    errors: [...notFound('REFUND_NOT_FOUND', reject), processed(reject)],
  },
]

/** The session that a bearer token names. */
const sessionOf = (token: string): string => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sid
