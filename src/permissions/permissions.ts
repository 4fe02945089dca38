import { OFFICE_FORMS, OFFICE_PERMISSIONS, type OfficePermission, OWN_ACTIONS } from '#src/core/office'

/** Who our people are to the permission table: administrators by role, finance by grade. */
export type Seat = 'super_admin' | 'admin' | 'operator' | 'specialist' | 'manager' | 'auditor' | 'analyst'

const EVERYBODY = ['admin', 'operator', 'specialist', 'manager', 'auditor', 'analyst'] as const satisfies readonly Seat[]

/** Own requests are everybody's; all else of the office is an administrator's, and a person's by grant (PRODUCT 10). */
const OFFICE = Object.fromEntries(
  OFFICE_PERMISSIONS.map((key) => [key, OWN_ACTIONS.some((action) => key.endsWith(`:${action}`)) ? EVERYBODY : ['admin']]),
) as unknown as Readonly<Record<OfficePermission, readonly Seat[]>>

/** Role → action (PRODUCT 9). super_admin has all; a key that stands with nobody is super_admin's alone. */
export const PERMISSIONS = {
  'operator:view': ['admin', 'operator', 'specialist', 'manager', 'auditor'],
  'operator:create': ['admin', 'operator'],
  'operator:edit': ['admin', 'operator'],
  'operator:lock': ['admin', 'operator'],
  'operator:category': ['admin'],
  'operator:deactivate': ['admin'],
  'operator:apikey_view': ['admin'],
  'operator:apikey_reset': ['admin'],
  'operator:grant': [],
  'site:view': ['admin', 'operator'],
  'site:manage': ['admin', 'operator'],
  'application:view': ['admin', 'operator', 'specialist', 'manager', 'auditor', 'analyst'],
  'application:manage': ['admin'],
  'application:price': ['admin'],
  'authorization:view': ['admin', 'operator'],
  'authorization:review': ['admin', 'operator'],
  'authorization:grant': ['admin', 'operator'],
  'authorization:revoke': ['admin', 'operator'],
  'announcement:publish': ['admin', 'operator'],
  'transaction:view': ['admin', 'specialist', 'manager', 'auditor'],
  'finance:dashboard': ['specialist', 'manager', 'auditor'],
  'customer:view': ['specialist', 'manager', 'auditor'],
  'refund:view': ['specialist', 'manager', 'auditor'],
  'invoice:view': ['specialist', 'manager', 'auditor'],
  'refund:review': ['manager'],
  'invoice:review': ['manager'],
  'recharge:resolve': ['manager'],
  'adjustment:create': ['manager'],
  'report:generate': ['manager'],
  'report:download': ['specialist', 'manager', 'auditor'],
  'statistics:global': ['admin', 'analyst'],
  'statistics:export': ['admin', 'analyst'],
  'audit:view': ['admin', 'specialist', 'manager', 'auditor'],
  'staff:manage': [],
  'config:manage': [],
  'job:run': [],
  'partner:manage': [],
  'finance_staff:manage': ['manager'],
  ...OFFICE,
} as const satisfies Record<string, readonly Seat[]>

export type Permission = keyof typeof PERMISSIONS

export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as Permission[]

/** What somebody may be given in the office: to approve, to see and to export others' requests, to read the statistics. */
const OFFICE_GRANTS: readonly Permission[] = [
  ...OFFICE_FORMS.flatMap((form) => (['view_all', 'approve', 'export'] as const).map((action) => `office:${form}:${action}` as const)),
  'office:dashboard',
]

/**
 * What a person may be given besides what the seat gives. Auditor and analyst write nothing but own requests of the office and can be given nothing; who manages staff
 * is super_admin's alone to be, since such a key would be the way to every other (docs/decisions/0023-staff-access.md).
 */
const GRANTABLE: Partial<Record<Seat, readonly Permission[]>> = {
  specialist: ['refund:review', 'invoice:review', 'report:generate', ...OFFICE_GRANTS],
  manager: OFFICE_GRANTS,
  operator: [
    'operator:category',
    'operator:deactivate',
    'operator:apikey_view',
    'operator:apikey_reset',
    'application:manage',
    'application:price',
    'transaction:view',
    'statistics:global',
    'statistics:export',
    'audit:view',
    ...OFFICE_GRANTS,
  ],
  admin: ['operator:grant', 'config:manage', 'job:run', 'partner:manage'],
}

/** With one of these a person can be the second one who confirms money. */
const SECOND_PERSON: readonly Permission[] = ['refund:review', 'recharge:resolve', 'adjustment:create']

/** What the seat alone gives. */
export function permissionsOfSeat(seat: Seat): readonly Permission[] {
  if (seat === 'super_admin') return ALL_PERMISSIONS
  return ALL_PERMISSIONS.filter((key) => (PERMISSIONS[key] as readonly Seat[]).includes(seat))
}

/** What a person in the seat may be given besides. */
export const grantableTo = (seat: Seat): readonly Permission[] => GRANTABLE[seat] ?? []

/** Everything a member of staff may do: what the seat gives and, of what was granted to the person, what such a seat may be given. */
export function permissionsOf(seat: Seat, granted: readonly string[]): ReadonlySet<string> {
  return new Set([...permissionsOfSeat(seat), ...grantableTo(seat).filter((key) => granted.includes(key))])
}

/** Whether somebody with these keys could confirm what another has begun with money. */
export const canBeSecondPerson = (permissions: ReadonlySet<string>): boolean => SECOND_PERSON.some((key) => permissions.has(key))
