import type { Uuid } from '#src/core/ids'
import { type Money, money, times } from '#src/core/money'
import { CONFIRM_NODE, type NodeMode, type OfficeForm, PAY_NODE } from '#src/core/office'
import { type Instant, instant } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import type { TaskState } from './case'
import { FORMS } from './forms'
import { approvalNode } from './path'
import { approversOf } from './people'
import { type CaseFile, type EventRow, filledOf, storyOf } from './queries'
import { type CaseRow, type TaskRow, tasksOf } from './row'
import { type Staff, staffOf } from './world'

/** An entry as people read it; its kind says how. */
export type Entry = { name: string } & (
  | { kind: 'words'; value: string }
  | { kind: 'choice'; value: string }
  | { kind: 'money'; value: Money }
  | { kind: 'half_days'; value: number }
  | { kind: 'goods'; value: { name: string; quantity: number; price: Money; sum: Money }[] }
  | { kind: 'work'; value: { name: string; state: string }[] }
)

export type StepPerson = {
  name: string
  forName: string | null
  /** What was done is an approval, and behind the flow a confirmation or a payment. */
  status: TaskState | 'foreseen' | 'confirmed' | 'paid'
  at: Instant | null
  comment: string | null
}
/** `name` is null for what no flow names: the confirmation and the payment. */
export type Step = {
  key: string
  name: string | null
  kind: 'approve' | 'confirm' | 'pay'
  mode: NodeMode | null
  state: 'done' | 'current' | 'ahead' | 'stopped'
  people: StepPerson[]
}

export type ShownEvent = Omit<EventRow, 'actorId' | 'people' | 'node'> & {
  actorName: string | null
  nodeName: string | null
  /** The node's key, for what has no name of its own. */
  node: string | null
  peopleNames: string[]
}

export type ShownCase = {
  row: CaseRow
  applicantName: string
  copyNames: string[]
  entries: Entry[]
  steps: Step[]
  events: ShownEvent[]
  files: CaseFile[]
  tasks: TaskRow[]
  staff: Staff
}

/** All that a page or a paper tells of a case; whoever asks has looked whether it may be seen. */
export async function shownCase(row: CaseRow, now: Instant): Promise<ShownCase> {
  const on = { sql: rawSql() }
  const [tasks, { events, files }, staff, filled] = await Promise.all([
    tasksOf(on, row.id),
    storyOf(on, row.id),
    staffOf(on, row.form, now),
    filledOf(on, row.id, FORMS[row.form].table),
  ])
  const { nameOf } = staff
  return {
    row,
    tasks,
    staff,
    files,
    applicantName: nameOf(row.applicantId),
    copyNames: row.copies.map(nameOf),
    entries: filled ? entriesOf(row.form, filled, nameOf) : [],
    steps: stepsOf(row, tasks, staff),
    events: events.map(({ actorId, people, ...event }) => ({
      ...event,
      actorName: actorId && nameOf(actorId),
      nodeName: nodeName(row, event.node),
      peopleNames: people.map(nameOf),
    })),
  }
}

const nodeName = ({ flow }: CaseRow, node: string | null): string | null => (node && flow && approvalNode(flow, node)?.name) || null

type Goods = { name: string; quantity: number; price_fen: string }

function entriesOf(form: OfficeForm, filled: Record<string, unknown>, nameOf: (id: Uuid) => string): Entry[] {
  const entries = FORMS[form].fields.flatMap((field): Entry[] => {
    const { name } = field
    const value = filled[field.column]
    if (value === null || value === undefined) return []
    if (field.kind === 'yuan') return [{ name, kind: 'money', value: money(value as number) }]
    if (field.kind === 'choice') return [{ name, kind: 'choice', value: String(value) }]
    if (field.kind === 'half_days') return [{ name, kind: 'half_days', value: Number(value) }]
    if (field.kind === 'person') return [{ name, kind: 'words', value: nameOf(String(value)) }]
    if (field.kind !== 'items') return [{ name, kind: 'words', value: String(value) }]
    if (field.of === 'work') return [{ name, kind: 'work', value: value as { name: string; state: string }[] }]
    return [{ name, kind: 'goods', value: (value as Goods[]).map(goodsRow) }]
  })
  return form === 'caigou' ? [...entries, { name: 'total', kind: 'money', value: money(filled.amount_fen as number) }] : entries
}

