import { Problem } from '#src/core/problem'
import type { StaffCaller } from '#src/platform/route'
import type { Permission } from './permissions'

/** Throws PERMISSION_DENIED unless the caller holds the key. */
export function requirePermission(caller: Pick<StaffCaller, 'permissions'>, permission: Permission): void {
  if (!caller.permissions.has(permission)) throw new Problem('PERMISSION_DENIED', { required: permission })
}
