import { actOf, type PersonalAct, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import type { OfficeForm } from '#src/core/office'
import { brokenRule, Problem } from '#src/core/problem'
import { iso } from '#src/core/time'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { StaffCaller } from '#src/platform/route'
import type { Act, Case, CaseEvent, Outcome, Refused, Task, World } from './case'
import { decide } from './flow'
import { queueMails } from './mails'
import { type CaseRow, caseOf, lockCase, type TaskRow, tasksOf } from './row'
import { staffOf, worldOf } from './world'

/**
 * Does something with a case that was submitted: one person at a time, all of it or nothing. `before` runs in the same transaction, for
 * what has to be there first. Throws RESOURCE_NOT_FOUND for a case that is not the caller's to see, PERMISSION_DENIED for what is not
 * theirs to do, INVALID_PARAMS with the reason when the case does not allow it.
 */
export async function actOn(
  id: Uuid,
  act: Act,
  caller: StaffCaller,
  info: RequestInfo,
  before: (tx: Transaction, row: CaseRow) => Promise<void> = async () => {},
): Promise<CaseRow> {
  return transaction(async (tx) => {
    const row = await lockCase(tx, id, caller)
    requireKey(act, row.form, caller)
    const tasks = await tasksOf(tx, id)
    const outcome = decide(caseOf(row, tasks), act, caller.id, await worldNow(tx, row, info))
    if ('refused' in outcome) throw refusal(outcome.refused, act)
    await before(tx, row)
    await writeOutcome(tx, row, { outcome, tasks, act: act.do }, actOf(caller, info))
    return row
  })
}

const SIGNING: readonly Act['do'][] = ['approve', 'reject', 'send_back', 'transfer', 'add_signer']

function requireKey({ do: act }: Act, form: OfficeForm, { permissions }: StaffCaller): void {
  const required = SIGNING.includes(act) ? (`office:${form}:approve` as const) : null
  if (required && !permissions.has(required)) throw new Problem('PERMISSION_DENIED', { required })
}

async function worldNow(tx: Transaction, row: CaseRow, { now }: RequestInfo): Promise<World> {
  const { flow } = row
  if (!flow) throw brokenRule('CASE_STATE', 'act')
  const { people } = await staffOf(tx, row.form, now)
  const { applicantId, department, chosenId, path } = row
  return worldOf({ people, flow, applicantId, department, chosenId, now, path, receiverId: await receiverOf(tx, row) })
}

async function receiverOf({ sql }: Transaction, { id, form }: CaseRow): Promise<Uuid | null> {
  if (form !== 'gongzuo_jiaojie') return null
  const [found] = await sql<{ receiver: Uuid }[]>`SELECT receiver_id AS receiver FROM gongzuo_jiaojie WHERE case_id = ${id}`
  return found?.receiver ?? null
}

/** Why the machine refused, as the catalogue says it. */
export function refusal(why: Refused, act: Act): Problem {
  if (why === 'not_yours') return new Problem('PERMISSION_DENIED', { required: act.do === 'pay' ? 'finance' : 'office_task' })
  if (why === 'own_case') return brokenRule('OWN_CASE', 'to')
  if (why === 'not_an_approver') return brokenRule('NOT_AN_APPROVER', 'to')
  if (why === 'already_there') return brokenRule('ALREADY_SIGNER', 'to')
  if (why === 'unknown_person') return brokenRule('UNKNOWN_PERSON', 'to')
  if (why === 'unknown_place') return brokenRule('UNKNOWN_NODE', 'to')
  return why === 'too_soon' ? brokenRule('REMINDED_RECENTLY', 'act') : brokenRule('CASE_STATE', 'act')
}

export type Decided = { outcome: Extract<Outcome, { case: Case }>; tasks: readonly TaskRow[]; act: Act['do'] }

/** Writes what the machine has decided: the case, its tasks, its events, the copies, the mails; the audit entry last. */
export async function writeOutcome(tx: Transaction, row: CaseRow, { outcome, tasks, act }: Decided, did: PersonalAct): Promise<void> {
  const { case: next, events, copies } = outcome
  const at = iso(did.at)
  const isDecided = next.status !== row.status && ['approved', 'rejected', 'withdrawn'].includes(next.status)
  await tx.sql`
    UPDATE office_cases SET status = ${next.status}, number = ${row.number}, department = ${row.department}, flow_version = ${row.flowVersion},
      amount_fen = ${row.amount === null ? null : String(row.amount)}::bigint, chosen_id = ${row.chosenId}::uuid,
      submitted_at = ${row.submittedAt && iso(row.submittedAt)}::timestamptz, path = ${[...next.path]}::text[], step = ${next.step}, round = ${next.round},
      reminded_at = ${next.remindedAt && iso(next.remindedAt)}::timestamptz, updated_at = ${at},
      decided_at = ${isDecided ? at : row.decidedAt && iso(row.decidedAt)}::timestamptz
    WHERE id = ${row.id}`
  await writeTasks(tx, row.id, tasks, next.tasks, at)
  await writeEvents(tx, row.id, events, at)
  if (copies.length > 0)
    await tx.sql`
      INSERT INTO office_copies (case_id, person_id, created_at)
      SELECT ${row.id}, person, ${at} FROM unnest(${[...new Set(copies)]}::uuid[]) AS person ON CONFLICT DO NOTHING`
  await queueMails(tx, { row, next, before: tasks, events, copies, by: did.actor.id })
  const comment = events.find(({ comment }) => comment)?.comment
  const details = { number: row.number, form: row.form, before: { status: row.status }, after: { status: next.status } }
  await record(
    tx,
    {
      actor: did.actor,
      origin: did.origin,
      operation: `office_${act}`,
      target: { kind: 'office_case', id: row.id },
      details: comment ? { ...details, comment } : details,
    },
    did.at,
  )
}

async function writeTasks(tx: Transaction, caseId: Uuid, before: readonly TaskRow[], after: readonly Task[], at: string): Promise<void> {
  const known = new Map(before.map((task) => [task.id, task]))
  const changed = after.filter((task) => known.has(task.id) && isChanged(known.get(task.id)!, task))
  const added = after.filter(({ id }) => !known.has(id))
  const pick = <Value>(rows: readonly Task[], value: (task: Task) => Value) => rows.map(value)
  if (changed.length > 0)
    await tx.sql`
      UPDATE office_tasks t SET status = n.status, after_id = n.after_id, comment = n.comment,
        decided_at = CASE WHEN n.status IN ('waiting', 'open') THEN NULL ELSE ${at}::timestamptz END
      FROM unnest(${pick(changed, ({ id }) => id)}::uuid[], ${pick(changed, ({ status }) => status)}::text[],
        ${pick(changed, ({ afterId }) => afterId)}::uuid[], ${pick(changed, ({ comment }) => comment)}::text[]) AS n (id, status, after_id, comment)
      WHERE t.id = n.id`
  if (added.length > 0)
    await tx.sql`
      INSERT INTO office_tasks (id, case_id, round, node, kind, person_id, for_id, after_id, status, created_at)
      SELECT n.id, ${caseId}, n.round, n.node, n.kind, n.person_id, n.for_id, n.after_id, n.status, ${at}::timestamptz
      FROM unnest(${pick(added, ({ id }) => id)}::uuid[], ${pick(added, ({ round }) => round)}::int[], ${pick(added, ({ node }) => node)}::text[],
        ${pick(added, ({ kind }) => kind)}::text[], ${pick(added, ({ personId }) => personId)}::uuid[],
        ${pick(added, ({ forId }) => forId)}::uuid[], ${pick(added, ({ afterId }) => afterId)}::uuid[],
        ${pick(added, ({ status }) => status)}::text[]) AS n (id, round, node, kind, person_id, for_id, after_id, status)`
}

const isChanged = (old: TaskRow, task: Task): boolean =>
  old.status !== task.status || old.afterId !== task.afterId || old.comment !== task.comment

async function writeEvents({ sql }: Transaction, caseId: Uuid, events: readonly CaseEvent[], at: string): Promise<void> {
  for (const { kind, actorId, node, comment, people } of events)
    await sql`
      INSERT INTO office_events (case_id, seq, kind, actor_id, node, comment, people, created_at)
      SELECT ${caseId}, coalesce(max(seq), 0) + 1, ${kind}, ${actorId}::uuid, ${node}::text, ${comment}::text, ${people}::uuid[], ${at}::timestamptz
      FROM office_events WHERE case_id = ${caseId}`
}
