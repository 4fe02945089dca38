import { describe, expect, test } from 'bun:test'
import { type ApprovalNode, type BranchNode, type Flow, faultsOf, pathOf } from '#src/office/path'
import { approversOf, type Person } from '#src/office/people'

const person = (id: string, more: Partial<Person> = {}): Person => ({
  id,
  name: id,
  seat: 'operator',
  department: null,
  headsDepartment: false,
  mayDecide: true,
  isAway: false,
  deputyId: null,
  ...more,
})
const approval = (key: string, more: Partial<ApprovalNode> = {}): ApprovalNode => ({
  kind: 'approval',
  key,
  name: key,
  mode: 'any',
  approvers: [{ kind: 'person', id: 'a' }],
  copies: [],
  next: null,
  ...more,
})
const branch = (key: string, ways: BranchNode['ways'], otherwise: string | null = 'end'): BranchNode => ({
  kind: 'branch',
  key,
  name: key,
  ways,
  otherwise,
})
const flow = (...nodes: Flow['nodes']): Flow => ({ administratorId: null, nodes })
const way = (overFen: string | null, departments: string[], to: string) => ({ overFen, departments, to })
const HOUSE = [person('a', { headsDepartment: true, department: '运营部' }), person('clerk', { mayDecide: false })]

describe('the way of a request', () => {
  const it = flow(
    approval('n1'),
    branch('n2', [way('500000', [], 'n4'), way(null, ['财务部'], 'n3')]),
    approval('n3', { next: 'end' }),
    approval('n4'),
  )
  test.each([
    ['a small amount', 500_000n, null, ['n1']],
    ['one fen more', 500_001n, null, ['n1', 'n4']],
    ['a department', 1n, '财务部', ['n1', 'n3']],
    ['the first branch that fits wins', 900_000n, '财务部', ['n1', 'n4']],
    ['no amount at all', null, '运营部', ['n1']],
  ] as const)('%s', (_, amountFen, department, path) => {
    expect(pathOf(it, { amountFen, department })).toEqual([...path])
    expect(faultsOf(it, HOUSE)).toEqual([])
  })
})

describe('a flow that leads nowhere is told with the place', () => {
  test.each<[string, Flow, string | null, string]>([
    ['without a node', flow(), null, 'empty'],
    ['a node without a name', flow(approval('n1', { name: ' ' })), 'n1', 'no_name'],
    ['nobody decides', flow(approval('n1', { approvers: [] })), 'n1', 'no_approver'],
    ['somebody who may not', flow(approval('n1', { approvers: [{ kind: 'person', id: 'clerk' }] })), 'n1', 'no_approver'],
    ['somebody who is not there', flow(approval('n1', { copies: [{ kind: 'person', id: 'gone' }] })), 'n1', 'unknown_person'],
    ['a post that nobody has', flow(approval('n1', { approvers: [{ kind: 'seat', seat: 'manager' }] })), 'n1', 'no_approver'],
    ['a post that does not exist', flow(approval('n1', { copies: [{ kind: 'seat', seat: 'emperor' }] })), 'n1', 'unknown_seat'],
    ['a branch without a default', flow(approval('n1'), branch('n2', [way('1', [], 'end')], null)), 'n2', 'no_default'],
    ['a target that is not there', flow(approval('n1'), branch('n2', [way('1', [], 'n9')])), 'n2', 'unknown_target'],
    ['a way back', flow(approval('n1'), branch('n2', [way('1', [], 'n1')])), 'n1', 'cycle'],
    ['a ring of its own', flow(approval('n1'), approval('n2', { next: 'n2' })), 'n2', 'cycle'],
    ['a node that is never reached', flow(approval('n1', { next: 'end' }), approval('n2')), 'n2', 'unreached'],
    ['an end without a decision', flow(branch('n1', [way('1', [], 'n2')]), approval('n2')), 'n1', 'undecided'],
    ['an administrator who may not', { ...flow(approval('n1')), administratorId: 'clerk' }, null, 'administrator'],
  ])('%s', (_, it, node, what) => {
    expect(faultsOf(it, HOUSE)).toContainEqual({ node, what } as never)
  })

  test('no head anywhere', () => {
    expect(faultsOf(flow(approval('n1', { approvers: [{ kind: 'head' }] })), [person('x')])).toEqual([{ node: 'n1', what: 'no_approver' }])
  })
})

