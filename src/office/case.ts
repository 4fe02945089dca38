import type { CaseState, NodeMode, OfficeForm } from '#src/core/office'
import type { Instant } from '#src/core/time'
import type { Assigned } from './people'

export type TaskState = 'waiting' | 'open' | 'approved' | 'rejected' | 'sent_back' | 'transferred' | 'closed'
export type Task = {
  id: string
  round: number
  node: string
  kind: 'approve' | 'confirm' | 'pay'
  personId: string
  forId: string | null
  /** The task that has to be done before this one opens. */
  afterId: string | null
  status: TaskState
  comment: string | null
}

/** A case as its machine knows it; `tasks` are those of the round it is in. */
export type Case = {
  form: OfficeForm
  status: CaseState
  applicantId: string
  path: readonly string[]
  step: number
  round: number
  remindedAt: Instant | null
  tasks: readonly Task[]
}

export type EventKind =
  | 'submitted'
  | 'entered'
  | 'approved'
  | 'rejected'
  | 'sent_back'
  | 'transferred'
  | 'signer_before'
  | 'signer_after'
  | 'copied'
  | 'reminded'
  | 'withdrawn'
  | 'confirmed'
  | 'paid'
  | 'commented'
  | 'finished'
export type CaseEvent = { kind: EventKind; actorId: string | null; node: string | null; comment: string | null; people: string[] }

/** What the machine asks of its surroundings; ids are handed in, so that the same asked twice gives the same. */
export type World = {
  now: Instant
  newId: () => string
  /** The way of this case, for a submission. */
  path: readonly string[]
  modeOf(node: string): NodeMode
  /** Who decides at a node now; never nobody. */
  assign(node: string): Assigned[]
  copiesAt(node: string): string[]
  mayDecide(personId: string): boolean
  isMember(personId: string): boolean
  /** Whom a handover goes to. */
  receiverId: string | null
  /** Those of finance who may pay this. */
  payers: readonly string[]
}

export type Act =
  | { do: 'submit' | 'withdraw' | 'remind' | 'confirm' | 'pay' }
  | { do: 'approve'; comment: string | null }
  | { do: 'reject'; comment: string }
  | { do: 'send_back'; comment: string; to: string }
  | { do: 'transfer'; comment: string | null; to: string }
  | { do: 'add_signer'; comment: string | null; to: string; where: 'before' | 'after' }
  | { do: 'copy'; to: readonly string[] }
  | { do: 'comment'; comment: string }

export type Refused =
  | 'wrong_state'
  | 'not_yours'
  | 'too_soon'
  | 'unknown_place'
  | 'not_an_approver'
  | 'already_there'
  | 'own_case'
  | 'unknown_person'
export type Outcome = { case: Case; events: CaseEvent[]; copies: string[] } | { refused: Refused }
