import { END, type NodeMode } from '#src/core/office'
import type { Seat } from '#src/permissions/permissions'
import type { Person } from './people'

/** Who decides at a node: a person, whoever has a post, the head of the applicant's department, or whom the applicant names. */
export type Approver = { kind: 'person'; id: string } | { kind: 'seat'; seat: string } | { kind: 'head' } | { kind: 'chosen' }

export type ApprovalNode = {
  kind: 'approval'
  key: string
  name: string
  mode: NodeMode
  approvers: Approver[]
  /** Told when the node is done. */
  copies: Approver[]
  /** The node after it, or the end; null is the next in the list. */
  next: string | null
}

export type BranchNode = {
  kind: 'branch'
  key: string
  name: string
  /** The first that fits is taken: above an amount in fen, of one of the departments; nothing said means every one. */
  ways: { overFen: string | null; departments: string[]; to: string }[]
  /** Where all others go. */
  otherwise: string | null
}

export type FlowNode = ApprovalNode | BranchNode
/** `administratorId` decides where nobody else can; null is whoever manages the product. */
export type Flow = { administratorId: string | null; nodes: FlowNode[] }

export type Asked = { amountFen: bigint | null; department: string | null }

/** The keys of the approval nodes that a case goes through, in order. A flow that was saved leads somewhere; this one stops where it does not. */
export function pathOf(flow: Flow, asked: Asked): string[] {
  const path: string[] = []
  const seen = new Set<string>()
  let at = flow.nodes[0]
  while (at && !seen.has(at.key)) {
    seen.add(at.key)
    if (at.kind === 'approval') path.push(at.key)
    const to = at.kind === 'approval' ? following(flow, at) : wayOf(at, asked)
    at = flow.nodes.find(({ key }) => key === to)
  }
  return path
}

/** The node with the key, where the flow has such an approval. */
export const approvalNode = (flow: Flow, key: string): ApprovalNode | undefined =>
  flow.nodes.find((node): node is ApprovalNode => node.kind === 'approval' && node.key === key)

/** Whether the applicant names somebody on some way through the flow. */
export const hasChoice = ({ nodes }: Flow): boolean =>
  nodes.some((node) => node.kind === 'approval' && [...node.approvers, ...node.copies].some(({ kind }) => kind === 'chosen'))

const following = ({ nodes }: Flow, node: ApprovalNode): string => node.next ?? nodes[nodes.indexOf(node) + 1]?.key ?? END

function wayOf({ ways, otherwise }: BranchNode, { amountFen, department }: Asked): string | null {
  const way = ways.find(
    ({ overFen, departments }) =>
      (overFen === null || (amountFen !== null && amountFen > BigInt(overFen))) &&
      (departments.length === 0 || (department !== null && departments.includes(department))),
  )
  return way?.to ?? otherwise
}

export type FlowFault = {
  /** The node's key; null means the flow itself. */
  node: string | null
  what:
    | 'empty'
    | 'no_name'
    | 'no_approver'
    | 'unknown_person'
    | 'unknown_seat'
    | 'unknown_target'
    | 'no_default'
    | 'cycle'
    | 'unreached'
    | 'undecided'
    | 'administrator'
    | 'amount'
}

const SEATS: readonly string[] = ['super_admin', 'admin', 'operator', 'specialist', 'manager', 'auditor', 'analyst'] satisfies Seat[]

/** Everything because of which a flow leads nowhere, with the place; none means that it may be saved. `people` are those who may decide on the form. */
export function faultsOf(flow: Flow, people: readonly Person[]): FlowFault[] {
  if (flow.nodes.length === 0) return [{ node: null, what: 'empty' }]
  const administrator = people.find(({ id }) => id === flow.administratorId)
  const own: FlowFault[] = flow.administratorId !== null && !administrator?.mayDecide ? [{ node: null, what: 'administrator' }] : []
  return [...own, ...flow.nodes.flatMap((node) => nodeFaults(flow, node, people)), ...wayFaults(flow)]
}

function nodeFaults(flow: Flow, node: FlowNode, people: readonly Person[]): FlowFault[] {
  const fault = (what: FlowFault['what']): FlowFault => ({ node: node.key, what })
  const name = node.name.trim() === '' ? [fault('no_name')] : []
  const targets = targetsOf(flow, node)
  const unknown = targets.some((to) => to !== END && !flow.nodes.some(({ key }) => key === to)) ? [fault('unknown_target')] : []
  if (node.kind === 'branch') return [...name, ...unknown, ...(node.otherwise === null ? [fault('no_default')] : [])]
  const named = [...node.approvers, ...node.copies]
  const seats = named.some((one) => one.kind === 'seat' && !SEATS.includes(one.seat)) ? [fault('unknown_seat')] : []
  const persons = named.some((one) => one.kind === 'person' && !people.some(({ id }) => id === one.id)) ? [fault('unknown_person')] : []
  const found = node.approvers.some((one) => people.some((person) => person.mayDecide && fits(one, person)))
  return [...name, ...unknown, ...seats, ...persons, ...(found ? [] : [fault('no_approver')])]
}

/** Whether somebody could be who is meant, for whichever applicant. */
function fits(approver: Approver, person: Person): boolean {
  if (approver.kind === 'person') return person.id === approver.id
  if (approver.kind === 'seat') return person.seat === approver.seat
  return approver.kind === 'chosen' || person.headsDepartment
}

const targetsOf = (flow: Flow, node: FlowNode): string[] =>
  node.kind === 'approval'
    ? [following(flow, node)]
    : [...node.ways.map(({ to }) => to), ...(node.otherwise === null ? [] : [node.otherwise])]

/** Rings, nodes that no way reaches, and ways to the end on which nobody decides. */
function wayFaults(flow: Flow): FlowFault[] {
  const reached = new Set<string>()
  const faults = new Map<string, FlowFault>()
  const note = (node: string, what: FlowFault['what']) => faults.set(`${node} ${what}`, { node, what })
  // Visited again only when more is known: at most twice each, with and without a decision before.
  const done = new Set<string>()
  const walk = (key: string, way: readonly string[], decided: boolean) => {
    if (way.includes(key)) return void note(key, 'cycle')
    const node = flow.nodes.find((one) => one.key === key)
    if (!node || done.has(`${key} ${decided}`)) return
    reached.add(key)
    for (const to of targetsOf(flow, node)) {
      const isDecided = decided || node.kind === 'approval'
      if (to === END && !isDecided) note(key, 'undecided')
      else walk(to, [...way, key], isDecided)
    }
    done.add(`${key} ${decided}`)
  }
  walk(flow.nodes[0]!.key, [], false)
  for (const { key } of flow.nodes) if (!reached.has(key)) note(key, 'unreached')
  return [...faults.values()]
}
