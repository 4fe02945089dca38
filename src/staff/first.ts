import type { Act } from '#src/audit-logs/audit-log'
import { rawSql } from '#src/platform/database'
import { createStaff } from './staff'

export type FirstStaff = { username: string; password: string }

const USERNAME = 'admin'
const NAME = '超级管理员'
/** Without letters and digits that look alike: it is read from a screen and typed. */
const LETTERS = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnpqrstuvwxyz', '23456789'] as const
const LENGTH = 16

/**
 * Gives a database without any staff its super administrator, with a password that is good for one sign-in; it is told here and nowhere
 * else. Undefined where there is somebody already, also when two do this at once.
 */
export async function makeFirstStaff(act: Act): Promise<FirstStaff | undefined> {
  const [found] = await rawSql()`SELECT id FROM admin_accounts LIMIT 1`
  if (found) return undefined
  const password = oneTimePassword()
  try {
    await createStaff({ username: USERNAME, name: NAME, role: 'super_admin', password }, act, { passwordIsTemporary: true })
  } catch (error) {
    if ((error as { code?: string }).code === 'USERNAME_EXISTS') return undefined
    throw error
  }
  return { username: USERNAME, password }
}

function oneTimePassword(): string {
  const all = LETTERS.join('')
  // Of each kind one at least, wherever it stands.
  const characters = Array.from({ length: LENGTH }, (_, index) => pick(LETTERS[index] ?? all))
  for (let index = characters.length - 1; index > 0; index--) {
    const other = randomBelow(index + 1)
    ;[characters[index], characters[other]] = [characters[other]!, characters[index]!]
  }
  return characters.join('')
}

const pick = (letters: string): string => letters[randomBelow(letters.length)]!

/** Every number below `end` alike: what would make the first ones likelier is drawn again. */
function randomBelow(end: number): number {
  const limit = 256 - (256 % end)
  for (;;) {
    const [byte] = crypto.getRandomValues(new Uint8Array(1))
    if (byte! < limit) return byte! % end
  }
}

/** How whoever is at the machine is told. */
export const firstStaffWords = ({ username, password }: FirstStaff): string =>
  `首位超级管理员 / the first super_admin: ${username}   一次性密码 / one-time password: ${password}   /admin/login`
