import { type CaseState, CONFIRM_NODE, type NodeMode, PAY_NODE, START_NODE } from '#src/core/office'
import { addSeconds } from '#src/core/time'
import type { Act, Case, CaseEvent, EventKind, Outcome, Refused, Task, World } from './case'

/** An applicant may ask again after this long. */
export const REMIND_AGAIN_SECONDS = 1_800

/** What an act makes of a case, or why it makes nothing. Pure: the same case, act and world give the same. */
export function decide(it: Case, act: Act, by: string, world: World): Outcome {
  const isApplicant = by === it.applicantId
  switch (act.do) {
    case 'submit':
      return !EDITABLE.includes(it.status) ? refused('wrong_state') : isApplicant ? submit(it, by, world) : refused('not_yours')
    case 'withdraw':
      return !WITHDRAWABLE.includes(it.status) ? refused('wrong_state') : isApplicant ? withdraw(it, by) : refused('not_yours')
    case 'remind':
      return it.status !== 'submitted' ? refused('wrong_state') : isApplicant ? remind(it, by, world) : refused('not_yours')
    case 'copy':
      return it.status === 'draft' ? refused('wrong_state') : copy(it, act, by, world)
    case 'comment':
      if (it.status === 'draft') return refused('wrong_state')
      return told(it, [event('commented', by, { comment: act.comment })])
    case 'confirm':
      return asTask(it, 'confirm', by, (task) => confirm(it, task, by))
    case 'pay':
      return asTask(it, 'pay', by, (task) => pay(it, task, by))
    default:
      return asTask(it, 'approve', by, (task) => asSigner(it, task, act, by, world))
  }
}

export const EDITABLE: readonly CaseState[] = ['draft', 'returned', 'rejected']
const WITHDRAWABLE: readonly CaseState[] = ['submitted', 'returned']

/** Which acts are open to a person now; the same rules as `decide`, without what has to be filled in. */
export function possibleActs(it: Case, by: string): ('submit' | Act['do'])[] {
  const isApplicant = by === it.applicantId
  const own = it.tasks.find(({ personId, status }) => personId === by && status === 'open')
  return [
    ...(isApplicant && EDITABLE.includes(it.status) ? (['submit'] as const) : []),
    ...(own?.kind === 'approve' && it.status === 'submitted'
      ? (['approve', 'reject', 'send_back', 'transfer', 'add_signer'] as const)
      : []),
    ...(own?.kind === 'confirm' && it.status === 'submitted' ? (['confirm'] as const) : []),
    ...(own?.kind === 'pay' && it.status === 'approved' ? (['pay'] as const) : []),
    ...(isApplicant && WITHDRAWABLE.includes(it.status) ? (['withdraw'] as const) : []),
    ...(isApplicant && it.status === 'submitted' ? (['remind'] as const) : []),
    ...(it.status === 'draft' ? [] : (['copy', 'comment'] as const)),
  ]
}

const refused = (why: Refused): Outcome => ({ refused: why })
const told = (it: Case, events: CaseEvent[], copies: string[] = []): Outcome => ({ case: it, events, copies })

function event(kind: EventKind, actorId: string | null, more: Partial<Pick<CaseEvent, 'node' | 'comment' | 'people'>> = {}): CaseEvent {
  return { kind, actorId, node: more.node ?? null, comment: more.comment || null, people: more.people ?? [] }
}

/** Runs with the person's open task of the kind; otherwise says whether it is too late or not theirs. */
function asTask(it: Case, kind: Task['kind'], by: string, work: (task: Task) => Outcome): Outcome {
  if (it.status !== (kind === 'pay' ? 'approved' : 'submitted')) return refused('wrong_state')
  const own = it.tasks.find(({ personId }) => personId === by)
  if (!own) return refused('not_yours')
  return own.kind === kind && own.status === 'open' ? work(own) : refused('wrong_state')
}

function submit(it: Case, by: string, world: World): Outcome {
  const started: Case = { ...it, status: 'submitted', path: world.path, remindedAt: null, tasks: [] }
  return enter(started, 0, [event('submitted', by)], [], world)
}

