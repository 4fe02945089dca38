import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { operatorAccounts } from '#drizzle/schema'
import { record } from '#src/audit-logs/audit-log'
import { givenPassword } from '#src/core/fields'
import type { Uuid } from '#src/core/ids'
import { Problem } from '#src/core/problem'
import { iso } from '#src/core/time'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import { isPassword } from '#src/platform/passwords'
import { forgetLoginFailures, takeLoginTurn } from './login-throttle'
import { findOperatorByName, type Operator } from './operators'
import { type NewSession, openSession } from './sessions'

/** What an operator signs in with. Any text is a name: whether it exists is nobody's business but the password's. */
export const SignInInput = v.object({ username: v.pipe(v.string(), v.minLength(1), v.maxLength(64)), password: givenPassword })
export type SignInInput = v.InferOutput<typeof SignInInput>

/**
 * An operator signs in at a door. Throws RATE_LIMIT_EXCEEDED while it has to wait; UNAUTHORIZED for a wrong password or an unknown
 * name, in the same words and the same time; only after the right password ACCOUNT_LOCKED or ACCOUNT_DEACTIVATED.
 */
export async function signInOperator(
  { username, password }: SignInInput,
  door: 'api' | 'pages',
  info: RequestInfo,
): Promise<{ operator: Operator; session: NewSession }> {
  await takeLoginTurn('operator', username, info)
  const operator = await findOperatorByName(username)
  const isRight = await isPassword(password, operator?.passwordHash)
  if (!operator || !isRight) throw wrongCredentials()
  const turns = await forgetLoginFailures('operator', username)
  info.userId = operator.id
  const session = await transaction(async (tx) => {
    requireUsable(await lockedForSession(tx, operator.id, operator.passwordHash))
    const opened = await openSession(tx, { operatorId: operator.id }, door, info)
    const actor = { kind: 'operator', id: operator.id, name: operator.name, role: 'operator' } as const
    // Failures are forgotten with the right password; that there were some is not.
    const details = { door, session_id: opened.sessionId, ...(turns > 1 && { failures: turns - 1 }) }
    await record(tx, { actor, origin: info, operation: 'login', details }, info.now)
    return opened
  })
  return { operator, session }
}

export const wrongCredentials = (): Problem => new Problem('UNAUTHORIZED', { reason: 'credentials' }, 'credentials')

/**
 * The operator as it stands while its session is made. The lock keeps a change of password apart (which takes the row for itself), but
 * not game starts: a session opened with the old password is either ended by the change or never begun.
 */
async function lockedForSession(tx: Transaction, id: Uuid, passwordHash: string) {
  const { isLocked, lockedAt, lockedReason, deactivatedAt } = operatorAccounts
  const [operator] = await tx.db
    .select({ isLocked, lockedAt, lockedReason, deactivatedAt, passwordHash: operatorAccounts.passwordHash })
    .from(operatorAccounts)
    .where(eq(operatorAccounts.id, id))
    .for('key share')
  if (operator?.passwordHash !== passwordHash) throw wrongCredentials()
  return operator
}

function requireUsable({
  isLocked,
  lockedAt,
  lockedReason,
  deactivatedAt,
}: Pick<Operator, 'isLocked' | 'lockedAt' | 'lockedReason' | 'deactivatedAt'>): void {
  if (isLocked) throw new Problem('ACCOUNT_LOCKED', { locked_at: lockedAt && iso(lockedAt), reason: lockedReason })
  if (deactivatedAt) throw new Problem('ACCOUNT_DEACTIVATED', undefined, 'login')
}
