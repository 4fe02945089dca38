import { randomInt } from 'node:crypto'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { staffRecoveryCodes } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import type { Instant } from '#src/core/time'
import { read, type Transaction } from '#src/platform/database'
import { sha256 } from '#src/platform/secrets'

const CODES = 10
/** 80 bits each: nobody guesses one, and its hash needs no salt. Letters that look like digits are left out. */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz'
const CODE_LETTERS = 16

/** New recovery codes in place of all older ones, as they are shown once: `k7qf-2m9x-hj4t-w8ea`. */
export async function replaceRecoveryCodes(tx: Transaction, adminId: Uuid, at: Instant): Promise<string[]> {
  await dropRecoveryCodes(tx, adminId)
  const codes = Array.from({ length: CODES }, () => Array.from({ length: CODE_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join(''))
  const rows = codes.map((code) => ({ id: newId(), adminId, codeSha256: sha256(code), createdAt: at }))
  await tx.db.insert(staffRecoveryCodes).values(rows)
  return codes.map((code) => code.match(/.{4}/g)!.join('-'))
}

export async function dropRecoveryCodes(tx: Transaction, adminId: Uuid): Promise<void> {
  await tx.db.delete(staffRecoveryCodes).where(eq(staffRecoveryCodes.adminId, adminId))
}

/** True once for each code, however it is written: capitals, spaces, an o for a zero. */
export async function useRecoveryCode(tx: Transaction, adminId: Uuid, typed: string, at: Instant): Promise<boolean> {
  const code = typed
    .toLowerCase()
    .replace(/[^0-9a-z]/g, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1')
  const { id, codeSha256, usedAt } = staffRecoveryCodes
  const used = await tx.db
    .update(staffRecoveryCodes)
    .set({ usedAt: at })
    .where(and(eq(staffRecoveryCodes.adminId, adminId), eq(codeSha256, sha256(code)), isNull(usedAt)))
    .returning({ id })
  return used.length > 0
}

/** How many are still good. */
export async function recoveryCodesLeft(adminId: Uuid): Promise<number> {
  const [row] = await read()
    .select({ count: sql<number>`count(*)::int` })
    .from(staffRecoveryCodes)
    .where(and(eq(staffRecoveryCodes.adminId, adminId), isNull(staffRecoveryCodes.usedAt)))
  return row!.count
}
