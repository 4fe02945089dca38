import { seatOf } from '#src/accounts/caller'
import { Problem } from '#src/core/problem'
import { canBeSecondPerson, grantableTo, type Permission, permissionsOf, type Seat } from '#src/permissions/permissions'
import type { StaffCaller } from '#src/platform/route'
import type { Staff } from '../staff'

/** Somebody who manages staff: super_admin everybody, a manager of finance the people of finance. */
export type Manager = Pick<StaffCaller, 'id' | 'permissions'>
type Person = Pick<Staff, 'id' | 'role' | 'financeGrade' | 'permissions'>

export const ROLE_SEATS = ['super_admin', 'admin', 'operator', 'specialist', 'manager', 'auditor', 'analyst'] as const satisfies Seat[]

export const seatOfStaff = ({ role, financeGrade }: Pick<Staff, 'role' | 'financeGrade'>): Seat => seatOf({ role, grade: financeGrade })

const managesAll = ({ permissions }: Manager): boolean => permissions.has('staff:manage')

/** Who may be looked at: by a manager of finance only finance. */
export const seesOnlyFinance = (manager: Manager): boolean => !managesAll(manager)

/**
 * Whether somebody may change another's access. Nobody changes the own. A manager of finance does not manage those who could confirm
 * what they have begun with money: who gives out passwords to the second person is the second person.
 */
export function mayManage(manager: Manager, person: Person): boolean {
  if (manager.id === person.id) return false
  if (managesAll(manager)) return true
  return person.role === 'finance' && !canBeSecondPerson(permissionsOf(seatOfStaff(person), person.permissions))
}

/** The posts somebody may give. */
export const postsOf = (manager: Manager): readonly Seat[] =>
  managesAll(manager) ? ROLE_SEATS : (['specialist', 'auditor'] as const).filter((seat) => !canBeSecondPerson(permissionsOf(seat, [])))

/** What somebody may grant to a person in the seat. */
export const grantsOf = (manager: Manager, seat: Seat): readonly Permission[] =>
  grantableTo(seat).filter((key) => managesAll(manager) || !canBeSecondPerson(new Set([key])))

/** Throws PERMISSION_DENIED; RESOURCE_NOT_FOUND for somebody who may not even be seen. */
export function requireManageable(manager: Manager, person: Person): void {
  if (seesOnlyFinance(manager) && person.role !== 'finance') throw new Problem('RESOURCE_NOT_FOUND', { id: person.id }, 'resource')
  if (manager.id === person.id) throw new Problem('PERMISSION_DENIED', { required: 'another_person' })
  if (!mayManage(manager, person)) throw new Problem('PERMISSION_DENIED', { required: 'staff:manage' })
}

/** Throws PERMISSION_DENIED for a post that somebody may not give. */
export function requirePost(manager: Manager, seat: Seat): void {
  if (!postsOf(manager).includes(seat)) throw new Problem('PERMISSION_DENIED', { required: 'staff:manage' })
}
