import { expect } from 'bun:test'
import { newId, type Uuid } from '#src/core/ids'
import { parseYuan } from '#src/core/money'
import { addDays, addSeconds, type Instant, now } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { proveLedger } from '#src/ledger/prove'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { transaction } from '#src/platform/database'
import { bookFaults } from '#tests/ledger/books'
import type { withServer } from '#tests/support/api'
import { operatorToken, staffToken } from '#tests/support/api'
import { anOperator, aStaff, type TestOperator } from '#tests/support/factory'

export const REASON = '门店停业装修三个月，申请退回余额'
export const REFUSAL = '请补充门店停业的书面说明'

type Call = ReturnType<typeof withServer>['call']
type Scene = { started: ReturnType<typeof withServer>['started']; call: Call }

/** A paid order in the books, as if its provider had told us long ago. */
export async function aPaidOrder(
  operatorId: Uuid,
  options: { yuan?: string; channel?: 'wechat' | 'alipay' | 'bank'; at?: Instant; partials?: number } = {},
): Promise<Uuid> {
  const { yuan = '100.00', channel = 'wechat', at = addDays(now(), -1), partials = 0 } = options
  const id = newId()
  const amount = parseYuan(yuan)!
  await transaction(async (tx) => {
    const [head] = await lockOperators(tx, { ids: [operatorId] })
    await tx.sql`INSERT INTO recharge_orders (id, operator_id, amount_fen, payment_method, status, provider_txn_id, paid_at, expires_at, created_at, updated_at, refund_count)
      VALUES (${id}, ${operatorId}, ${amount}, ${channel}, 'success', ${id}, ${at}, ${addSeconds(at, 900)}, ${at}, ${at}, ${partials})`
    await appendRows(tx, [journalRow(head!, { kind: 'recharge', channel, amount, orderId: id, description: '充值' }, now())])
  })
  return id
}

export type Customer = { operator: TestOperator; token: string; orderIds: Uuid[] }

/** An operator that has paid in by orders of these amounts, the first one longest ago. */
export async function aPayer(...yuan: string[]): Promise<Customer> {
  const operator = await anOperator()
  const orderIds: Uuid[] = []
  for (const [index, amount] of yuan.entries()) {
    orderIds.push(await aPaidOrder(operator.id, { yuan: amount, at: addDays(now(), index - yuan.length) }))
  }
  return { operator, orderIds, token: await operatorToken(operator.id) }
}

export const aManager = async (): Promise<string> => staffToken((await aStaff('finance', 'manager')).id)

/** What operators and finance do at the API. */
export function doors({ started, call }: Scene) {
  const ask = (token: string, body: object = {}) => call('POST /v1/operators/me/refunds', { token, body: { reason: REASON, ...body } })
  const idOf = (answer: Awaited<ReturnType<Call>>): string => {
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)])
    return String(answer.body.data.refund_id)
  }
  return {
    ask,
    asked: async (token: string, body: object = {}) => idOf(await ask(token, body)),
    withdraw: (token: string, id: string) => call(`DELETE /v1/operators/me/refunds/${id}`, { token }),
    approve: (token: string, id: string, body: object = {}) => call(`POST /v1/finance/refunds/${id}/approve`, { token, body }),
    reject: (token: string, id: string, reason = REFUSAL) => call(`POST /v1/finance/refunds/${id}/reject`, { token, body: { reason } }),
    detail: async (token: string, id: string) => (await call(`GET /v1/finance/refunds/${id}`, { token })).body.data,
    /** Nothing is wrong with the books, by the product's proof and by PostgreSQL alone. */
    soundBooks: async () => {
      expect((await proveLedger({ now: now() })).findings).toEqual([])
      expect(await bookFaults(started.database.owner)).toEqual([])
    },
    payable: async (operatorId: Uuid): Promise<bigint> => {
      const [row] = await started.database.owner<{ owed: bigint }[]>`
        SELECT coalesce(sum(CASE WHEN credit_account = 'refund_payable' THEN amount_fen ELSE -amount_fen END), 0)::bigint AS owed
        FROM transaction_records WHERE operator_id = ${operatorId} AND 'refund_payable' IN (debit_account, credit_account)`
      return row!.owed
    },
  }
}

/** Status, code and reason of a refusal. */
export const refusal = ({ status, body }: Awaited<ReturnType<Call>>) => [
  status,
  body.error_code,
  Array.isArray(body.details) ? body.details[0]?.reason : undefined,
]
