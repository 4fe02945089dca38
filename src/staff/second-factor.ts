import { and, eq, isNull, lt, or } from 'drizzle-orm'
import { verify } from 'otplib'
import { adminAccounts } from '#drizzle/schema'
import type { Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { unseal } from '#src/platform/secrets'
import type { Staff } from './staff'

/** Codes of the step before and after the present one count too: phones' clocks are not exact. */
const TOLERANCE_SECONDS = 30

/** Ties a sealed secret to its owner: moved to another row it cannot be opened. */
export const totpContext = (staffId: Uuid): string => `totp:${staffId}`

/** The step of time that a code stands for; undefined when the secret makes no such code about now. */
export async function stepOfCode(secret: string, code: string, at: Instant): Promise<bigint | undefined> {
  if (!/^\d{6}$/.test(code)) return undefined
  const result = await verify({ secret, token: code, epoch: Math.floor(at.getTime() / 1000), epochTolerance: TOLERANCE_SECONDS })
  return result.valid && 'timeStep' in result ? BigInt(result.timeStep) : undefined
}

/** True once for each code of the owner's phone: a code that was used, or an older one, is refused even within its time. */
export async function useTotpCode(
  tx: Transaction,
  staff: Pick<Staff, 'id' | 'totpCipher' | 'totpVersion'>,
  code: string,
  at: Instant,
): Promise<boolean> {
  const secret = unseal({ cipher: staff.totpCipher!, version: staff.totpVersion! }, totpContext(staff.id))
  const step = await stepOfCode(secret, code, at)
  if (step === undefined) return false
  const { id, totpLastStep } = adminAccounts
  const used = await tx.db
    .update(adminAccounts)
    .set({ totpLastStep: step })
    .where(and(eq(id, staff.id), or(isNull(totpLastStep), lt(totpLastStep, step))))
    .returning({ id })
  return used.length > 0
}
