import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { OFFICE_FORMS } from '#src/core/office'
import type { Act, Case } from '#src/office/case'
import { decide } from '#src/office/flow'
import { aDraft, aWorld, DECIDERS, NODES, reread } from './machine'

const PEOPLE = ['applicant', ...DECIDERS, 'receiver', 'payer', 'outsider']
const person = fc.constantFrom(...PEOPLE)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Act>({ do: 'approve', comment: null }) },
  { weight: 3, arbitrary: fc.constant<Act>({ do: 'submit' }) },
  fc.constantFrom<Act>({ do: 'withdraw' }, { do: 'confirm' }, { do: 'pay' }, { do: 'reject', comment: '不同意这样做' }),
  fc.constantFrom('start', ...Object.keys(NODES), 'nowhere').map((to): Act => ({ do: 'send_back', comment: '请补充', to })),
  person.map((to): Act => ({ do: 'transfer', comment: null, to })),
  fc
    .tuple(person, fc.constantFrom('before' as const, 'after' as const))
    .map(([to, where]): Act => ({ do: 'add_signer', comment: null, to, where })),
)
const path = fc.uniqueArray(fc.constantFrom(...Object.keys(NODES)), { minLength: 1, maxLength: 3 })

/** What holds of a request whatever was done to it. */
function check(it: Case): void {
  const live = it.tasks.filter(({ status }) => status === 'open' || status === 'waiting')
  const open = live.filter(({ status }) => status === 'open')
  // It never waits for nobody, and what is decided waits for nobody but a payment.
  if (it.status === 'submitted') expect(open.length).toBeGreaterThan(0)
  else if (it.status !== 'approved') expect(live).toEqual([])
  else expect(live.every(({ kind }) => kind === 'pay')).toBe(true)
  // One person has one task in a round, never the applicant, and what waits waits for something that is still to be done.
  expect(new Set(it.tasks.map(({ personId }) => personId)).size).toBe(it.tasks.length)
  expect(it.tasks.some(({ personId }) => personId === 'applicant')).toBe(false)
  for (const task of live) if (task.status === 'waiting') expect(live.some(({ id }) => id === task.afterId)).toBe(true)
}

/** Told apart from the machine: the nodes whose rule was kept since the request was handed in or sent back. */
function agreed(node: string, history: readonly { node: string; by: string }[]): boolean {
  const by = new Set(history.filter((one) => one.node === node).map((one) => one.by))
  return by.size > 0
}

test('10,000 random acts: a request never gets stuck, is never approved past a node, and never twice', () => {
  let acts = 0
  fc.assert(
    fc.property(
      fc.constantFrom(...OFFICE_FORMS),
      path,
      fc.array(fc.tuple(person, act), { minLength: 20, maxLength: 50 }),
      (form, way, steps) => {
        const world = aWorld(way)
        let it = aDraft(form)
        let history: { node: string; by: string }[] = []
        for (const [by, one] of steps) {
          acts++
          const before = it
          const task = it.tasks.find(({ personId, status }) => personId === by && status === 'open')
          const outcome = decide(it, one, by, world)
          if ('refused' in outcome) {
            expect(it).toBe(before)
            continue
          }
          if (one.do === 'submit') history = []
          if (one.do === 'approve') history.push({ node: task!.node, by })
          if (one.do === 'send_back') history = history.filter(({ node }) => way.indexOf(node) < way.indexOf(one.to))
          it = reread(outcome.case)
          check(it)
          if (it.status === 'approved' && before.status === 'submitted')
            for (const node of way) expect([node, agreed(node, history)]).toEqual([node, true])
          expect(it.round).toBeGreaterThanOrEqual(before.round)
        }
      },
    ),
    { numRuns: 320 },
  )
  expect(acts).toBeGreaterThan(10_000)
})
