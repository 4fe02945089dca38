import { h } from 'preact'
import { bareUuid } from '#src/core/fields'
import { newId, type Uuid } from '#src/core/ids'
import { CASE_ACTS, type CaseAct, OFFICE_FORMS, type OfficeForm, START_NODE } from '#src/core/office'
import { Problem } from '#src/core/problem'
import { text } from '#src/core/text'
import { validate } from '#src/core/validation'
import { done, type FormCall, fieldErrors, languageOf, redirect, refusalOf, showPage } from '#src/page'
import { page, pathId, type StaffCaller } from '#src/platform/route'
import { uploadNameOf, uploadOf } from '#src/platform/upload'
import { ActPage, type ActProps, DeleteDraftPage, type LinkedAct } from '#views/office/act'
import { CasePage, type CaseProps } from '#views/office/case'
import { CaseFormPage } from '#views/office/case-form'
import { casePath, listPath } from '#views/office/words'
import { actOn } from '../act'
import { attach, attachmentResponse, checkedFile, markPaid, removeAttachment } from '../attachments'
import { createDraft, deleteDraft, saveDraft, submitCase } from '../drafts'
import { typedOf } from '../fields'
import { EDITABLE, possibleActs } from '../flow'
import { formView, shown as shownPerson } from '../form-view'
import { FORMS } from '../forms'
import { actIn } from '../input'
import { casePaper } from '../paper'
import { approvalNode } from '../path'
import { nextTask } from '../queries'
import { type CaseRow, caseOf, findCase } from '../row'
import { shownCase } from '../shown'

type StaffCall = FormCall & { caller: StaffCaller; params: Record<string, string> }

const STAFF = { audience: 'staff' } as const
const AT = '/office/cases/:case_id'

/** One request: its form, its page, and what can be done with it. Who may do what, the machine and the case's row decide. */
export const officeCasePages = [
  ...OFFICE_FORMS.flatMap((form) => [
    page(`GET /office/${form}/new`, { ...STAFF, permission: `office:${form}:create` }, (call) => showNew(call, form, {})),
    page(`POST /office/${form}/new`, { ...STAFF, permission: `office:${form}:create` }, (call) => begin(call, form)),
  ]),
  page(`GET ${AT}`, STAFF, (call) => showCase(call, {})),
  page(`GET ${AT}/edit`, STAFF, (call) => showEdit(call, {})),
  page(`POST ${AT}/edit`, STAFF, edit),
  page(`GET ${AT}/delete`, STAFF, async (call) => {
    const { id, form } = await editable(call)
    return showPage(call, h(DeleteDraftPage, { id, subject: text(languageOf(call), `office.form.${form}`) }))
  }),
  page(`POST ${AT}/delete`, STAFF, async (call) => {
    await deleteDraft(idIn(call), call.caller, call.info)
    return redirect(listPath('mine'), done('office.done.deleted'))
  }),
  page(`POST ${AT}/attachments`, { ...STAFF, upload: true }, addFile),
  page('GET /office/attachments/:attachment_id/file', STAFF, (call) =>
    attachmentResponse(pathId('session', call.params, 'attachment_id'), call.caller),
  ),
  page('POST /office/attachments/:attachment_id/removal', STAFF, async (call) => {
    const id = await removeAttachment(pathId('session', call.params, 'attachment_id'), call.caller, call.info)
    return redirect(`${casePath(id)}/edit`, done('office.done.detached'))
  }),
  page(`GET ${AT}/paper.pdf`, STAFF, async (call) => {
    const shown = await shownCase(await findCase(idIn(call), call.caller), call.info.now)
    return casePaper(shown, languageOf(call), call.info.now)
  }),
  page(`GET ${AT}/act`, STAFF, (call) => showAct(call, {})),
  page(`POST ${AT}/act`, STAFF, act),
  page(`POST ${AT}/payment`, { ...STAFF, upload: true }, pay),
]

const idIn = ({ params }: Pick<StaffCall, 'params'>): Uuid => pathId('case', params, 'case_id')

type Shown = { errors?: Record<string, string>; message?: string | null; id?: Uuid }