function goodsRow({ name, quantity, price_fen }: Goods) {
  const price = money(BigInt(price_fen))
  return { name, quantity, price, sum: times(price, quantity) }
}

/** The way of a case, node by node, with who did what and when; ahead of it, who would be asked today. */
function stepsOf(row: CaseRow, tasks: readonly TaskRow[], { people, nameOf }: Staff): Step[] {
  const { flow } = row
  if (!flow) return []
  const around = { people, flow, applicantId: row.applicantId, department: row.department, chosenId: row.chosenId }
  const steps = row.path.map((key, at): Step => {
    const node = approvalNode(flow, key)
    const state = stateAt(row, at)
    const did = state === 'ahead' ? [] : lastRoundOf(key, tasks).map((task) => person(task, nameOf))
    const foreseen = row.status === 'submitted' && state === 'ahead' ? approversOf(node?.approvers ?? [], around) : []
    const ahead = foreseen.map(({ id, forId }) => ({
      name: nameOf(id),
      forName: forId && nameOf(forId),
      status: 'foreseen' as const,
      at: null,
      comment: null,
    }))
    return { key, name: node?.name ?? key, kind: 'approve', mode: node?.mode ?? 'any', state, people: [...did, ...ahead] }
  })
  return [...steps, ...ownSteps(row, tasks, nameOf)]
}

function stateAt({ status, step }: CaseRow, at: number): Step['state'] {
  if (at < step || status === 'approved' || status === 'paid') return 'done'
  if (at > step) return 'ahead'
  return status === 'submitted' ? 'current' : 'stopped'
}

/** Behind the flow: the receiver of a handover, those who pay. */
function ownSteps(row: CaseRow, tasks: readonly TaskRow[], nameOf: Staff['nameOf']): Step[] {
  const kind = row.form === 'gongzuo_jiaojie' ? 'confirm' : row.form === 'duiwai_fukuan' ? 'pay' : null
  if (!kind) return []
  const key = kind === 'confirm' ? CONFIRM_NODE : PAY_NODE
  const isDone = kind === 'confirm' ? row.status === 'approved' : row.status === 'paid'
  const isCurrent = kind === 'confirm' ? row.status === 'submitted' && row.step >= row.path.length : row.status === 'approved'
  const state = isDone ? 'done' : isCurrent ? 'current' : 'ahead'
  const shown = state === 'ahead' ? [] : lastRoundOf(key, tasks)
  return [{ key, name: null, kind, mode: null, state, people: shown.map((task) => behindFlow(kind, person(task, nameOf))) }]
}

const behindFlow = (kind: 'confirm' | 'pay', { status, ...rest }: StepPerson): StepPerson => ({
  ...rest,
  status: status === 'approved' ? ({ confirm: 'confirmed', pay: 'paid' } as const)[kind] : status,
})

function lastRoundOf(key: string, tasks: readonly TaskRow[]): TaskRow[] {
  const own = tasks.filter(({ node }) => node === key)
  const last = Math.max(0, ...own.map(({ round }) => round))
  // Who was asked in vain is not worth a line once somebody else has decided.
  return own.filter(({ round, status }) => round === last && status !== 'closed')
}

const person = ({ personId, forId, status, decidedAt, comment }: TaskRow, nameOf: Staff['nameOf']): StepPerson => ({
  name: nameOf(personId),
  forName: forId && nameOf(forId),
  status,
  at: decidedAt && instant(decidedAt),
  comment,
})
