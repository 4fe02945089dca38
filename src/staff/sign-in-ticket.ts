import type { Uuid } from '#src/core/ids'
import { addSeconds, type Instant } from '#src/core/time'
import { seal, sha256, unseal } from '#src/platform/secrets'
import type { Staff } from './staff'

/** How long the way from the password to the code may take. */
const SECONDS = 300
const CONTEXT = 'staff-sign-in'

/**
 * What the second step of a sign-in brings from the first: that the password was right. It opens nothing without a code, ends after
 * five minutes and with the password it was made for, and only we can read or make it.
 */
export function ticketFor({ id, passwordHash }: Staff, at: Instant): string {
  const { version, cipher } = seal(JSON.stringify([id, markOf(passwordHash), addSeconds(at, SECONDS).getTime()]), CONTEXT)
  return `${version}.${Buffer.from(cipher).toString('base64url')}`
}

/** Whose ticket it is; undefined when it is not ours or has ended. */
export function ownerOfTicket(ticket: string, at: Instant): { id: Uuid; isFor: (staff: Staff) => boolean } | undefined {
  try {
    const [version, cipher] = ticket.split('.')
    const sealed = { version: Number(version), cipher: Buffer.from(cipher ?? '', 'base64url') }
    const [id, mark, until] = JSON.parse(unseal(sealed, CONTEXT)) as [Uuid, string, number]
    if (until < at.getTime()) return undefined
    return { id, isFor: ({ passwordHash }) => markOf(passwordHash) === mark }
  } catch {
    return undefined
  }
}

const markOf = (passwordHash: string): string => Buffer.from(sha256(passwordHash)).toString('base64url')
