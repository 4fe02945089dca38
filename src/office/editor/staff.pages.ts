import { h } from 'preact'
import { actOf } from '#src/audit-logs/audit-log'
import { parseYuan } from '#src/core/money'
import { OFFICE_FORMS, type OfficeForm } from '#src/core/office'
import { invalidFields, Problem } from '#src/core/problem'
import { type Language, text } from '#src/core/text'
import { done, type FormCall, redirect, refusalOf, showPage } from '#src/page'
import { page, type StaffCaller } from '#src/platform/route'
import { FlowEditorPage, type FlowEditorProps } from '#views/office/flow-editor'
import { FlowsPage } from '#views/office/flows'
import { type FlowVersion, flowVersions, latestFlows, saveFlow } from '../flows'
import { approvalNode, type Flow, type FlowFault, faultsOf, pathOf } from '../path'
import { approversOf } from '../people'
import { staffNow } from '../world'
import { approverCode, edited, flowIn, MOST_APPROVERS, MOST_WAYS } from './editor'

type StaffCall = FormCall & { caller: StaffCaller }

const SETTINGS = { audience: 'staff', permission: 'office:settings' } as const

/** Who decides on each form, as data on a page: the whole flow is one form, and each button sends all of it. */
export const officeFlowPages = [
  page('GET /office/flows', SETTINGS, async (call) => showPage(call, h(FlowsPage, { flows: await latestFlows() }))),
  ...OFFICE_FORMS.flatMap((form) => [
    page(`GET /office/flows/${form}`, SETTINGS, (call) => open(call, form)),
    page(`POST /office/flows/${form}`, SETTINGS, (call) => change(call, form)),
  ]),
]

async function open(call: StaffCall, form: OfficeForm): Promise<Response> {
  const versions = await flowVersions(form)
  const asked = new URL(call.request.url).searchParams.get('version')
  const one = versions.find(({ version }) => String(version) === asked) ?? versions[0]!
  return show(call, { form, flow: one.flow, seen: versions[0]!.version, versions })
}

/** Each button re-draws the page with what was sent; saving checks it and makes a version of it. */
async function change(call: StaffCall, form: OfficeForm): Promise<Response> {
  const { flow, faults } = flowIn(call.form)
  const seen = Number(/^\d{1,9}$/.exec(call.form.seen ?? '')?.[0] ?? 0)
  const act = call.form.act ?? ''
  if (act !== 'save') {
    const next = edited(flow, act)
    return show(call, { form, flow: next, seen, preview: act === 'preview', faults: act === 'preview' ? faults : [] })
  }
  try {
    if (faults.length > 0) throw invalidFields(faults.map((fault) => faultField(fault, flow)))
    await saveFlow(form, flow, seen, (fault) => faultField(fault, flow), actOf(call.caller, call.info))
    return redirect(`/office/flows/${form}`, done('office.done.flow'))
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'INVALID_PARAMS') throw error
    const { status, message } = refusalOf(error, call, [])
    return show(call, { form, flow, seen, message, faults }, status)
  }
}

/** A fault as the catalogue takes it: its place by name. */
function faultField({ node, what }: FlowFault, flow: Flow) {
  const name = flow.nodes.find(({ key }) => key === node)?.name || node
  const words = (language: Language) => `${name ? `“${name}”` : ''}${text(language, `office.fault.${what}`)}`
  return { field: '', message: { zh: words('zh'), en: words('en') } }
}

type Shown = Pick<FlowEditorProps, 'form' | 'flow' | 'seen'> & {
  versions?: FlowVersion[]
  preview?: boolean
  message?: string | null
  faults?: FlowFault[]
}

async function show(call: StaffCall, { form, flow, seen, versions, preview = false, message = null, faults = [] }: Shown, status = 200) {
  const [{ people }, known] = await Promise.all([staffNow(form, call.info.now), versions ?? flowVersions(form)])
  const departments = [...new Set(people.flatMap(({ department }) => department ?? []))].sort()
  const { sample_amount: amount = '', sample_applicant: applicantId = '' } = call.form
  const applicant = people.find(({ id }) => id === applicantId) ?? people.find(({ id }) => id === call.caller.id)
  const found = [...faults, ...(preview || status !== 200 ? faultsOf(flow, people) : [])]
  const around = { people, flow, applicantId: applicant?.id ?? '', department: applicant?.department ?? null, chosenId: null }
  const nameOf = (id: string) => people.find((one) => one.id === id)?.name ?? ''
  const path = preview ? pathOf(flow, { amountFen: parseYuan(amount) ?? null, department: around.department }) : null
  const steps = path?.map((key) => {
    const node = approvalNode(flow, key)
    const who = approversOf(node?.approvers ?? [], around).map(({ id, forId }) => ({ name: nameOf(id), forName: forId && nameOf(forId) }))
    return { key, name: node?.name ?? key, mode: node?.mode ?? ('any' as const), people: who }
  })
  const props: FlowEditorProps = {
    form,
    flow,
    seen,
    // The list of places says it all.
    message: found.length > 0 ? null : message,
    departments,
    people: people.map(({ id, name, department, mayDecide }) => ({ id, name, department, mayDecide })),
    versions: known.map(({ version, authorName, createdAt }) => ({ version, authorName, createdAt })),
    codes: Object.fromEntries(flow.nodes.flatMap((node) => (node.kind === 'approval' ? [[node.key, codesOf(node)]] : []))),
    most: { approvers: MOST_APPROVERS, ways: MOST_WAYS },
    faults: found.map(({ node, what }) => ({ name: flow.nodes.find(({ key }) => key === node)?.name || node, what })),
    sample: { amount, applicantId: applicant?.id ?? '' },
    preview: steps ?? null,
  }
  return showPage(call, h(FlowEditorPage, props), { status })
}

const codesOf = ({ approvers, copies }: Extract<Flow['nodes'][number], { kind: 'approval' }>) => ({
  approvers: approvers.map(approverCode),
  copies: copies.map(approverCode),
})