describe('who decides', () => {
  const around = (people: Person[], more: object = {}) => ({
    people,
    flow: { administratorId: 'chief', nodes: [] },
    applicantId: 'me',
    department: '运营部',
    chosenId: null,
    ...more,
  })
  const chief = person('chief')
  const named = (...ids: string[]) => ids.map((id) => ({ kind: 'person' as const, id }))
  test('the head of the applicant’s department, a post, a person, whom the applicant names', () => {
    const head = person('head', { headsDepartment: true, department: '运营部' })
    const other = person('other', { headsDepartment: true, department: '财务部', seat: 'manager' })
    const people = [head, other, chief, person('me')]
    expect(approversOf([{ kind: 'head' }], around(people))).toEqual([{ id: 'head', forId: null }])
    expect(approversOf([{ kind: 'seat', seat: 'manager' }, ...named('head', 'other')], around(people)).map(({ id }) => id)).toEqual([
      'other',
      'head',
    ])
    expect(approversOf([{ kind: 'chosen' }], around(people, { chosenId: 'other' }))).toEqual([{ id: 'other', forId: null }])
  })

  test.each<[string, Person[], string, string | null]>([
    ['somebody away is replaced by the deputy', [person('a', { isAway: true, deputyId: 'b' }), person('b')], 'b', 'a'],
    [
      'a deputy who is away as well by theirs',
      [person('a', { isAway: true, deputyId: 'b' }), person('b', { isAway: true, deputyId: 'c' }), person('c')],
      'c',
      'a',
    ],
    [
      'a ring of deputies ends at the administrator',
      [person('a', { isAway: true, deputyId: 'b' }), person('b', { isAway: true, deputyId: 'a' })],
      'chief',
      'a',
    ],
    ['so does the one without a deputy', [person('a', { isAway: true })], 'chief', 'a'],
    [
      'a deputy who may not decide is passed over',
      [person('a', { isAway: true, deputyId: 'b' }), person('b', { mayDecide: false, deputyId: 'c' }), person('c')],
      'c',
      'a',
    ],
    [
      'the applicant never stands in',
      [person('a', { isAway: true, deputyId: 'me' }), person('me', { deputyId: 'c' }), person('c')],
      'c',
      'a',
    ],
    ['nobody decides on the own request', [], 'chief', null],
  ])('%s', (_, people, id, forId) => {
    const asked = people.length > 0 ? named('a') : named('me')
    expect(approversOf(asked, around([...people, ...(people.some((one) => one.id === 'me') ? [] : [person('me')]), chief]))).toEqual([
      { id, forId },
    ])
  })

  test('only when nobody else is in the house does it stay with the applicant', () => {
    const me = person('me')
    expect(approversOf(named('me'), around([me]))).toEqual([{ id: 'me', forId: null }])
    expect(approversOf(named('me'), around([me, person('last')]))).toEqual([{ id: 'last', forId: null }])
    expect(approversOf(named('me'), around([me, person('boss', { seat: 'super_admin' }), person('last')]))[0]!.id).toBe('boss')
    expect(approversOf(named('me'), around([me, person('clerk', { mayDecide: false })]))[0]!.id).toBe('me')
  })

  test('two who are replaced by the same person are one task', () => {
    const people = [
      person('a', { isAway: true, deputyId: 'c' }),
      person('b', { isAway: true, deputyId: 'c' }),
      person('c'),
      chief,
      person('me'),
    ]
    expect(approversOf(named('a', 'b', 'c'), around(people))).toEqual([{ id: 'c', forId: 'a' }])
  })
})