/** The case at a node of its way, behind the last one at its end. */
function enter(it: Case, step: number, events: CaseEvent[], copies: string[], world: World): Outcome {
  const node = it.path[step]
  if (node === undefined) return finish({ ...it, step }, events, copies, world)
  const assigned = world.assign(node)
  const isSequential = world.modeOf(node) === 'sequential'
  const tasks: Task[] = []
  for (const { id, forId } of assigned) {
    const before = isSequential ? (tasks.at(-1)?.id ?? null) : null
    tasks.push(newTask(it, world, { node, kind: 'approve', personId: id, forId, afterId: before }))
  }
  const people = assigned.map(({ id }) => id)
  return told({ ...it, step, round: it.round + 1, tasks }, [...events, event('entered', null, { node, people })], copies)
}

type NewTask = Pick<Task, 'node' | 'kind' | 'personId' | 'forId' | 'afterId'>

const newTask = ({ round }: Case, world: World, task: NewTask): Task => ({
  ...task,
  id: world.newId(),
  round: round + 1,
  status: task.afterId ? 'waiting' : 'open',
  comment: null,
})

/** Behind the last node: a handover waits for its receiver, a payment for finance, all else is done. */
function finish(it: Case, events: CaseEvent[], copies: string[], world: World): Outcome {
  if (it.form === 'gongzuo_jiaojie' && world.receiverId) {
    const task = newTask(it, world, { node: CONFIRM_NODE, kind: 'confirm', personId: world.receiverId, forId: null, afterId: null })
    const entered = event('entered', null, { node: CONFIRM_NODE, people: [world.receiverId] })
    return told({ ...it, round: it.round + 1, tasks: [task] }, [...events, entered], copies)
  }
  const done: Case = { ...it, status: 'approved' }
  const finished = [...events, event('finished', null)]
  if (it.form !== 'duiwai_fukuan') return told(done, finished, copies)
  const payers = world.payers.filter((id) => id !== it.applicantId)
  const tasks = payers.map((personId) => newTask(it, world, { node: PAY_NODE, kind: 'pay', personId, forId: null, afterId: null }))
  return told({ ...done, round: it.round + 1, tasks }, [...finished, event('entered', null, { node: PAY_NODE, people: payers })], copies)
}

const isLive = ({ status }: Task): boolean => status === 'open' || status === 'waiting'
const closeRest = (tasks: readonly Task[]): Task[] => tasks.map((task) => (isLive(task) ? { ...task, status: 'closed' } : task))
const withTask = (tasks: readonly Task[], changed: Task): Task[] => tasks.map((task) => (task.id === changed.id ? changed : task))

type Signing = Extract<Act, { do: 'approve' | 'reject' | 'send_back' | 'transfer' | 'add_signer' }>

function asSigner(it: Case, task: Task, act: Signing, by: string, world: World): Outcome {
  const { node } = task
  if (act.do === 'approve') return approve(it, task, act.comment, by, world)
  if (act.do === 'reject') {
    const tasks = closeRest(withTask(it.tasks, { ...task, status: 'rejected', comment: act.comment }))
    return told({ ...it, status: 'rejected', tasks }, [event('rejected', by, { node, comment: act.comment })])
  }
  if (act.do === 'send_back') return sendBack(it, task, act, by, world)
  const why = cannotSign(it, act.to, world)
  if (why) return refused(why)
  return act.do === 'transfer' ? transfer(it, task, act, by, world) : addSigner(it, task, act, by, world)
}

function approve(it: Case, task: Task, comment: string | null, by: string, world: World): Outcome {
  const { node } = task
  const decided = withTask(it.tasks, { ...task, status: 'approved', comment })
  const tasks = decided.map((one): Task => (one.status === 'waiting' && one.afterId === task.id ? { ...one, status: 'open' } : one))
  const events = [event('approved', by, { node, comment })]
  if (!isDone(tasks, world.modeOf(node))) return told({ ...it, tasks }, events)
  return leave({ ...it, tasks: closeRest(tasks) }, events, world)
}

/** One round's tasks are written before the next ones replace them: the outcome carries both. */
function leave(it: Case, events: CaseEvent[], world: World): Outcome {
  const node = it.path[it.step]!
  const copies = world.copiesAt(node)
  const told = copies.length > 0 ? [...events, event('copied', null, { node, people: copies })] : events
  return carrying(it.tasks, enter(it, it.step + 1, told, copies, world))
}

/** Tasks of the round that ended stay beside those of the new one. */
const carrying = (before: readonly Task[], outcome: Outcome): Outcome =>
  'refused' in outcome || outcome.case.tasks === before
    ? outcome
    : { ...outcome, case: { ...outcome.case, tasks: [...before, ...outcome.case.tasks] } }

