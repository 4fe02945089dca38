import type { Uuid } from '#src/core/ids'
import type { Money } from '#src/core/money'
import type { CaseState, OfficeForm } from '#src/core/office'
import { brokenRule, Problem } from '#src/core/problem'
import type { Instant } from '#src/core/time'
import { type Querying, rawSql, type Transaction } from '#src/platform/database'
import type { StaffCaller } from '#src/platform/route'
import type { Case, Task } from './case'
import type { Typed } from './fields'
import { EDITABLE } from './flow'
import type { Flow } from './path'

/** A case as its table has it. */
export type CaseRow = {
  id: Uuid
  form: OfficeForm
  status: CaseState
  number: string | null
  applicantId: Uuid
  draft: Typed | null
  department: string | null
  amount: Money | null
  flowVersion: number | null
  chosenId: Uuid | null
  path: string[]
  step: number
  round: number
  remindedAt: Instant | null
  submittedAt: Instant | null
  decidedAt: Instant | null
  createdAt: Instant
  /** The version that it was submitted under. */
  flow: Flow | null
  /** Who was told besides. */
  copies: Uuid[]
}

const columns = ({ sql }: Querying) => sql`
  c.id, c.form, c.status, c.number, c.applicant_id AS "applicantId", c.draft, c.department, c.amount_fen AS amount,
  c.flow_version AS "flowVersion", c.chosen_id AS "chosenId", c.path, c.step, c.round, c.reminded_at AS "remindedAt",
  c.submitted_at AS "submittedAt", c.decided_at AS "decidedAt", c.created_at AS "createdAt",
  (SELECT f.flow FROM office_flows f WHERE f.form = c.form AND f.version = c.flow_version) AS flow,
  ARRAY(SELECT p.person_id FROM office_copies p WHERE p.case_id = c.id ORDER BY p.created_at, p.person_id) AS copies`

const caseNotFound = (id: Uuid): Problem => new Problem('RESOURCE_NOT_FOUND', { id }, 'resource')

/**
 * A case that the caller may see: an own one, one with a task or a copy for them, or any submitted one with the key for all. Throws
 * RESOURCE_NOT_FOUND for all others as for none.
 */
async function requireCase(on: Querying, id: Uuid, caller: Pick<StaffCaller, 'id' | 'permissions'>): Promise<CaseRow> {
  const [found] = await on.sql<CaseRow[]>`SELECT ${columns(on)} FROM office_cases c WHERE c.id = ${id} AND ${seenBy(on, caller)}`
  if (!found) throw caseNotFound(id)
  return found
}

/** The same outside a transaction. */
export const findCase = (id: Uuid, caller: Pick<StaffCaller, 'id' | 'permissions'>): Promise<CaseRow> =>
  requireCase({ sql: rawSql() }, id, caller)

/** The same, held until COMMIT: whoever acts on a case acts alone. */
export async function lockCase(tx: Transaction, id: Uuid, caller: Pick<StaffCaller, 'id' | 'permissions'>): Promise<CaseRow> {
  await tx.sql`SELECT FROM office_cases WHERE id = ${id} FOR UPDATE`
  return requireCase(tx, id, caller)
}

/** An own case that can be changed, held until COMMIT. */
export async function lockEditable(tx: Transaction, id: Uuid, caller: StaffCaller, action: 'edit' | 'delete'): Promise<CaseRow> {
  const row = await lockCase(tx, id, caller)
  const required = `office:${row.form}:${action}` as const
  if (row.applicantId !== caller.id || !caller.permissions.has(required)) throw new Problem('PERMISSION_DENIED', { required })
  if (!EDITABLE.includes(row.status)) throw brokenRule('CASE_STATE', 'act')
  return row
}

/** Which rows of `office_cases c` somebody may see. */
export function seenBy({ sql }: Querying, { id, permissions }: Pick<StaffCaller, 'id' | 'permissions'>) {
  return sql`(c.applicant_id = ${id}
    OR EXISTS (SELECT FROM office_tasks t WHERE t.case_id = c.id AND t.person_id = ${id})
    OR EXISTS (SELECT FROM office_copies p WHERE p.case_id = c.id AND p.person_id = ${id})
    OR (c.status <> 'draft' AND c.form = ANY(${formsSeenWhole(permissions)}::text[])))`
}

/** Of which forms somebody may see all that was submitted. */
export const formsSeenWhole = (permissions: ReadonlySet<string>): string[] =>
  [...permissions].flatMap((key) => /^office:(\w+):view_all$/.exec(key)?.[1] ?? [])

export type TaskRow = Task & { createdAt: Instant; decidedAt: Instant | null }

/** The tasks of a case in the order in which they were made. */
export const tasksOf = ({ sql }: Querying, caseId: Uuid): Promise<TaskRow[]> => sql<TaskRow[]>`
  SELECT id, round, node, kind, person_id AS "personId", for_id AS "forId", after_id AS "afterId", status, comment,
         created_at AS "createdAt", decided_at AS "decidedAt"
  FROM office_tasks WHERE case_id = ${caseId} ORDER BY round, id`

/** As the machine takes it: with the tasks of the round that it is in. */
export const caseOf = (row: CaseRow, tasks: readonly Task[]): Case => ({
  form: row.form,
  status: row.status,
  applicantId: row.applicantId,
  path: row.path,
  step: row.step,
  round: row.round,
  remindedAt: row.remindedAt,
  tasks: tasks.filter(({ round }) => round === row.round),
})
