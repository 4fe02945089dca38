import { actOf, type PersonalAct, record } from '#src/audit-logs/audit-log'
import type { Uuid } from '#src/core/ids'
import type { OfficeForm } from '#src/core/office'
import { brokenRule, invalidField, invalidFields } from '#src/core/problem'
import { businessDay, type Instant, iso } from '#src/core/time'
import { type Transaction, transaction } from '#src/platform/database'
import type { RequestInfo } from '#src/platform/http'
import type { StaffCaller } from '#src/platform/route'
import { refusal, writeOutcome } from './act'
import { dropFilesOf } from './attachments'
import { type Filled, filledIn, type Typed } from './fields'
import { decide } from './flow'
import { latestFlow } from './flows'
import { FORMS } from './forms'
import { approvalNode, type Flow, pathOf } from './path'
import { type CaseRow, caseOf, lockEditable, tasksOf } from './row'
import { staffOf, worldOf } from './world'

/** Keeps what somebody has begun. The same id again changes nothing: a form sent twice is one draft. */
export async function createDraft(id: Uuid, form: OfficeForm, typed: Typed, caller: StaffCaller, info: RequestInfo): Promise<void> {
  await transaction(async (tx) => {
    const made = await tx.sql`
      INSERT INTO office_cases (id, form, applicant_id, draft, created_at, updated_at)
      VALUES (${id}, ${form}, ${caller.id}, ${JSON.stringify(typed)}::text::jsonb, ${iso(info.now)}, ${iso(info.now)}) ON CONFLICT (id) DO NOTHING`
    if (made.count > 0) await recordDraft(tx, 'office_create', { id, form }, actOf(caller, info))
  })
}

/** Keeps what the form says now. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED for somebody else's, INVALID_PARAMS when it is being decided on. */
export async function saveDraft(id: Uuid, typed: Typed, caller: StaffCaller, info: RequestInfo): Promise<void> {
  await transaction(async (tx) => {
    const row = await lockEditable(tx, id, caller, 'edit')
    await tx.sql`
      UPDATE office_cases SET draft = ${JSON.stringify(typed)}::text::jsonb, updated_at = ${iso(info.now)} WHERE id = ${id}`
    await recordDraft(tx, 'office_edit', row, actOf(caller, info))
  })
}

/** Throws a draft away, its files with it. Throws like `saveDraft`; what was submitted once stays. */
export async function deleteDraft(id: Uuid, caller: StaffCaller, info: RequestInfo): Promise<void> {
  const drop = await transaction(async (tx) => {
    const row = await lockEditable(tx, id, caller, 'delete')
    if (row.status !== 'draft') throw brokenRule('CASE_STATE', 'act')
    const files = await dropFilesOf(tx, id)
    await tx.sql`DELETE FROM office_cases WHERE id = ${id}`
    await recordDraft(tx, 'office_delete', row, actOf(caller, info))
    return files
  })
  await drop()
}

const recordDraft = (tx: Transaction, operation: string, { id, form }: { id: Uuid; form: OfficeForm }, act: PersonalAct): Promise<void> =>
  record(tx, { actor: act.actor, origin: act.origin, operation, target: { kind: 'office_case', id }, details: { form } }, act.at)

/**
 * Hands a draft in: its entries are checked and kept, it gets its number, and the first who decide are given their tasks. Throws like
 * `saveDraft`, and INVALID_PARAMS with every entry that is wrong.
 */
