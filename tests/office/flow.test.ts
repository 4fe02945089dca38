import { describe, expect, test } from 'bun:test'
import { CASE_STATES, type CaseState } from '#src/core/office'
import { addSeconds, instant } from '#src/core/time'
import type { Act, Case } from '#src/office/case'
import { decide, possibleActs, REMIND_AGAIN_SECONDS } from '#src/office/flow'
import { aDraft, after, aWorld, reread, submitted, yes } from './machine'

const WORLD = aWorld(['first', 'middle'])
const CASES: Record<CaseState, Case> = {
  draft: aDraft('duiwai_fukuan'),
  submitted: after(submitted('duiwai_fukuan', WORLD), WORLD, yes('a')),
  returned: after(submitted('duiwai_fukuan', WORLD), WORLD, ['a', { do: 'send_back', comment: '请补充', to: 'start' }]),
  rejected: after(submitted('duiwai_fukuan', WORLD), WORLD, ['a', { do: 'reject', comment: '不同意' }]),
  withdrawn: after(submitted('duiwai_fukuan', WORLD), WORLD, ['applicant', { do: 'withdraw' }]),
  approved: after(submitted('duiwai_fukuan', WORLD), WORLD, yes('a'), yes('b'), yes('c')),
  paid: after(submitted('duiwai_fukuan', WORLD), WORLD, yes('a'), yes('b'), yes('c'), ['payer', { do: 'pay' }]),
}
/** In `submitted` the node 会签 is open for b and c; a has decided before. */
const PEOPLE = ['applicant', 'a', 'b', 'c', 'payer', 'outsider'] as const
const ACTS: Act[] = [
  { do: 'submit' },
  { do: 'withdraw' },
  { do: 'remind' },
  { do: 'approve', comment: null },
  { do: 'reject', comment: '不同意这样做' },
  { do: 'send_back', comment: '请补充说明', to: 'first' },
  { do: 'transfer', comment: null, to: 'e' },
  { do: 'add_signer', comment: null, to: 'e', where: 'before' },
  { do: 'confirm' },
  { do: 'pay' },
  { do: 'copy', to: ['outsider'] },
  { do: 'comment', comment: '已电话核实' },
]

/** Written down anew, not asked of the code that decides: who may do what in which state, and what it becomes. */
function expected(state: CaseState, act: Act['do'], who: (typeof PEOPLE)[number]): CaseState | 'refused' {
  const isApplicant = who === 'applicant'
  const signs = state === 'submitted' && (who === 'b' || who === 'c')
  if (act === 'submit') return isApplicant && ['draft', 'returned', 'rejected'].includes(state) ? 'submitted' : 'refused'
  if (act === 'withdraw') return isApplicant && ['submitted', 'returned'].includes(state) ? 'withdrawn' : 'refused'
  if (act === 'remind') return isApplicant && state === 'submitted' ? 'submitted' : 'refused'
  if (act === 'copy' || act === 'comment') return state === 'draft' ? 'refused' : state
  if (act === 'pay') return state === 'approved' && who === 'payer' ? 'paid' : 'refused'
  if (act === 'confirm') return 'refused'
  if (act === 'reject') return signs ? 'rejected' : 'refused'
  return signs ? 'submitted' : 'refused'
}

describe.each(CASE_STATES)('a request that is %s', (state) => {
  test.each(ACTS.map((act) => [act.do, act] as const))('%s, by everybody', (_, act) => {
    for (const who of PEOPLE) {
      const it = CASES[state]
      const outcome = decide(it, act, who, WORLD)
      const wanted = expected(state, act.do, who)
      expect([who, 'refused' in outcome ? 'refused' : outcome.case.status]).toEqual([who, wanted])
      // The page shows a control exactly where the act is taken.
      const offered: readonly string[] = possibleActs(it, who)
      expect([who, act.do, offered.includes(act.do)]).toEqual([who, act.do, wanted !== 'refused'])
      expect(it).toEqual(CASES[state])
    }
  })
})

describe('the three rules', () => {
  test('会签: all have to agree, in whatever order, and one who rejects ends it', () => {
    const it = submitted('baoxiao', aWorld(['middle']))
    expect(after(it, WORLD, yes('c'))).toMatchObject({ status: 'submitted', step: 0 })
    expect(after(it, WORLD, yes('c'), yes('b')).status).toBe('approved')
    const rejected = after(it, WORLD, yes('c'), ['b', { do: 'reject', comment: '超出预算了' }])
    expect(rejected.status).toBe('rejected')
    expect(rejected.tasks.map(({ status }) => status).sort()).toEqual(['approved', 'rejected'])
  })

  test('或签: the first one decides, the others’ tasks close', () => {
    const world = { ...aWorld(['first']), assign: () => ['a', 'b', 'c'].map((id) => ({ id, forId: null })) }
    const it = submitted('baoxiao', world)
    const outcome = decide(it, { do: 'approve', comment: null }, 'b', world)
    expect('case' in outcome && outcome.case.tasks.map(({ status }) => status).sort()).toEqual(['approved', 'closed', 'closed'])
    expect('case' in outcome && outcome.case.status).toBe('approved')
  })

  test('one after the other: the second waits for the first', () => {
    const world = aWorld(['last'])
    const it = submitted('baoxiao', world)
    expect(decide(it, { do: 'approve', comment: null }, 'd', world)).toEqual({ refused: 'wrong_state' })
    expect(after(it, world, yes('a')).status).toBe('submitted')
    expect(after(it, world, yes('a'), yes('d')).status).toBe('approved')
  })
})

