import { parseYuan } from '#src/core/money'
import { END, NODE_MODES, type NodeMode } from '#src/core/office'
import type { Approver, BranchNode, Flow, FlowFault, FlowNode } from '../path'

/** More than these no office needs; they bound what a form can send. */
const MOST_NODES = 20
export const MOST_APPROVERS = 10
export const MOST_WAYS = 6
const LONGEST_NAME = 30

export type Sent = Record<string, string>

/** An approver as an option of a list says it: `person:<id>`, `seat:admin`, `head`, `chosen`. */
export const approverCode = (approver: Approver): string =>
  approver.kind === 'person' ? `person:${approver.id}` : approver.kind === 'seat' ? `seat:${approver.seat}` : approver.kind

function approverOf(code: string): Approver[] {
  const [kind, value = ''] = code.split(':')
  if (kind === 'person') return [{ kind, id: value }]
  if (kind === 'seat') return [{ kind, seat: value }]
  return kind === 'head' || kind === 'chosen' ? [{ kind }] : []
}

/** A flow as the form of its page says it, and amounts in it that are none. */
export function flowIn(sent: Sent): { flow: Flow; faults: FlowFault[] } {
  const faults: FlowFault[] = []
  const count = Math.min(MOST_NODES, Number(/^\d{1,2}$/.exec(sent.count ?? '')?.[0] ?? 0))
  const nodes = Array.from({ length: count }, (_, at) => nodeIn(sent, `n${at}.`, faults))
  return { flow: { administratorId: sent.administrator || null, nodes }, faults }
}

function nodeIn(sent: Sent, at: string, faults: FlowFault[]): FlowNode {
  const said = (name: string): string => (sent[at + name] ?? '').trim()
  const key = /^n\d{1,3}$/.exec(said('key'))?.[0] ?? at.slice(0, -1)
  const name = [...said('name')].slice(0, LONGEST_NAME).join('')
  if (said('kind') !== 'branch') {
    const named = (letter: string) => Array.from({ length: MOST_APPROVERS }, (_, slot) => approverOf(said(`${letter}${slot}`))).flat()
    const mode = NODE_MODES.find((one) => one === said('mode')) ?? 'any'
    return { kind: 'approval', key, name, mode, approvers: named('a'), copies: named('c'), next: said('next') || null }
  }
  const ways = Array.from({ length: MOST_WAYS }, (_, way) => wayIn(sent, `${at}w${way}.`, key, faults)).flat()
  return { kind: 'branch', key, name, ways, otherwise: said('otherwise') || null }
}

function wayIn(sent: Sent, at: string, node: string, faults: FlowFault[]): BranchNode['ways'] {
  const [over, departments, to] = ['over', 'departments', 'to'].map((name) => (sent[at + name] ?? '').trim()) as [string, string, string]
  if (over === '' && departments === '' && to === '') return []
  const amount = over === '' ? null : parseYuan(over)
  if (amount === undefined) faults.push({ node, what: 'amount' })
  const names = departments.split(/[,，、]/).map((name) => name.trim())
  return [
    { overFen: amount === null || amount === undefined ? null : String(amount), departments: names.filter((name) => name !== ''), to },
  ]
}

/** What a button of the page does to the flow as it was sent; anything else leaves it as it is. */
export function edited(flow: Flow, act: string): Flow {
  const { nodes } = flow
  const [what, place] = act.split(':')
  const at = Number(place)
  if (what === 'add-approval' && nodes.length < MOST_NODES) return { ...flow, nodes: [...nodes, emptyApproval(flow)] }
  if (what === 'add-branch' && nodes.length < MOST_NODES) return { ...flow, nodes: [...nodes, emptyBranch(flow)] }
  if (!nodes[at]) return flow
  if (what === 'remove') return { ...flow, nodes: nodes.filter((_, index) => index !== at) }
  if (what === 'up' && at > 0) return { ...flow, nodes: swapped(nodes, at - 1) }
  if (what === 'down' && at < nodes.length - 1) return { ...flow, nodes: swapped(nodes, at) }
  return flow
}

const swapped = (nodes: readonly FlowNode[], at: number): FlowNode[] => nodes.toSpliced(at, 2, nodes[at + 1]!, nodes[at]!)

const newKey = ({ nodes }: Flow): string => `n${Math.max(0, ...nodes.map(({ key }) => Number(key.slice(1)))) + 1}`
const emptyApproval = (flow: Flow): FlowNode => {
  const mode: NodeMode = 'any'
  return { kind: 'approval', key: newKey(flow), name: '', mode, approvers: [], copies: [], next: null }
}
const emptyBranch = (flow: Flow): FlowNode => ({ kind: 'branch', key: newKey(flow), name: '', ways: [], otherwise: END })
