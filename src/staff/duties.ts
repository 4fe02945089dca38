import { config } from '#src/platform/config'
import type { StaffCaller } from '#src/platform/route'
import { setting } from '#src/settings/settings'

/** What somebody has to do before anything else: set an own password, or give the account a phone that makes codes. */
export type Duty = 'password' | 'phone'

export function dutyOf({ passwordIsTemporary, hasTotp, role }: Pick<StaffCaller, 'passwordIsTemporary' | 'hasTotp' | 'role'>): Duty | null {
  if (passwordIsTemporary) return 'password'
  return !hasTotp && needsPhone(role) ? 'phone' : null
}

/** Whether the setting asks people of the role for a phone. */
export function needsPhone(role: StaffCaller['role'], production = config().production): boolean {
  const chosen = setting('totp_required_roles')
  const whose = chosen === 'auto' ? (production ? 'finance_and_admin' : 'nobody') : chosen
  if (whose === 'nobody' || whose === 'everybody') return whose === 'everybody'
  return role === 'finance' || (whose === 'finance_and_admin' && (role === 'super_admin' || role === 'admin'))
}
