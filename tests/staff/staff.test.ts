import { expect, test } from 'bun:test'
import { SYSTEM } from '#src/audit-logs/audit-log'
import type { Problem } from '#src/core/problem'
import { now } from '#src/core/time'
import { createStaff, findStaffByName, type StaffInput } from '#src/staff/staff'
import { auditRows, withServer } from '#tests/support/api'

const { started, call } = withServer()
const input = { username: 'finance001', name: '张发财', role: 'finance', grade: 'manager', password: 'Passw0rd-1' } as const

const create = (staff: StaffInput) => createStaff(staff, { actor: SYSTEM, origin: null, at: now() })

const refusal = (promise: Promise<unknown>): Promise<Problem> =>
  promise.then(
    () => {
      throw new Error('it was not refused')
    },
    (problem: Problem) => problem,
  )

test('a new member of staff can sign in; the system’s doing is on record', async () => {
  const id = await create(input)
  const answer = await call('POST /v1/auth/finance/login', { body: { username: 'Finance001', password: 'Passw0rd-1' } })
  expect(answer.status).toBe(200)
  expect(await findStaffByName('FINANCE001')).toMatchObject({
    id,
    name: '张发财',
    role: 'finance',
    financeGrade: 'manager',
    isActive: true,
  })
  const [first] = await auditRows(started.database, id)
  expect(first).toMatchObject({ operation: 'staff_create', actor_kind: 'system', target_id: id })
  expect(JSON.stringify(first)).not.toContain('Passw0rd-1')
})

test('a name is taken without regard to case', async () => {
  await create({ ...input, username: 'twice' })
  expect(await refusal(create({ ...input, username: 'TWICE' }))).toMatchObject({ code: 'USERNAME_EXISTS' })
})

test.each([
  ['grade', { grade: null }],
  ['grade', { role: 'admin' }],
  ['role', { role: 'owner' as never }],
  ['password', { password: 'weak' }],
  ['username', { username: 'a b' }],
  ['name', { name: '' }],
] as const)('a wrong %s is refused', async (field, more) => {
  const problem = await refusal(create({ ...input, username: 'wrong_one', ...more }))
  expect(problem).toMatchObject({ code: 'INVALID_PARAMS', details: [{ field }] })
  expect(await findStaffByName('wrong_one')).toBeUndefined()
})