async function showNew(
  call: StaffCall,
  form: OfficeForm,
  { errors = {}, message = null, id = newId() }: Shown,
  status = 200,
): Promise<Response> {
  const typed = typedOf(form, call.form)
  const view = await formView(form, null, typed, call.caller.id, call.info.now)
  return showPage(call, h(CaseFormPage, { form, id, isNew: true, isDraft: true, errors, message, ...view }), { status })
}

/** What was typed is kept before anything is checked: a form that is sent too early is a draft. */
async function begin(call: StaffCall, form: OfficeForm): Promise<Response> {
  const given = validate(bareUuid, call.form.id ?? '')
  if (!given.ok) return showNew(call, form, {}, 400)
  const [id, typed] = [given.value, typedOf(form, call.form)]
  await createDraft(id, form, typed, call.caller, call.info)
  return goOn({ ...call, params: { case_id: id } }, await findCase(id, call.caller))
}

async function edit(call: StaffCall): Promise<Response> {
  const row = await findCase(idIn(call), call.caller)
  try {
    await saveDraft(row.id, typedOf(row.form, call.form), call.caller, call.info)
  } catch (error) {
    const { status, message } = refusalOf(error, call, [])
    if (status === 403) throw error
    return showCase(call, { message }, status)
  }
  return goOn(call, row)
}

/** After a draft was kept: hands it in, unless the person wanted to keep it only or asked for more lines. */
async function goOn(call: StaffCall, { id, form }: Pick<CaseRow, 'id' | 'form'>): Promise<Response> {
  if (call.form.act === 'lines') return redirect(`${casePath(id)}/edit#items.0.name`)
  if (call.form.act === 'save') return redirect(`${casePath(id)}/edit`, done('office.done.saved'))
  try {
    await submitCase(id, call.caller, call.info)
    return redirect(casePath(id), done('office.done.submitted'))
  } catch (error) {
    const names = [...FORMS[form].fields.map(({ name }) => name), 'chosen']
    const { status, errors, message } = refusalOf(error, call, names)
    return showEdit(call, { errors, message }, status)
  }
}

/** An own request that can be changed. Throws RESOURCE_NOT_FOUND, PERMISSION_DENIED for somebody else's. */
async function editable(call: StaffCall): Promise<CaseRow> {
  const row = await findCase(idIn(call), call.caller)
  const required = `office:${row.form}:edit` as const
  if (row.applicantId !== call.caller.id || !call.caller.permissions.has(required)) throw new Problem('PERMISSION_DENIED', { required })
  return row
}

async function showEdit(call: StaffCall, { errors = {}, message = null }: Shown, status = 200): Promise<Response> {
  const row = await editable(call)
  if (!EDITABLE.includes(row.status)) return redirect(casePath(row.id))
  const view = await formView(row.form, row.id, row.draft ?? {}, call.caller.id, call.info.now)
  const usual = { form: row.form, id: row.id, isNew: false, isDraft: row.status === 'draft' }
  return showPage(call, h(CaseFormPage, { ...usual, errors, message, ...view }), { status })
}

async function addFile(call: StaffCall): Promise<Response> {
  const id = idIn(call)
  await findCase(id, call.caller)
  try {
    await attach(id, checkedFile(uploadOf(call.request, 'file'), uploadNameOf(call.request, 'file')), call.caller, call.info)
    return redirect(`${casePath(id)}/edit#files`, done('office.done.attached'))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['file'])
    return showEdit(call, { errors, message }, status)
  }
}

type CaseShown = { errors?: CaseProps['errors']; message?: string | null }

async function showCase(call: StaffCall, { errors = {}, message = null }: CaseShown, status = 200): Promise<Response> {
  const { caller, form } = call
  const shown = await shownCase(await findCase(idIn(call), caller), call.info.now)
  const { row, tasks } = shown
  const signing: readonly string[] = ['approve', 'reject', 'send_back', 'transfer', 'add_signer']
  const mayDecide = caller.permissions.has(`office:${row.form}:approve`)
  const acts = possibleActs(caseOf(row, tasks), caller.id).filter((one) => mayDecide || !signing.includes(one))
  const mayEdit = acts.includes('submit') && caller.permissions.has(`office:${row.form}:edit`)
  return showPage(call, h(CasePage, { shown, acts, mayEdit, comment: form.comment ?? '', errors, message }), { status })
}

