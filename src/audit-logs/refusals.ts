import { Problem } from '#src/core/problem'
import { transaction } from '#src/platform/database'
import { type Act, type AuditEntry, record } from './audit-log'

/** What is put behind the name of an operation that was refused. */
export const REFUSED = '_refused'

/**
 * Runs a money action of our people. One that is refused leaves a row of its own, `<operation>_refused` with the reason, although what it
 * would have done is rolled back; `details` says what was asked. The refusal goes on to whoever asked.
 */
export async function auditingRefusal<T>(
  { operation, target, details: asked = {} }: Required<Pick<AuditEntry, 'operation' | 'target'>> & Pick<AuditEntry, 'details'>,
  { actor, origin, at }: Act,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem && error.status < 500 && error.status !== 404) {
      const details = { ...asked, code: error.code, ...(error.wording && { reason: error.wording }) }
      await transaction((tx) => record(tx, { actor, origin, operation: `${operation}${REFUSED}`, target, details }, at))
    }
    throw error
  }
}