/** 或签: one who has agreed and nobody behind them. 会签 and one after the other: nobody is left. */
function isDone(tasks: readonly Task[], mode: NodeMode): boolean {
  const live = tasks.filter(isLive)
  if (mode !== 'any') return live.length === 0
  return tasks.some(({ id, status }) => status === 'approved' && !live.some(({ afterId }) => afterId === id))
}

function sendBack(it: Case, task: Task, act: { comment: string; to: string }, by: string, world: World): Outcome {
  const step = it.path.indexOf(act.to)
  if (act.to !== START_NODE && (step < 0 || step >= it.step)) return refused('unknown_place')
  const tasks = closeRest(withTask(it.tasks, { ...task, status: 'sent_back', comment: act.comment }))
  const events = [event('sent_back', by, { node: act.to, comment: act.comment })]
  if (act.to === START_NODE) return told({ ...it, status: 'returned', tasks }, events)
  return carrying(tasks, enter({ ...it, tasks }, step, events, [], world))
}

function cannotSign(it: Case, to: string, world: World): Refused | undefined {
  if (to === it.applicantId) return 'own_case'
  if (!world.mayDecide(to)) return 'not_an_approver'
  return it.tasks.some(({ personId }) => personId === to) ? 'already_there' : undefined
}

const current = (it: Case): Case => ({ ...it, round: it.round - 1 })

function transfer(it: Case, task: Task, act: { comment: string | null; to: string }, by: string, world: World): Outcome {
  const { node, afterId } = task
  const next = newTask(current(it), world, { node, kind: 'approve', personId: act.to, forId: task.forId, afterId })
  const gone: Task = { ...task, status: 'transferred', comment: act.comment }
  const tasks = withTask(it.tasks, gone).map((one) => (isLive(one) && one.afterId === task.id ? { ...one, afterId: next.id } : one))
  return told({ ...it, tasks: [...tasks, { ...next, status: 'open' }] }, [
    event('transferred', by, { node, comment: act.comment, people: [act.to] }),
  ])
}

type Adding = Extract<Act, { do: 'add_signer' }>

function addSigner(it: Case, task: Task, { to, where, comment }: Adding, by: string, world: World): Outcome {
  const { node } = task
  const added = newTask(current(it), world, {
    node,
    kind: 'approve',
    personId: to,
    forId: null,
    afterId: where === 'after' ? task.id : task.afterId,
  })
  const tasks =
    where === 'before'
      ? withTask(it.tasks, { ...task, status: 'waiting', afterId: added.id })
      : it.tasks.map((one) => (isLive(one) && one.afterId === task.id ? { ...one, afterId: added.id } : one))
  const placed: Task = { ...added, status: where === 'before' ? 'open' : 'waiting' }
  const kind = where === 'before' ? 'signer_before' : 'signer_after'
  return told({ ...it, tasks: [...tasks, placed] }, [event(kind, by, { node, comment, people: [to] })])
}

function withdraw(it: Case, by: string): Outcome {
  return told({ ...it, status: 'withdrawn', tasks: closeRest(it.tasks) }, [event('withdrawn', by)])
}

function remind(it: Case, by: string, { now }: World): Outcome {
  if (it.remindedAt && addSeconds(it.remindedAt, REMIND_AGAIN_SECONDS) > now) return refused('too_soon')
  const people = it.tasks.filter(({ status }) => status === 'open').map(({ personId }) => personId)
  return told({ ...it, remindedAt: now }, [event('reminded', by, { people })])
}

function copy(it: Case, { to }: { to: readonly string[] }, by: string, world: World): Outcome {
  if (to.length === 0 || to.some((id) => !world.isMember(id))) return refused('unknown_person')
  return told(it, [event('copied', by, { people: [...to] })], [...to])
}

function confirm(it: Case, task: Task, by: string): Outcome {
  const tasks = withTask(it.tasks, { ...task, status: 'approved' })
  return told({ ...it, status: 'approved', tasks }, [event('confirmed', by, { node: task.node }), event('finished', null)])
}

function pay(it: Case, task: Task, by: string): Outcome {
  const tasks = closeRest(withTask(it.tasks, { ...task, status: 'approved' }))
  return told({ ...it, status: 'paid', tasks }, [event('paid', by, { node: task.node })])
}
