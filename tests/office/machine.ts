import { instant } from '#src/core/time'
import type { Act, Case, World } from '#src/office/case'
import { decide } from '#src/office/flow'

/** A house of letters: `applicant` asks, `a`–`d` may decide, `outsider` may not, `payer` and `receiver` come at the end. */
export const NODES: Record<string, { mode: 'sequential' | 'all' | 'any'; who: string[] }> = {
  first: { mode: 'any', who: ['a'] },
  middle: { mode: 'all', who: ['b', 'c'] },
  last: { mode: 'sequential', who: ['a', 'd'] },
}
export const DECIDERS = ['a', 'b', 'c', 'd', 'e']

export function aWorld(path: readonly string[], now = instant(0)): World {
  let made = 0
  return {
    now,
    newId: () => `t${now.getTime()}-${++made}-${Math.random()}`,
    path,
    modeOf: (node) => NODES[node]!.mode,
    assign: (node) => NODES[node]!.who.map((id) => ({ id, forId: null })),
    copiesAt: () => [],
    mayDecide: (id) => DECIDERS.includes(id),
    isMember: (id) => id !== 'ghost',
    receiverId: 'receiver',
    payers: ['payer'],
  }
}

export const aDraft = (form: Case['form']): Case => ({
  form,
  status: 'draft',
  applicantId: 'applicant',
  path: [],
  step: 0,
  round: 0,
  remindedAt: null,
  tasks: [],
})

/** As the database gives it back: with the tasks of the round that it is in. */
export const reread = (it: Case): Case => ({ ...it, tasks: it.tasks.filter(({ round }) => round === it.round) })

/** Runs acts that must all be taken. */
export function after(start: Case, world: World, ...acts: [string, Act][]): Case {
  return acts.reduce((it, [by, act]) => {
    const outcome = decide(it, act, by, world)
    if ('refused' in outcome) throw new Error(`${act.do} by ${by}: ${outcome.refused}`)
    return reread(outcome.case)
  }, start)
}

export const yes = (by: string): [string, Act] => [by, { do: 'approve', comment: null }]
export const submitted = (form: Case['form'], world: World): Case => after(aDraft(form), world, ['applicant', { do: 'submit' }])