const isAct = (given: string | undefined): given is CaseAct => CASE_ACTS.some((one) => one === given)

/** Does it, and leads on: after a decision to what waits next, so that a list is worked off with one thumb. */
async function act(call: StaffCall): Promise<Response> {
  const { form, caller, info } = call
  const id = idIn(call)
  if (!isAct(form.act) || form.act === 'pay') return showCase(call, {}, 400)
  await findCase(id, caller)
  const given = actIn(form.act, form)
  if (!given.ok) return refused(call, { errors: fieldErrors(given.faults, call), message: null }, 400)
  try {
    await actOn(id, given.value, caller, info)
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['comment', 'to'])
    if (status === 403) throw error
    return refused(call, { errors, message }, status)
  }
  return redirect(await placeAfter(form.act, id, caller), done(`office.done.${form.act}`))
}

const DECISIONS: readonly CaseAct[] = ['approve', 'reject', 'send_back', 'transfer']

async function placeAfter(act: CaseAct, id: Uuid, caller: StaffCaller): Promise<string> {
  if (!DECISIONS.includes(act)) return casePath(id)
  const next = await nextTask(caller.id, id)
  return next ? casePath(next) : listPath('tasks')
}

/** Where the form was: on a page of its own, or on the request's. */
const refused = (call: StaffCall, shown: { errors: Record<string, string>; message: string | null }, status: number): Promise<Response> =>
  isLinked(call.form.act) ? showAct(call, shown, status) : showCase(call, shown, status)

async function pay(call: StaffCall): Promise<Response> {
  const id = idIn(call)
  await findCase(id, call.caller)
  try {
    await markPaid(id, checkedFile(uploadOf(call.request, 'file'), uploadNameOf(call.request, 'file')), call.caller, call.info)
    return redirect(casePath(id), done('office.done.pay'))
  } catch (error) {
    const { status, errors, message } = refusalOf(error, call, ['file'])
    if (status === 403) throw error
    return showAct({ ...call, form: { ...call.form, act: 'pay' } }, { errors, message }, status)
  }
}

const LINKED: readonly LinkedAct[] = ['reject', 'send_back', 'transfer', 'add_signer', 'pay', 'withdraw', 'copy']

/** Whether an act has a page of its own. */
const isLinked = (act: string | null | undefined): act is LinkedAct => LINKED.some((one) => one === act)

/** The page of an act that needs a reason, a person, a place or a proof; back to the request where it cannot be done now. */
async function showAct(call: StaffCall, refused: Partial<Pick<ActProps, 'errors' | 'message'>>, status = 200): Promise<Response> {
  const { caller, form, request, info } = call
  const row = await findCase(pathId('case', call.params, 'case_id'), caller)
  const asked = form.act ?? new URL(request.url).searchParams.get('do')
  const { tasks, staff } = await shownCase(row, info.now)
  const possible: readonly (CaseAct | 'submit')[] = possibleActs(caseOf(row, tasks), caller.id)
  if (!isLinked(asked) || !possible.includes(asked)) return redirect(casePath(row.id))
  const needsKey = asked === 'transfer' || asked === 'add_signer'
  const people = staff.people.filter(({ id, mayDecide }) => id !== caller.id && (!needsKey || (mayDecide && id !== row.applicantId)))
  const before = row.path.slice(0, row.step).map((key) => ({ key, name: row.flow ? (approvalNode(row.flow, key)?.name ?? key) : key }))
  const props: ActProps = {
    id: row.id,
    subject: `${text(languageOf(call), `office.form.${row.form}`)} ${row.number ?? ''}`.trim(),
    act: asked,
    colleagues: people.map(shownPerson),
    places: [{ key: START_NODE, name: null }, ...before],
    values: { comment: form.comment ?? '', to: form.to ?? '', where: form.where ?? '' },
    errors: refused.errors ?? {},
    message: refused.message ?? null,
  }
  return showPage(call, h(ActPage, props), { status })
}
