import { eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import { operatorAccounts } from '#drizzle/schema'
import { email, newPassword, phone, text, username } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { read, type Transaction, violatedConstraint } from '#src/platform/database'
import { hashPassword } from '#src/platform/passwords'
import { newApiKey } from './api-keys'

/** What a new operator says about itself (API 3, register). */
export const OperatorInput = v.object({ username, password: newPassword, name: text(2, 50), phone, email })
export type OperatorInput = v.InferOutput<typeof OperatorInput>
export type Category = 'trial' | 'normal' | 'vip'

export type Operator = typeof operatorAccounts.$inferSelect

/** Hashes the password: slow on purpose, so it is done before the transaction opens. */
export async function prepareOperator(input: OperatorInput): Promise<Omit<OperatorInput, 'password'> & { passwordHash: string }> {
  const { password, ...rest } = input
  return { ...rest, passwordHash: await hashPassword(password) }
}

/** Adds an operator with balance 0 and a fresh API key, which is shown once. Throws USERNAME_EXISTS without regard to case. */
export async function addOperator(
  tx: Transaction,
  prepared: Awaited<ReturnType<typeof prepareOperator>> & { category: Category; categoryPinned: boolean },
  at: Instant,
): Promise<{ id: Uuid; apiKey: string }> {
  const id = newId()
  const { apiKey, columns } = newApiKey(id, at)
  try {
    await tx.db.insert(operatorAccounts).values({ id, ...prepared, ...columns, createdAt: at, updatedAt: at })
  } catch (error) {
    if (violatedConstraint(error) === 'operator_accounts_username_key') throw new Problem('USERNAME_EXISTS')
    throw error
  }
  return { id, apiKey }
}

/** By username, without regard to case. */
export async function findOperatorByName(name: string): Promise<Operator | undefined> {
  const [operator] = await read()
    .select()
    .from(operatorAccounts)
    .where(eq(sql`lower(${operatorAccounts.username})`, name.toLowerCase()))
  return operator
}

export async function findOperator(id: Uuid): Promise<Operator | undefined> {
  const [operator] = await read().select().from(operatorAccounts).where(eq(operatorAccounts.id, id))
  return operator
}

/** One operator; throws OPERATOR_NOT_FOUND. */
export async function requireOperator(id: Uuid): Promise<Operator> {
  const operator = await findOperator(id)
  if (!operator) throw new Problem('OPERATOR_NOT_FOUND', { id })
  return operator
}
