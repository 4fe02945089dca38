import * as v from 'valibot'
import { CATEGORIES } from '#drizzle/schema'
import { type Act, type Actor, type Origin, record } from '#src/audit-logs/audit-log'
import { email, newPassword, phone, text, username, yuanBetween } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { type Money, yuan, ZERO } from '#src/core/money'
import type { Instant } from '#src/core/time'
import { lockOperators } from '#src/ledger/lock'
import { appendRows, journalRow } from '#src/ledger/transfer'
import { type Transaction, transaction } from '#src/platform/database'
import { addOperator, type Category, type OperatorInput, prepareOperator } from './operators'

/** An account as its maker is told of it; the key is shown this once. */
export type NewOperator = { id: Uuid; username: string; apiKey: string; category: Category; balance: Money; createdAt: Instant }

/** A visitor makes an account: tier 试用, balance 0. Throws USERNAME_EXISTS. */
export async function registerOperator(input: OperatorInput, { origin, at }: { origin: Origin; at: Instant }): Promise<NewOperator> {
  const prepared = await prepareOperator(input)
  return transaction(async (tx) => {
    const { id, apiKey } = await addOperator(tx, { ...prepared, category: 'trial', categoryPinned: false }, at)
    const actor: Actor = { kind: 'operator', id, name: input.name, role: 'operator' }
    await record(tx, { actor, origin, operation: 'register', target: { kind: 'operator', id }, details: { username: input.username } }, at)
    return { id, username: input.username, apiKey, category: 'trial', balance: ZERO, createdAt: at }
  })
}

/** What an administrator says about a new operator (API 5). Money is in it, so unknown fields are refused. */
export const CreateOperatorInput = v.strictObject({
  username,
  password: newPassword,
  name: text(2, 50),
  phone,
  email,
  category: v.picklist(CATEGORIES),
  initial_balance: v.optional(yuanBetween('0.00', '99999999.99'), '0.00'),
})
export type CreateOperatorInput = v.InferOutput<typeof CreateOperatorInput>

/**
 * An administrator makes an account. Its tier stays where it was put; an initial balance is an adjustment in the ledger and in the
 * audit log. Throws USERNAME_EXISTS.
 */
export async function createOperator(input: CreateOperatorInput, act: Act): Promise<NewOperator> {
  const { category, initial_balance: initial, ...person } = input
  const prepared = await prepareOperator(person)
  return transaction(async (tx) => {
    const { id, apiKey } = await addOperator(tx, { ...prepared, category, categoryPinned: true }, act.at)
    const adjustmentId = initial > ZERO ? await creditInitialBalance(tx, id, initial, act.at) : undefined
    const target = { kind: 'operator', id }
    const { actor, origin } = act
    await record(
      tx,
      {
        actor,
        origin,
        operation: 'operator_create',
        target,
        details: { username: input.username, category, initial_balance: yuan(initial) },
      },
      act.at,
    )
    if (adjustmentId) {
      const details = { transaction_id: adjustmentId, direction: 'in', amount: yuan(initial), reason: INITIAL_BALANCE }
      await record(tx, { actor, origin, operation: 'adjustment', target, details }, act.at)
    }
    return { id, username: input.username, apiKey, category, balance: initial, createdAt: act.at }
  })
}

const INITIAL_BALANCE = '开户初始余额'

async function creditInitialBalance(tx: Transaction, operatorId: Uuid, amount: Money, at: Instant): Promise<Uuid> {
  const [operator] = await lockOperators(tx, { ids: [operatorId] })
  const row = journalRow(operator!, { kind: 'adjustment_in', amount, description: INITIAL_BALANCE }, at)
  await appendRows(tx, [row])
  return row.id
}
