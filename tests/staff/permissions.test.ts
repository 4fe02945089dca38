import { describe, expect, test } from 'bun:test'
import { text } from '#src/core/text'
import {
  ALL_PERMISSIONS,
  canBeSecondPerson,
  grantableTo,
  PERMISSIONS,
  permissionsOf,
  permissionsOfSeat,
  type Seat,
} from '#src/permissions/permissions'
import { openTestDatabase } from '#tests/support/database'
import { aStaff } from '#tests/support/factory'
import { PERMISSION_GROUPS, permissionWords } from '#views/staff/seat'

const SEATS: Seat[] = ['super_admin', 'admin', 'operator', 'specialist', 'manager', 'auditor', 'analyst']
/** Whatever changes something, by its verb. */
const WRITES = ALL_PERMISSIONS.filter(
  (key) => !/:(view|view_all|dashboard|download|global|export|apikey_view)$/.test(key) && !isOwnRequest(key),
)
/** A request of one's own for leave or expenses is everybody's: it changes nothing until somebody else agrees. */
function isOwnRequest(key: string): boolean {
  return /^office:\w+:(create|edit|delete)$/.test(key)
}
/** What a person may be given in the office. */
const OFFICE = ALL_PERMISSIONS.filter((key) => /^office:\w+:(view_all|approve|export)$/.test(key) || key === 'office:dashboard')

test('super_admin has every key, and four of them nobody else has by the post', () => {
  expect([...permissionsOf('super_admin', [])].sort()).toEqual([...ALL_PERMISSIONS].sort())
  const alone = ALL_PERMISSIONS.filter((key) => PERMISSIONS[key].length === 0)
  expect(alone).toEqual(['operator:grant', 'staff:manage', 'config:manage', 'job:run', 'partner:manage'])
})

describe('auditor and analyst write nothing but own requests', () => {
  test.each(['auditor', 'analyst'] as const)('%s, whatever stands in the row', (seat) => {
    expect(permissionsOfSeat(seat).filter((key) => WRITES.includes(key))).toEqual([])
    expect([...permissionsOf(seat, ALL_PERMISSIONS)].sort()).toEqual([...permissionsOfSeat(seat)].sort())
  })
})

test('a specialist reviews refunds and invoices, makes reports and decides in the office only by grant, and can be granted no more', () => {
  expect(grantableTo('specialist')).toEqual(['refund:review', 'invoice:review', 'report:generate', ...OFFICE])
  expect(grantableTo('manager')).toEqual(OFFICE)
  const without = permissionsOf('specialist', [])
  expect(grantableTo('specialist').some((key) => without.has(key))).toBe(false)
  expect(permissionsOf('specialist', ['refund:review', 'adjustment:create', 'staff:manage', 'made:up'])).toEqual(
    new Set([...without, 'refund:review']),
  )
})

test('nobody can be granted what manages staff, nor what the post gives already', () => {
  for (const seat of SEATS) {
    const [own, grantable] = [permissionsOfSeat(seat), grantableTo(seat)]
    expect(grantable.filter((key) => own.includes(key) || key === 'staff:manage' || key === 'finance_staff:manage')).toEqual([])
  }
})

test('who could confirm money is known by the keys', () => {
  expect(SEATS.filter((seat) => canBeSecondPerson(permissionsOf(seat, [])))).toEqual(['super_admin', 'manager'])
  expect(canBeSecondPerson(permissionsOf('specialist', ['refund:review']))).toBe(true)
})

test('the pages name every key once, in both languages', () => {
  expect(Object.values(PERMISSION_GROUPS).flat().toSorted()).toEqual([...ALL_PERMISSIONS].sort())
  for (const key of ALL_PERMISSIONS) {
    const words = permissionWords(key) as 'permission.operator-view'
    expect([key, text('zh', words)?.length > 0, text('en', words)?.length > 0]).toEqual([key, true, true])
  }
})

test('the database refuses a grant to a post that can hold none', async () => {
  const database = await openTestDatabase()
  const grant = (id: string) => database.owner`UPDATE admin_accounts SET permissions = '{refund:review}' WHERE id = ${id}`
  for (const [role, grade] of [
    ['finance', 'auditor'],
    ['finance', 'manager'],
    ['analyst', undefined],
    ['super_admin', undefined],
  ] as const) {
    const refused = await grant((await aStaff(role, grade)).id).then(
      () => 'taken',
      (error: { constraint_name?: string }) => error.constraint_name,
    )
    expect([role, grade, refused]).toEqual([role, grade, 'admin_granted'])
  }
  await grant((await aStaff('finance', 'specialist')).id)
  const { id } = await aStaff('finance', 'manager')
  await database.owner`UPDATE admin_accounts SET permissions = ${[...OFFICE]}::text[] WHERE id = ${id}`
  await database.close()
})
