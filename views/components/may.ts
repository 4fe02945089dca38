import type { Permission } from '#src/permissions/permissions'
import { usePage } from '../page-context'

/** What the viewer may do: a control that would be refused is not there. */
export function useMay(): (permission: Permission) => boolean {
  const { viewer } = usePage()
  const held = viewer && viewer.kind !== 'operator' ? viewer.permissions : []
  return (permission) => held.includes(permission)
}
