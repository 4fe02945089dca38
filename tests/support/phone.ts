import { generate, generateSecret } from 'otplib'
import type { Uuid } from '#src/core/ids'
import { nowMs } from '#src/core/time'
import { rawSql } from '#src/platform/database'
import { seal } from '#src/platform/secrets'
import { totpContext } from '#src/staff/second-factor'

export type Phone = { secret: string; code(secondsFromNow?: number): Promise<string> }

/** A phone that makes codes for a secret. */
export const phoneOf = (secret: string): Phone => ({
  secret,
  code: (secondsFromNow = 0) => generate({ secret, epoch: Math.floor(nowMs() / 1000) + secondsFromNow }),
})

/** Gives a member of staff a phone, as its enrolment would have. */
export async function givePhone(staffId: Uuid): Promise<Phone> {
  const secret = generateSecret()
  const { cipher, version } = seal(secret, totpContext(staffId))
  await rawSql()`
    UPDATE admin_accounts SET totp_cipher = ${cipher as Buffer}, totp_version = ${version}, totp_since = now() WHERE id = ${staffId}`
  return phoneOf(secret)
}
