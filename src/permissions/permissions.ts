/** Who our people are to the permission table: administrators by role, finance by grade. */
export type Seat = 'super_admin' | 'admin' | 'operator' | 'specialist' | 'manager' | 'auditor' | 'analyst'

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
} as const satisfies Record<string, readonly Seat[]>

export type Permission = keyof typeof PERMISSIONS

const ALL = Object.keys(PERMISSIONS) as Permission[]

/** Everything a member of staff may do: what the seat gives and what was granted to the person. */
export function permissionsOf(seat: Seat, granted: readonly string[]): ReadonlySet<string> {
  if (seat === 'super_admin') return new Set(ALL)
  const own = ALL.filter((key) => (PERMISSIONS[key] as readonly Seat[]).includes(seat))
  return new Set([...own, ...granted.filter((key) => key in PERMISSIONS)])
}