describe('others take part', () => {
  const world = aWorld(['first', 'last'])
  const it = submitted('baoxiao', world)
  test('a task that is passed on is the other one’s, and comes back to nobody', () => {
    const passed = after(it, world, ['a', { do: 'transfer', comment: null, to: 'e' }])
    expect(decide(passed, { do: 'approve', comment: null }, 'a', world)).toEqual({ refused: 'wrong_state' })
    expect(decide(passed, { do: 'transfer', comment: null, to: 'a' }, 'e', world)).toEqual({ refused: 'already_there' })
    expect(after(passed, world, yes('e')).step).toBe(1)
  })

  test('in a sequence those who wait go on waiting for whoever took over', () => {
    const second = after(it, world, yes('a'))
    const passed = after(second, world, ['a', { do: 'transfer', comment: null, to: 'e' }])
    expect(decide(passed, { do: 'approve', comment: null }, 'd', world)).toEqual({ refused: 'wrong_state' })
    expect(after(passed, world, yes('e'), yes('d')).status).toBe('approved')
  })

  test('a signer before is asked first, one after is asked last', () => {
    const before = after(it, world, ['a', { do: 'add_signer', comment: null, to: 'e', where: 'before' }])
    expect(decide(before, { do: 'approve', comment: null }, 'a', world)).toEqual({ refused: 'wrong_state' })
    expect(after(before, world, yes('e'))).toMatchObject({ step: 0 })
    expect(after(before, world, yes('e'), yes('a'))).toMatchObject({ step: 1 })
    const behind = after(it, world, ['a', { do: 'add_signer', comment: null, to: 'e', where: 'after' }])
    expect(after(behind, world, yes('a'))).toMatchObject({ step: 0 })
    expect(after(behind, world, yes('a'), yes('e'))).toMatchObject({ step: 1 })
  })

  test.each([
    ['applicant', 'own_case'],
    ['outsider', 'not_an_approver'],
    ['a', 'already_there'],
  ] as const)('nobody passes it on to %s', (to, why) => {
    expect(decide(it, { do: 'transfer', comment: null, to }, 'a', world)).toEqual({ refused: why })
    expect(decide(it, { do: 'add_signer', comment: null, to, where: 'after' }, 'a', world)).toEqual({ refused: why })
  })
})

describe('back, on and at the end', () => {
  const world = aWorld(['first', 'middle', 'last'])
  test('it goes back to a node that it has passed, in a round of its own, and to no other', () => {
    const third = after(submitted('baoxiao', world), world, yes('a'), yes('b'), yes('c'))
    for (const to of ['last', 'nowhere', 'confirm'])
      expect(decide(third, { do: 'send_back', comment: '请再看一下', to }, 'a', world)).toEqual({ refused: 'unknown_place' })
    const back = after(third, world, ['a', { do: 'send_back', comment: '请再看一下', to: 'middle' }])
    expect(back).toMatchObject({ status: 'submitted', step: 1, round: third.round + 1 })
    expect(after(back, world, yes('c'), yes('b'))).toMatchObject({ step: 2 })
  })

  test('sent back to the applicant it starts anew, with a fresh round', () => {
    const back = after(submitted('baoxiao', world), world, ['a', { do: 'send_back', comment: '请补充说明', to: 'start' }])
    expect(back.tasks.every(({ status }) => status === 'sent_back' || status === 'closed')).toBe(true)
    expect(after(back, world, ['applicant', { do: 'submit' }])).toMatchObject({ status: 'submitted', step: 0, round: back.round + 1 })
  })

  test('a handover ends with its receiver', () => {
    const one = aWorld(['first'])
    const it = after(submitted('gongzuo_jiaojie', one), one, yes('a'))
    expect(it.status).toBe('submitted')
    expect(decide(it, { do: 'confirm' }, 'a', one)).toEqual({ refused: 'not_yours' })
    expect(decide(it, { do: 'approve', comment: null }, 'receiver', one)).toEqual({ refused: 'wrong_state' })
    expect(after(it, one, ['receiver', { do: 'confirm' }]).status).toBe('approved')
  })

  test('a reminder is repeated after half an hour, not before', () => {
    const it = after(submitted('baoxiao', world), world, ['applicant', { do: 'remind' }])
    const soon = aWorld(['first'], addSeconds(instant(0), REMIND_AGAIN_SECONDS - 1))
    expect(decide(it, { do: 'remind' }, 'applicant', soon)).toEqual({ refused: 'too_soon' })
    const later = aWorld(['first'], addSeconds(instant(0), REMIND_AGAIN_SECONDS))
    expect('case' in decide(it, { do: 'remind' }, 'applicant', later)).toBe(true)
  })

  test('whoever is told has to be somebody', () => {
    const it = submitted('baoxiao', world)
    for (const to of [[], ['ghost'], ['a', 'ghost']])
      expect(decide(it, { do: 'copy', to }, 'a', world)).toEqual({ refused: 'unknown_person' })
  })

  test('nobody pays an own request', () => {
    const own = { ...aWorld(['first']), payers: ['applicant', 'payer'] }
    const it = reread(after(submitted('duiwai_fukuan', own), own, yes('a')))
    expect(it.tasks.map(({ personId }) => personId)).toEqual(['payer'])
  })
})
