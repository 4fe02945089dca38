import { OFFICE_PERMISSIONS } from '#src/core/office'
import type { PlainKey } from '#src/core/text'
import type { Permission, Seat } from '#src/permissions/permissions'

/** What a post is called. */
export const SEAT_WORDS = {
  super_admin: 'role.super_admin',
  admin: 'role.admin',
  operator: 'role.staff',
  specialist: 'role.specialist',
  manager: 'role.manager',
  auditor: 'role.auditor',
  analyst: 'role.analyst',
} as const satisfies Record<Seat, PlainKey>

/** What a permission is called; the key of its words is the permission's own. */
export const permissionWords = (key: string): PlainKey => `permission.${key.replace(':', '-')}` as PlainKey

/** The permissions by what they are about, in the order of the pages. */
export const PERMISSION_GROUPS = {
  customers: [
    'operator:view',
    'operator:create',
    'operator:edit',
    'operator:lock',
    'operator:category',
    'operator:deactivate',
    'operator:apikey_view',
    'operator:apikey_reset',
    'operator:grant',
    'site:view',
    'site:manage',
    'customer:view',
  ],
  games: [
    'application:view',
    'application:manage',
    'application:price',
    'authorization:view',
    'authorization:review',
    'authorization:grant',
    'authorization:revoke',
    'announcement:publish',
  ],
  money: [
    'transaction:view',
    'finance:dashboard',
    'refund:view',
    'refund:review',
    'invoice:view',
    'invoice:review',
    'recharge:resolve',
    'adjustment:create',
    'report:generate',
    'report:download',
  ],
  figures: ['statistics:global', 'statistics:export'],
  system: ['audit:view', 'staff:manage', 'finance_staff:manage', 'config:manage', 'job:run', 'partner:manage'],
  office: OFFICE_PERMISSIONS,
} as const satisfies Record<string, readonly Permission[]>

export type PermissionGroup = keyof typeof PERMISSION_GROUPS
