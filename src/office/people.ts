import type { Seat } from '#src/permissions/permissions'
import type { Approver, Flow } from './path'

/** One of our people as a flow sees them. */
export type Person = {
  id: string
  name: string
  seat: Seat
  department: string | null
  headsDepartment: boolean
  /** Holds the key to decide on this form. */
  mayDecide: boolean
  /** On an approved leave today. */
  isAway: boolean
  /** Who takes over: whom the leave names, else the person's own deputy. */
  deputyId: string | null
}

/** Who is given a task, and for whom when somebody stands in. */
export type Assigned = { id: string; forId: string | null }

export type Around = { people: readonly Person[]; flow: Flow; applicantId: string; department: string | null; chosenId: string | null }

/**
 * Who decides, in the order of the flow. Those who are away are replaced by their deputies, the applicant is left out, and where nobody
 * is left it goes to the flow's administrator: never nobody. Only when there is nobody else in the house does it stay with the applicant.
 */
export function approversOf(approvers: readonly Approver[], around: Around): Assigned[] {
  const meant = approvers.flatMap((approver) => candidates(approver, around))
  const assigned = new Map<string, Assigned>()
  for (const person of meant) {
    if (person.id === around.applicantId) continue
    const one = substituteOf(person, around)
    if (one && !assigned.has(one.id)) assigned.set(one.id, one)
  }
  return assigned.size > 0 ? [...assigned.values()] : [{ id: lastResort(around), forId: null }]
}

/** Whom a node tells besides; people who are away are told like others. */
export const copiesOf = (approvers: readonly Approver[], around: Around): string[] => [
  ...new Set(approvers.flatMap((approver) => membersMeant(approver, around).map(({ id }) => id))),
]

const candidates = (approver: Approver, around: Around): Person[] => membersMeant(approver, around).filter(({ mayDecide }) => mayDecide)

function membersMeant(approver: Approver, { people, department, chosenId }: Around): Person[] {
  if (approver.kind === 'person') return people.filter(({ id }) => id === approver.id)
  if (approver.kind === 'seat') return people.filter(({ seat }) => seat === approver.seat)
  if (approver.kind === 'chosen') return people.filter(({ id }) => id === chosenId)
  return people.filter((person) => person.headsDepartment && person.department !== null && person.department === department)
}

/** The person, or whoever stands in. A ring of deputies who are all away, or one without a deputy, ends at the flow's administrator. */
function substituteOf(person: Person, around: Around): Assigned | undefined {
  const seen = new Set<string>()
  let one: Person | undefined = person
  while (one && !seen.has(one.id)) {
    seen.add(one.id)
    if (!one.isAway && one.mayDecide && one.id !== around.applicantId) return { id: one.id, forId: one.id === person.id ? null : person.id }
    const { deputyId }: Person = one
    one = around.people.find(({ id }) => id === deputyId)
  }
  const id = lastResort(around)
  return id === around.applicantId ? undefined : { id, forId: person.id }
}

/** The administrator whom the flow names, else whoever manages the product, else anybody who may decide; the applicant only when alone. */
function lastResort({ people, flow, applicantId }: Around): string {
  const others = people.filter(({ id, mayDecide }) => mayDecide && id !== applicantId)
  const named = others.find(({ id }) => id === flow.administratorId)
  const managers = others.filter(({ seat }) => seat === 'super_admin')
  const one = named ?? managers.find(({ isAway }) => !isAway) ?? managers[0] ?? others.find(({ isAway }) => !isAway) ?? others[0]
  return one?.id ?? applicantId
}