export async function submitCase(id: Uuid, caller: StaffCaller, info: RequestInfo): Promise<CaseRow> {
  return transaction(async (tx) => {
    const found = await lockEditable(tx, id, caller, 'edit')
    const { form } = found
    const { people } = await staffOf(tx, form, info.now)
    const filled = checked(form, found.draft ?? {}, { caller, info, memberIds: new Set(people.map((one) => one.id)) })
    const { version, flow } = await latestFlow(tx, form)
    const department = people.find((one) => one.id === caller.id)?.department ?? null
    const path = pathOf(flow, { amountFen: filled.amount, department })
    const chosenId = chosenIn(found.draft ?? {}, { flow, path, people, applicantId: caller.id })
    const row: CaseRow = {
      ...found,
      number: found.number ?? (await nextNumber(tx, form, info.now)),
      department,
      amount: filled.amount,
      flowVersion: version,
      chosenId,
      submittedAt: found.submittedAt ?? info.now,
      decidedAt: null,
    }
    const { applicantId } = row
    const tasks = await tasksOf(tx, id)
    const around = { people, flow, applicantId, department, chosenId, now: info.now, path, receiverId: filled.receiverId }
    const outcome = decide(caseOf(row, tasks), { do: 'submit' }, caller.id, worldOf(around))
    if ('refused' in outcome) throw refusal(outcome.refused, { do: 'submit' })
    await writeFilled(tx, id, form, filled.columns)
    await writeOutcome(tx, row, { outcome, tasks, act: 'submit' }, actOf(caller, info))
    return row
  })
}

type Checking = { caller: StaffCaller; info: RequestInfo; memberIds: ReadonlySet<string> }

function checked(form: OfficeForm, typed: Typed, { caller, info, memberIds }: Checking): Filled {
  const result = filledIn(form, typed, { today: businessDay(info.now), applicantId: caller.id, memberIds })
  if (!result.ok) throw invalidFields(result.faults)
  return result.value
}

type Choosing = { flow: Flow; path: readonly string[]; people: readonly { id: string; mayDecide: boolean }[]; applicantId: Uuid }

/** Whom the applicant names, where the way asks for it. */
function chosenIn({ chosen = '' }: Typed, { flow, path, people, applicantId }: Choosing): Uuid | null {
  const asks = path.some((key) => {
    const node = approvalNode(flow, key)
    return [...(node?.approvers ?? []), ...(node?.copies ?? [])].some(({ kind }) => kind === 'chosen')
  })
  if (!asks) return null
  if (chosen === applicantId) throw brokenRule('OWN_CASE', 'chosen')
  const person = people.find(({ id }) => id === chosen)
  if (!person) throw invalidField('chosen', '请选择审批人', 'must be somebody who decides')
  if (!person.mayDecide) throw brokenRule('NOT_AN_APPROVER', 'chosen')
  return person.id
}

/** `BX-20260305-0001`, dense for each form and day: a number that was taken and rolled back is given again. */
async function nextNumber({ sql }: Transaction, form: OfficeForm, at: Instant): Promise<string> {
  const day = businessDay(at)
  const [found] = await sql<{ last: number }[]>`
    INSERT INTO office_numbers AS n (form, day, last) VALUES (${form}, ${day}::text::date, 1)
    ON CONFLICT (form, day) DO UPDATE SET last = n.last + 1 WHERE n.last < ${MOST_PER_DAY} RETURNING last`
  if (!found) throw brokenRule('NUMBERS_EXHAUSTED', 'number')
  return `${FORMS[form].prefix}-${day.replaceAll('-', '')}-${String(found.last).padStart(4, '0')}`
}

const MOST_PER_DAY = 9_999

/** The entries in their own table; submitted again they replace the ones before. Columns of dates take text as it stands. */
async function writeFilled({ sql }: Transaction, caseId: Uuid, form: OfficeForm, columns: Filled['columns']): Promise<void> {
  const entries = Object.entries(columns).map(([column, value]) => [column, typeof value === 'bigint' ? String(value) : value])
  const row = JSON.stringify({ case_id: caseId, ...Object.fromEntries(entries), ...jsonOf(columns) })
  const table = sql(FORMS[form].table)
  // The names are those of forms.ts, never what somebody typed.
  const [names, excluded] = ['', 'excluded.'].map((of) =>
    sql.unsafe(
      Object.keys(columns)
        .map((name) => of + name)
        .join(', '),
    ),
  )
  await sql`
    INSERT INTO ${table} (case_id, ${names!})
    SELECT case_id, ${names!} FROM jsonb_populate_record(NULL::${table}, ${row}::text::jsonb)
    ON CONFLICT (case_id) DO UPDATE SET (${names!}) = ROW(${excluded!})`
}

const jsonOf = ({ items }: Filled['columns']) => (typeof items === 'string' ? { items: JSON.parse(items) } : {})
